"""The arithmetic behind a calendar: one table a local year, with running sums of working days and opening seconds.

Seconds here are whole seconds since 1970 (UTC). A year's table is made when it is first asked for, so that dates far
from those that the calendar knows cost nothing until they are needed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import accumulate

import msgspec

from monitors.clocks.local_time import to_instant

DAY = 86_400
Hours = Callable[[date], tuple[tuple[time, time], ...]]
"""The opening intervals of a date, in order; a closing time of 00:00 is the end of the date."""


class YearTable(msgspec.Struct, frozen=True):
    """One local year. Spans of opening time by `opens` and `closes`; `passed[n]`: the opening seconds of the year
    before span n, the last one the year's total. `working`: the ordinals of the dates with opening hours;
    `first_opens`: the first opening of each."""

    opens: list[int]
    closes: list[int]
    passed: list[int]
    working: list[int]
    first_opens: list[int]

    @property
    def total(self) -> int:
        """The opening seconds of the year."""
        return self.passed[-1]

    def passed_until(self, second: int) -> int:
        """The opening seconds of the year before an instant in it."""
        span = bisect_right(self.opens, second) - 1
        return 0 if span < 0 else self.passed[span] + min(second, self.closes[span]) - self.opens[span]


class OpeningIndex:
    """Counts opening seconds and working dates, each in O(log n) within a year and O(1) for every further year."""

    def __init__(self, hours: Hours, zone: tzinfo) -> None:
        self._hours, self._zone = hours, zone
        self._years: dict[int, YearTable] = {}
        self._year_on: dict[int, int] = {}

    def seconds_between(self, start: int, end: int) -> int:
        """Opening seconds from start to end, which is not earlier."""
        first, last = self._year_of(start), self._year_of(end)
        whole_years = sum(self._year(year).total for year in range(first, last))
        return whole_years + self._year(last).passed_until(end) - self._year(first).passed_until(start)

    def later(self, start: int, seconds: int) -> int:
        """The earliest instant with so many opening seconds (> 0) between start and it."""
        year = self._year_of(start)
        wanted = self._year(year).passed_until(start) + seconds
        while wanted > self._year(year).total:
            wanted -= self._year(year).total
            year += 1
        table = self._year(year)
        span = bisect_left(table.passed, wanted) - 1
        return table.opens[span] + wanted - table.passed[span]

    def earlier(self, end: int, seconds: int) -> int:
        """The latest instant with so many opening seconds (> 0) between it and the end."""
        year = self._year_of(end)
        wanted = self._year(year).passed_until(end) - seconds
        while wanted < 0:
            year -= 1
            wanted += self._year(year).total
        table = self._year(year)
        span = bisect_right(table.passed, wanted) - 1
        return table.opens[span] + wanted - table.passed[span]

    def is_open(self, second: int) -> bool:
        """Whether the instant lies in opening hours; a span's closing second does not."""
        table = self._year(self._year_of(second))
        span = bisect_right(table.opens, second) - 1
        return span >= 0 and second < table.closes[span]

    def next_opening(self, second: int) -> int:
        """The instant itself when it is open, else the start of the next span."""
        if self.is_open(second):
            return second
        year = self._year_of(second)
        span = bisect_left(self._year(year).opens, second)
        while span >= len(self._year(year).opens):
            year, span = year + 1, 0
        return self._year(year).opens[span]

    def first_opening(self, day: date) -> int:
        """The first opening of the date, or of the next one that has any."""
        year = day.year
        place = bisect_left(self._year(year).working, day.toordinal())
        while place >= len(self._year(year).working):
            year, place = year + 1, 0
        return self._year(year).first_opens[place]

    def last_first_opening(self, second: int) -> int:
        """The latest first opening of a date that is not later than the instant."""
        year = self._year_of(second)
        place = bisect_right(self._year(year).first_opens, second) - 1
        while place < 0:
            year -= 1
            place = len(self._year(year).working) - 1
        return self._year(year).first_opens[place]

    def working_date_after(self, day: date, count: int) -> date:
        """The working date that is so many (> 0) behind the date, which itself is not counted."""
        year = day.year
        place = bisect_right(self._year(year).working, day.toordinal()) + count - 1
        while place >= len(self._year(year).working):
            place -= len(self._year(year).working)
            year += 1
        return date.fromordinal(self._year(year).working[place])

    def working_date_before(self, day: date, count: int) -> date:
        """The working date that is so many (> 0) ahead of the date, which itself is not counted."""
        year = day.year
        place = bisect_left(self._year(year).working, day.toordinal()) - count
        while place < 0:
            year -= 1
            place += len(self._year(year).working)
        return date.fromordinal(self._year(year).working[place])

    def working_dates_between(self, after: date, until: date) -> int:
        """How many working dates lie behind `after` and not behind `until`, which is not earlier."""
        first, last = after.year, until.year
        whole_years = sum(len(self._year(year).working) for year in range(first, last))
        return (
            whole_years
            + bisect_right(self._year(last).working, until.toordinal())
            - bisect_right(self._year(first).working, after.toordinal())
        )

    def _year_of(self, second: int) -> int:
        found = self._year_on.get(second // DAY)
        return self._looked_up(second) if found is None else found

    def _looked_up(self, second: int) -> int:
        """The local year; kept for the whole day (UTC) when all of it lies in one."""
        day = second // DAY
        first, last = (datetime.fromtimestamp(one, self._zone).year for one in (day * DAY, (day + 1) * DAY - 1))
        if first != last:
            return datetime.fromtimestamp(second, self._zone).year
        self._year_on[day] = first
        return first

    def _year(self, year: int) -> YearTable:
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = _table_of(year, self._hours, self._zone)
        return table


def _table_of(year: int, hours: Hours, zone: tzinfo) -> YearTable:
    opens, closes, working, first_opens = [], [], [], []
    for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
        day = date.fromordinal(ordinal)
        spans = [_span(day, opening, closing, zone) for opening, closing in hours(day)]
        if spans:
            working.append(ordinal)
            first_opens.append(spans[0][0])
        for start, end in spans:
            if start < end:  # a span that summer time skips whole is none
                opens.append(start)
                closes.append(end)
    lengths = (end - start for start, end in zip(opens, closes, strict=True))
    return YearTable(opens, closes, list(accumulate(lengths, initial=0)), working, first_opens)


def _span(day: date, opening: time, closing: time, zone: tzinfo) -> tuple[int, int]:
    closing_day = day if closing > time.min else day + timedelta(days=1)
    return (
        int(to_instant(day, opening, zone).timestamp()),
        int(to_instant(closing_day, closing, zone).timestamp()),
    )
