"""Due times: how a limit is counted from a start."""

from datetime import datetime, timedelta

from monitors.clocks.calendar import Calendar
from monitors.clocks.local_time import cut
from monitors.clocks.policy import Limit, Unit

HOUR = 3600

WORKING_UNITS = frozenset({Unit.WORKING_HOURS, Unit.WORKING_DAYS})
"""Units that count opening time only."""


def due_time(limit: Limit, start: datetime, calendar: Calendar) -> datetime:
    """The due time (UTC, whole seconds) of a limit that runs from the start.

    Hours are elapsed time, working hours elapsed time inside opening intervals, both exact to the second. Days are
    local dates; the start's own date is not counted, working days are dates with opening hours, and the due time is
    23:59:59 of the last date.
    """
    start = cut(start)
    match limit.unit:
        case Unit.HOURS:
            return start + timedelta(hours=limit.amount)
        case Unit.WORKING_HOURS:
            return calendar.add_opening_seconds(start, limit.amount * HOUR)
        case Unit.CALENDAR_DAYS:
            return calendar.end_of_day(calendar.date_of(start) + timedelta(days=limit.amount))
        case Unit.WORKING_DAYS:
            return calendar.end_of_day(calendar.working_day_after(calendar.date_of(start), limit.amount))


def is_provisional(limit: Limit, start: datetime, due_at: datetime, calendar: Calendar) -> bool:
    """Whether the count looked at opening hours of a date that the calendar does not know: never for elapsed hours and
    calendar days; of the start's own date only for working hours."""
    if limit.unit not in WORKING_UNITS:
        return False
    not_counted = timedelta(days=1 if limit.unit is Unit.WORKING_DAYS else 0)
    return not calendar.is_known(calendar.date_of(start) + not_counted, calendar.date_of(due_at))
