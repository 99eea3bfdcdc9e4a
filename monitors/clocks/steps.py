"""The steps of a clock: warnings before the due time, the breach, escalations behind it."""

from datetime import datetime, timedelta

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Step, StepKind
from monitors.clocks.counting import HOUR, WORKING_UNITS
from monitors.clocks.local_time import SECOND
from monitors.clocks.policy import ClockPolicy, Escalation, Limit, Unit, Warning_

OWNER_ROLE = ("owner",)


def steps_of(clock: ClockPolicy, start: datetime, due_at: datetime, calendar: Calendar) -> tuple[Step, ...]:
    """Every step in firing order: by time, at equal times in the order of the file, warnings first."""
    warnings = [
        Step(warning.text, StepKind.WARNING, _warning_time(clock, warning, start, due_at, calendar), OWNER_ROLE)
        for warning in clock.warnings
    ]
    escalations = [
        Step(
            escalation.text,
            StepKind.BREACH if escalation.after is None else StepKind.ESCALATION,
            _escalation_time(clock, escalation, due_at, calendar),
            escalation.to,
        )
        for escalation in clock.escalations
    ]
    return tuple(sorted([*warnings, *escalations], key=lambda step: step.at))


def _warning_time(
    clock: ClockPolicy, warning: Warning_, start: datetime, due_at: datetime, calendar: Calendar
) -> datetime:
    """A warning that would come before the start comes with it. In closed hours it is deferred to opening, unless the
    clock delivers at any time; where that lies past the due time it is brought forward to the opening of the last
    working day that opens before it. When that is before the start too, no opening is left and it fires at the start.
    """
    at = max(start, _undeferred_warning(clock, warning, start, due_at, calendar))
    if not clock.any_time:
        at = calendar.next_opening(at)
    return at if at <= due_at else max(start, calendar.last_first_opening(due_at))


def _undeferred_warning(
    clock: ClockPolicy, warning: Warning_, start: datetime, due_at: datetime, calendar: Calendar
) -> datetime:
    before = warning.before
    if before is None:
        return _share_of_running_time(clock, warning.percent or 0.0, start, due_at, calendar)
    due_date = calendar.date_of(due_at)
    match before.unit:
        case Unit.HOURS:
            return due_at - timedelta(hours=before.amount)
        case Unit.WORKING_HOURS:
            return calendar.subtract_opening_seconds(due_at, before.amount * HOUR)
        case Unit.CALENDAR_DAYS:
            return calendar.first_opening(due_date - timedelta(days=before.amount))
        case Unit.WORKING_DAYS:
            return calendar.first_opening(calendar.working_day_before(due_date, before.amount))


def _share_of_running_time(
    clock: ClockPolicy, percent: float, start: datetime, due_at: datetime, calendar: Calendar
) -> datetime:
    """Opening time counts for limits in working units, elapsed time for the others."""
    if clock.limit.unit in WORKING_UNITS:
        running = calendar.opening_seconds_between(start, due_at)
        return calendar.add_opening_seconds(start, int(running * percent / 100))
    return start + timedelta(seconds=int((due_at - start).total_seconds() * percent / 100))


def _escalation_time(clock: ClockPolicy, escalation: Escalation, due_at: datetime, calendar: Calendar) -> datetime:
    """The breach fires from one second behind the due time and is never deferred; escalations are, to opening."""
    if escalation.after is None:
        return due_at + SECOND
    at = _after(escalation.after, due_at, calendar)
    return at if clock.any_time else calendar.next_opening(at)


def _after(distance: Limit, due_at: datetime, calendar: Calendar) -> datetime:
    """Day distances ring at the first opening behind that many full days after the due date."""
    due_date = calendar.date_of(due_at)
    match distance.unit:
        case Unit.HOURS:
            return due_at + timedelta(hours=distance.amount)
        case Unit.WORKING_HOURS:
            return calendar.add_opening_seconds(due_at, distance.amount * HOUR)
        case Unit.CALENDAR_DAYS:
            full_days = due_date + timedelta(days=distance.amount)
        case Unit.WORKING_DAYS:
            full_days = calendar.working_day_after(due_date, distance.amount)
    return calendar.first_opening(full_days + timedelta(days=1))
