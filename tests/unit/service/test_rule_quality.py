"""What humans made of the rules: counted from kept decisions as a naive count over the humans' words does."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders_rules import with_rules
from tests.unit.service.desk import Desk, at
from triage.ports import KeptDecision
from triage.rulebook.model import Rule
from triage.service.rule_quality import Figures, Stand, stands_of, tally

THENS = {
    "phone-is-high": "{priority: high}",
    "phone-goes-to-claims": "{priority: high, department: claims}",
    "all-are-low": "{priority: low}",
    "complex-is-urgent": "{priority: urgent, handler: dedicated}",
}
WHENS = {
    "phone-is-high": "{channel: phone}",
    "phone-goes-to-claims": "{channel: phone}",
    "all-are-low": "always",
    "complex-is-urgent": "{complexity: complex}",
}
RULES = with_rules(THENS, WHENS)
SAID_OF_PHONE = {"priority": "high", "department": "claims", "handler": "any"}
SAID_OF_EMAIL = {"priority": "low", "department": "coordination", "handler": "any"}
DECIDED: dict[str, dict[str, tuple[str, ...]]] = {
    "phone": {
        "priority": ("phone-goes-to-claims", "phone-is-high"),
        "department": ("phone-goes-to-claims",),
        "handler": ("fallback",),
    },
    "email": {"priority": ("all-are-low",), "department": ("fallback",), "handler": ("fallback",)},
}


class Word(NamedTuple):
    """What a human says of one field, in an event of this type."""

    what: str
    field: str
    value: str


def fired_of(revision: str, ids: Collection[str]) -> Iterable[Rule] | None:
    return sorted((rule for rule in RULES.rulebook.rules if rule.id in ids), key=lambda rule: rule.id)


def decisions(case: str, channel: str, words: Iterable[Word]) -> Iterator[KeptDecision]:
    """The decisions that the timeline keeps of a case in which these words were said, a minute apart."""
    desk = Desk(RULES)
    desk.is_registered(channel=channel)
    for minute, word in enumerate(words):
        data: dict[str, Any] = {"by": "a", word.field: word.value}
        if word.what == "assigned":
            data["owner"] = {"id": "b"}
        desk.happens(word.what, f"2026-03-02 11:{minute:02}", **data)
    for effects in desk.effects:
        for row in effects.timeline:
            if row.decision is not None:
                yield KeptDecision(case, row.event_time, row.decision)


def stands(channel: str, *words: Word, since: datetime | None = None) -> dict[str, Stand]:
    return {one.field: one for one in stands_of("C", decisions("C", channel, words), fired_of, since)}


def verified(field: str, *values: str) -> list[Word]:
    return [Word("verified", field, value) for value in values]


@pytest.mark.parametrize(
    ("values", "word", "given_back"),
    [
        ((), None, False),
        (("high",), "high", False),
        (("low",), "low", False),
        (("low", "high"), "high", False),
        (("high", "low"), "low", False),
        (("low", "auto"), None, True),
        (("auto",), None, False),
        (("low", "auto", "urgent"), "urgent", False),
        (("low", "low"), "low", False),
    ],
    ids=str,
)
def test_the_last_word_counts(values: tuple[str, ...], word: str | None, given_back: bool) -> None:
    """What was said before it is forgotten; what was never said cannot be given back."""
    stand = stands("phone", *verified("priority", *values))["priority"]
    assert (stand.said, stand.word, stand.given_back) == ("high", word, given_back)
    assert stand.rules == ("phone-goes-to-claims", "phone-is-high")


def test_the_word_is_held_against_what_the_rules_said_when_it_came() -> None:
    """Not against what they said before or say later."""
    desk_words = [*verified("priority", "high"), Word("verified", "complexity", "complex")]
    assert stands("phone", *desk_words)["priority"].said == "high"
    later = stands("phone", *reversed(desk_words))["priority"]
    assert (later.said, later.word, later.rules) == ("urgent", "high", ("complex-is-urgent",))


def test_a_word_from_before_the_time_is_left_out() -> None:
    """And a field that it holds decides nothing in the time; the other fields stand as they are."""
    words = [*verified("priority", "low"), *verified("handler", "dedicated")]
    found = stands("phone", *words, since=at("2026-03-02 11:01"))
    assert {field: stand.word for field, stand in found.items()} == {"department": None, "handler": "dedicated"}
    assert stands("phone", *words, since=at("2026-03-02 12:00")) == {}


def test_rules_of_a_lost_revision_are_others() -> None:
    rows = list(decisions("C", "phone", verified("priority", "low")))
    assert {rules for _, rules in ((one.field, one.rules) for one in stands_of("C", rows, lambda *_: None))} == {
        ("other",)
    }


def test_a_case_with_an_unreadable_decision_is_left_out_and_counted() -> None:
    sound = list(decisions("A", "phone", ()))
    found = tally([*sound, KeptDecision("B", at("2026-03-02 12:00"), "{"), *sound], fired_of)
    assert (found.cases, found.unreadable) == (2, 1)


def test_the_latest_changed_cases_are_named() -> None:
    figures = Figures()
    for number in (3, 1, 9, 7, 5, 8, 2):
        when = datetime(2026, 3, number, tzinfo=UTC)
        figures.add(Stand(f"C-{number}", "priority", when, "high", "low", given_back=False, rules=("r",)))
    assert [case for _, case in figures.samples] == ["C-3", "C-5", "C-7", "C-8", "C-9"]


VALUES = {
    "priority": ["urgent", "high", "normal", "low", "auto"],
    "department": ["care", "claims", "coordination", "auto"],
    "handler": ["dedicated", "any", "auto"],
}
WORDS = st.lists(
    st.sampled_from(
        [
            *(Word("verified", field, value) for field, values in VALUES.items() for value in values),
            *(Word("assigned", "department", value) for value in VALUES["department"] if value != "auto"),
        ]
    ),
    max_size=5,
)


def naive(cases: list[tuple[str, list[Word]]]) -> dict[tuple[str, str], Counter[str]]:
    """By rule and field, from the words alone: the last one, and `auto` only after something else."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for channel, words in cases:
        said = SAID_OF_PHONE if channel == "phone" else SAID_OF_EMAIL
        for field in VALUES:
            values = [word.value for word in words if word.field == field]
            while values[:1] == ["auto"]:
                values.pop(0)
            last = values[-1] if values else "nothing"
            kind = {"nothing": "unspoken", "auto": "given_back", said[field]: "confirmed"}.get(last, f"to {last}")
            for rule in DECIDED[channel][field]:
                found.setdefault((rule, field), Counter())[kind] += 1
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["phone", "email"]), WORDS), min_size=1, max_size=4))
def test_counts_equal_a_naive_count_of_the_words(cases: list[tuple[str, list[Word]]]) -> None:
    """Every case counts once a field and rule; all its cases are in one of the four places."""
    rows = [row for number, one in enumerate(cases) for row in decisions(f"C-{number}", *one)]
    found = {}
    for key, figures in tally(rows, fired_of).figures.items():
        counts = Counter({name: getattr(figures, name) for name in ("unspoken", "given_back", "confirmed")})
        counts.update({f"to {word}": count for (_, word), count in figures.changes.items()})
        assert counts.total() == figures.decided
        found[key] = +counts
    assert found == naive(cases)
