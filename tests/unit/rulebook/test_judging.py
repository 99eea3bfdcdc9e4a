"""Judging examples: an example that does not hold, and one that is missing, is told with what came instead."""

import pytest

from tests.builders_rules import POLICIES, RULES, changed, compiled, sound_rules
from triage.rulebook.judge import Judged, judge

FIRES = "{priority: high, department: claims, policies: [contact]}"
SILENT = "{fires: false, fallback: true}"
LATE = "{answer: {due: 2026-03-17 23:59:59, state: stopped, breached: true}}"
IN_TIME = "{answer: {state: stopped, breached: false}}"


def failed(file: str, old: str, new: str) -> list[Judged]:
    """What does not hold in the sound folder with one change."""
    return [one for one in judge(compiled(changed(file, old, new))) if not one.passed]


def test_all_examples_of_a_sound_folder_hold() -> None:
    """Every example is judged and told with its subject and place, in the order of the files."""
    judged = judge(compiled(sound_rules()))
    assert [(one.kind, one.subject, one.at.file, one.at.line, one.passed, one.message) for one in judged] == [
        ("policy", "decision", "sla/policies.yaml", 15, True, ""),
        ("policy", "decision", "sla/policies.yaml", 19, True, ""),
        ("policy", "contact", "sla/policies.yaml", 32, True, ""),
        ("policy", "contact", "sla/policies.yaml", 36, True, ""),
        ("term", "medical", "terms/medical.yaml", 1, True, ""),
        ("term", "medical", "terms/medical.yaml", 1, True, ""),
        ("rule", "medical-is-high", "triage/rules.yaml", 18, True, ""),
        ("rule", "medical-is-high", "triage/rules.yaml", 20, True, ""),
    ]


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{priority: low}", "priority is high, expected low"),
        ("{department: care}", "department is claims, expected care"),
        ("{team: motor}", "team is medical, expected motor"),
        ("{handler: any}", "handler is dedicated, expected any"),
        ("{fallback: true}", "fallback is false, expected true"),
        ("{tags: [medical, urgent]}", "tags lack urgent"),
        ("{tags: [zebra, apple]}", "tags lack apple, zebra"),
        ("{policies: [contact, decision]}", ""),
        ("{rules: [medical-is-high]}", ""),
        ("{tags: []}", ""),
        ("{priority: low, team: motor}", "priority is high, expected low; team is medical, expected motor"),
    ],
)
def test_a_wrong_expectation_is_told(expect: str, message: str) -> None:
    """Priority, department, team, handler and fallback have to be equal, of lists at least these are wanted."""
    found = failed("triage/rules.yaml", FIRES, expect)
    assert [one.message for one in found] == ([message] if message else [])


def test_rules_that_should_fire_too_are_told() -> None:
    """`rules` names rules of the whole rulebook that have to fire in the example."""
    second = RULES.replace("rules:\n", "").replace("medical-is-high", "second").replace("{mentions: medical}", "x")
    text = RULES.replace(SILENT, "{fires: false, rules: [second]}")
    found = judge(compiled(sound_rules() | {"triage/rules.yaml": (text + second).encode()}))
    assert [one.message for one in found if not one.passed] == ["rules lack second"]


def test_a_rule_that_fires_where_it_should_not_is_told() -> None:
    """And one that does not fire where it should: an example without `fires` wants it to fire."""
    assert [one.message for one in failed("triage/rules.yaml", "channel: fax,", "causes: [medical_dispute],")] == [
        "fires: true; fallback is false, expected true"
    ]
    assert [one.message for one in failed("triage/rules.yaml", "causes: [medical_dispute], amount", "amount")] == [
        "fires: false; priority is normal, expected high; department is coordination, expected claims; "
        "policies lack contact"
    ]


@pytest.mark.parametrize(
    ("example", "words"),
    [
        (
            f"      - given: {{causes: [medical_dispute], amount_disputed: 50000 CNY}}\n        expect: {FIRES}\n",
            "fires",
        ),
        (f"      - given: {{channel: fax, nature: petition}}\n        expect: {SILENT}\n", "does not fire"),
    ],
)
def test_a_missing_example_is_told_at_the_rule(example: str, words: str) -> None:
    """Every rule has an example that fires and one that does not."""
    found = failed("triage/rules.yaml", example, "")
    assert [(one.subject, one.at.line, one.message) for one in found] == [
        ("medical-is-high", 2, f"no example in which the rule {words}")
    ]


@pytest.mark.parametrize(
    ("effective", "received", "fires"),
    [
        ("{from: 2026-03-02}", "", True),
        ("{from: 2027-01-01}", "", True),
        ("{to: 2026-03-01}", "", False),
        ("{to: 2026-03-01}", "received_at: 2026-03-01 23:59, ", True),
        ("{from: 2027-01-01}", "received_at: 2026-12-31 23:59, ", False),
        ("{from: 2027-01-01}", "received_at: 2026-12-31T16:00:00Z, ", True),
    ],
)
def test_an_example_is_judged_on_its_own_date(effective: str, received: str, fires: bool) -> None:
    """By `received_at` in `given`, else the rule's own first day, else `examples_on`; never by today."""
    text = RULES.replace("    when:\n", f"    effective: {effective}\n    when:\n")
    text = text.replace("given: {causes:", f"given: {{{received}causes:")
    rules = compiled(sound_rules() | {"triage/rules.yaml": text.encode()})
    firing = next(one for one in judge(rules) if one.kind == "rule" and one.at.line == 19)
    assert firing.passed is fires


def test_an_age_in_an_example_counts_at_its_date() -> None:
    """A birth date gives the age on the date that the example is judged by."""
    text = RULES.replace("- causes: {contains: medical_dispute}", "- customer.age: {at_least: 70}")
    text = text.replace("causes: [medical_dispute], amount_disputed: 50000 CNY", "customer.birth_date: 1956-03-02")
    assert all(one.passed for one in judge(compiled(sound_rules() | {"triage/rules.yaml": text.encode()})))
    text = text.replace("1956-03-02", "1956-03-03")
    assert not all(one.passed for one in judge(compiled(sound_rules() | {"triage/rules.yaml": text.encode()})))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hits: [因为医疗事故住院]", "hits: [因为住院]", "should hit: 因为住院"),
        ("hits: [因为医疗事故住院]", "hits: [投保醫療事故責任險]", "should hit: 投保醫療事故責任險"),
        ("misses: [投保医疗事故责任险]", "misses: [a Malpractice.]", "should miss: a Malpractice."),
    ],
)
def test_a_sentence_that_hits_or_misses_wrongly_is_told(old: str, new: str, message: str) -> None:
    """`hits` have to mention the list, `misses` must not."""
    assert [(one.subject, one.message) for one in failed("terms/medical.yaml", old, new)] == [("medical", message)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("due: 2026-03-17 23:59:59", "due: 2026-03-17 18:00:00", "answer is due 2026-03-17 23:59:59"),
        ("state: stopped, breached: true", "state: running, breached: true", "answer is stopped, expected running"),
        ("2026-03-18 09:00", "2026-03-17 09:00", "answer breached: false, expected true"),
        ("2026-03-12 09:00", "2026-03-19 09:00", "answer breached: true, expected false"),
        ("until: 2026-03-02 15:00:01", "until: 2026-03-02 15:00:00", "call breached: false, expected true"),
    ],
)
def test_a_policy_that_counts_otherwise_is_told(old: str, new: str, message: str) -> None:
    """Due time, state and breach of the clock are compared at the last event, or at `until`."""
    assert [one.message for one in failed("sla/policies.yaml", old, new)] == [message]


def test_a_clock_that_never_starts_is_told() -> None:
    """An example whose events do not start the clock says so instead of holding by chance."""
    start = "start: complaint.registered\n        stop: complaint.contacted"
    found = failed("sla/policies.yaml", start, "start: complaint.solution_accepted\n        stop: complaint.contacted")
    assert [one.message for one in found] == ["call has not started"] * 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [(LATE, "{answer: {state: stopped}}", "breached"), (IN_TIME, "{answer: {state: stopped}}", "in time")],
)
def test_a_clock_needs_an_example_in_time_and_one_breached(old: str, new: str, words: str) -> None:
    """The missing one is told at the policy's first example."""
    found = failed("sla/policies.yaml", old, new)
    assert [(one.subject, one.at.line, one.message) for one in found] == [
        ("decision", 15, f"no example in which answer is {words}")
    ]


def test_a_due_time_is_read_in_the_calendars_zone() -> None:
    """Times without an offset in a policy's example are those of its calendar, not of the rulebook."""
    files = changed("rulebook.yaml", "zone: Asia/Shanghai", "zone: Europe/Lisbon")
    assert POLICIES.encode() == files["sla/policies.yaml"]
    assert [one for one in judge(compiled(files)) if not one.passed] == []
