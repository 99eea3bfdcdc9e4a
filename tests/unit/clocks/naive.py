"""The second way: counting by walking over local times and dates one by one, without any index.

Local times and changes of the offset lie on quarters of an hour here.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

from monitors.clocks.calendar import Calendar, Interval
from monitors.clocks.policy import Limit, Unit

QUARTER, SECOND, DAY = timedelta(minutes=15), timedelta(seconds=1), timedelta(days=1)


def wall(instant: datetime, zone: str) -> datetime:
    """What the clock on the wall shows."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@lru_cache(maxsize=100_000)
def first_showing(day: date, at: time, zone: str) -> datetime:
    """The first instant at which the clock on the wall shows this time or a later one."""
    wanted = datetime.combine(day, at)
    moment = (datetime.combine(day, time.min) - timedelta(hours=15)).replace(tzinfo=UTC)
    while wall(moment + QUARTER, zone) < wanted:
        moment += QUARTER
    if wanted.minute % 15 == 0 and wanted.second == 0:
        return moment + QUARTER
    while wall(moment, zone) < wanted:
        moment += SECOND
    return moment


def hours(calendar: Calendar, day: date) -> tuple[Interval, ...]:
    if day in calendar.special:
        return calendar.special[day].hours
    return calendar.week[day.weekday()]


def spans(calendar: Calendar, day: date) -> list[tuple[datetime, datetime]]:
    """The opening time of one date as instants."""
    return [
        (
            first_showing(day, one.opens, calendar.zone),
            first_showing(day if one.closes > time.min else day + DAY, one.closes, calendar.zone),
        )
        for one in hours(calendar, day)
    ]


def opening_seconds(calendar: Calendar, start: datetime, end: datetime) -> int:
    """The opening time of every date that overlaps with start to end."""
    total, day = timedelta(0), wall(start, calendar.zone).date()
    while day <= wall(end, calendar.zone).date():
        for opens, closes in spans(calendar, day):
            total += max(timedelta(0), min(closes, end) - max(opens, start))
        day += DAY
    return int(total.total_seconds())


def later(calendar: Calendar, start: datetime, seconds: int) -> datetime:
    """Uses up the opening time of one date after the other."""
    left = timedelta(seconds=seconds)
    for n in count():
        for opens, closes in spans(calendar, wall(start, calendar.zone).date() + n * DAY):
            begin = max(opens, start)
            if begin < closes:
                if closes - begin >= left:
                    return begin + left
                left -= closes - begin
    raise AssertionError("never reached")


def next_opening(calendar: Calendar, start: datetime) -> datetime:
    """Goes through the spans until one is not over."""
    for n in count():
        for opens, closes in spans(calendar, wall(start, calendar.zone).date() + n * DAY):
            if opens < closes and start < closes:
                return max(opens, start)
    raise AssertionError("never reached")


def working_day_after(calendar: Calendar, day: date, number: int) -> date:
    """Goes from date to date and counts those with hours."""
    while number:
        day += DAY
        number -= bool(hours(calendar, day))
    return day


def due(calendar: Calendar, start: datetime, limit: Limit) -> datetime:
    """The due time, hour by hour, date by date, span by span."""
    start = start.replace(microsecond=0)
    if limit.unit is Unit.WORKING_HOURS:
        return later(calendar, start, limit.amount * 3600)
    if limit.unit is Unit.HOURS:
        for _ in range(limit.amount * 4):
            start += QUARTER
        return start
    day = due_date(calendar, wall(start, calendar.zone).date(), limit)
    return first_showing(day, time(23, 59, 59), calendar.zone)


def due_date(calendar: Calendar, day: date, limit: Limit) -> date:
    """The date of a limit in days, weeks or months."""
    if limit.unit is Unit.WORKING_DAYS:
        return working_day_after(calendar, day, limit.amount)
    if limit.unit is Unit.MONTHS:
        return month_after(day, limit.amount)
    for _ in range(limit.amount * (7 if limit.unit is Unit.WEEKS else 1)):
        day += DAY
    return day


def month_after(day: date, number: int) -> date:
    """The same day number so many months later, or the last day of that month: goes on from first to first."""
    first = day.replace(day=1)
    for _ in range(number):
        first = (first + 31 * DAY).replace(day=1)
    return min(first + (day.day - 1) * DAY, (first + 31 * DAY).replace(day=1) - DAY)
