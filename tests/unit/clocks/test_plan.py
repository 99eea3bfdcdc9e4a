"""The plan of a clock: when it starts, how it ends, whether it is breached, and what is next."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.clocks.clock import Clock, ClockState
from monitors.clocks.policy import ClockPolicy, EventRef
from tests.unit.clocks.builders import CN, RECEIPT, case_of, clock_policy, event, instant, planned, ref
from tests.unit.clocks.strategies import clock_policies, histories
from triage.domain.condition import Op, Test
from triage.domain.event import Event

REGISTERED = event("registered", "2026-03-02 10:00", description="x")
DUE = instant("2026-03-17 23:59:59")
STATES = ClockState
FINAL = ref("complaint.reply_sent", when=Test("kind", Op.IS, "final"))


def plan(*events: Event, now: str = "2026-12-31 00:00", start: EventRef = RECEIPT, stop: EventRef = FINAL) -> Clock:
    """The clock of 15 calendar days from a receipt on 2 March, which has started."""
    found = planned(clock_policy(start=start, stop=stop), case_of(*events), now)
    assert found is not None
    return found


def test_fifteen_calendar_days_from_a_receipt_on_the_second() -> None:
    """Received on 2 March at 10:00, due on 17 March at 23:59:59, local time."""
    clock = plan(REGISTERED, now="2026-03-02 10:00")
    assert clock == Clock(
        name="law/decision",
        cycle=1,
        state=STATES.RUNNING,
        began="started",
        started_at=instant("2026-03-02 10:00"),
        due_at=DUE,
        original_due_at=DUE,
        ended_at=None,
        breached=False,
        late_by_seconds=None,
        provisional=False,
        counted=date(2026, 3, 17),
        steps=clock.steps,
    )
    assert [(step.name, step.at) for step in clock.steps] == [("due", instant("2026-03-18 00:00"))]


def test_a_clock_whose_start_has_not_come_has_no_cycle() -> None:
    """Neither an event of another type nor one later than now starts it."""
    accepted = clock_policy(start=ref("complaint.solution_accepted"))
    assert planned(accepted, case_of(REGISTERED), "2026-12-31 00:00") is None
    assert planned(clock_policy(), case_of(REGISTERED), "2026-03-02 09:59:59") is None


def test_the_first_start_event_starts_and_further_ones_are_ignored() -> None:
    """A second start event moves nothing."""
    first, second = event("contacted", "2026-03-02 10:00"), event("contacted", "2026-03-05 10:00")
    assert plan(second, first, start=ref("complaint.contacted")).started_at == first.time


@pytest.mark.parametrize(
    ("now", "late_by"),
    [
        ("2026-03-17 23:59:58", None),
        ("2026-03-17 23:59:59", None),
        ("2026-03-17 23:59:59.999999", None),  # within the last second
        ("2026-03-18 00:00:00", 1),
        ("2026-03-18 00:00:00.999999", 1),
        ("2026-03-18 09:00:00", 32_401),
    ],
)
def test_a_running_clock_is_breached_when_the_whole_due_second_is_past(now: str, late_by: int | None) -> None:
    """Seen at now, cut to seconds."""
    clock = plan(REGISTERED, now=now)
    assert (clock.state, clock.ended_at) == (STATES.RUNNING, None)
    assert (clock.breached, clock.late_by_seconds) == (late_by is not None, late_by)


@pytest.mark.parametrize(
    ("at", "late_by"),
    [
        ("2026-03-02 10:00:00", None),  # at the start's own second
        ("2026-03-12 09:00:00", None),
        ("2026-03-17 23:59:59.999999", None),
        ("2026-03-18 00:00:00", 1),
        ("2026-03-18 09:00:00", 32_401),
    ],
)
def test_a_stop_is_in_time_up_to_the_last_second(at: str, late_by: int | None) -> None:
    """Its time cut to seconds is compared with the due time, whatever now is."""
    clock = plan(REGISTERED, event("reply_sent", at))
    assert (clock.state, clock.ended_at) == (STATES.STOPPED, instant(at).replace(microsecond=0))
    assert (clock.breached, clock.late_by_seconds) == (late_by is not None, late_by)


def test_a_stop_before_the_start_does_not_count() -> None:
    """A second earlier is too early, the same second is not."""
    begun = ref("complaint.contacted")
    start = event("contacted", "2026-03-02 10:00:00.800000")
    early, same = event("reply_sent", "2026-03-02 09:59:59.900000"), event("reply_sent", "2026-03-02 10:00:00.100000")
    assert plan(start, early, start=begun).state is STATES.RUNNING
    assert plan(start, early, same, start=begun).ended_at == instant("2026-03-02 10:00")


def test_an_event_between_receipt_and_registration_counts() -> None:
    """The clock has run since the receipt."""
    registered = event("registered", "2026-03-04 10:00", description="x", received_at="2026-03-02T02:00:00Z")
    clock = plan(registered, event("reply_sent", "2026-03-03 10:00"))
    assert (clock.started_at, clock.ended_at) == (instant("2026-03-02 10:00"), instant("2026-03-03 10:00"))


def test_a_holding_reply_does_not_stop_a_clock_that_wants_a_final_one() -> None:
    """The first event that matches stops it, a later one changes nothing."""
    holding, final = event("reply_sent", "2026-03-03 10:00", kind="holding"), event("reply_sent", "2026-03-04 10:00")
    assert plan(REGISTERED, holding).state is STATES.RUNNING
    assert plan(REGISTERED, holding, final, event("reply_sent", "2026-03-05 10:00")).ended_at == final.time


def test_a_cancelled_clock_keeps_its_breach() -> None:
    """A withdrawal ends it; what was overdue then stays so, by the time up to the withdrawal."""
    in_time = plan(REGISTERED, event("withdrawn", "2026-03-17 10:00"))
    late = plan(REGISTERED, event("withdrawn", "2026-03-18 00:00:04"))
    assert (in_time.state, in_time.breached, in_time.late_by_seconds) == (STATES.CANCELLED, False, None)
    assert (late.state, late.breached, late.late_by_seconds) == (STATES.CANCELLED, True, 5)
    assert late.ended_at == instant("2026-03-18 00:00:04")


@pytest.mark.parametrize(
    ("stop", "cancel", "state"),
    [
        ("2026-03-03 10:00:00.900000", "2026-03-03 10:00:00.100000", STATES.STOPPED),  # one second: the stop
        ("2026-03-03 10:00:01", "2026-03-03 10:00:00.900000", STATES.CANCELLED),
        ("2026-03-03 10:00:00", "2026-03-03 10:00:01", STATES.STOPPED),
    ],
)
def test_whichever_end_comes_first_counts(stop: str, cancel: str, state: ClockState) -> None:
    """Within one second the stop goes before the cancel."""
    assert plan(REGISTERED, event("reply_sent", stop), event("withdrawn", cancel)).state is state


def test_a_duplicate_s_clocks_end_as_merged() -> None:
    """Other links end nothing; a stop before stays a stop."""
    linked = event("linked", "2026-03-03 10:00", to="C-0", relation="duplicate")
    assert plan(REGISTERED, linked).state is STATES.MERGED
    assert plan(REGISTERED, linked).ended_at == linked.time
    assert plan(REGISTERED, event("linked", "2026-03-03 10:00", to="C-0")).state is STATES.RUNNING
    assert plan(REGISTERED, linked, event("reply_sent", "2026-03-03 10:00")).state is STATES.STOPPED
    assert plan(REGISTERED, linked, event("withdrawn", "2026-03-03 10:00")).state is STATES.CANCELLED


def test_a_clock_runs_on_when_the_case_is_closed_or_reopened() -> None:
    """Only its own stop ends it, and an ended one never starts again."""
    closing = event("close_requested", "2026-03-03 10:00", by="u1", outcome="upheld")
    reopened = event("reopened", "2026-03-05 10:00")
    assert plan(REGISTERED, closing, reopened).state is STATES.RUNNING
    assert plan(REGISTERED, event("reply_sent", "2026-03-03 10:00"), reopened).state is STATES.STOPPED


def test_a_voided_stop_never_happened() -> None:
    """The clock runs again, and is breached when its time is over."""
    reply = event("reply_sent", "2026-03-03 10:00")
    voided = event("voided", "2026-03-04 10:00", event={"source": reply.source, "id": reply.id})
    assert plan(REGISTERED, reply, voided, now="2026-03-18 00:00").late_by_seconds == 1


def test_events_later_than_now_do_not_count_unless_they_are_asked_for() -> None:
    """An earlier now sees the clock as it stood; `events_until` lets known events count while now lags behind."""
    reply = event("reply_sent", "2026-03-18 09:00")
    clock, case = clock_policy(stop=FINAL), case_of(REGISTERED, reply)
    before = planned(clock, case, "2026-03-10 00:00")
    known = planned(clock, case, "2026-03-10 00:00", events_until=reply.time)
    assert before
    assert known
    assert (before.state, before.breached) == (STATES.RUNNING, False)
    assert (known.state, known.late_by_seconds) == (STATES.STOPPED, 32_401)


def test_a_deadline_beyond_the_known_years_is_provisional() -> None:
    """Working days are counted on by the plain week."""
    registered = event("registered", "2026-12-31 10:00", description="x")
    clock = planned(clock_policy("1 working day"), case_of(registered), "2026-12-31 10:00")
    assert clock
    assert (clock.due_at, clock.provisional) == (instant("2027-01-01 23:59:59"), True)


def keys(clock: Clock, *names: str) -> set[tuple[int, str, datetime]]:
    """The keys of steps of the clock's present due time."""
    assert clock.due_at
    return {(clock.cycle, name, clock.due_at) for name in names}


@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_the_order_of_arrival_never_matters(history: list[Event], data: st.DataObject) -> None:
    """Any order of the same events gives the same clock."""
    policy = clock_policy(stop=FINAL)
    shuffled = data.draw(st.permutations(history))
    assert planned(policy, case_of(*shuffled), "2026-12-31 00:00") == planned(
        policy, case_of(*history), "2026-12-31 00:00"
    )


INSTANTS = st.integers(-2 * 86_400, 40 * 86_400).map(lambda s: instant("2026-03-02 10:00") + timedelta(seconds=s))


@settings(max_examples=100, deadline=None)
@given(histories(), clock_policies(), INSTANTS, INSTANTS)
def test_a_later_now_moves_no_deadline(
    history: list[Event], clock: ClockPolicy, one: datetime, other: datetime
) -> None:
    """Once started, start, due time and steps stand; an ended clock stays as it ended; a breach stays a breach."""
    case = case_of(*history)
    before, after = (planned(clock, case, now, CN) for now in sorted((one, other)))
    if before is None:
        return
    assert after is not None
    assert (before.started_at, before.due_at, before.original_due_at) == (
        after.started_at, after.due_at, after.original_due_at,
    )  # fmt: skip
    assert before.steps == after.steps
    assert before.is_open or before == after
    assert after.breached or not before.breached
