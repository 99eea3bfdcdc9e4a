"""Cases as `cases --json` and `case --json` print them: exact keys, instants in UTC cut to seconds, clocks judged."""

import json
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.contract.builders import NOW, a_case, a_clock, a_timeline_row
from tests.unit.service.desk import Desk, at
from triage.service.case_view import CaseLine, case_line, stored_line, timeline_lines

DUE = NOW + timedelta(days=15)
MOMENT = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)

CASE_KEYS = (
    "case", "status", "priority", "department", "team", "handler", "owner", "tags", "received_at", "fallback", "clocks",
)  # fmt: skip
CLOCK_KEYS = (
    "clock", "cycle", "state", "breached", "late_by_seconds", "started_at", "due_at", "original_due_at",
    "due_at_if_resumed_now", "ended_at", "provisional",
)  # fmt: skip
TIMELINE_KEYS = (
    "seq",
    "kind",
    "type",
    "time",
    "recorded_at",
    "event_id",
    "source",
    "voided",
    "backdated",
    "body",
    "decision",
)


def printed(line: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(msgspec.json.encode(line))
    return found


def timeline_of(desk: Desk) -> list[dict[str, Any]]:
    """The desk's timeline with everything in it."""
    assert desk.row is not None
    rows = [row for effects in desk.effects for row in effects.timeline]
    return [printed(line) for line in timeline_lines(desk.row, rows, None)]


def line_of(desk: Desk, now: str) -> CaseLine:
    """The desk's case as it is listed at this local time."""
    assert desk.row is not None
    return case_line(desk.row, [stored_line(clock, at(now)) for clock in desk.effects[-1].clocks])


@pytest.fixture
def desk() -> Desk:
    """A medical dispute of 2 March, 10:00 in Shanghai."""
    one = Desk()
    one.is_registered(causes=["medical_dispute"])
    return one


def test_a_case_has_the_keys_of_the_contract(desk: Desk) -> None:
    """All of them, in this order, and no other; the owner is {id, name}."""
    line = printed(line_of(desk, "2026-03-02 10:30"))
    assert tuple(line) == CASE_KEYS
    assert [tuple(clock) for clock in line["clocks"]] == [CLOCK_KEYS] * 2
    assert {key: value for key, value in line.items() if key != "clocks"} == {
        "case": "C-1",
        "status": "registered",
        "priority": "high",
        "department": "claims",
        "team": "medical",
        "handler": "dedicated",
        "owner": {"id": "cgd", "name": "Chen Guodong"},
        "tags": ["medical"],
        "received_at": "2026-03-02T02:00:00Z",
        "fallback": False,
    }


def test_the_clocks_are_named_in_full_and_in_order(desk: Desk) -> None:
    """`policy/clock`, sorted by name and then by cycle, whatever order the rows come in."""
    assert [clock.clock for clock in line_of(desk, "2026-03-02 10:30").clocks] == ["contact/call", "decision/answer"]
    rows = [a_clock(clock="b", cycle=2), a_clock(clock="b", cycle=10), a_clock(clock="b"), a_clock(clock="a", cycle=3)]
    listed = case_line(a_case(), [stored_line(row, NOW) for row in rows]).clocks
    assert [(clock.clock, clock.cycle) for clock in listed] == [("a", 3), ("b", 1), ("b", 2), ("b", 10)]


def test_a_running_clock_is_judged_at_the_time_of_the_listing(desk: Desk) -> None:
    """The same rows, overdue an hour later."""
    call = {now: line_of(desk, f"2026-03-02 {now}").clocks[0] for now in ("15:00", "15:00:01", "16:00")}
    assert [(one.state, one.breached, one.late_by_seconds) for one in call.values()] == [
        ("running", False, None), ("running", True, 1), ("running", True, 3600),
    ]  # fmt: skip
    assert [one.in_words for one in call.values()] == ["running", "overdue", "overdue"]
    assert printed(call["16:00"])["due_at"] == "2026-03-02T07:00:00Z"


def test_a_case_is_overdue_while_one_of_its_clocks_is(desk: Desk) -> None:
    """A clock that was met late is overdue no longer."""
    assert not line_of(desk, "2026-03-02 15:00").is_overdue
    assert line_of(desk, "2026-03-02 15:00:01").is_overdue
    desk.happens("contacted", "2026-03-02 15:00:02", direction="to_customer")
    assert not line_of(desk, "2026-03-02 16:00").is_overdue


def test_the_whole_second_of_the_due_time_is_in_time() -> None:
    """What happens within it is not late; a second later it is."""
    clock = a_clock(due_at=DUE)
    late = [stored_line(clock, now).late_by_seconds for now in (DUE, DUE + SECOND - MOMENT, DUE + SECOND)]
    assert late == [None, None, 1]
    assert stored_line(clock, DUE + 2 * SECOND - MOMENT).late_by_seconds == 1


@pytest.mark.parametrize(
    ("kind", "data", "ended", "expected", "words"),
    [
        ("reply_sent", {}, "2026-03-17 23:59:59", ("stopped", False, None), "met"),
        ("reply_sent", {}, "2026-03-18 00:00:00", ("stopped", True, 1), "met late"),
        ("withdrawn", {}, "2026-03-17 23:59:59", ("cancelled", False, None), "cancelled"),
        ("withdrawn", {}, "2026-03-18 00:01:00", ("cancelled", True, 61), "cancelled"),
        ("linked", {"to": "C-0", "relation": "duplicate"}, "2026-03-18 01:00", ("merged", True, 3601), "merged"),
    ],
)
def test_an_ended_clock_is_judged_at_its_end(
    desk: Desk, kind: str, data: dict[str, Any], ended: str, expected: tuple[str, bool, int | None], words: str
) -> None:
    """However late it is listed; in every state that it can end in, as the output `complaint.clock_ended` says."""
    desk.happens(kind, ended, **data)
    answer = line_of(desk, "2026-12-01 10:00").clocks[1]
    assert (answer.state, answer.breached, answer.late_by_seconds) == expected
    assert answer.in_words == words
    assert answer.ended_at == at(ended).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = next(one["data"] for one in desk.heard("clock_ended") if one["data"]["clock"] == "decision/answer")
    assert (told["state"], told["breached"], told["late_by_seconds"]) == expected


def test_a_missed_cycle_is_breached_by_nothing() -> None:
    """It ends at its due time: late by 0."""
    missed = stored_line(a_clock(state="missed", due_at=DUE, ended_at=DUE, breached=True), DUE + SECOND)
    assert (missed.breached, missed.late_by_seconds, missed.is_overdue) == (True, 0, False)


def test_a_clock_that_stands_has_no_due_time_and_is_not_overdue() -> None:
    """While paused there is nothing to be late for."""
    paused = printed(stored_line(a_clock(state="paused", due_at=None), DUE + timedelta(days=99)))
    assert (paused["due_at"], paused["breached"], paused["late_by_seconds"]) == (None, False, None)
    assert paused["original_due_at"] == "2026-03-17T01:30:00Z"


def test_instants_are_utc_and_cut_to_seconds() -> None:
    """Never rounded: 59.999 seconds are 59."""
    nearly = NOW + timedelta(seconds=59, microseconds=999_999)
    clock = printed(stored_line(a_clock(started_at=nearly, ended_at=nearly, state="stopped"), DUE))
    assert clock["started_at"] == clock["ended_at"] == "2026-03-02T01:30:59Z"
    assert case_line(a_case(received_at=nearly), ()).received_at == "2026-03-02T01:30:59Z"


def test_a_case_without_a_decision_is_shown() -> None:
    """Nothing that is in the store is left out of the list: what is not known is null, and it is nobody's choice."""
    line = printed(case_line(a_case("C-9"), ()))
    assert tuple(line) == CASE_KEYS
    assert (line["status"], line["priority"], line["owner"], line["tags"]) == ("unregistered", None, None, [])
    assert (line["fallback"], line["clocks"]) == (True, [])


def test_the_fallback_shows() -> None:
    """No rule named the department."""
    desk = Desk()
    desk.is_registered()
    line = line_of(desk, "2026-03-02 10:30")
    assert (line.fallback, line.department, line.owner and line.owner.name) == (True, "coordination", "Wang Fang")


def test_provisional_deadlines_show() -> None:
    """The calendar ended before the count did."""
    assert [stored_line(a_clock(provisional=it), NOW).provisional for it in (True, False)] == [True, False]


def test_a_row_of_the_timeline_has_the_keys_of_the_contract(desk: Desk) -> None:
    """Event, body and decision as JSON; what the outcome was decided by stands in the decision."""
    (line,) = timeline_of(desk)
    assert tuple(line) == TIMELINE_KEYS
    assert (line["seq"], line["kind"], line["type"]) == (1, "event", "complaint.registered")
    assert (line["time"], line["recorded_at"]) == ("2026-03-02T02:00:00Z", "2026-03-02T02:00:00Z")
    assert (line["event_id"], line["source"]) == ("1", "/test")
    assert line["body"]["data"]["channel"] == "phone"
    assert set(line["decision"]) == {"revision", "facts", "outcome", "reasons", "engines", "rules_said"}


def test_personal_data_stand_in_a_row_only_when_they_are_asked_for(desk: Desk) -> None:
    """What people wrote goes, what clocks read stays."""
    assert desk.row is not None
    (line,) = timeline_lines(desk.row, desk.effects[0].timeline, desk.rules.active.eraser)
    body = printed(line)["body"]
    assert (body["data"]["channel"], body["data"]["customer"]) == ("phone", {"id": "K-1"})
    assert body["data"]["description"] == "(erased)"


@pytest.mark.parametrize("body", [None, "", "{}", '{"data":{"description":"投诉"}}'])
def test_a_row_without_a_body_or_a_decision_has_null(body: str | None) -> None:
    """A row says nothing of what it has not."""
    row = a_timeline_row(body=body, recorded_at=datetime(2026, 3, 2, tzinfo=NOW.tzinfo))
    line = printed(next(timeline_lines(a_case(), [row], None)))
    assert line["body"] == (json.loads(body) if body else None)
    assert line["decision"] is None


def test_a_backdated_reply_is_marked(desk: Desk) -> None:
    """Recorded more than a day after it is said to have been sent; other events may come as late as they like."""
    desk.happens("reply_sent", "2026-03-03 10:00", at("2026-03-04 10:00"), channel="letter")
    desk.happens("reply_sent", "2026-03-03 10:00", at("2026-03-04 10:00:01"), channel="letter")
    desk.happens("contacted", "2026-03-03 10:00", at("2026-03-09 10:00"), direction="to_customer")
    assert [line["backdated"] for line in timeline_of(desk)] == [False, False, True, False]


def test_a_voided_event_is_marked(desk: Desk) -> None:
    """Whichever of the two comes first; what voids cannot be voided, and the step of a clock is no event."""
    desk.happens("voided", "2026-03-03 10:00", event={"source": "/test", "id": "4"}, reason="wrong case", by="Lin")
    desk.happens("voided", "2026-03-03 11:00", event={"source": "/test", "id": "2"}, reason="oh no", by="Lin")
    desk.happens("assigned", "2026-03-03 09:00", owner="Zhou Wen")
    desk.happens("voided", "2026-03-03 12:00", event={"source": "/test", "id": "1"}, reason="a test", by="Lin")
    desk.sweeps("2026-03-30 12:00")
    voided = {line["event_id"]: line["voided"] for line in timeline_of(desk)}
    assert voided == {"1": True, "2": False, "3": False, "4": True, "5": False, None: False}
