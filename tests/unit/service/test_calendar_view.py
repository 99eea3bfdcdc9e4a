"""A calendar's coming dates as people and tools read them."""

import json
from datetime import date

import msgspec
import pytest

from tests.builders_rules import CALENDAR, compiled, sound_rules
from triage.service.calendar_view import CalendarDay, coming_days

FULL = ("09:00-12:00", "13:00-18:00")


def days(first: str, count: int, text: str = CALENDAR) -> list[CalendarDay]:
    """So many dates of the sound folder's calendar, or of this text's."""
    rules = compiled(sound_rules() | {"calendars/cn.yaml": text.encode()})
    return coming_days(rules.rulebook.calendars["cn"], date.fromisoformat(first), count)


def test_a_plain_week_is_open_from_monday_to_friday() -> None:
    """Seven dates in order with their hours; nothing has a name."""
    found = days("2026-03-02", 7)
    assert [day.date for day in found] == [date(2026, 3, number) for number in range(2, 9)]
    assert [day.weekday for day in found] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert [day.hours for day in found] == [FULL] * 5 + [()] * 2
    assert [day.open for day in found] == [True] * 5 + [False] * 2
    assert {day.name for day in found} == {None}


def test_holidays_and_make_up_days_have_their_names_and_hours() -> None:
    """A Sunday that works like a Monday, a holiday on a Thursday, a short last day of the year."""
    (sunday,), (holiday,), (last,) = days("2026-09-20", 1), days("2026-10-01", 1), days("2026-12-31", 1)
    assert (sunday.weekday, sunday.open, sunday.hours, sunday.name) == ("Sun", True, FULL, "国庆节调休")
    assert (holiday.weekday, holiday.open, holiday.hours, holiday.name) == ("Thu", False, (), "国庆节")
    assert (last.open, last.hours, last.name) == (True, ("09:00-12:00",), "Last day")


def test_dates_outside_the_known_years_say_so() -> None:
    """The first unknown date is the one behind `known_until`, and the one before `known_from`."""
    assert [day.known for day in days("2026-12-30", 4)] == [True, True, False, False]
    assert [day.known for day in days("2025-12-30", 3)] == [False, False, True]


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_exactly_so_many_dates_without_a_gap(count: int) -> None:
    """Over the ends of months and years."""
    found = days("2026-01-31", count)
    first = date(2026, 1, 31).toordinal()
    assert [day.date.toordinal() for day in found] == list(range(first, first + count))


def test_an_office_that_closes_at_midnight_is_shown_as_its_file_says() -> None:
    """00:00 at the end is the end of the date."""
    text = CALENDAR.replace('mon: ["09:00-12:00", "13:00-18:00"]', 'mon: ["18:00-00:00"]')
    (monday,) = days("2026-03-02", 1, text)
    assert (monday.open, monday.hours) == (True, ("18:00-00:00",))


def test_the_keys_that_tools_read() -> None:
    """As `triage calendar --json` prints them."""
    (day,) = days("2026-09-20", 1)
    assert json.loads(msgspec.json.encode(day)) == {
        "date": "2026-09-20", "weekday": "Sun", "open": True, "hours": list(FULL), "name": "国庆节调休", "known": True,
    }  # fmt: skip
