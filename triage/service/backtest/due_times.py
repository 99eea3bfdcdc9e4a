"""Due times of many clocks of one kind: counted once for all that start on one local date, where that is enough; limits
in hours are counted in whole seconds, without the rest of what a due time tells.

Instants here are whole microseconds since 1970 (UTC).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from monitors.clocks.calendar import Calendar
from monitors.clocks.counting import HOUR, due_time, limit_under
from monitors.clocks.local_time import END_OF_DAY, SECOND, to_instant
from monitors.clocks.policy import AnyLimit, ByPriority, ClockPolicy, Counting, EarlierOf, LaterOf, Limit, Unit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
A_SECOND = 1_000_000
QUARTER = timedelta(minutes=15)
A_QUARTER = QUARTER // MICROSECOND
"""A quarter of an hour: local dates begin with one wherever offsets are multiples of it; where not, that is seen."""

DAYS_KEPT = 100_000


def to_number(instant: datetime) -> int:
    """An instant as a number."""
    return (instant - EPOCH) // MICROSECOND


def from_number(number: int) -> datetime:
    """A number as the instant."""
    return EPOCH + number * MICROSECOND


class LocalDates:
    """Local dates of instants in one zone, as ordinals."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._quarters: dict[int, int] = {}

    def of(self, instant: int) -> int:
        """The ordinal of the local date."""
        quarter = instant // A_QUARTER
        found = self._quarters.get(quarter)
        return self._looked_up(instant, quarter) if found is None else found

    def _looked_up(self, instant: int, quarter: int) -> int:
        first, last = (self._date(one) for one in (quarter * A_QUARTER, (quarter + 1) * A_QUARTER - 1))
        if first != last:
            return self._date(instant)
        self._quarters[quarter] = first
        return first

    def _date(self, instant: int) -> int:
        return from_number(instant).astimezone(self._zone).toordinal()


@lru_cache(maxsize=64)
def local_dates(zone: str) -> LocalDates:
    """The local dates of a zone."""
    return LocalDates(ZoneInfo(zone))


class DueTimes:
    """When clocks of one limit are due, by their start (a whole second) and without pauses or extensions.

    `dates`: local dates by the calendar. `on`: by the ordinal of a date the first instant behind the due time of
    whatever starts on it, None where starts differ; holds the dates that were asked for."""

    def __init__(self, limit: AnyLimit, counting: Counting, calendar: Calendar, priority: str | None) -> None:
        self._limit, self._counting, self._calendar, self._priority = limit, counting, calendar, priority
        self.dates = local_dates(calendar.zone)
        self.on: dict[int, int | None] = {}
        self._in_hours = _in_hours(limit, calendar, priority)

    def breach(self, start: int) -> int:
        """The first instant behind the due time of a clock that starts then: one second later than it is due."""
        if self._in_hours is not None:
            return self._in_hours(start // A_SECOND) * A_SECOND + A_SECOND
        day = self.dates.of(start)
        if day not in self.on:
            if len(self.on) >= DAYS_KEPT:
                self.on.clear()
            self.on[day] = self._of_date(date.fromordinal(day))
        found = self.on[day]
        return self._counted(from_number(start)) if found is None else found

    def _of_date(self, day: date) -> int | None:
        """What holds for every start of the date; None when starts differ. A later start is never due earlier, so that
        what holds for the first and the last second holds for all between."""
        zone = self._calendar.tzinfo
        first, last = (self._counted(to_instant(day, at, zone)) for at in (time.min, END_OF_DAY))
        return first if first == last else None

    def _counted(self, start: datetime) -> int:
        due = due_time(self._limit, start, self._calendar, self._counting, priority=self._priority)
        assert due is not None, "without a pause every limit has a due time"
        return to_number(due.at + SECOND)


def _in_hours(limit: AnyLimit, calendar: Calendar, priority: str | None) -> Callable[[int], int] | None:
    """Start to due time, in whole seconds since 1970, of a limit in hours; None for others."""
    match limit:
        case Limit():
            seconds = limit.amount * HOUR
            if limit.unit is Unit.HOURS:
                return lambda start: start + seconds
            return partial(calendar.later_by_opening, seconds=seconds) if limit.unit is Unit.WORKING_HOURS else None
        case ByPriority():
            return _in_hours(limit_under(limit, priority), calendar, priority)
        case LaterOf() | EarlierOf():
            chosen = max if isinstance(limit, LaterOf) else min
            parts = [one for one in (_in_hours(one, calendar, priority) for one in limit.limits) if one is not None]
            is_whole = len(parts) == len(limit.limits)
            return (lambda start: chosen([one(start) for one in parts])) if is_whole else None


class SharedDueTimes:
    """The due times of every limit, counted once for all rulebooks that have it."""

    def __init__(self) -> None:
        self._calendars: list[Calendar] = []
        self._found: dict[tuple[object, ...], DueTimes] = {}

    def of(self, clock: ClockPolicy, calendar: Calendar, priority: str | None) -> DueTimes:
        """Those of a clock by a calendar under a priority."""
        if calendar not in self._calendars:
            self._calendars.append(calendar)
        key = (clock.limit, clock.counting, self._calendars.index(calendar), priority)
        if key not in self._found:
            self._found[key] = DueTimes(clock.limit, clock.counting, calendar, priority)
        return self._found[key]
