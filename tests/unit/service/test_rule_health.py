"""What rules and terms did over a stretch of the past, what ends soon, and which cases wait."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.builders_rules import CALENDAR, TEXTS, compiled, sound_rules, with_rules
from tests.unit.service.desk import ANSWER, at, clocked
from tests.unit.service.desk import Desk as OneCase
from triage.ports import OpenCase, PastRow
from triage.rulebook.decide import CompiledRulebook
from triage.service.desk_health import long_pauses, waiting
from triage.service.replan import clocks_at
from triage.service.rule_health import ListCounts, LookedBack, Sign, ending, look_back, never_fired, silent_terms

SOUND = compiled(sound_rules())
SINCE, TODAY = date(2026, 1, 1), date(2026, 3, 2)


def told(**data: Any) -> str:
    return json.dumps({"data": data})


def decided(*rules: str) -> str:
    return json.dumps({"outcome": {}, "reasons": [{"rule": rule, "title": {}, "because": []} for rule in rules]})


def looked(*bodies: str | None, decisions: Sequence[str] = ()) -> LookedBack:
    rows = [PastRow(is_told=True, body=body, decision=None) for body in bodies]
    return look_back([*rows, *(PastRow(is_told=False, body=None, decision=one) for one in decisions)], SOUND)


def terms_hit(*bodies: str) -> dict[str, ListCounts]:
    return looked(*bodies).terms


def seen(signs: Any) -> list[tuple[str, str, int, tuple[str, ...]]]:
    return [(sign.code, sign.subject, sign.count, sign.items) for sign in signs]


def test_a_rule_counts_once_a_decision_in_which_it_is_a_reason() -> None:
    assert looked(decisions=[decided("a", "b"), decided("a"), decided(), "{", "null"]).fired == Counter(a=2, b=1)


def test_erased_texts_are_passed_over_and_counted() -> None:
    found = looked(None, told(description="malpractice"), None)
    assert (found.erased, found.terms["medical"].hits) == (2, Counter(malpractice=1))


def test_rules_that_were_in_force_and_never_fired_are_named() -> None:
    """Since they are in force; those that ended before, begin today or later, or are switched off, are not asked."""
    effective = {
        "fired": "",
        "silent": "",
        "begun": "effective: {from: 2026-02-01}",
        "ended": "effective: {to: 2025-12-31}",
        "ended-within": "effective: {to: 2026-01-01}",
        "begins-today": "effective: {from: 2026-03-02}",
        "off": "status: disabled",
    }
    rules = with_rules({name: f"{{tags: [x]}}\n    {line}" for name, line in effective.items()})
    found = list(never_fired(rules, {"fired": 1}, SINCE, TODAY))
    assert {(sign.subject, dict(sign.message.values)["since"]) for sign in found} == {
        ("silent", "2026-01-01"),
        ("begun", "2026-02-01"),
        ("ended-within", "2026-01-01"),
    }


def test_terms_count_once_a_text_and_not_terms_what_they_saved() -> None:
    """Registrations and amendments alike; what cannot be read, or is no text, counts for nothing."""
    bodies = [
        told(description="醫療事故，又一次医疗事故"),
        told(description="投保医疗事故责任险"),
        told(description="投保醫療事故責任險，後來發生醫療事故"),
        told(patch={"description": "投保医疗事故责任险"}),
        told(description=["医疗事故"]),
        told(patch="医疗事故"),
        told(causes=["other"]),
        "{",
    ]
    found = terms_hit(*bodies)["medical"]
    assert found.hits == Counter({"医疗事故": 2})
    assert found.saves == Counter({"医疗事故责任险": 3})


def test_silent_terms_and_idle_and_worthy_not_terms_are_told() -> None:
    counted = terms_hit(told(description="医疗事故"), told(description="医疗事故责任险"))
    assert seen(silent_terms(SOUND, counted, SINCE)) == [
        ("terms-never-hit", "medical", 1, ("malpractice",)),
        ("not-terms-saved", "medical", 1, ("医疗事故责任险",)),
    ]
    assert seen(silent_terms(SOUND, terms_hit(), SINCE)) == [
        ("terms-never-hit", "medical", 2, ("医疗事故", "malpractice")),
        ("not-terms-never-saved", "medical", 1, ("医疗事故责任险",)),
    ]


def test_proof_of_worth_is_no_trouble() -> None:
    counted = terms_hit(told(description="malpractice 医疗事故 医疗事故责任险"))
    (sign,) = silent_terms(SOUND, counted, SINCE)
    assert not sign.is_trouble


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2026, 5, 1), []),
        (date(2026, 5, 2), ["rule-ends"]),
        (date(2026, 10, 31), ["rule-ends"]),
        (date(2026, 11, 1), ["calendar-ends", "rule-ends"]),
        (date(2027, 2, 1), ["calendar-ends", "rule-ends"]),
    ],
)
def test_what_ends_within_sixty_days_or_has_ended_is_told(today: date, codes: list[str]) -> None:
    """The calendar knows the holidays until 31 December, the rule holds until 1 July."""
    rules = with_rules({"some": "{tags: [x]}\n    effective: {to: 2026-07-01}"})
    assert [sign.code for sign in ending(rules, today, timedelta(days=60))] == codes
    assert "known_until: 2026-12-31" in CALENDAR


def test_a_policy_that_ends_is_told() -> None:
    files = dict(sound_rules())
    text = TEXTS["sla/policies.yaml"].replace("    clocks:\n", "    effective: {to: 2026-03-20}\n    clocks:\n", 1)
    rules = compiled({**files, "sla/policies.yaml": text.encode()})
    assert seen(ending(rules, TODAY, timedelta(days=60))) == [("policy-ends", "decision", 18, ())]


def paused_desk(pause: str) -> CompiledRulebook:
    return clocked(f"{ANSWER}, pause: {pause}")


def standing(rules: CompiledRulebook, local: str) -> list[Sign]:
    """A pause of 3 March, 10:00, looked at a local time with a limit of ten days."""
    desk = OneCase(rules)
    desk.is_registered()
    desk.happens("paused", "2026-03-03 10:00", reason="appraisal", complainant_informed_at="2026-03-03T10:00:00+08:00")
    assert desk.row is not None
    clocks = clocks_at(desk.row, desk.rules, at(local))
    return list(long_pauses([("C-1", clock) for clock in clocks], at(local), timedelta(days=10)))


def test_a_long_pause_is_told_after_the_days_or_when_its_policy_reminds() -> None:
    """Ten days; the policy's five working days come sooner, its twenty later."""
    assert standing(paused_desk("[appraisal]"), "2026-03-13 09:59") == []
    (sign,) = standing(paused_desk("[appraisal]"), "2026-03-13 10:00")
    assert (sign.code, sign.subject, sign.count, sign.items) == ("pause-open", "sla/answer", 1, ("C-1",))
    assert standing(paused_desk("[{appraisal: {remind: 5 working days}}]"), "2026-03-12 09:00")
    assert not standing(paused_desk("[{appraisal: {remind: 20 working days}}]"), "2026-03-20 10:00")


def test_cases_without_a_person_are_counted_and_the_longest_waiting_named() -> None:
    day = timedelta(days=1)
    first = datetime(2026, 1, 1, tzinfo=at("2026-01-01 00:00").tzinfo)
    cases = [
        OpenCase(f"C-{number:02}", "registered", "claims", "duty", first + number * day, is_assigned=False)
        for number in reversed(range(12))
    ]
    cases += [
        OpenCase("A", "assigned", "claims", "a", first, is_assigned=True),
        OpenCase("U", "unregistered", "care", "duty", first, is_assigned=False),
        OpenCase("N", "registered", None, None, first, is_assigned=False),
    ]
    assert seen(waiting(cases, 5)) == [
        ("case-unregistered", "", 1, ("U",)),
        ("case-unowned", "", 1, ("N",)),
        ("case-unassigned", "care", 1, ("U",)),
        ("case-unassigned", "claims", 12, tuple(f"C-{number:02}" for number in range(10))),
    ]
