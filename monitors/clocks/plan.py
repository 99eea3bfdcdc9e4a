"""A clock is a pure function of the case's events, its policy, its calendar and the instant."""

from collections.abc import Sequence
from datetime import datetime

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Clock, ClockState
from monitors.clocks.counting import due_time, is_provisional
from monitors.clocks.local_time import cut
from monitors.clocks.policy import ClockPolicy, Policy
from monitors.clocks.references import first_after, first_start
from monitors.clocks.steps import steps_of
from triage.domain.case import Case
from triage.domain.event import Event


def plan_clock(policy: Policy, clock: ClockPolicy, case: Case, calendar: Calendar, now: datetime) -> tuple[Clock, ...]:
    """Every cycle of the clock as it stands at `now`; none when it has not started. Events behind `now` do not count.

    The first start event starts; further ones are ignored. Of stop and cancel the earlier one ends the clock, in the
    same second the stop. A stop is in time when its time, cut to seconds, is not later than the due time.
    """
    start = first_start(clock.start, case)
    if start is None or start > now:
        return ()
    events: Sequence[Event] = case.events
    if events and events[-1].time > now:
        events = [event for event in events if event.time <= now]
    stopped_at = first_after(clock.stop, events, start)
    cancelled_at = first_after(clock.cancel, events, start)
    state, ended_at = _ending(stopped_at, cancelled_at)
    due_at = due_time(clock.limit, start, calendar)
    late = int((cut(ended_at or now) - due_at).total_seconds())
    breached = late > 0
    return (
        Clock(
            name=policy.clock_name(clock),
            cycle=1,
            state=state,
            started_at=start,
            due_at=due_at,
            original_due_at=due_at,
            ended_at=ended_at,
            breached=breached,
            late_by_seconds=late if breached else None,
            provisional=is_provisional(clock.limit, start, due_at, calendar),
            steps=steps_of(clock, start, due_at, calendar),
        ),
    )


def _ending(stopped_at: datetime | None, cancelled_at: datetime | None) -> tuple[ClockState, datetime | None]:
    if stopped_at is not None and (cancelled_at is None or stopped_at <= cancelled_at):
        return ClockState.STOPPED, stopped_at
    if cancelled_at is not None:
        return ClockState.CANCELLED, cancelled_at
    return ClockState.RUNNING, None
