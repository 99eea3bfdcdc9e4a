"""Rules and policies in shadow: evaluated, recorded with the decision, counted; and nothing else changes."""

import json
from typing import Any

import pytest

from tests.builders_rules import POLICIES, RULES, changed, compiled, rules_of, sound_rules
from tests.unit.service.desk import Desk
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.judge import judge
from triage.rulebook.load import load
from triage.service.draft import Effects

LIVE = {"live": "{priority: high, department: claims}"}
SHADOWED = {"care-first": "{priority: urgent, department: care, tags: [bereaved]}"}
WHENS = {"care-first": "{channel: phone}"}


def in_shadow(thens: dict[str, str], whens: dict[str, str]) -> str:
    """A file of rules that are all in shadow."""
    return rules_of(thens, whens).replace("    when:", "    status: shadow\n    when:")


def rules(*, shadow: bool = True, whens: dict[str, str] | None = None, more: str = POLICIES) -> CompiledRulebook:
    """One live rule, and one in shadow that would decide otherwise; `contact` applies always."""
    files = sound_rules() | {
        "triage/rules.yaml": rules_of(LIVE).encode(),
        "sla/policies.yaml": more.replace("  - id: contact\n", "  - id: contact\n    applies_when: always\n").encode(),
    }
    if shadow:
        files["triage/shadow.yaml"] = in_shadow(SHADOWED, whens or WHENS).encode()
    return compiled(files)


def kept(effects: Effects) -> dict[str, Any]:
    """The decision that the timeline keeps."""
    (row,) = effects.timeline
    return json.loads(row.decision) if row.decision else {}


def counted(effects: Effects, name: str) -> list[dict[str, str]]:
    return [count.labels for count in effects.counts if count.name == name]


def test_what_a_shadow_rule_would_do_stands_beside_the_decision() -> None:
    """With its reasons, and what the outcome would be; the decision itself knows nothing of it."""
    decision = kept(Desk(rules()).is_registered())
    assert [one["rule"] for one in decision["reasons"]] == ["live"]
    assert decision["outcome"]["priority"] == "high"
    (reason,) = decision["shadow"]
    assert (reason["rule"], reason["because"]) == (
        "care-first",
        [{"fact": "channel", "test": "is phone", "value": "phone"}],
    )
    assert decision["shadow_outcome"] == {
        "priority": "urgent", "department": "care", "tags": ["bereaved"], "involves": ["claims"],
        "owner": {"id": "Lin Meihua", "name": "Lin Meihua"},
    }  # fmt: skip
    assert decision["shadow_policies"] == []


def test_a_shadow_rule_is_counted_apart() -> None:
    """It is in no figure of the rules in force."""
    effects = Desk(rules()).is_registered()
    assert counted(effects, "rule_matches_total") == [{"rule": "live"}]
    assert counted(effects, "shadow_matches_total") == [{"rule": "care-first"}]


def story(desk: Desk) -> list[dict[str, Any]]:
    """A case through events and sweeps; everything that was said."""
    desk.is_registered()
    desk.happens("amended", "2026-03-03 10:00", patch={"channel": "email"})
    desk.sweeps("2026-03-16 10:00")
    desk.happens("amended", "2026-03-17 10:00", patch={"channel": "phone"})
    desk.sweeps("2026-03-20 10:00")
    return desk.said


def test_no_output_is_another_for_rules_in_shadow() -> None:
    """Not one byte, not one row, nor a clock: also when a rule in shadow begins or ceases to fire in mid-life."""
    with_shadow, without = Desk(rules()), Desk(rules(shadow=False))
    told, plain = story(with_shadow), story(without)
    revisions = {one.rules.active.rulebook.revision for one in (with_shadow, without)}
    assert len(revisions) == 2
    for one in (*told, *plain):
        if "rulebook" in one["data"]:
            one["data"]["rulebook"]["revision"] = ""
        if "policy" in one["data"]:
            one["data"]["policy"]["revision"] = ""
    assert told == plain
    rows = [
        [(row.kind, row.seq, row.type) for one in desk.effects for row in one.timeline]
        for desk in (with_shadow, without)
    ]
    assert rows[0] == rows[1]
    assert {key: (clock.due_at, clock.state, clock.next_at) for key, clock in with_shadow.stored.items()} == {
        key: (clock.due_at, clock.state, clock.next_at) for key, clock in without.stored.items()
    }


def test_a_shadow_rule_that_begins_to_fire_later_is_recorded_then() -> None:
    """Though the outcome stays as it was and nothing is published; once, and again when it has ceased."""
    desk = Desk(rules(whens={"care-first": "{channel: email}"}))
    assert "shadow" not in kept(desk.is_registered())
    desk.said.clear()
    first = desk.happens("amended", "2026-03-02 11:00", patch={"channel": "email"})
    assert [one["rule"] for one in kept(first)["shadow"]] == ["care-first"]
    assert kept(desk.happens("amended", "2026-03-02 12:00", patch={"claim_no": "7"})) == {}
    ceased = desk.happens("amended", "2026-03-02 13:00", patch={"channel": "phone"})
    assert "shadow" not in kept(ceased)
    assert kept(ceased)["outcome"]["priority"] == "high"
    assert counted(ceased, "shadow_matches_total") == []
    assert desk.heard("complaint.triaged") == []


def test_a_policy_in_shadow_is_recorded_and_has_no_clock() -> None:
    """Also when a rule in force names it."""
    shadow = POLICIES.replace("  - id: contact\n", "  - id: contact\n    status: shadow\n")
    desk = Desk(rules(shadow=False, more=shadow))
    effects = desk.is_registered()
    assert kept(effects)["shadow_policies"] == ["contact"]
    assert kept(effects)["shadow_outcome"] == {"policies": ["contact", "decision"]}
    assert kept(effects)["outcome"]["policies"] == ["decision"]
    assert [clock for clock, _ in desk.stored] == ["decision/answer"]
    assert counted(effects, "shadow_matches_total") == [{"rule": "contact"}]


@pytest.mark.parametrize(("status", "found"), [("active", "from-memory"), ("shadow", None), ("disabled", None)])
def test_a_source_from_memory_may_stand_in_shadow(status: str, found: str | None) -> None:
    """What nobody has read yet may be tried, and not be in force."""
    text = RULES.replace("grade: internal", "grade: from-memory").replace(
        "    when:", f"    status: {status}\n    when:"
    )
    codes = [one.code for one in load(sound_rules() | {"triage/rules.yaml": text.encode()}).findings if one.is_fault]
    assert codes == ([found] if found else [])


def failed(text: str) -> list[str]:
    return [
        str(one.message)
        for one in judge(compiled(sound_rules() | {"triage/rules.yaml": text.encode()}))
        if not one.passed
    ]


def test_examples_of_a_shadow_rule_are_judged_as_if_it_were_in_force() -> None:
    """Those of the others as it is: without it."""
    shadow = RULES.replace("    when:", "    status: shadow\n    when:")
    assert failed(shadow) == []
    assert failed(shadow.replace("{priority: high, department", "{priority: low, department")) == [
        "priority is high, expected low"
    ]
    both = shadow + rules_of({"other": "{tags: [x]}"}, {"other": "{causes: {contains: medical_dispute}}"}).removeprefix(
        "rules:\n"
    ).replace("{given: {}, expect: {fires: true}}", "{given: {causes: [medical_dispute]}, expect: {priority: high}}")
    assert failed(both) == ["no example in which the rule does not fire", "priority is normal, expected high"]


def test_an_effective_date_holds_for_a_rule_in_shadow() -> None:
    """Before it the rule does not fire, not even in shadow."""
    text = in_shadow(SHADOWED, WHENS).replace(
        "    status: shadow", "    status: shadow\n    effective: {from: 2026-03-03}"
    )
    book = compiled(changed("triage/rules.yaml", "id: medical-is-high", "id: m") | {"triage/s.yaml": text.encode()})
    assert "shadow" not in kept(Desk(book).is_registered("2026-03-02 10:00"))
    assert "shadow" in kept(Desk(book).is_registered("2026-03-03 10:00"))
