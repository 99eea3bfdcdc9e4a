"""The steps of a clock: warnings before the due time, the breach, escalations behind it, reminders of a pause."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Step, StepKind
from monitors.clocks.counting import HOUR, WORKING_UNITS, months_later
from monitors.clocks.local_time import SECOND
from monitors.clocks.pauses import ONE_DAY, Pauses, RunningTime
from monitors.clocks.policy import ClockPolicy, Escalation, Limit, PauseRule, Unit, Warning_

OWNER_ROLE = ("owner",)


class Course(msgspec.Struct, frozen=True):
    """The way of one cycle from start to due. `unit`: that of the limit which decided. Instants are UTC."""

    start: datetime
    due_at: datetime
    unit: Unit
    pauses: Pauses
    calendar: Calendar


def steps_of(clock: ClockPolicy, course: Course) -> tuple[Step, ...]:
    """Every step in firing order: by time, at equal times in the order of the file, warnings first. Of escalations
    that are rung again, the first ringing alone; see `rung_again`."""
    warnings = [
        Step(warning.text, StepKind.WARNING, _warning_time(clock, warning, course), OWNER_ROLE, course.due_at)
        for warning in clock.warnings
    ]
    escalations = [_escalation_step(clock, escalation, course) for escalation in clock.escalations]
    return tuple(sorted([*warnings, *escalations], key=lambda step: step.at))


def rung_again(clock: ClockPolicy, course: Course, until: datetime) -> Iterator[Step]:
    """The further ringings of escalations with `every`, up to the first that lies behind `until`. The second ringing of
    `after 1 working day` is called `after 1 working day (2)`."""
    for escalation in clock.escalations:
        if escalation.every is None:
            continue
        base = _behind(escalation.after, course.due_at, course.calendar)
        number, at = 1, course.due_at
        while at <= until:
            number += 1
            base = _behind(escalation.every, base, course.calendar)
            at = _ringing(clock, base, course.calendar)
            name = f"{escalation.text} ({number})"
            yield Step(name, StepKind.ESCALATION, at, escalation.to, course.due_at)


def reminder_of(clock: ClockPolicy, rule: PauseRule, begin: datetime, calendar: Calendar) -> Step | None:
    """The reminder of a pause that stands for long since `begin`, at an opening; None when its rule has none."""
    if rule.remind is None:
        return None
    at = _ringing(clock, _behind(rule.remind, begin, calendar), calendar)
    return Step(rule.text, StepKind.REMINDER, at, OWNER_ROLE, begin)


def _warning_time(clock: ClockPolicy, warning: Warning_, course: Course) -> datetime:
    """A warning that would come before the start comes with it. In closed hours it is deferred to opening, unless the
    clock delivers at any time; where that lies past the due time it is brought forward to the opening of the last
    working day that opens before it. When that is before the start too, no opening is left and it fires at the start.
    """
    calendar, start, due_at = course.calendar, course.start, course.due_at
    at = max(start, _undeferred_warning(warning, course))
    if not clock.any_time:
        at = calendar.next_opening(at)
    return at if at <= due_at else max(start, calendar.last_first_opening(due_at))


def _undeferred_warning(warning: Warning_, course: Course) -> datetime:
    before, calendar, due_at = warning.before, course.calendar, course.due_at
    if before is None:
        return _share_of_running_time(warning.percent or 0.0, course)
    due_date = calendar.date_of(due_at)
    match before.unit:
        case Unit.HOURS:
            return due_at - timedelta(hours=before.amount)
        case Unit.WORKING_HOURS:
            return calendar.subtract_opening_seconds(due_at, before.amount * HOUR)
        case Unit.WORKING_DAYS:
            return calendar.first_opening(calendar.working_day_before(due_date, before.amount))
        case Unit.MONTHS:
            return calendar.first_opening(months_later(due_date, -before.amount))
        case Unit.CALENDAR_DAYS | Unit.WEEKS:
            return calendar.first_opening(due_date - timedelta(days=_calendar_days(before)))


def _share_of_running_time(percent: float, course: Course) -> datetime:
    """Opening time counts for limits in working units, elapsed time for the others; pauses never do."""
    running = RunningTime(course.calendar, course.unit in WORKING_UNITS, course.pauses)
    share = int(running.between(course.start, course.due_at) * percent / 100)
    return running.after(course.start, share) or course.due_at


def _escalation_step(clock: ClockPolicy, escalation: Escalation, course: Course) -> Step:
    """The breach fires from one second behind the due time and is never deferred; escalations are, to opening."""
    if escalation.after is None:
        return Step(escalation.text, StepKind.BREACH, course.due_at + SECOND, escalation.to, course.due_at)
    at = _ringing(clock, _behind(escalation.after, course.due_at, course.calendar), course.calendar)
    return Step(escalation.text, StepKind.ESCALATION, at, escalation.to, course.due_at)


def _ringing(clock: ClockPolicy, base: date | datetime, calendar: Calendar) -> datetime:
    at = _instant(base, calendar)
    return at if clock.any_time else calendar.next_opening(at)


def _behind(distance: Limit | None, base: date | datetime, calendar: Calendar) -> date | datetime:
    """Where a distance leads: to an instant for hours, to the last of its full days for the others. `base`: an instant,
    or such a day."""
    if distance is None:
        return base
    day = base if not isinstance(base, datetime) else calendar.date_of(base)
    match distance.unit:
        case Unit.HOURS:
            return _instant(base, calendar) + timedelta(hours=distance.amount)
        case Unit.WORKING_HOURS:
            return calendar.add_opening_seconds(_instant(base, calendar), distance.amount * HOUR)
        case Unit.WORKING_DAYS:
            return calendar.working_day_after(day, distance.amount)
        case Unit.MONTHS:
            return months_later(day, distance.amount)
        case Unit.CALENDAR_DAYS | Unit.WEEKS:
            return day + timedelta(days=_calendar_days(distance))


def _instant(base: date | datetime, calendar: Calendar) -> datetime:
    """Full days are over at the first opening behind the last of them."""
    return base if isinstance(base, datetime) else calendar.first_opening(base + ONE_DAY)


def _calendar_days(distance: Limit) -> int:
    return distance.amount * (7 if distance.unit is Unit.WEEKS else 1)
