"""What the rules said is kept beside what a human said, and a word that changes it is counted for its rules."""

import json
from typing import Any

import pytest

from tests.builders_rules import with_rules
from tests.unit.service.desk import Desk

THENS = {
    "phone-high": "{priority: high}",
    "phone-also-high": "{priority: high, department: claims}",
    "phone-low": "{priority: low, handler: any}",
    "complex": "{priority: urgent}",
}
WHENS = {"complex": "{complexity: complex}"}


def a_desk(**data: Any) -> Desk:
    desk = Desk(with_rules(THENS, {name: WHENS.get(name, "{channel: phone}") for name in THENS}))
    desk.is_registered(**data)
    return desk


def overrides(desk: Desk) -> list[str]:
    """The rules that the last step counted."""
    return [count.labels["rule"] for count in desk.effects[-1].counts if count.name == "overrides_total"]


def kept(desk: Desk) -> dict[str, Any]:
    """The decision that the timeline keeps of the last step."""
    decision = desk.effects[-1].timeline[-1].decision
    assert decision is not None
    found: dict[str, Any] = json.loads(decision)
    return found


def test_the_timeline_keeps_what_the_rules_said() -> None:
    """Beside what holds by a human's word; the published decision has the human's alone."""
    desk = a_desk()
    rules_said = {"priority": "high", "department": "claims", "team": None, "handler": "any"}
    assert kept(desk)["rules_said"] == rules_said
    desk.happens("verified", "2026-03-02 11:00", by="a", priority="urgent", department="coordination")
    assert kept(desk)["rules_said"] == rules_said
    assert (kept(desk)["outcome"]["priority"], kept(desk)["outcome"]["department"]) == ("urgent", "coordination")
    assert "rules_said" not in desk.said[-1]["data"]


def test_a_word_that_differs_counts_for_each_rule_that_named_what_it_replaces() -> None:
    """Rules that named something else are not at fault; a field that no rule named is the fallback's."""
    desk = a_desk()
    desk.happens("verified", "2026-03-02 11:00", by="a", priority="normal")
    assert sorted(overrides(desk)) == ["phone-also-high", "phone-high"]
    desk = a_desk(channel="email")
    desk.happens("assigned", "2026-03-02 11:00", by="a", owner={"id": "b"}, department="claims")
    assert overrides(desk) == ["fallback"]


@pytest.mark.parametrize(
    "word",
    [{"priority": "high"}, {"priority": "auto"}, {"department": "claims"}, {"complexity": "simple"}],
    ids=str,
)
def test_a_word_that_agrees_or_says_nothing_is_no_override(word: dict[str, str]) -> None:
    desk = a_desk()
    desk.happens("verified", "2026-03-02 11:00", by="a", **word)
    assert overrides(desk) == []


def test_the_rules_are_asked_with_what_the_same_event_tells() -> None:
    """Complex and urgent, said at once: a rule says urgent for what is complex."""
    desk = a_desk()
    desk.happens("verified", "2026-03-02 11:00", by="a", complexity="complex", priority="urgent")
    assert overrides(desk) == []


def test_each_new_word_counts_and_a_repeated_one_does_not() -> None:
    """Once more only when it was given back before, or is another."""
    desk = a_desk()
    counted = []
    for number, word in enumerate(("low", "low", "normal", "auto", "low")):
        desk.happens("verified", f"2026-03-02 11:0{number}", by="a", priority=word)
        counted.append(len(overrides(desk)))
    assert counted == [2, 0, 2, 0, 2]


def test_what_other_rules_say_under_a_human_word_publishes_nothing() -> None:
    """An unchanged outcome publishes nothing, whatever the rules would say now."""
    desk = a_desk()
    desk.happens("verified", "2026-03-02 11:00", by="a", priority="urgent")
    before = len(desk.said)
    desk.happens("amended", "2026-03-02 12:00", patch={"channel": "email", "labels": {"a": "b"}})
    desk.happens("amended", "2026-03-02 12:01", patch={"channel": "phone"})
    changed = [one["data"]["priority"] for one in desk.said[before:] if one["type"] == "complaint.triaged"]
    assert set(changed) <= {"urgent"}
    desk.happens("verified", "2026-03-02 13:00", by="a", complexity="complex")
    assert desk.effects[-1].messages == ()
    assert desk.effects[-1].timeline[-1].decision is None
