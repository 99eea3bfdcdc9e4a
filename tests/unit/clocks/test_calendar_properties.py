"""Laws of the calendar's arithmetic, on calendars with odd hours around changes of summer time."""

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.clocks.calendar import Calendar, Interval, Week
from monitors.clocks.policy import Limit
from tests.unit.clocks import naive
from tests.unit.clocks.builders import calendar as make_calendar
from tests.unit.clocks.builders import due, quarter
from tests.unit.clocks.strategies import calendars, dates, distances, instants, seconds

SECOND = timedelta(seconds=1)
AMOUNTS = st.integers(1, 3 * 86_400)

few = settings(max_examples=40, deadline=None)


@few
@given(calendars(), seconds(), st.integers(0, 20 * 86_400))
def test_running_sums_agree_with_walking(calendar: Calendar, start: datetime, elapsed: int) -> None:
    """The opening seconds between two instants are those that a walk over the dates finds."""
    end = start + timedelta(seconds=elapsed)
    assert calendar.opening_seconds_between(start, end) == naive.opening_seconds(calendar, start, end)


@few
@given(calendars(), instants(), distances())
def test_due_times_agree_with_walking(calendar: Calendar, start: datetime, limit: Limit) -> None:
    """Every limit ends where a walk over hours, dates or spans ends."""
    assert due(limit, start, calendar).at == naive.due(calendar, start, limit)


@few
@given(calendars(), seconds())
def test_the_next_opening_agrees_with_walking(calendar: Calendar, start: datetime) -> None:
    """The next opening is the first instant of the first span that is not over, and is open."""
    opening = calendar.next_opening(start)
    assert opening == naive.next_opening(calendar, start)
    assert calendar.is_open(opening)
    assert calendar.is_open(start) is (opening == start)


@few
@given(calendars(), seconds(), AMOUNTS)
def test_adding_is_the_inverse_of_counting(calendar: Calendar, start: datetime, amount: int) -> None:
    """The end has the amount between the start and itself, and is the earliest that has."""
    end = calendar.add_opening_seconds(start, amount)
    assert calendar.opening_seconds_between(start, end) == amount
    assert calendar.opening_seconds_between(start, end - SECOND) == amount - 1


@few
@given(calendars(), seconds(), AMOUNTS)
def test_subtracting_is_the_inverse_of_counting(calendar: Calendar, end: datetime, amount: int) -> None:
    """The start has the amount between itself and the end, and is the latest that has."""
    start = calendar.subtract_opening_seconds(end, amount)
    assert calendar.opening_seconds_between(start, end) == amount
    assert calendar.opening_seconds_between(start + SECOND, end) == amount - 1


@few
@given(calendars(), seconds(), seconds(), seconds())
def test_counting_adds_up(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    """From one to three is from one to two and from two to three, in any order of the three."""
    between = calendar.opening_seconds_between
    assert between(one, three) == between(one, two) + between(two, three)


@few
@given(calendars(), dates(), st.integers(1, 30))
def test_working_days_before_undo_working_days_after(calendar: Calendar, day: date, count: int) -> None:
    """Both ways agree with walking from date to date."""
    later = calendar.working_day_after(day, count)
    assert later == naive.working_day_after(calendar, day, count)
    if calendar.is_working_day(day):
        assert calendar.working_day_before(later, count) == day


@few
@given(calendars(), dates())
def test_first_openings_meet(calendar: Calendar, day: date) -> None:
    """The first opening from a date on is the last that has come by then."""
    opening = calendar.first_opening(day)
    assert calendar.last_first_opening(opening) == opening
    assert calendar.last_first_opening(opening - SECOND) < opening


def halved(interval: Interval) -> tuple[Interval, ...]:
    """Two intervals that touch where the one had its middle, cut to the quarter of an hour."""

    def quarters(at: time) -> int:
        return at.hour * 4 + at.minute // 15

    first, last = quarters(interval.opens), quarters(interval.closes) or 96
    middle = quarter((first + last) // 2)
    if middle == interval.opens:
        return (interval,)
    return (Interval(interval.opens, middle), Interval(middle, interval.closes))


def with_halves(calendar: Calendar) -> Calendar:
    """The calendar with every interval of the week split in two."""
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        tuple(half for interval in day for half in halved(interval)) for day in calendar.week
    )
    split: Week = (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
    return make_calendar(calendar.zone, split, calendar.special)


@few
@given(calendars(), seconds(), AMOUNTS, distances())
def test_splitting_an_interval_changes_nothing(calendar: Calendar, start: datetime, amount: int, limit: Limit) -> None:
    """Two intervals that touch are one."""
    split = with_halves(calendar)
    assert split.add_opening_seconds(start, amount) == calendar.add_opening_seconds(start, amount)
    assert split.subtract_opening_seconds(start, amount) == calendar.subtract_opening_seconds(start, amount)
    assert split.next_opening(start) == calendar.next_opening(start)
    assert split.last_first_opening(start) == calendar.last_first_opening(start)
    assert due(limit, start, split).at == due(limit, start, calendar).at
