"""Due times of many clocks of one kind: counted once for all that start on one local date, where that is enough.

Instants here are whole microseconds since 1970 (UTC).
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitors.clocks.calendar import Calendar
from monitors.clocks.counting import HOUR_UNITS, due_time
from monitors.clocks.local_time import END_OF_DAY, SECOND, to_instant
from monitors.clocks.policy import AnyLimit, ByPriority, ClockPolicy, Counting, Limit

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
    """When clocks of one limit are due, by their start (a whole second) and without pauses or extensions."""

    def __init__(self, limit: AnyLimit, counting: Counting, calendar: Calendar, priority: str | None) -> None:
        self._limit, self._counting, self._calendar, self._priority = limit, counting, calendar, priority
        self._dates = local_dates(calendar.zone)
        self._on: dict[int, int | None] = {}
        self._is_in_quarters = _is_in_hours(limit) and _opens_by_quarters(calendar)
        self._within: dict[int, tuple[int, int] | None] = {}

    def breach(self, start: int) -> int:
        """The first instant behind the due time of a clock that starts then: one second later than it is due."""
        day = self._dates.of(start)
        if day not in self._on:
            if len(self._on) >= DAYS_KEPT:
                self._on.clear()
            self._on[day] = self._of_date(date.fromordinal(day))
        found = self._on[day]
        if found is not None:
            return found
        return self._in_quarter(start) if self._is_in_quarters else self._counted(from_number(start))

    def _of_date(self, day: date) -> int | None:
        """What holds for every start of the date; None when starts differ. A later start is never due earlier, so that
        what holds for the first and the last second holds for all between."""
        zone = self._calendar.tzinfo
        first, last = (self._counted(to_instant(day, at, zone)) for at in (time.min, END_OF_DAY))
        return first if first == last else None

    def _in_quarter(self, start: int) -> int:
        """Behind the beginning of a quarter of an hour it is either open all along, and due times move with the start,
        or closed, and they stand: for nothing opens or closes within one, neither there nor where the clock is due."""
        quarter = start // A_QUARTER
        if start == quarter * A_QUARTER:
            return self._counted(from_number(start))
        if quarter not in self._within:
            if len(self._within) >= DAYS_KEPT:
                self._within.clear()
            self._within[quarter] = self._of_quarter(quarter * A_QUARTER)
        found = self._within[quarter]
        return self._counted(from_number(start)) if found is None else found[0] + found[1] * start

    def _of_quarter(self, begin: int) -> tuple[int, int] | None:
        """The due time of a start at zero, and how far it moves with each second; None where local time does not go by
        quarters."""
        first, last = begin + A_SECOND, begin + A_QUARTER - A_SECOND
        due, then = (self._counted(from_number(one)) for one in (first, last))
        if not all(self._has_offset_of_quarters(one) for one in (first, last, due, then)):
            return None
        if due == then:
            return due, 0
        return (due - first, 1) if then - due == last - first else None

    def _has_offset_of_quarters(self, instant: int) -> bool:
        offset = from_number(instant).astimezone(self._calendar.tzinfo).utcoffset()
        return offset is not None and not offset % QUARTER

    def _counted(self, start: datetime) -> int:
        due = due_time(self._limit, start, self._calendar, self._counting, priority=self._priority)
        assert due is not None, "without a pause every limit has a due time"
        return to_number(due.at + SECOND)


def _is_in_hours(limit: AnyLimit) -> bool:
    match limit:
        case Limit():
            return limit.unit in HOUR_UNITS
        case ByPriority():
            return all(_is_in_hours(one) for _, one in limit.limits)
        case _:
            return all(map(_is_in_hours, limit.limits))


def _opens_by_quarters(calendar: Calendar) -> bool:
    """Whether it opens and closes at full quarters of an hour, on every date."""
    spans = [*calendar.week, *(special.hours for special in calendar.special.values())]
    times = (at for hours in spans for one in hours for at in (one.opens, one.closes))
    return all(not (at.minute % 15 or at.second or at.microsecond) for at in times)


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
