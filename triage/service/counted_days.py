"""The dates of a deadline one by one, so that a human can check the sum."""

from collections.abc import Iterator
from datetime import date, datetime

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Clock
from monitors.clocks.counting import HOUR_UNITS, WORKING_UNITS
from monitors.clocks.pauses import NO_PAUSES, ONE_DAY, RunningTime, closed_at
from monitors.clocks.policy import ClockPolicy

SHOWN = 1500
"""Dates of one clock at most: four years."""


class CountedDay(msgspec.Struct, frozen=True, kw_only=True):
    """One date of a clock. `what`: start (not counted) | counted | closed | paused | rolled (behind the last counted
    date, on the way to a working day). `number`: of a counted date, from 1. `name`: of a holiday or make-up day.
    `seconds`: that count on the date, for limits in hours. `is_due`: the due date."""

    date: date
    what: str
    number: int | None = None
    name: str | None = None
    seconds: int | None = None
    is_due: bool = False


def counted_days(clock: Clock, policy: ClockPolicy, calendar: Calendar, at: datetime) -> list[CountedDay]:
    """Every date from the start to the due date; of a clock that is paused at the instant for which it was planned, to
    what would be due if it were resumed then."""
    due_at = clock.due_at or clock.due_at_if_resumed_now or clock.original_due_at
    if clock.pauses:
        pauses = closed_at(clock.pauses, max(at, clock.pauses[-1].begin))
        clock = msgspec.structs.replace(clock, pauses=pauses)
    first, due_date = calendar.date_of(clock.started_at), calendar.date_of(due_at)
    last = max(due_date, clock.counted)
    days = [first + ONE_DAY * number for number in range(min((last - first).days + 1, SHOWN))]
    if clock.unit in HOUR_UNITS:
        return [_hours(day, clock, due_at, calendar) for day in days]
    return list(_dates(days, due_date, clock, policy, calendar))


def _dates(
    days: list[date], due_date: date, clock: Clock, policy: ClockPolicy, calendar: Calendar
) -> Iterator[CountedDay]:
    number = 0
    for day in days:
        is_first = day == days[0] and not policy.counting.start_day
        what = "start" if is_first else _what(day, clock, calendar)
        number += what == "counted"
        yield CountedDay(
            date=day,
            what=what,
            number=number if what == "counted" else None,
            name=calendar.name_of(day),
            is_due=day == due_date,
        )


def _what(day: date, clock: Clock, calendar: Calendar) -> str:
    """A date counts when the clock runs in its last second and, for working days, it has opening hours."""
    if day > clock.counted:
        return "rolled"
    working, pauses = clock.unit in WORKING_UNITS, clock.pauses
    if working and not calendar.is_working_day(day):
        return "closed"
    last_second = calendar.end_of_day(day)
    paused = any(pause.begin <= last_second and (pause.end is None or last_second < pause.end) for pause in pauses)
    return "paused" if paused else "counted"


def _hours(day: date, clock: Clock, due_at: datetime, calendar: Calendar) -> CountedDay:
    begin = max(calendar.start_of_day(day), clock.started_at)
    end = min(calendar.start_of_day(day + ONE_DAY), due_at)
    opening = clock.unit in WORKING_UNITS
    running = RunningTime(calendar, opening, clock.pauses).between(begin, end)
    unpaused = RunningTime(calendar, opening, NO_PAUSES).between(begin, end)
    what = "counted" if running else "paused" if unpaused else "closed"
    return CountedDay(
        date=day,
        what=what,
        name=calendar.name_of(day),
        seconds=running,
        is_due=day == calendar.date_of(due_at),
    )
