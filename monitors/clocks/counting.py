"""Due times: how a limit is counted from a start."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import partial

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.local_time import cut
from monitors.clocks.pauses import NO_PAUSES, ONE_DAY, CountedDates, Pauses, RunningTime
from monitors.clocks.policy import AnyLimit, ByPriority, Counting, EarlierOf, LaterOf, Limit, Unit

HOUR = 3600
MONTHS_A_YEAR = 12

WORKING_UNITS = frozenset({Unit.WORKING_HOURS, Unit.WORKING_DAYS})
"""Units that count opening time only."""

HOUR_UNITS = frozenset({Unit.HOURS, Unit.WORKING_HOURS})


class Due(msgspec.Struct, frozen=True):
    """A due time (UTC, whole seconds). `unit`: that of the limit which decided. `provisional`: the count looked at
    opening hours of a date that the calendar does not know. `counted`: the last counted date, of limits in hours the
    due date; rolling forward and the close of business may lead away from it."""

    at: datetime
    unit: Unit
    provisional: bool
    counted: date


def due_time(
    limit: AnyLimit,
    start: datetime,
    calendar: Calendar,
    counting: Counting,
    pauses: Pauses = NO_PAUSES,
    priority: str | None = None,
) -> Due | None:
    """When a limit that runs from the start is due; None while an open pause holds it.

    Hours are elapsed time, working hours elapsed time inside opening intervals, both exact to the second. Days, weeks
    (seven calendar days) and months (to the same day number, or the month's last day) are counted in local dates: a
    date counts when the clock is running in its last second; the start's own date does not, unless `counting` says so;
    working days are dates with opening hours. `priority`: the case's, for limits that depend on it; one without a
    limit of its own takes the first. The pauses lie behind the start or hold at it.
    """
    match limit:
        case Limit():
            return _due_time_of_one(limit, cut(start), calendar, counting, pauses)
        case ByPriority():
            return due_time(limit_under(limit, priority), start, calendar, counting, pauses, priority)
        case LaterOf() | EarlierOf():
            return _chosen(limit, [due_time(one, start, calendar, counting, pauses, priority) for one in limit.limits])


def limit_under(limit: ByPriority, priority: str | None) -> AnyLimit:
    """The limit of a priority; one that has none of its own takes the first."""
    return dict(limit.limits).get(priority or "", limit.limits[0][1])


def _chosen(limit: LaterOf | EarlierOf, found: list[Due | None]) -> Due | None:
    """One that stands counts as later than all that have a due time. What is provisional in one is in all."""
    known = [one for one in found if one is not None]
    if not known or (isinstance(limit, LaterOf) and len(known) < len(found)):
        return None
    best = max(known, key=_moment) if isinstance(limit, LaterOf) else min(known, key=_moment)
    return msgspec.structs.replace(best, provisional=any(one.provisional for one in known))


def _moment(due: Due) -> datetime:
    return due.at


def _due_time_of_one(
    limit: Limit, start: datetime, calendar: Calendar, counting: Counting, pauses: Pauses
) -> Due | None:
    if limit.unit in HOUR_UNITS:
        working = limit.unit is Unit.WORKING_HOURS
        at = RunningTime(calendar, working, pauses).after(start, limit.amount * HOUR)
        if at is None:
            return None
        seen = working and not calendar.is_known(calendar.date_of(start), calendar.date_of(at))
        return Due(at, limit.unit, seen, calendar.date_of(at))
    first = calendar.date_of(start) - (ONE_DAY if counting.start_day else timedelta(0))
    end_of = partial(_end_of, start=start, calendar=calendar, counting=counting)
    dates = CountedDates(calendar, limit.unit is Unit.WORKING_DAYS, pauses)
    last = dates.after(first, _days(limit, calendar.date_of(start)), end_of)
    if last is None:
        return None
    at = end_of(last)
    beyond = _looked_beyond(limit, first, last, calendar.date_of(at), calendar, counting)
    return Due(at, limit.unit, beyond, last)


def _days(limit: Limit, start: date) -> int:
    """How many dates the limit counts, from the one behind the start."""
    match limit.unit:
        case Unit.WEEKS:
            return limit.amount * 7
        case Unit.MONTHS:
            return (months_later(start, limit.amount) - start).days
        case _:
            return limit.amount


def months_later(day: date, months: int) -> date:
    """The same day number so many months later, or that month's last day."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _end_of(day: date, start: datetime, calendar: Calendar, counting: Counting) -> datetime:
    """The last closing may lie before the start; nothing is due before it has begun."""
    if counting.roll_forward:
        day = calendar.date_of(calendar.first_opening(day))
    return max(start, calendar.close_of_business(day) if counting.close_of_business else calendar.end_of_day(day))


def _looked_beyond(limit: Limit, first: date, last: date, due: date, calendar: Calendar, counting: Counting) -> bool:
    """Working days look at every date behind the start; rolling and closing look at the due date alone."""
    if limit.unit is Unit.WORKING_DAYS:
        return not calendar.is_known(first + ONE_DAY, max(last, due))
    if counting.roll_forward or counting.close_of_business:
        return not calendar.is_known(min(last, due), max(last, due))
    return False
