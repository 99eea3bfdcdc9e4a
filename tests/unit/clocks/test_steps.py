"""Steps: when warnings, the breach and escalations may fire."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Step, StepKind
from monitors.clocks.policy import ClockPolicy, Limit
from monitors.clocks.steps import steps_of
from tests.unit.clocks.builders import CN, LONDON, clock_policy, course, instant
from tests.unit.clocks.strategies import calendars, clock_policies, seconds


def simple(clock: ClockPolicy) -> Limit:
    """The clock's limit, which is a plain one here."""
    assert isinstance(clock.limit, Limit)
    return clock.limit


def planned_steps(clock: ClockPolicy, start: str, calendar: Calendar = CN) -> dict[str, Step]:
    """The steps by name."""
    begin = instant(start, calendar.zone)
    steps = steps_of(clock, course(simple(clock), begin, calendar))
    return {step.name: step for step in steps}


@pytest.mark.parametrize(
    ("limit", "start", "warning", "at"),
    [
        # shares of the running time: elapsed for hours and calendar days
        ("24 hours", "2026-03-02 09:00", "50%", "2026-03-03 09:00"),  # 21:00 is closed → Tue 09:00
        ("10 hours", "2026-03-02 08:00", "50%", "2026-03-02 13:00"),
        ("15 calendar days", "2026-03-02 10:00", "50%", "2026-03-10 09:00"),  # 15 d 14 h / 2: Tue 10 04:59 → 09:00
        ("15 calendar days", "2026-03-02 10:00", "80%", "2026-03-16 09:00"),  # Sat 14 → Mon 16
        # opening time for working units
        ("8 working hours", "2026-03-02 09:00", "50%", "2026-03-02 14:00"),  # 3 h + 1 h
        ("8 working hours", "2026-03-06 17:00", "75%", "2026-03-09 15:00"),  # 1 h Fri; 3 h + 2 h Mon
        ("8 working hours", "2026-03-02 09:00", "37.5%", "2026-03-02 13:00"),  # 3 h: closing is closed → 13:00
        ("2 working days", "2026-03-06 14:00", "50%", "2026-03-09 16:00"),  # 20 h: 4 Fri, 3 + 3 Mon
        ("1 working day", "2026-09-30 10:00", "80%", "2026-10-08 15:00"),  # 7 + 8 = 15 h; 12 h: 7 Wed, 5 Thu
        # distances before the due time
        ("15 calendar days", "2026-03-02 10:00", "1 working day before", "2026-03-16 09:00"),  # due Tue 17 → Mon
        ("13 calendar days", "2026-03-02 10:00", "1 working day before", "2026-03-13 09:00"),  # due Sun 15 → Fri
        ("15 calendar days", "2026-03-02 10:00", "3 calendar days before", "2026-03-16 09:00"),  # Sat 14 → Mon
        ("15 calendar days", "2026-03-02 10:00", "6 working hours before", "2026-03-17 11:00"),  # 5 h + 1 h
        ("15 calendar days", "2026-03-02 10:00", "8 working hours before", "2026-03-17 09:00"),
        ("15 calendar days", "2026-03-02 10:00", "10 hours before", "2026-03-17 13:59:59"),
        ("48 hours", "2026-03-02 11:00", "2 hours before", "2026-03-04 09:00"),
        # deferral would pass the due time: the opening of the last working day that opens before it
        ("13 calendar days", "2026-03-02 10:00", "90%", "2026-03-13 09:00"),  # Sat 14; due Sun 15 → Fri 13
        ("15 calendar days", "2026-03-02 10:00", "2 hours before", "2026-03-17 09:00"),  # 21:59 → the 17th itself
        ("22 hours", "2026-03-02 10:00", "2 hours before", "2026-03-02 10:00"),  # due 08:00 → Mon 09:00 → the start
        ("46 hours", "2026-03-02 10:00", "1 hour before", "2026-03-03 09:00"),  # due Wed 08:00 → Tue
        ("5 calendar days", "2026-09-29 10:00", "1 calendar day before", "2026-09-30 09:00"),  # due Oct 4
        # before the start: with the start, or at the opening behind it
        ("1 working day", "2026-03-02 10:00", "5 working days before", "2026-03-02 10:00"),
        ("3 calendar days", "2026-03-07 22:00", "5 calendar days before", "2026-03-09 09:00"),  # Sat night → Mon
        ("24 hours", "2026-03-07 10:00", "50%", "2026-03-07 10:00"),  # no opening until the due time on Sunday
    ],
)
def test_when_a_warning_fires(limit: str, start: str, warning: str, at: str) -> None:
    """Warnings stand in opening hours between start and due time, counted by hand."""
    step = planned_steps(clock_policy(limit, warn=(warning,)), start)[warning]
    assert (step.kind, step.to, step.at) == (StepKind.WARNING, ("owner",), instant(at))


@pytest.mark.parametrize(
    ("limit", "start", "escalation", "at"),
    [
        ("15 calendar days", "2026-03-02 10:00", "after 1 working day", "2026-03-19 09:00"),  # Tue 17, Wed full, Thu
        ("15 calendar days", "2026-03-02 10:00", "after 1 calendar day", "2026-03-19 09:00"),
        ("15 calendar days", "2026-03-02 10:00", "after 3 working days", "2026-03-23 09:00"),  # Wed-Fri, then Mon
        ("15 calendar days", "2026-03-02 10:00", "after 3 calendar days", "2026-03-23 09:00"),  # Sat 21 → Mon 23
        ("11 calendar days", "2026-03-02 10:00", "after 1 working day", "2026-03-17 09:00"),  # Fri 13, Mon full
        ("11 calendar days", "2026-03-02 10:00", "after 2 calendar days", "2026-03-16 09:00"),  # Sat, Sun full
        ("13 calendar days", "2026-03-02 10:00", "after 1 working day", "2026-03-17 09:00"),  # Sun 15, Mon full
        ("1 working day", "2026-09-29 10:00", "after 1 working day", "2026-10-09 09:00"),  # Wed 30, Thu 8 full
        ("1 working day", "2026-09-29 10:00", "after 7 calendar days", "2026-10-08 09:00"),  # Oct 1-7 full
        ("10 hours", "2026-03-02 09:00", "after 1 working day", "2026-03-04 09:00"),  # due Mon 19:00, Tue full
        ("2 hours", "2026-03-02 09:00", "after 4 hours", "2026-03-02 15:00"),
        ("2 hours", "2026-03-02 09:00", "after 8 hours", "2026-03-03 09:00"),  # 19:00 → next opening
        ("2 working hours", "2026-03-02 16:00", "after 2 working hours", "2026-03-03 11:00"),  # from Mon 18:00
        ("2 working hours", "2026-03-02 16:00", "after 8 working hours", "2026-03-04 09:00"),  # Tue 18:00 is closed
    ],
)
def test_when_an_escalation_fires(limit: str, start: str, escalation: str, at: str) -> None:
    """Day distances ring at the first opening behind that many full days; hours are deferred to opening."""
    step = planned_steps(clock_policy(limit, escalate=("due", escalation)), start)[escalation]
    assert (step.kind, step.to, step.at) == (StepKind.ESCALATION, ("department_head",), instant(at))


@pytest.mark.parametrize("any_time", [True, False])
def test_the_breach_fires_one_second_behind_the_due_time(any_time: bool) -> None:
    """A breach is never deferred."""
    step = planned_steps(clock_policy(any_time=any_time), "2026-03-02 10:00")["due"]
    assert (step.kind, step.at, step.to) == (StepKind.BREACH, instant("2026-03-18 00:00"), ("owner",))


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("50%", "2026-03-02 21:00"),
        ("2 hours before", "2026-03-03 07:00"),
        ("after 10 hours", "2026-03-03 19:00"),
        ("after 1 working day", "2026-03-05 09:00"),  # day distances ring at openings by their meaning
        ("1 calendar day before", "2026-03-02 09:00"),
    ],
)
def test_a_clock_that_delivers_at_any_time_defers_nothing(name: str, at: str) -> None:
    """`deliver: any_time` opts out of deferral."""
    clock = clock_policy(
        "24 hours",
        warn=("50%", "2 hours before", "1 calendar day before"),
        escalate=("due", "after 10 hours", "after 1 working day"),
        any_time=True,
    )
    assert planned_steps(clock, "2026-03-02 09:00")[name].at == instant(at)


def test_steps_follow_each_other_in_time_and_then_as_written() -> None:
    """At equal times the order of the file holds, warnings before escalations."""
    clock = clock_policy(
        "15 calendar days",
        warn=("1 working day before", "80%", "50%"),
        escalate=("after 1 working day", "due", "after 1 calendar day"),
    )
    names = list(planned_steps(clock, "2026-03-02 10:00"))
    assert names == ["50%", "1 working day before", "80%", "due", "after 1 working day", "after 1 calendar day"]


def test_percents_of_a_weekend_with_summer_time_are_elapsed_time() -> None:
    """From Saturday 00:00 to Sunday 23:59:59 it is 47 hours, not 48, when London goes to summer time."""
    clock = clock_policy("1 calendar day", warn=("50%",), any_time=True)
    step = planned_steps(clock, "2026-03-28 00:00", LONDON)["50%"]
    assert step.at == instant("2026-03-28T23:29:59+00:00")


@settings(max_examples=60, deadline=None)
@given(calendars(), clock_policies(), seconds())
def test_steps_are_in_order_and_where_they_belong(calendar: Calendar, clock: ClockPolicy, start: datetime) -> None:
    """Sorted; warnings within start and due time, the breach one second behind it, escalations behind it; what is
    deferred stands in opening hours, but for a warning that would have been brought forward to before the start."""
    way = course(simple(clock), start, calendar)
    due_at, steps = way.due_at, steps_of(clock, way)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert len(steps) == len(clock.warnings) + len(clock.escalations)
    for step in steps:
        if step.kind is StepKind.WARNING:
            assert start <= step.at <= due_at
        elif step.kind is StepKind.BREACH:
            assert step.at == due_at + timedelta(seconds=1)
        else:
            assert step.at > due_at
        if not clock.any_time and step.kind is not StepKind.BREACH and not calendar.is_open(step.at):
            assert step.at == start
            assert calendar.last_first_opening(due_at) < start
