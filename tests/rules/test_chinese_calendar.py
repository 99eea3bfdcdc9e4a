"""The shipped Chinese calendar, day by day, beside two independent lists of what the State Council announced."""

from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday
from holidays import country_holidays

from monitors.clocks.calendar import Calendar
from triage.main.rule_folders import compiled_folder

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


@pytest.fixture(scope="module")
def cn() -> Calendar:
    return compiled_folder(None).rulebook.calendars["cn"]


def test_every_day_is_worked_or_not_as_both_lists_say(cn: Calendar) -> None:
    """1,096 days: holidays, weekends, and the Saturdays and Sundays that are worked in exchange."""
    listed = country_holidays("CN", years=range(FIRST.year, LAST.year + 1))
    ours = {day for day in DAYS if cn.is_working_day(day)}
    assert ours == {day for day in DAYS if is_workday(day)}
    assert ours == {day for day in DAYS if listed.is_working_day(day)}
    assert len(DAYS) == 1096


def test_working_days_of_each_year_are_as_counted(cn: Calendar) -> None:
    """251, 248 and 248 working days, and 8, 5 and 6 make-up days among them."""
    for year, days, made_up in ((2024, 251, 8), (2025, 248, 5), (2026, 248, 6)):
        worked = [day for day in DAYS if day.year == year and cn.is_working_day(day)]
        assert len(worked) == days
        assert sum(day.weekday() >= 5 for day in worked) == made_up


def test_what_nobody_announced_is_not_known(cn: Calendar) -> None:
    """Nothing beyond 2026 is guessed."""
    assert cn.is_known(FIRST, LAST)
    assert not cn.is_known(LAST, LAST + timedelta(days=1))
