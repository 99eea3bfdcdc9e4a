"""The stretches in which a clock stands, and running time counted around them."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import msgspec

from monitors.clocks.calendar import Calendar

ONE_DAY = timedelta(days=1)


class Pause(msgspec.Struct, frozen=True):
    """A stretch in which a clock stands, from `begin` up to, not including, `end`; None: until now and on. Whole
    seconds, UTC."""

    begin: datetime
    end: datetime | None


Pauses = tuple[Pause, ...]
"""In order and apart; only the last may be open."""

NO_PAUSES: Pauses = ()


def united(pauses: Iterable[Pause]) -> Pauses:
    """Pauses that overlap or touch as one: the clock stands while any is open. Empty ones are left out."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.begin):
        if pause.end is not None and pause.end <= pause.begin:
            continue
        last = found[-1] if found else None
        if last is None or (last.end is not None and last.end < pause.begin):
            found.append(pause)
        elif last.end is not None:
            end = None if pause.end is None else max(last.end, pause.end)
            found[-1] = Pause(last.begin, end)
    return tuple(found)


def closed_at(pauses: Pauses, instant: datetime) -> Pauses:
    """The pauses as if an open one ended at the instant, which is not before it began."""
    if not pauses or pauses[-1].end is not None:
        return pauses
    return united([*pauses[:-1], Pause(pauses[-1].begin, instant)])


class RunningTime(msgspec.Struct, frozen=True):
    """Seconds in which a clock runs: elapsed ones, or with `opening` those inside opening hours, outside its pauses."""

    calendar: Calendar
    opening: bool
    pauses: Pauses

    def between(self, start: datetime, end: datetime) -> int:
        """Running seconds from start to end, which is not earlier."""
        whole = self._whole(start, end)
        for pause in self.pauses:
            begin, resumed = max(pause.begin, start), min(pause.end or end, end)
            if begin < resumed:
                whole -= self._whole(begin, resumed)
        return whole

    def after(self, start: datetime, seconds: int) -> datetime | None:
        """The earliest instant with so many running seconds between start and it; None when an open pause comes before
        it. A pause that begins in the very second in which the time is up still counts."""
        cursor, left = start, seconds
        for pause in self.pauses:
            if pause.begin > self._forward(cursor, left):
                break
            left -= self._whole(cursor, max(pause.begin, cursor))
            if pause.end is None:
                return None
            cursor = max(pause.end, cursor)
        return self._forward(cursor, left)

    def _whole(self, start: datetime, end: datetime) -> int:
        if self.opening:
            return self.calendar.opening_seconds_between(start, end)
        return int((end - start).total_seconds())

    def _forward(self, start: datetime, seconds: int) -> datetime:
        if self.opening:
            return self.calendar.add_opening_seconds(start, seconds)
        return start + timedelta(seconds=seconds)


class CountedDates(msgspec.Struct, frozen=True):
    """Dates that count towards a limit in days: those, with `working` those with opening hours, in whose last second
    the clock runs."""

    calendar: Calendar
    working: bool
    pauses: Pauses

    def after(self, day: date, count: int, due_at: Callable[[date], datetime]) -> date | None:
        """The counted date that is so many (> 0) behind the day; None when an open pause comes before it is due.

        `due_at`: when a clock that ends on a date is due; a pause that begins later changes nothing.
        """
        cursor, left = day, count
        for pause in self.pauses:
            if pause.begin > due_at(self._forward(cursor, left)):
                break
            first = self.calendar.date_of(pause.begin)
            left = max(0, left - self._whole(cursor, first - ONE_DAY))
            if pause.end is None:
                return None
            # Resumed in the last second of a date, the clock runs in it.
            cursor = max(cursor, self.calendar.date_of(pause.end) - ONE_DAY)
        return self._forward(cursor, left)

    def _whole(self, after: date, until: date) -> int:
        if until <= after:
            return 0
        return self.calendar.working_days_between(after, until) if self.working else (until - after).days

    def _forward(self, day: date, count: int) -> date:
        if count == 0:  # all dates were counted before the pause; due on the date on which the clock runs again
            return day + ONE_DAY
        return self.calendar.working_day_after(day, count) if self.working else day + timedelta(days=count)
