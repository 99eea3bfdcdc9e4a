"""The second reading of counting: dates one by one, opening intervals one by one, pauses left out as they come.

Written from the contract alone; nothing of the service is imported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
END_OF_DAY = time(23, 59, 59)
MIDNIGHT = 24 * 60

Spans = Sequence[tuple[int, int]]
"""Opening intervals of a date in minutes of the day; 1440 is its end."""

Pauses = Sequence[tuple[datetime, datetime]]
"""From the first second in which the clock stands to the first in which it runs again."""

Limit = Mapping[str, Any]
"""`{amount, unit}`, `{later_of: […]}`, `{earlier_of: […]}` or `{by_priority: {…}}`."""


@dataclass(frozen=True)
class Office:
    """When an office is open. `week`: Monday first. `special`: dates that differ from it."""

    zone: str
    week: Sequence[Spans]
    special: Mapping[date, Spans] = field(default_factory=dict)

    def spans(self, day: date) -> Spans:
        """The opening intervals of a date."""
        return self.special.get(day, self.week[day.weekday()])

    def local_date(self, at: datetime) -> date:
        """The date that a wall calendar shows."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def last_second(self, day: date) -> datetime:
        """23:59:59 of the date."""
        return showing(day, END_OF_DAY, self.zone)

    def minute(self, day: date, number: int) -> datetime:
        """The instant of a minute of the day."""
        if number == MIDNIGHT:
            return showing(day + DAY, time.min, self.zone)
        return showing(day, time(number // 60, number % 60), self.zone)

    def dates_after(self, day: date) -> Iterator[date]:
        """All dates behind the date."""
        while True:
            day += DAY
            yield day


@dataclass(frozen=True)
class Rules:
    """How days are counted, and to which second of the due date."""

    start_day: bool = False
    close_of_business: bool = False
    roll_forward: bool = False


PLAIN = Rules()


@lru_cache(maxsize=200_000)
def showing(day: date, at: time, zone: str) -> datetime:
    """The first instant at which the clock on the wall shows this time, or a later one when it skips it."""
    wanted = datetime.combine(day, at)
    offsets = {(wanted + shift).replace(tzinfo=ZoneInfo(zone)).utcoffset() or DAY * 0 for shift in (-DAY, DAY)}
    candidates = sorted((wanted - offset).replace(tzinfo=UTC) for offset in offsets)
    for candidate in candidates:
        if _wall(candidate, zone) == wanted:
            return candidate
    moment = candidates[0].replace(second=0)
    while _wall(moment, zone) < wanted:
        moment += MINUTE
    return moment


def _wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def stands(at: datetime, pauses: Pauses) -> bool:
    """Whether the clock stands in this second."""
    return any(begin <= at < end for begin, end in pauses)


def due(limit: Limit, start: datetime, pauses: Pauses, office: Office, rules: Rules, priority: str | None) -> datetime:
    """The due time of a limit from a start."""
    if "by_priority" in limit:
        return due(limit["by_priority"][priority], start, pauses, office, rules, priority)
    for word, choose in (("later_of", max), ("earlier_of", min)):
        if word in limit:
            return choose(due(one, start, pauses, office, rules, priority) for one in limit[word])
    amount, unit = limit["amount"], limit["unit"]
    if unit in ("hours", "working hours"):
        return _after_seconds(amount * 3600, start, pauses, office if unit == "working hours" else None)
    day = _due_date(amount, unit, start, pauses, office, rules.start_day)
    # The closing of an earlier date may lie before the start; nothing is due before it has begun.
    return max(start, _due_second(day, pauses, office, rules))


def _after_seconds(seconds: int, start: datetime, pauses: Pauses, office: Office | None) -> datetime:
    """Uses the running time up, stretch by stretch. The last second has to be one in which the clock runs."""
    left = timedelta(seconds=seconds)
    for opens, closes in _open_stretches(start, office):
        for begin, end in _without(pauses, opens, closes):
            if end - begin >= left:
                return _running_from(begin + left, pauses)
            left -= end - begin
    raise AssertionError("an office that never opens")


def _open_stretches(start: datetime, office: Office | None) -> Iterator[tuple[datetime, datetime]]:
    if office is None:
        yield start, start + 5000 * DAY
        return
    day = office.local_date(start) - DAY
    for later in office.dates_after(day):
        for first, last in office.spans(later):
            opens, closes = max(office.minute(later, first), start), office.minute(later, last)
            if opens < closes:
                yield opens, closes


def _without(pauses: Pauses, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What is left of a stretch."""
    for pause_begin, pause_end in sorted(pauses):
        if begin < min(pause_begin, end):
            yield begin, min(pause_begin, end)
        begin = max(begin, pause_end)
    if begin < end:
        yield begin, end


def _running_from(at: datetime, pauses: Pauses) -> datetime:
    """A pause that begins in the due second itself is not behind it, so it holds the clock."""
    for begin, end in sorted(pauses):
        if begin <= at < end:
            at = end
    return at


def _due_date(amount: int, unit: str, start: datetime, pauses: Pauses, office: Office, start_day: bool) -> date:
    """Counts the dates in whose last second the clock runs."""
    first = office.local_date(start)
    if unit == "weeks":
        amount *= 7
    if unit == "months":
        amount = (_months_later(first, amount) - first).days
    for day in office.dates_after(first - DAY if start_day else first):
        is_asked = unit != "working days" or bool(office.spans(day))
        if is_asked and not stands(office.last_second(day), pauses):
            amount -= 1
        if not amount:
            return day
    raise AssertionError("the calendar has no end")


def _months_later(day: date, number: int) -> date:
    """The same day number, or the month's last day."""
    month = day.year * 12 + day.month - 1 + number
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(month // 12, month % 12 + 1, 1) + (day.day - 1) * DAY, following - DAY)


def _due_second(day: date, pauses: Pauses, office: Office, rules: Rules) -> datetime:
    if rules.roll_forward and not office.spans(day):
        day = next(
            later
            for later in office.dates_after(day)
            if office.spans(later) and not stands(office.last_second(later), pauses)
        )
    if not rules.close_of_business:
        return office.last_second(day)
    while not office.spans(day):
        day -= DAY
    last = office.spans(day)[-1][1]
    return office.last_second(day) if last == MIDNIGHT else office.minute(day, last)
