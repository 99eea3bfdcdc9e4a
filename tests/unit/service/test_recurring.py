"""Recurring clocks: resets, cycles that are missed, their silence, and escalations that are rung again."""

import pytest

from tests.unit.service.desk import SHANGHAI, Desk, at, desk_with

# A word every working day. Registered Mon 2 March 10:00: cycle 1 is due Tue 3 at 23:59:59, missed in the second behind
# it; cycle 2 starts there and is due Wed 4.

DAILY = (
    "id: daily, start: complaint.registered, every: 1 working day, stop: complaint.reply_sent, "
    "reset: {on: complaint.contacted, when: {direction: to_customer}}, cancel: complaint.withdrawn"
)
RUNG = f"{DAILY}, escalate: [{{after: 1 working day, to: department_head, every: 1 working day}}]"


def sweeps_when_due(desk: Desk, until: str) -> None:
    """Sweep at every instant at which the rows say so, up to this local time."""
    while due := sorted(row.next_at for row in desk.stored.values() if row.next_at and row.next_at <= at(until)):
        desk.sweeps(f"{due[0].astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")


def test_a_reset_ends_the_cycle_as_met_and_starts_the_next_at_its_time() -> None:
    """Two calls: two cycles stopped in time, the third runs from the second call."""
    desk = desk_with(DAILY)
    desk.happens("contacted", "2026-03-03 10:00", direction="to_customer")
    desk.happens("contacted", "2026-03-03 16:00", direction="to_customer")
    assert desk.told_of("clock_ended", "cycle", "state", "breached") == [(1, "stopped", False), (2, "stopped", False)]
    assert desk.told_of("deadline_set", "cycle", "due_at", "because") == [
        (1, "2026-03-03 23:59:59", "started"),
        (2, "2026-03-04 23:59:59", "started"),
        (3, "2026-03-04 23:59:59", "started"),
    ]
    assert desk.clocks("2026-03-03 17:00")["daily", 3].started_at == at("2026-03-03 16:00")


def test_a_call_from_the_customer_resets_nothing() -> None:
    """Only what the pattern means does."""
    desk = desk_with(DAILY)
    desk.happens("contacted", "2026-03-03 10:00", direction="from_customer")
    assert list(desk.stored) == [("sla/daily", 1)]


def test_a_missed_cycle_is_breached_once_and_the_next_starts_at_the_missed_due_time() -> None:
    """Each silent day: one `clock_ended` as missed, one breach to the owner, one new deadline."""
    desk = desk_with(DAILY)
    sweeps_when_due(desk, "2026-03-06 12:00")
    assert desk.told_of("clock_ended", "cycle", "state", "breached", "late_by_seconds") == [
        (number, "missed", True, 0) for number in (1, 2, 3)
    ]
    assert desk.told_of("clock_breached", "cycle", "due_at", "fired_at") == [
        (1, "2026-03-03 23:59:59", "2026-03-04 00:00:00"),
        (2, "2026-03-04 23:59:59", "2026-03-05 00:00:00"),
        (3, "2026-03-05 23:59:59", "2026-03-06 00:00:00"),
    ]
    assert desk.clocks("2026-03-06 12:00")["daily", 4].started_at == at("2026-03-05 23:59:59")


def test_many_missed_cycles_after_a_downtime_are_one_notice() -> None:
    """Of the steps of all cycles that are due in one sweep the latest is sent; the others are on record."""
    desk = desk_with(DAILY)
    effects = desk.sweeps("2026-03-10 12:00")  # Tue: silent since Tue 3; Sat 7 and Sun 8 do not count
    assert [one[0] for one in desk.told_of("clock_ended", "cycle")] == [1, 2, 3, 4, 5]
    assert desk.told_of("clock_breached", "cycle", "due_at") == [(5, "2026-03-09 23:59:59")]
    assert [(step.cycle, step.state) for step in effects.steps] == [
        (1, "superseded"), (2, "superseded"), (3, "superseded"), (4, "superseded"), (5, "fired"),
    ]  # fmt: skip


def test_the_stop_ends_the_running_cycle_as_ended() -> None:
    """Stop and cancel alike; nothing rings afterwards, and no cycle follows."""
    for kind in ("reply_sent", "withdrawn"):
        desk = desk_with(DAILY)
        desk.happens(kind, "2026-03-03 10:00")
        assert desk.told_of("clock_ended", "cycle", "state", "breached") == [(1, "ended", False)]
        assert desk.sweeps("2026-03-20 10:00").steps == ()
        assert list(desk.stored) == [("sla/daily", 1)]


def test_silence_escalates_behind_every_missed_cycle_until_somebody_speaks() -> None:
    """A missed cycle's escalations go on and are rung again; the call ends the silence and resolves what was sent."""
    desk = desk_with(RUNG)
    sweeps_when_due(desk, "2026-03-06 12:00")
    assert desk.told_of("escalated", "cycle", "step", "fired_at") == [
        (1, "after 1 working day", "2026-03-05 09:00:00"),  # full day behind Tue 3: Wed 4
        # Fri 6 09:00: the second ringing of cycle 1 and the first of cycle 2 are due together: the later one is sent
        (2, "after 1 working day", "2026-03-06 09:00:00"),
    ]
    assert {step.state for step in desk.effects[-1].steps} == {"superseded", "fired"}
    desk.happens("contacted", "2026-03-06 13:00", direction="to_customer")
    resolved = desk.told_of("alert_resolved", "cycle", "step", "reason")
    assert sorted(resolved) == [
        (1, "after 1 working day", "met"), (1, "due", "met"), (2, "after 1 working day", "met"), (2, "due", "met"),
        (3, "due", "met"),
    ]  # fmt: skip
    assert [key for key, row in desk.stored.items() if row.next_at is not None] == [("sla/daily", 5)]


def test_an_escalation_of_one_deadline_is_rung_again_until_it_is_answered() -> None:
    """`every`: the second ringing has its number, each goes out once, and a reply takes them all back."""
    clock = "id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: 1 working day, "
    desk = desk_with(clock + "escalate: [{after: 1 working day, to: department_head, every: 1 working day}]")
    sweeps_when_due(desk, "2026-03-09 12:00")
    assert desk.told_of("escalated", "step", "fired_at") == [
        ("after 1 working day", "2026-03-05 09:00:00"),
        ("after 1 working day (2)", "2026-03-06 09:00:00"),
        ("after 1 working day (3)", "2026-03-09 09:00:00"),  # Mon
    ]
    desk.happens("reply_sent", "2026-03-09 13:00")
    assert len(desk.heard("alert_resolved")) == 4
    sweeps_when_due(desk, "2026-03-20 12:00")
    assert len(desk.heard("escalated")) == 3


def test_a_call_in_time_that_arrives_late_makes_a_missed_cycle_met() -> None:
    """Event time counts: the breach is withdrawn as late evidence, and the later cycles move to the call."""
    desk = desk_with(DAILY)
    sweeps_when_due(desk, "2026-03-05 00:00")
    desk.happens("contacted", "2026-03-03 15:00", at("2026-03-05 10:00"), direction="to_customer")
    assert desk.told_of("clock_ended", "cycle", "state", "breached")[-1] == (1, "stopped", False)
    assert desk.told_of("alert_resolved", "cycle", "step", "reason") == [(1, "due", "late_evidence")]
    assert desk.clocks("2026-03-05 10:00")["daily", 2].due_at == at("2026-03-04 23:59:59")


def test_a_voided_call_breaks_the_silence_no_more() -> None:
    """The cycle that it met is missed after all."""
    desk = desk_with(DAILY)
    desk.happens("contacted", "2026-03-03 15:00", direction="to_customer")
    void = {"event": {"source": "/test", "id": "2"}, "reason": "another case", "by": "lin"}
    desk.happens("voided", "2026-03-04 10:00", **void)
    assert desk.told_of("clock_ended", "cycle", "state") == [(1, "stopped"), (1, "missed")]


@pytest.mark.parametrize("missed", [1, 3])
def test_the_row_of_an_answered_cycle_waits_for_nothing(missed: int) -> None:
    """Once somebody has spoken no row of an ended cycle has a step or an instant to look at again."""
    desk = desk_with(RUNG)
    desk.happens("contacted", f"2026-03-{3 + missed:02} 10:00", direction="to_customer")
    ended = [row for row in desk.stored.values() if row.ended_at is not None]
    assert len(ended) == missed + 1
    assert {(row.next_step, row.next_at) for row in ended} == {(None, None)}
