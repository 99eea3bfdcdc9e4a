"""What is told of rules is safe to act upon."""

from datetime import date

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.big_rulebook import big_rulebook
from tests.builders_rules import compiled, sound_rules
from tests.unit.analysis.facts import CASES
from tests.unit.analysis.folders import TODAY
from tests.unit.rulebook.cases import case
from tests.unit.rulebook.strategies import CLOSED, CONDITIONS, SPECS
from triage.domain.condition import All, Always, AnyOf, holds
from triage.domain.decision import Outcome
from triage.domain.facts import Facts
from triage.rulebook.analysis.analyse import Asked, analyse
from triage.rulebook.analysis.coverings import coverings
from triage.rulebook.analysis.view import View
from triage.rulebook.combine import combine, said_by_rules
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Position, Rule, Rulebook, Then

BASE = compiled(sound_rules()).rulebook
VOCABULARY = msgspec.structs.replace(BASE.vocabulary, facts={spec.name: spec for spec in (*SPECS, CLOSED)})
MARCH, MAY = date(2026, 3, 2), date(2026, 5, 4)

TEAMS: list[tuple[str | None, str | None]] = [
    (None, None), ("care", None), ("care", "illness"), ("care", "elderly"), ("claims", None), ("claims", "motor"),
]  # fmt: skip
THENS = st.builds(
    lambda priority, place, handler, tags: Then(
        priority=priority, department=place[0], team=place[1], handler=handler, tags=tuple(tags)
    ),
    st.sampled_from([None, "urgent", "high", "low"]),
    st.sampled_from(TEAMS),
    st.sampled_from([None, "dedicated", "any"]),
    st.lists(st.sampled_from(["x", "y"]), unique=True),
)


@st.composite
def related_rules(draw: st.DrawFn) -> list[Rule]:
    """Rules whose conditions are made of the same two, so that many follow from others."""
    one, other = draw(CONDITIONS), draw(CONDITIONS)
    whens = st.sampled_from([one, other, All((one, other)), AnyOf((one, other)), Always()])
    spans = st.sampled_from([(None, None), (None, None), (None, MARCH), (MARCH, None), (MARCH, MAY), (MAY, None)])
    found = []
    for number in range(draw(st.integers(2, 6))):
        start, end = draw(spans)
        rule = Rule(
            id=f"r{number}",
            title={},
            why="",
            source=None,
            when=draw(whens),
            then=draw(THENS),
            status="active",
            effective_from=start,
            effective_to=end,
            examples=(),
            at=Position("triage/x.yaml", number + 1, 1),
        )
        found.append(rule)
    return found


def outcome(rulebook: Rulebook, fired: list[Rule]) -> Outcome:
    return combine(rulebook, fired, said_by_rules(rulebook, fired), case())


@settings(max_examples=120, deadline=None)
@given(related_rules(), st.lists(CASES, min_size=1, max_size=4))
def test_taking_out_what_adds_nothing_changes_no_decision(rules: list[Rule], cases: list[Facts]) -> None:
    """Shadowed and duplicate rules, all of them at once, on every day."""
    rulebook = msgspec.structs.replace(BASE, rules=tuple(rules), vocabulary=VOCABULARY, policies={})
    view = View(CompiledRulebook(rulebook), {})
    needless = {
        dict(one.message.values)["rule"]
        for one in coverings(view)
        if one.code in ("shadowed-rule", "duplicate-rule") and not isinstance(one.message, str)
    }
    days = {day for rule in rules for day in (rule.effective_from, rule.effective_to) if day is not None} | {TODAY}
    for facts in cases:
        for on in days:
            fired = [one for one in rules if one.status == "active" and one.in_force(on) and holds(one.when, facts)]
            kept = [one for one in fired if one.id not in needless]
            assert outcome(rulebook, fired) == outcome(rulebook, kept)


def test_a_big_rulebook_without_a_fault_gets_no_warning_about_its_rules() -> None:
    files = big_rulebook(300)
    found = analyse(compiled(files), files, Asked(now=TODAY))
    assert {one.code for one in found} == {"unused"}
