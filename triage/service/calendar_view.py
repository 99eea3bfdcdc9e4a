"""A calendar's coming dates, as people and tools read them."""

from datetime import date, timedelta

import msgspec

from monitors.clocks.calendar import Calendar


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True):
    """One date. `hours`: `09:00-12:00`, empty when closed. `name`: of a holiday or make-up day. `known`: the file knows
    the holidays of its year."""

    date: date
    weekday: str
    open: bool
    hours: tuple[str, ...]
    name: str | None
    known: bool


def coming_days(calendar: Calendar, first: date, count: int) -> list[CalendarDay]:
    """So many dates from the first on."""
    return [_day(calendar, first + timedelta(days=number)) for number in range(count)]


def _day(calendar: Calendar, day: date) -> CalendarDay:
    hours = calendar.hours_on(day)
    return CalendarDay(
        date=day,
        weekday=f"{day:%a}",
        open=bool(hours),
        hours=tuple(f"{one.opens:%H:%M}-{one.closes:%H:%M}" for one in hours),
        name=calendar.name_of(day),
        known=calendar.is_known(day, day),
    )
