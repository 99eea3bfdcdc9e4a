"""The calendar: dates, instants, and the hours that summer time skips or repeats."""

from datetime import date, time

import pytest

from monitors.clocks.calendar import Calendar
from tests.unit.clocks.builders import (
    CN,
    LONDON,
    LONDON_NIGHTS,
    NEW_YORK_ALWAYS,
    OFFICE,
    calendar,
    hours,
    instant,
    week,
)


def test_special_days_replace_the_week() -> None:
    """A holiday has no hours, a make-up day those of its entry, another date those of its weekday."""
    assert CN.hours_on(date(2026, 10, 1)) == ()
    assert CN.name_of(date(2026, 10, 1)) == "国庆节"
    assert CN.hours_on(date(2026, 9, 20)) == OFFICE
    assert CN.name_of(date(2026, 9, 20)) == "调休"
    assert CN.hours_on(date(2026, 9, 21)) == OFFICE
    assert CN.name_of(date(2026, 9, 21)) is None
    assert [CN.is_working_day(date(2026, 10, day)) for day in range(7, 13)] == [False, True, True, True, False, True]


@pytest.mark.parametrize(
    ("first", "last", "known"),
    [
        ("2026-01-01", "2026-12-31", True),
        ("2025-12-31", "2026-01-01", False),
        ("2026-12-31", "2027-01-01", False),
    ],
)
def test_a_calendar_says_which_dates_it_knows(first: str, last: str, known: bool) -> None:
    """Both ends of the known years are included."""
    assert CN.is_known(date.fromisoformat(first), date.fromisoformat(last)) is known


def test_without_a_known_from_the_past_is_known() -> None:
    """`known_from` is stated only where history is loaded."""
    assert LONDON.is_known(date(1900, 1, 1), date(1900, 1, 2))


@pytest.mark.parametrize("year", [1990, 2100])
def test_far_years_are_answered_by_the_plain_week(year: int) -> None:
    """Decades away from the known years a count goes on, over every year between."""
    monday = date(year, 6, 4) if year == 1990 else date(2100, 6, 7)
    assert monday.weekday() == 0
    assert CN.working_day_after(monday, 5).toordinal() - monday.toordinal() == 7
    assert not CN.is_known(monday, monday)
    there, back = instant("2026-06-01 09:00"), instant(f"{monday} 09:00")
    between = CN.opening_seconds_between(there, back)
    assert between == -CN.opening_seconds_between(back, there)
    moved = CN.add_opening_seconds(min(there, back), abs(between))
    assert CN.next_opening(moved) == max(there, back)


@pytest.mark.parametrize(
    ("asked", "opening"),
    [
        ("2026-03-02 08:59:59", "2026-03-02 09:00"),
        ("2026-03-02 09:00", "2026-03-02 09:00"),
        ("2026-03-02 11:59:59", "2026-03-02 11:59:59"),  # open is its own next opening
        ("2026-03-02 12:00", "2026-03-02 13:00"),  # the closing second is closed
        ("2026-03-06 18:00", "2026-03-09 09:00"),
        ("2026-09-30 18:00", "2026-10-08 09:00"),
        ("2026-12-31 18:00", "2027-01-01 09:00"),
    ],
)
def test_the_next_opening(asked: str, opening: str) -> None:
    """The first open instant that is not earlier."""
    assert CN.next_opening(instant(asked)) == instant(opening)
    assert CN.is_open(instant(asked)) is (asked == opening)


def test_the_first_opening_of_a_date_or_of_the_next_that_opens() -> None:
    """A holiday week is passed over."""
    assert CN.first_opening(date(2026, 9, 30)) == instant("2026-09-30 09:00")
    assert CN.first_opening(date(2026, 10, 1)) == instant("2026-10-08 09:00")


def test_the_last_first_opening() -> None:
    """The opening of the last working day that has opened by then, also across the year's end."""
    assert CN.last_first_opening(instant("2026-10-05 12:00")) == instant("2026-09-30 09:00")
    assert CN.last_first_opening(instant("2026-09-30 12:30")) == instant("2026-09-30 09:00")
    assert CN.last_first_opening(instant("2026-09-30 08:59:59")) == instant("2026-09-29 09:00")
    assert CN.last_first_opening(instant("2026-01-02 12:00")) == instant("2025-12-31 09:00")


def test_working_days_before_a_date() -> None:
    """The date itself is not counted, whether it works or not."""
    assert CN.working_day_before(date(2026, 3, 17), 1) == date(2026, 3, 16)
    assert CN.working_day_before(date(2026, 3, 15), 1) == date(2026, 3, 13)
    assert CN.working_day_before(date(2026, 10, 12), 4) == date(2026, 9, 30)  # Sat 10, Fri 9, Thu 8, Wed 30
    assert CN.working_day_before(date(2026, 1, 5), 2) == date(2025, 12, 31)
    assert (
        CN.working_day_after(date(2026, 10, 3), 0) == CN.working_day_before(date(2026, 10, 3), 0) == date(2026, 10, 3)
    )


def test_a_skipped_local_time_is_the_first_instant_after_the_gap() -> None:
    """On 29 March 01:00 to 02:00 does not exist in London."""
    for skipped in (time(1), time(1, 0, 1), time(1, 30), time(1, 59, 59), time(2)):
        assert LONDON.instant_of(date(2026, 3, 29), skipped) == instant("2026-03-29T01:00:00+00:00")
    assert LONDON.instant_of(date(2026, 3, 29), time(0, 59, 59)) == instant("2026-03-29T00:59:59+00:00")


def test_a_repeated_local_time_is_its_first_occurrence() -> None:
    """On 25 October 01:00 to 02:00 passes twice in London."""
    assert LONDON.instant_of(date(2026, 10, 25), time(1)) == instant("2026-10-25T00:00:00+00:00")
    assert LONDON.instant_of(date(2026, 10, 25), time(1, 30)) == instant("2026-10-25T00:30:00+00:00")
    assert LONDON.instant_of(date(2026, 10, 25), time(2)) == instant("2026-10-25T02:00:00+00:00")


def test_a_day_whose_midnight_is_skipped_or_whose_end_is_repeated() -> None:
    """Beirut's clocks go from 00:00 to 01:00 on 29 March and from 24:00 back to 23:00 on 24 October."""
    beirut = calendar("Asia/Beirut", week(OFFICE))
    assert beirut.start_of_day(date(2026, 3, 29)) == instant("2026-03-29T01:00:00+03:00")
    assert beirut.end_of_day(date(2026, 10, 24)) == instant("2026-10-24T23:59:59+03:00")
    assert beirut.date_of(instant("2026-10-24T23:59:59+02:00")) == date(2026, 10, 24)


def test_opening_hours_follow_the_clock_on_the_wall() -> None:
    """A night of eight hours has seven in spring and nine in autumn; a round-the-clock day 23 and 25."""

    def opening_hours(cal: Calendar, day: date) -> float:
        return cal.opening_seconds_between(cal.start_of_day(day), cal.end_of_day(day)) / 3600

    assert opening_hours(LONDON_NIGHTS, date(2026, 3, 29)) == 7
    assert opening_hours(LONDON_NIGHTS, date(2026, 10, 25)) == 9
    assert round(opening_hours(NEW_YORK_ALWAYS, date(2026, 3, 8)), 3) == 23
    assert round(opening_hours(NEW_YORK_ALWAYS, date(2026, 11, 1)), 3) == 25


def test_hours_that_summer_time_skips_whole_are_none() -> None:
    """Nothing can be done in an hour that does not exist; the date has an opening all the same."""
    sundays = calendar("Europe/London", week((), hours("01:00-02:00")))
    start, end = instant("2026-03-29T00:00:00+00:00"), instant("2026-03-29T12:00:00+00:00")
    assert sundays.opening_seconds_between(start, end) == 0
    assert sundays.next_opening(start) == instant("2026-04-04T01:00:00+01:00")
    assert sundays.is_working_day(date(2026, 3, 29))


@pytest.mark.parametrize(
    "spans",
    [("12:00-09:00",), ("09:00-09:00",), ("09:00-13:00", "12:00-18:00"), ("13:00-18:00", "09:00-12:00"),
     ("09:00-24:00", "22:00-23:00")],
)  # fmt: skip
def test_hours_out_of_order_are_refused(spans: tuple[str, ...]) -> None:
    """Nobody can count by hours that end before they begin or run into each other."""
    with pytest.raises(ValueError, match="calendar test: "):
        calendar("UTC", week(hours(*spans)))


def test_a_week_that_never_opens_is_refused() -> None:
    """There is no first working day in it."""
    with pytest.raises(ValueError, match="never opens"):
        calendar("UTC", week(()))


def test_calendars_are_values() -> None:
    """Equal content is equal, and can be a key, whatever has been counted before."""
    one, other = calendar("UTC", week(OFFICE)), calendar("UTC", week(OFFICE))
    one.first_opening(date(2026, 1, 1))
    assert one == other
    assert len({one, other}) == 1
    assert one != calendar("UTC", week(OFFICE, OFFICE))
