"""Replay: events in virtual time, the shape of what it says, and lines that it cannot take."""

import json
import re
from datetime import datetime
from typing import Any

import msgspec
import pytest

from tests.builders_rules import policies_of, with_rules
from tests.unit.service.desk import ANSWER, REGISTERED, WARNED, at, clocked
from triage.codec.decode import DeadLetter
from triage.rulebook.decide import CompiledRulebook
from triage.service.replay import Replay

CASE_KEYS = {
    "case", "status", "priority", "department", "team", "handler", "owner", "tags", "received_at", "fallback", "clocks",
    "decision", "refused", "alerts",
}  # fmt: skip
CLOCK_KEYS = {
    "clock", "cycle", "state", "breached", "late_by_seconds", "started_at", "due_at", "original_due_at",
    "due_at_if_resumed_now", "ended_at", "provisional",
}  # fmt: skip
DECISION_KEYS = {
    "priority", "department", "team", "handler", "owner", "involves", "tags", "policies", "previous", "reasons",
    "fallback", "held_by_human", "rules_say_higher", "rules_would_move_to", "engines", "faults", "rulebook",
}  # fmt: skip


def line(number: int | str, what: str, local: str, case: str = "C-1", /, **data: Any) -> bytes:
    """One event as a line of the file."""
    envelope = {
        "id": str(number), "source": "/test", "type": f"complaint.{what}", "subject": case,
        "time": at(local).isoformat(), "data": data,
    }  # fmt: skip
    return json.dumps(envelope).encode()


def registered(local: str = "2026-03-02 10:00", case: str = "C-1", /, **data: Any) -> bytes:
    return line(f"registered {case}", "registered", local, case, **(REGISTERED | data))


def replay(rules: CompiledRulebook, *lines: bytes, until: str | None = None) -> list[dict[str, Any]]:
    """The cases at the end, as tools read them; every line has to be taken."""
    running = Replay(rules, at(until) if until else None)
    for one in lines:
        assert running.read(one) is None
    return [json.loads(msgspec.json.encode(case)) for case in running.finish()]


def letter(running: Replay, raw: bytes) -> tuple[str, str]:
    """Why a line was not taken."""
    found = running.read(raw)
    assert isinstance(found, DeadLetter)
    return found.reason, found.detail


def test_a_replayed_case_has_exactly_the_keys_of_the_contract() -> None:
    """Those of `cases --json`, the last decision as it was told, and what was refused and notified."""
    rules = clocked(f"{WARNED}, extend: [{{to: 30 calendar days, needs: [reason]}}]")
    (case,) = replay(
        rules, registered(),
        line(1, "extension_granted", "2026-03-18 09:00", clock="answer", to="30 calendar days"),
        line(2, "paused", "2026-03-18 10:00", reason="appraisal"),
        line(3, "close_requested", "2026-03-18 11:00", by="lin", outcome="upheld"),
        until="2026-03-19 09:00",
    )  # fmt: skip
    assert set(case) == CASE_KEYS
    assert [set(clock) for clock in case["clocks"]] == [CLOCK_KEYS]
    assert set(case["decision"]) == DECISION_KEYS
    assert case["refused"] == [
        {"type": "complaint.extension_refused", "at": "2026-03-18T01:00:00Z", "clock": "sla/answer",
         "to": "30 calendar days", "missing": ["reason"], "late_by_seconds": 9 * 3600 + 1},
        {"type": "complaint.pause_refused", "at": "2026-03-18T02:00:00Z", "missing": ["reason"],
         "late_by_seconds": None},
        {"type": "complaint.closure_refused", "at": "2026-03-18T03:00:00Z",
         "missing": ["complaint.reply_sent", "complaint.followup_completed"], "late_by_seconds": None},
    ]  # fmt: skip
    owner = {"role": "owner", "id": "Wang Fang", "name": "Wang Fang"}
    head = {"role": "department_head", "id": "Gu Mingde", "name": "Gu Mingde"}
    common = {"clock": "sla/answer", "cycle": 1}
    assert case["alerts"] == [
        {"type": "complaint.clock_warning", **common, "step": "1 working day before", "at": "2026-03-16T01:00:00Z",
         "to": [owner]},
        {"type": "complaint.clock_breached", **common, "step": "due", "at": "2026-03-17T16:00:00Z", "to": [owner]},
        {"type": "complaint.escalated", **common, "step": "after 1 working day", "at": "2026-03-19T01:00:00Z",
         "to": [head]},
    ]  # fmt: skip


def test_every_instant_is_utc_to_the_second_whatever_offset_the_end_has() -> None:
    """`--until` in local time and a paused clock in hours: what would be due is told in UTC."""
    rules = clocked(
        "id: call, start: complaint.registered, stop: complaint.contacted, limit: 20 hours, pause: [appraisal]"
    )
    running = Replay(rules, datetime.fromisoformat("2026-03-04T10:00:00+08:00"))
    for one in (registered(), line(1, "paused", "2026-03-02 11:00", reason="appraisal")):
        running.read(one)
    (case,) = running.finish()
    assert case.clocks[0].due_at_if_resumed_now == "2026-03-04T21:00:00Z"  # 19 hours behind 10:00 in Shanghai
    text = msgspec.json.encode(case).decode()
    found = re.findall(r"\d{4}-\d\d-\d\dT[^\"]*", text)
    assert found
    assert [one for one in found if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one)] == []


def test_the_run_ends_at_the_last_event_unless_told_otherwise() -> None:
    """Time passes to the latest event of all cases, and no further."""
    events = (registered(), registered("2026-03-18 00:00", "C-2"))
    first, _ = replay(clocked(WARNED), *events)
    assert [alert["type"] for alert in first["alerts"]] == ["complaint.clock_warning", "complaint.clock_breached"]
    first, _ = replay(clocked(WARNED), *events[:1], registered("2026-03-17 23:59:59", "C-2"))
    assert [alert["type"] for alert in first["alerts"]] == ["complaint.clock_warning"]


@pytest.mark.parametrize(
    ("until", "breached", "late", "alerts"),
    [
        ("2026-03-17 23:59:59", False, None, 1),
        ("2026-03-18 00:00:00", True, 1, 2),
        ("2026-03-19 08:59:59", True, 32 * 3600 + 3600, 2),
        ("2026-03-19 09:00:00", True, 33 * 3600 + 1, 3),
    ],
)
def test_until_is_the_instant_at_which_clocks_are_looked_at(
    until: str, breached: bool, late: int | None, alerts: int
) -> None:
    """What is due in its very second has fired, what is due a second later has not."""
    (case,) = replay(clocked(WARNED), registered(), until=until)
    (clock,) = case["clocks"]
    assert (clock["breached"], clock["late_by_seconds"], len(case["alerts"])) == (breached, late, alerts)


def test_events_behind_until_are_not_read() -> None:
    """One at its very second is; a case that begins behind it is not there."""
    (case,) = replay(
        clocked(WARNED), registered(), line(1, "reply_sent", "2026-03-10 10:00"),
        line(2, "reopened", "2026-03-10 10:00:01"), registered("2026-03-11 10:00", "C-2"), until="2026-03-10 10:00",
    )  # fmt: skip
    assert [clock["state"] for clock in case["clocks"]] == ["stopped"]


def test_steps_fire_in_order_with_the_events() -> None:
    """The owner of the moment hears of it: who was assigned before the warning, not after it."""
    (case,) = replay(
        clocked(WARNED), registered(), line(1, "assigned", "2026-03-05 10:00", owner="lin"),
        line(2, "assigned", "2026-03-17 10:00", owner="zhou"), until="2026-03-20 09:00",
    )  # fmt: skip
    assert [alert["to"][0]["id"] for alert in case["alerts"]] == ["lin", "zhou", "Gu Mingde"]


def test_virtual_time_never_goes_back() -> None:
    """A policy that a breach attaches late fires what has passed at the time of the breach."""
    rush = "id: rush, start: complaint.registered, stop: complaint.contacted, limit: 1 hour"
    urgent = policies_of({"rush": [rush]}, more="applies_when: {priority: urgent}").removeprefix("policies:\n")
    rules = with_rules(
        {"late": "{priority: urgent}"}, {"late": "{clocks.breached: {contains: sla/answer}}"},
        {"sla/policies.yaml": policies_of({"sla": [ANSWER]}) + urgent},
    )  # fmt: skip
    (case,) = replay(rules, registered(), until="2026-03-19 09:00")
    assert [(alert["clock"], alert["at"]) for alert in case["alerts"]] == [
        ("sla/answer", "2026-03-17T16:00:00Z"), ("rush/rush", "2026-03-17T16:00:00Z"),
    ]  # fmt: skip


def test_the_same_line_again_changes_nothing() -> None:
    """A duplicate is no event: another order of keys or spelling of the instant makes no other line. What is granted
    twice under one id is granted once."""
    rules = clocked(f"{WARNED}, extend: [{{add: 2 calendar days, from: due}}]")
    grant = {"clock": "answer", "to": "2 calendar days"}
    once = [registered(), line(1, "extension_granted", "2026-03-10 10:00", **grant)]
    envelope = dict(reversed(json.loads(once[1]).items())) | {"time": "2026-03-10T10:00:00+08:00"}
    again = json.dumps(envelope).encode()
    found = replay(rules, *once, again, until="2026-03-25 10:00")
    assert found == replay(rules, *once, until="2026-03-25 10:00")
    assert found[0]["clocks"][0]["due_at"] == "2026-03-19T15:59:59Z"


@pytest.mark.parametrize(
    "other",
    [
        line(1, "contacted", "2026-03-03 10:00", direction="from_customer"),
        line(1, "contacted", "2026-03-03 10:01", direction="to_customer"),
        line(1, "contacted", "2026-03-03 10:00", "C-2", direction="to_customer"),
        line(1, "assigned", "2026-03-03 10:00", direction="to_customer"),
    ],
    ids=["data", "time", "subject", "type"],
)
def test_an_id_that_came_before_with_other_content_is_a_conflict(other: bytes) -> None:
    """It is not applied, and the reason names the event."""
    running = Replay(clocked(WARNED))
    for one in (registered(), line(1, "contacted", "2026-03-03 10:00", direction="to_customer")):
        assert running.read(one) is None
    assert letter(running, other) == ("id_conflict", "event 1 of /test came before with other content")
    assert [case.case for case in running.finish()] == ["C-1"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "unreadable"),
        (b"[1]", "unreadable"),
        (b'{"id": "1"}', "no_envelope"),
        (line(1, "contacted", "2026-03-03 10:00").replace(b"+00:00", b""), "no_envelope"),
    ],
)
def test_a_line_without_a_readable_envelope_is_told_and_left_out(raw: bytes, reason: str) -> None:
    """The others count all the same."""
    running = Replay(clocked(WARNED), at("2026-03-03 10:00"))
    assert letter(running, raw)[0] == reason
    assert running.read(registered()) is None
    assert len(list(running.finish())) == 1


def test_a_time_ahead_is_no_fault_in_virtual_time() -> None:
    """Nothing arrives before it happens when arrival is the order of lines."""
    (case,) = replay(clocked(WARNED), registered("2199-03-02 10:00"))
    assert case["status"] == "registered"


def test_faulty_data_reaches_its_case() -> None:
    """As live: the fault is told in the decision, the clocks run."""
    (case,) = replay(clocked(WARNED), registered("2026-03-02 10:00", channel="telegram"))
    assert [fault["path"] for fault in case["decision"]["faults"]] == ["channel"]
    assert case["fallback"] is True
    assert len(case["clocks"]) == 1


def test_cases_come_in_the_order_of_their_first_events_and_know_of_each_other() -> None:
    """The customer's other complaints are facts; a registration that is voided is none of theirs any more."""
    rules = clocked(
        ANSWER, thens={"again": "{tags: [again]}"}, whens={"again": "{history.complaints_90d: {at_least: 1}}"}
    )
    events = [registered("2026-03-02 10:00", "C-9"), registered("2026-03-03 10:00", "C-1")]
    cases = replay(rules, *events)
    assert [(case["case"], case["tags"]) for case in cases] == [("C-9", []), ("C-1", ["again"])]
    void = line(7, "voided", "2026-03-02 11:00", "C-9", event={"source": "/test", "id": "registered C-9"}, reason="x")
    cases = replay(rules, events[0], void, events[1])
    assert [(case["case"], case["tags"]) for case in cases] == [("C-9", []), ("C-1", [])]


def test_two_runs_over_the_same_lines_say_the_same() -> None:
    """To the byte: nothing is drawn, kept or read from the machine."""
    lines = [registered(), line(1, "paused", "2026-03-05 10:00", reason="appraisal")]
    rules = clocked(f"{WARNED}, pause: [appraisal]")
    said = [json.dumps(replay(rules, *lines, until="2026-04-05 10:00")) for _ in range(2)]
    assert said[0] == said[1]


def test_an_empty_file_has_no_cases() -> None:
    """And no fault."""
    assert replay(clocked(ANSWER)) == []
    assert replay(clocked(ANSWER), until="2026-03-05 10:00") == []
