"""The dates of a deadline one by one: what is counted adds up to the limit, and what is not says why."""

from datetime import date

import pytest

from tests.unit.service.desk import Desk, at, clocked
from triage.service.counted_days import CountedDay
from triage.service.replan import days_at

START = "id: answer, start: complaint.registered, stop: complaint.reply_sent"
PAUSE = "pause: [appraisal]"


def counted(limit: str, registered: str, *words: tuple[str, str], now: str | None = None) -> list[CountedDay]:
    """The dates of a clock with this limit, registered at this local time, after these pauses and resumptions."""
    desk = Desk(clocked(f"{START}, {PAUSE}, limit: {limit}"))
    desk.is_registered(registered)
    for kind, local in words:
        desk.happens(kind, local, **({"reason": "appraisal"} if kind == "paused" else {}))
    assert desk.row is not None
    ((_, days),) = days_at(desk.row, desk.rules, at(now or (words[-1][1] if words else registered)))
    return days


def told(days: list[CountedDay]) -> dict[str, str | int]:
    """Month and day to the number of a counted date, to what it is otherwise."""
    return {f"{day.date:%m-%d}": day.number or day.what for day in days}


def add_up(days: list[CountedDay]) -> int:
    """Of dates in order: their numbers run from 1 without a gap; gives the last, which is the due date."""
    numbers = [day.number for day in days if day.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [day.is_due for day in days] == [False] * (len(days) - 1) + [True]
    assert days[-1].number == len(numbers)
    return len(numbers)


def test_working_days_count_the_make_up_sunday_and_leave_the_saturday_out() -> None:
    """Fri 18 September: the start is not counted, Sat 19 is closed, Sun 20 works for the holidays to come."""
    days = counted("3 working days", "2026-09-18 10:00")
    assert told(days) == {"09-18": "start", "09-19": "closed", "09-20": 1, "09-21": 2, "09-22": 3}
    assert [day.name for day in days] == [None, None, "国庆节调休", None, None]
    assert add_up(days) == 3


def test_working_days_skip_national_day_week_by_name() -> None:
    """30 September, then 1 to 7 October closed with the holiday's name, the eighth is day 1."""
    days = counted("2 working days", "2026-09-30 10:00")
    assert told(days) == {
        "09-30": "start", **{f"10-0{day}": "closed" for day in range(1, 8)}, "10-08": 1, "10-09": 2,
    }  # fmt: skip
    assert {day.name for day in days if day.what == "closed"} == {"国庆节"}
    assert add_up(days) == 2


def test_calendar_days_run_through_national_day_week() -> None:
    """Holidays count like any other date, and show their names."""
    days = counted("15 calendar days", "2026-09-28 10:00")
    assert add_up(days) == 15
    assert {day.what for day in days} == {"start", "counted"}
    assert [f"{day.date:%m-%d}" for day in days if day.name] == [f"10-0{day}" for day in range(1, 8)]
    assert days[-1].date == date(2026, 10, 13)


def test_a_pause_takes_out_the_dates_in_whose_last_second_the_clock_stood() -> None:
    """From the 10th to the 15th: five dates, whatever the hours; the 15th counts again."""
    days = counted(
        "15 calendar days", "2026-03-02 10:00", ("paused", "2026-03-10 17:00"), ("resumed", "2026-03-15 09:00")
    )
    assert [f"{day.date:%d}" for day in days if day.what == "paused"] == ["10", "11", "12", "13", "14"]
    assert add_up(days) == 15
    assert days[-1].date == date(2026, 3, 22)


def test_a_closed_date_in_a_pause_is_closed() -> None:
    """A working-day limit never counts the weekend, paused or not."""
    days = counted(
        "5 working days", "2026-03-05 10:00", ("paused", "2026-03-06 10:00"), ("resumed", "2026-03-09 10:00")
    )
    assert told(days) == {
        "03-05": "start", "03-06": "paused", "03-07": "closed", "03-08": "closed", "03-09": 1, "03-10": 2, "03-11": 3,
        "03-12": 4, "03-13": 5,
    }  # fmt: skip
    assert add_up(days) == 5


def test_a_clock_that_stands_adds_up_to_what_would_be_due_if_it_were_resumed_now() -> None:
    """Paused since the 10th and looked at on the 20th: ten dates are out, the 20th counts, and the sum is the limit."""
    days = counted("15 calendar days", "2026-03-02 10:00", ("paused", "2026-03-10 10:00"), now="2026-03-20 10:00")
    assert [f"{day.date:%d}" for day in days if day.what == "paused"] == [f"{day}" for day in range(10, 20)]
    assert add_up(days) == 15
    assert days[-1].date == date(2026, 3, 27)


@pytest.mark.parametrize(
    ("limit", "registered", "seconds"),
    [
        ("20 working hours", "2026-03-02 10:00", 20 * 3600),
        ("4 working hours", "2026-09-18 17:00", 4 * 3600),  # over the make-up Sunday
        ("8 working hours", "2026-09-30 17:30", 8 * 3600),  # over National Day
        ("30 hours", "2026-03-02 10:00", 30 * 3600),
        ("72 hours", "2026-09-30 23:30", 72 * 3600),
        ("4 working hours", "2026-03-07 10:00", 4 * 3600),  # from a Saturday
    ],
)
@pytest.mark.parametrize("paused", [False, True])
def test_hours_add_up_to_the_limit_in_seconds(limit: str, registered: str, seconds: int, paused: bool) -> None:
    """With a pause until the next evening and without; no date counts more than it is long or open."""
    day = registered[:10]
    words = [("paused", f"{registered}:01"), ("resumed", f"{next_day(day)} 22:17:09")] if paused else []
    days = counted(limit, registered, *words)
    assert sum(day.seconds or 0 for day in days) == seconds
    most = 8 * 3600 if "working" in limit else 24 * 3600
    assert max(day.seconds or 0 for day in days) <= most
    assert [day.is_due for day in days][-1]
    assert {day.number for day in days} == {None}
    assert {day.what for day in days if not day.seconds} <= {"closed", "paused"}


def next_day(day: str) -> str:
    return f"{date.fromordinal(date.fromisoformat(day).toordinal() + 1)}"


def test_hours_of_a_clock_that_stands_add_up_too() -> None:
    """As if it were resumed at the instant of the look."""
    days = counted("20 working hours", "2026-03-02 10:00", ("paused", "2026-03-03 10:00"), now="2026-03-05 10:00")
    assert [day.seconds for day in days] == [7 * 3600, 3600, 0, 7 * 3600, 5 * 3600]
    assert [day.what for day in days] == ["counted", "counted", "paused", "counted", "counted"]


def test_a_start_day_that_is_included_is_day_one() -> None:
    """`start_day: included`."""
    days = counted("3 calendar days, start_day: included", "2026-03-02 10:00")
    assert told(days) == {"03-02": 1, "03-03": 2, "03-04": 3}


def test_an_extension_counts_from_the_same_start() -> None:
    """The numbers go on to the new limit."""
    desk = Desk(clocked(f"{START}, limit: 15 calendar days, extend: [{{to: 30 calendar days}}]"))
    desk.is_registered()
    desk.happens("extension_granted", "2026-03-10 10:00", clock="answer", to="30 calendar days")
    assert desk.row is not None
    ((clock, days),) = days_at(desk.row, desk.rules, at("2026-03-10 10:00"))
    assert add_up(days) == 30
    assert days[-1].date == date(2026, 4, 1)
    assert clock.due_at == at("2026-04-01 23:59:59")


def test_every_cycle_of_every_clock_has_its_dates() -> None:
    """A recurring clock: cycle by cycle, each from its own start."""
    desk = Desk(clocked("id: daily, start: complaint.registered, every: 1 working day, stop: complaint.reply_sent"))
    desk.is_registered("2026-03-05 10:00")
    assert desk.row is not None
    found = [(clock.cycle, told(days)) for clock, days in days_at(desk.row, desk.rules, at("2026-03-10 10:00"))]
    assert found == [
        (1, {"03-05": "start", "03-06": 1}),
        (2, {"03-06": "start", "03-07": "closed", "03-08": "closed", "03-09": 1}),
        (3, {"03-09": "start", "03-10": 1}),
    ]


def test_a_due_date_that_rolls_forward_is_reached_by_dates_that_do_not_count() -> None:
    """Five days from Monday end on Saturday; Sunday and Monday only lead to the next working day."""
    days = counted("5 calendar days, roll_forward: true", "2026-03-02 10:00")
    assert told(days)["03-07"] == 5
    assert {f"{day.date:%m-%d}": (day.what, day.is_due) for day in days if day.what == "rolled"} == {
        "03-08": ("rolled", False),
        "03-09": ("rolled", True),
    }


def test_a_close_of_business_before_the_last_counted_date_is_shown_with_it() -> None:
    """Five days from Monday end on Saturday, which has no hours: due at Friday's closing, and all five are there."""
    days = counted("5 calendar days, due: close_of_business", "2026-03-02 10:00")
    assert [day.number for day in days] == [None, 1, 2, 3, 4, 5]
    assert [f"{day.date:%a}" for day in days if day.is_due] == ["Fri"]
