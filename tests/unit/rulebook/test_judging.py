"""Judging examples: an example that does not hold, and one that is missing, is told with what came instead."""

import pytest

from tests.builders_rules import POLICIES, RULES, changed, compiled, policies_of, sound_rules
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
    assert [(one.kind, one.subject, one.at.file, one.at.line, one.passed, str(one.message)) for one in judged] == [
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
    assert [str(one.message) for one in found] == ([message] if message else [])


def test_rules_that_should_fire_too_are_told() -> None:
    """`rules` names rules of the whole rulebook that have to fire in the example."""
    second = RULES.replace("rules:\n", "").replace("medical-is-high", "second").replace("{mentions: medical}", "x")
    text = RULES.replace(SILENT, "{fires: false, rules: [second]}")
    found = judge(compiled(sound_rules() | {"triage/rules.yaml": (text + second).encode()}))
    assert [str(one.message) for one in found if not one.passed] == ["rules lack second"]


def test_a_rule_that_fires_where_it_should_not_is_told() -> None:
    """And one that does not fire where it should: an example without `fires` wants it to fire."""
    assert [str(one.message) for one in failed("triage/rules.yaml", "channel: fax,", "causes: [medical_dispute],")] == [
        "fires: true; fallback is false, expected true"
    ]
    assert [str(one.message) for one in failed("triage/rules.yaml", "causes: [medical_dispute], amount", "amount")] == [
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
    assert [(one.subject, one.at.line, str(one.message)) for one in found] == [
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
    assert [(one.subject, str(one.message)) for one in failed("terms/medical.yaml", old, new)] == [("medical", message)]


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
    assert [str(one.message) for one in failed("sla/policies.yaml", old, new)] == [message]


def test_a_clock_that_never_starts_is_told() -> None:
    """An example whose events do not start the clock says so instead of holding by chance."""
    start = "start: complaint.registered\n        stop: complaint.contacted"
    found = failed("sla/policies.yaml", start, "start: complaint.solution_accepted\n        stop: complaint.contacted")
    assert [str(one.message) for one in found] == ["call has not started"] * 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [(LATE, "{answer: {state: stopped}}", "breached"), (IN_TIME, "{answer: {state: stopped}}", "in time")],
)
def test_a_policy_needs_an_example_in_time_and_one_breached(old: str, new: str, words: str) -> None:
    """The missing one is told at the policy's first example."""
    found = failed("sla/policies.yaml", old, new)
    assert [(one.subject, one.at.line, str(one.message)) for one in found] == [
        ("decision", 15, f"no example in which a clock is {words}")
    ]


def test_a_due_time_is_read_in_the_calendars_zone() -> None:
    """Times without an offset in a policy's example are those of its calendar, not of the rulebook."""
    files = changed("rulebook.yaml", "zone: Asia/Shanghai", "zone: Europe/Lisbon")
    assert POLICIES.encode() == files["sla/policies.yaml"]
    assert [one for one in judge(compiled(files)) if not one.passed] == []


RECEIVED = "{type: complaint.registered, time: 2026-03-02 10:00}"
BY_PRIORITY = "{by: priority, urgent: 1 hour, high: 2 hours, normal: 3 hours, low: 4 hours}"
ONCE = "start: complaint.registered, stop: complaint.withdrawn"


def judged(clocks: list[str], example: str, more: str = "") -> list[str]:
    """What does not hold of the policy `mine` with these clocks and one example, in flow style without braces; not
    that an example is missing. `more`: further files' policies."""
    plain = policies_of({"mine": clocks})
    text = plain.replace(f"events: [{RECEIVED}]\n        expect: {{}}", example)
    assert text != plain
    files = sound_rules() | {"sla/mine.yaml": text.encode()} | ({"sla/more.yaml": more.encode()} if more else {})
    found = [one for one in judge(compiled(files)) if one.subject == "mine" and not one.passed]
    return [str(one.message) for one in found if not str(one.message).startswith("no example")]


@pytest.mark.parametrize(
    ("priority", "due"),
    [("urgent", "11:00"), ("high", "12:00"), ("normal", "13:00"), ("low", "14:00"), (None, "13:00")],
)
def test_an_example_may_say_the_priority(priority: str | None, due: str) -> None:
    """A limit by priority takes the example's `priority`, and the fallback's when it gives none."""
    given = f"priority: {priority}\n        " if priority else ""
    clocks = [f"id: it, {ONCE}, limit: {BY_PRIORITY}"]
    example = f"events: [{RECEIVED}]\n        {given}expect: {{it: {{due: '2026-03-02 {due}'}}}}"
    assert judged(clocks, example) == []
    assert judged(clocks, example.replace(due, "10:30")) == [f"it is due 2026-03-02 {due}:00"]


AMENDED = "{type: complaint.amended, time: 2026-03-02 10:20, data: {patch: {received_at: %s}}}"
PAUSED = "{type: complaint.paused, time: 2026-03-02 10:10, data: {reason: mediation}}"
RESUMED = "{type: complaint.resumed, time: 2026-03-02 10:20}"
EXTENDED = (
    "{type: complaint.extension_granted, time: 2026-03-02 10:10, "
    "data: {clock: it, to: 2 hours, reason: more to read, approver: {id: x, role: %s}}}"
)

RECURRING = [
    "id: it, start: complaint.registered, stop: complaint.withdrawn, reset: complaint.contacted, every: 1 hour"
]
CYCLES = (
    f"events: [{RECEIVED}, {{type: complaint.contacted, time: 2026-03-02 10:30}}]\n"
    "        until: 2026-03-02 12:00\n        expect: {it: %s}"
)
"""Cycles: 10:00 to its reset at 10:30, 10:30 to the missed 11:30, 11:30 on."""


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{cycle: 1, due: 2026-03-02 11:00, state: stopped, breached: false}", ""),
        ("{cycle: 2, due: 2026-03-02 11:30, state: missed, breached: true}", ""),
        ("{cycle: 3, due: 2026-03-02 12:30, state: running, breached: false}", ""),
        ("{due: 2026-03-02 12:30, state: running}", ""),
        ("{cycle: 1, state: missed}", "it is stopped, expected missed"),
        ("{state: missed}", "it is running, expected missed"),
        ("{cycle: 4, state: running}", "it has 3 cycles"),
        ("{cycle: 0, state: running}", "it has 3 cycles"),
    ],
)
def test_an_example_may_name_a_cycle(expect: str, message: str) -> None:
    """Without `cycle` the last one is looked at; one that is not there is told instead of holding by chance."""
    assert judged(RECURRING, CYCLES % expect) == ([message] if message else [])


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ([], []),
        ([f"id: once, {ONCE}, limit: 1 hour"], ["in time", "breached"]),
    ],
)
def test_only_a_clock_that_does_not_recur_needs_both_examples(more: list[str], missing: list[str]) -> None:
    """Of recurring clocks no example is asked for, and one of them does not stand for another clock's."""
    text = policies_of({"mine": [*RECURRING, *more]})
    example = CYCLES % "{cycle: 1, breached: false}"
    text = text.replace(f"events: [{RECEIVED}]\n        expect: {{}}", example)
    text += f"      - {CYCLES % '{cycle: 2, breached: true}'}\n"
    found = [one for one in judge(compiled(sound_rules() | {"sla/mine.yaml": text.encode()})) if not one.passed]
    assert [str(one.message) for one in found] == [f"no example in which a clock is {words}" for words in missing]


def test_one_clock_in_time_and_another_breached_are_enough() -> None:
    """The policy as a whole needs one example in time and one breached, not each of its clocks."""
    clocks = [f"id: short, {ONCE}, limit: 1 hour", f"id: long, {ONCE}, limit: 9 hours"]
    example = "until: 2026-03-02 12:00\n        expect: {short: {breached: true}, long: {breached: false}}"
    text = policies_of({"mine": clocks}).replace("expect: {}", example)
    found = judge(compiled(sound_rules() | {"sla/mine.yaml": text.encode()}))
    assert [str(one.message) for one in found if not one.passed] == []


def test_clocks_that_an_example_waits_for_are_there() -> None:
    """A policy whose clock starts when another policy's has come to something is judged with both attached, and with
    those that the other waits for."""
    more = policies_of(
        {
            "first": [f"id: it, {ONCE}, limit: 1 hour"],
            "second": ["id: it, start: {clock: first/it, is: breached}, stop: complaint.withdrawn, limit: 1 hour"],
        }
    )
    clocks = ["id: it, start: {clock: second/it, is: breached}, stop: complaint.withdrawn, limit: 1 hour"]
    expect = "{it: {due: 2026-03-02 13:00:02}}"
    example = f"events: [{RECEIVED}]\n        until: 2026-03-02 12:00:02\n        expect: {expect}"
    assert judged(clocks, example, more) == []


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ("{type: complaint.registered, time: 2026-03-02 10:00, data: {received_at: 2026-03-02 09:00}}", "10:00"),
        (f"{RECEIVED}, {AMENDED % '2026-03-02 09:30'}", "10:30"),
        (f"{RECEIVED}, {PAUSED}, {RESUMED}", "11:10"),
        (f"{RECEIVED}, {EXTENDED % 'department_head'}", "12:00"),
        (f"{RECEIVED}, {EXTENDED % 'owner'}", "11:00"),
    ],
    ids=["receipt", "amended receipt", "pause", "extension", "refused"],
)
def test_the_data_of_an_examples_events_count(events: str, due: str) -> None:
    """The receipt, an amended one, pauses and extensions move the due time as they do for a case."""
    clocks = [
        f"id: it, {ONCE}, limit: 1 hour, pause: [mediation], "
        "extend: [{to: 2 hours, needs: [reason], approver: department_head}]"
    ]
    example = (
        f"events: [{events}]\n        until: 2026-03-02 10:30\n        expect: {{it: {{due: '2026-03-02 {due}'}}}}"
    )
    assert judged(clocks, example) == []


@pytest.mark.parametrize(("age", "message"), [("70", ""), ("69", "it has not started"), ("'70'", "")])
def test_a_field_inside_a_mapping_is_typed_too(age: str, message: str) -> None:
    """A number inside `customer` is one, as an event brings it."""
    clocks = [
        "id: it, start: {on: complaint.registered, when: {customer.age: {at_least: 70}}}, stop: complaint.withdrawn, "
        "limit: 1 hour"
    ]
    example = (
        f"events: [{{type: complaint.registered, time: 2026-03-02 10:00, data: {{customer: {{age: {age}}}}}}}]\n"
        "        expect: {it: {state: running}}"
    )
    assert judged(clocks, example) == ([message] if message else [])
