"""The plan of a clock: its cycles with state, due time and steps, computed from the events of the case."""

from datetime import datetime
from functools import lru_cache

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Clock, ClockState, Step
from monitors.clocks.counting import due_time, is_provisional
from monitors.clocks.local_time import cut
from monitors.clocks.matching import first_at, start_of
from monitors.clocks.policy import ClockPolicy, EventPattern, EventRef, Policy
from monitors.clocks.steps import steps_of
from triage.domain.case import Case
from triage.domain.condition import Op, Test
from triage.domain.event import LINKED

MERGED_BY: EventRef = (EventPattern(LINKED, Test("relation", Op.IS, "duplicate")),)
"""A case that is linked as a duplicate takes no part any more: its clocks end as merged."""

COURSES_KEPT = 4096


class _Course(msgspec.Struct, frozen=True):
    """What follows from a clock's start alone."""

    due_at: datetime
    provisional: bool
    steps: tuple[Step, ...]


def plan_clock(
    policy: Policy,
    clock: ClockPolicy,
    case: Case,
    calendar: Calendar,
    now: datetime,
    events_until: datetime | None = None,
) -> tuple[Clock, ...]:
    """The cycles of one clock of a case, oldest first; empty when nothing has started it. Instants are UTC.

    `clock` is one of `policy.clocks`, `calendar` the one that the policy names. A running clock is judged at `now`;
    events later than `events_until` (default: now) do not count.

    The first start event starts the clock, further ones are ignored. It ends with the first event that stops it,
    cancels it or merges the case, from the start's own second on. Within one second a stop goes before a cancel and
    both before a merger, for what was done in time is not undone by what came with it. Times are cut to seconds
    before they are compared; a stop in the last second of `due_at` is in time.
    """
    until = now if events_until is None else events_until
    start = start_of(clock.start, case, until)
    if start is None:
        return ()
    course = _course_of(clock, start, calendar)
    state, ended_at = _end_of(clock, case, start, until)
    late_by = int(((ended_at or cut(now)) - course.due_at).total_seconds())
    cycle = Clock(
        name=policy.clock_name(clock),
        cycle=1,
        state=state,
        started_at=start,
        due_at=course.due_at,
        original_due_at=course.due_at,
        ended_at=ended_at,
        breached=late_by > 0,
        late_by_seconds=late_by if late_by > 0 else None,
        provisional=course.provisional,
        steps=course.steps,
    )
    return (cycle,)


@lru_cache(maxsize=COURSES_KEPT)
def _course_of(clock: ClockPolicy, start: datetime, calendar: Calendar) -> _Course:
    due_at = due_time(clock.limit, start, calendar)
    provisional = is_provisional(clock.limit, start, due_at, calendar)
    return _Course(due_at, provisional, steps_of(clock, start, due_at, calendar))


def _end_of(clock: ClockPolicy, case: Case, start: datetime, until: datetime) -> tuple[ClockState, datetime | None]:
    """How and when the cycle ended; running and None when it has not."""
    ends = (
        (ClockState.STOPPED, first_at(clock.stop, case.events, start, until)),
        (ClockState.CANCELLED, first_at(clock.cancel, case.events, start, until)),
        (ClockState.MERGED, first_at(MERGED_BY, case.events, start, until)),
    )
    ended = [(state, at) for state, at in ends if at is not None]
    return min(ended, key=lambda end: end[1]) if ended else (ClockState.RUNNING, None)
