"""Business calendars: when an office is open, and how opening time and working days are counted."""

from datetime import UTC, date, datetime, time
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from monitors.clocks.local_time import END_OF_DAY, cut, to_instant
from monitors.clocks.opening_index import OpeningIndex


class Interval(msgspec.Struct, frozen=True):
    """Opening time on one date, from `opens` up to, not including, `closes`. Closing at 00:00 means the end of the
    date, so that 00:00 to 00:00 is open round the clock."""

    opens: time
    closes: time


class SpecialDay(msgspec.Struct, frozen=True):
    """A date that differs from the week: a holiday (no hours) or a make-up working day. `name` says which."""

    hours: tuple[Interval, ...]
    name: str


Week = tuple[
    tuple[Interval, ...],
    tuple[Interval, ...],
    tuple[Interval, ...],
    tuple[Interval, ...],
    tuple[Interval, ...],
    tuple[Interval, ...],
    tuple[Interval, ...],
]
"""Opening intervals from Monday to Sunday, each day's in order and apart; they may touch."""


class Calendar(msgspec.Struct, frozen=True, dict=True):
    """A calendar as its file says, with the arithmetic over it.

    `title`: by language. `zone`: IANA name. `known_from`, `known_until`: the dates, both included, whose holidays
    the file has; `known_from` None: since ever. Beyond them the plain week (and any special day that the file has)
    answers, and `is_known` says so. Instants are aware; those returned are UTC and whole seconds, and those given
    are cut to seconds. Raises ValueError for a week that never opens and for hours out of order.
    """

    id: str
    title: dict[str, str]
    zone: str
    week: Week
    special: dict[date, SpecialDay]
    known_from: date | None
    known_until: date

    def __post_init__(self) -> None:
        if not any(self.week):
            raise ValueError(f"calendar {self.id}: a week that never opens cannot be counted by")
        for hours in (*self.week, *(special.hours for special in self.special.values())):
            _check_order(self.id, hours)

    def __hash__(self) -> int:
        return hash((self.id, self.known_until))

    @cached_property
    def tzinfo(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.zone)

    @cached_property
    def _index(self) -> OpeningIndex:
        return OpeningIndex(lambda day: tuple((one.opens, one.closes) for one in self.hours_on(day)), self.tzinfo)

    def hours_on(self, day: date) -> tuple[Interval, ...]:
        """The opening intervals of a date."""
        special = self.special.get(day)
        return self.week[day.weekday()] if special is None else special.hours

    def is_working_day(self, day: date) -> bool:
        """Whether the date has opening hours."""
        return bool(self.hours_on(day))

    def name_of(self, day: date) -> str | None:
        """What a special day is called, None for a date of the plain week."""
        special = self.special.get(day)
        return None if special is None else special.name

    def is_known(self, first: date, last: date) -> bool:
        """Whether the file knows the holidays of all dates from first to last; a count that looked at opening
        hours of others is provisional."""
        return (self.known_from is None or self.known_from <= first) and last <= self.known_until

    def knows_beyond(self, other: "Calendar") -> bool:
        """Whether it knows a date that lies before or behind all that the other knows."""
        is_earlier = other.known_from is not None and (self.known_from is None or self.known_from < other.known_from)
        return is_earlier or self.known_until > other.known_until

    def date_of(self, instant: datetime) -> date:
        """The local date of an instant."""
        return instant.astimezone(self.tzinfo).date()

    def instant_of(self, day: date, at: time) -> datetime:
        """The instant of a local time: the first one after a gap of summer time, the first of two."""
        return to_instant(day, at, self.tzinfo)

    def start_of_day(self, day: date) -> datetime:
        """Local midnight at the beginning of the date."""
        return self.instant_of(day, time.min)

    def end_of_day(self, day: date) -> datetime:
        """The last second of the date, 23:59:59 local time."""
        return self.instant_of(day, END_OF_DAY)

    def is_open(self, instant: datetime) -> bool:
        """Whether the instant lies in opening hours; the closing second itself does not."""
        return self._index.is_open(_second(instant))

    def opening_seconds_between(self, start: datetime, end: datetime) -> int:
        """Opening seconds from start to end; negative when the end is earlier."""
        first, last = _second(start), _second(end)
        if last < first:
            return -self._index.seconds_between(last, first)
        return self._index.seconds_between(first, last)

    def add_opening_seconds(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant with so many opening seconds (>= 0) between start and it."""
        return _instant(self.later_by_opening(_second(start), seconds))

    def later_by_opening(self, start: int, seconds: int) -> int:
        """The same in whole seconds since 1970 (UTC)."""
        return self._index.later(start, seconds) if seconds else start

    def subtract_opening_seconds(self, end: datetime, seconds: int) -> datetime:
        """The latest instant with so many opening seconds (>= 0) between it and the end."""
        return _instant(self._index.earlier(_second(end), seconds) if seconds else _second(end))

    def next_opening(self, instant: datetime) -> datetime:
        """The first open instant that is not earlier; an instant in opening hours is its own."""
        return _instant(self._index.next_opening(_second(instant)))

    def first_opening(self, day: date) -> datetime:
        """The first opening of the date, or of the next date that has one."""
        return _instant(self._index.first_opening(day))

    def last_first_opening(self, instant: datetime) -> datetime:
        """The first opening of the last working day that has begun to open by the instant."""
        return _instant(self._index.last_first_opening(_second(instant)))

    def working_day_after(self, day: date, count: int) -> date:
        """The working day that is so many behind the date, which is not counted; the date itself for 0."""
        return self._index.working_date_after(day, count) if count else day

    def working_day_before(self, day: date, count: int) -> date:
        """The working day that is so many ahead of the date, which is not counted; the date itself for 0."""
        return self._index.working_date_before(day, count) if count else day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie behind `after` and not behind `until`, which is not earlier."""
        return self._index.working_dates_between(after, until)

    def close_of_business(self, day: date) -> datetime:
        """The end of the date's last opening interval; of the last working day before, when the date has none. A date
        that is open to its end closes at 23:59:59."""
        working = day if self.is_working_day(day) else self.working_day_before(day, 1)
        closes = self.hours_on(working)[-1].closes
        return self.end_of_day(working) if closes == time.min else self.instant_of(working, closes)


def _second(instant: datetime) -> int:
    return int(cut(instant).timestamp())


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _check_order(calendar: str, hours: tuple[Interval, ...]) -> None:
    for interval in hours:
        if interval.closes <= interval.opens and interval.closes != time.min:
            raise ValueError(f"calendar {calendar}: hours close at {interval.closes}, before they open")
    for earlier, later in pairwise(hours):
        if later.opens < earlier.closes or earlier.closes == time.min:
            raise ValueError(f"calendar {calendar}: the hours from {later.opens} begin before the earlier ones end")
