"""Due times, each counted by hand, by the calendar's index and by walking over the dates."""

import pytest

from monitors.clocks.calendar import Calendar
from tests.unit.clocks import naive
from tests.unit.clocks.builders import CN, LONDON, LONDON_NIGHTS, NEW_YORK, NEW_YORK_ALWAYS, instant, limit
from tests.unit.clocks.builders import due as due_of

CASES: list[tuple[Calendar, str, str, str]] = [
    # calendar days: the start's own date is not counted
    (CN, "2026-03-02 10:00", "15 calendar days", "2026-03-17 23:59:59"),  # 2 + 15 = the 17th
    (CN, "2026-03-02 00:00", "1 calendar day", "2026-03-03 23:59:59"),  # the whole of the 2nd is left out
    (CN, "2026-03-02 23:59:59", "1 calendar day", "2026-03-03 23:59:59"),  # only a second of the 2nd is left out
    (CN, "2026-03-03 00:30", "1 calendar day", "2026-03-04 23:59:59"),  # in UTC it is still the 2nd
    (NEW_YORK, "2026-03-02 23:30", "1 calendar day", "2026-03-03 23:59:59"),  # in UTC it is the 3rd already
    (CN, "2026-09-30 16:00", "7 calendar days", "2026-10-07 23:59:59"),  # Oct 1-7, holidays count
    (CN, "2026-01-31 10:00", "30 calendar days", "2026-03-02 23:59:59"),  # 28 to Feb 28, 29 Mar 1, 30 Mar 2
    (CN, "2026-12-20 10:00", "15 calendar days", "2027-01-04 23:59:59"),  # 11 to Dec 31, 4 in January
    (CN, "2028-02-15 10:00", "15 calendar days", "2028-03-01 23:59:59"),  # 14 to Feb 29, 15 Mar 1
    (CN, "2028-02-28 10:00", "1 calendar day", "2028-02-29 23:59:59"),  # a leap year
    (CN, "2026-02-28 10:00", "1 calendar day", "2026-03-01 23:59:59"),  # a common year
    (CN, "2026-04-30 10:00", "31 calendar days", "2026-05-31 23:59:59"),  # the whole of May
    # weeks and months: seven calendar days; the same day number, or the month's last day
    (CN, "2026-03-02 10:00", "2 weeks", "2026-03-16 23:59:59"),  # Monday to Monday
    (LONDON, "2026-12-23 12:00", "8 weeks", "2027-02-17T23:59:59+00:00"),  # 56 days: 8 to Dec 31, 31, 17
    (CN, "2026-01-31 10:00", "1 month", "2026-02-28 23:59:59"),  # there is no 31 February
    (CN, "2028-01-31 10:00", "1 month", "2028-02-29 23:59:59"),  # a leap year
    (CN, "2026-02-28 10:00", "1 month", "2026-03-28 23:59:59"),  # the day number, not the month's end
    (CN, "2026-08-31 10:00", "6 months", "2027-02-28 23:59:59"),  # over the year's end
    (CN, "2026-03-31 10:00", "1 month", "2026-04-30 23:59:59"),
    (LONDON, "2026-09-25 12:00", "1 month", "2026-10-25T23:59:59+00:00"),  # the date on which summer time ends
    # working days
    (CN, "2026-03-02 10:00", "1 working day", "2026-03-03 23:59:59"),  # Mon → Tue
    (CN, "2026-03-06 10:00", "1 working day", "2026-03-09 23:59:59"),  # Fri → Mon
    (CN, "2026-03-07 12:00", "1 working day", "2026-03-09 23:59:59"),  # Sat → Mon
    (CN, "2026-03-02 10:00", "10 working days", "2026-03-16 23:59:59"),  # 3-6: 4, 9-13: 9, 16: 10
    (CN, "2026-02-13 17:00", "1 working day", "2026-02-14 23:59:59"),  # Fri → make-up Sat
    (CN, "2026-02-14 10:00", "1 working day", "2026-02-24 23:59:59"),  # 15-23 Spring Festival → Tue 24
    (CN, "2026-02-26 10:00", "3 working days", "2026-03-02 23:59:59"),  # Fri 27, make-up Sat 28, Mon 2
    (CN, "2026-09-18 10:00", "2 working days", "2026-09-21 23:59:59"),  # make-up Sun 20, Mon 21
    (CN, "2026-09-24 10:00", "2 working days", "2026-09-29 23:59:59"),  # 25-27 Mid-Autumn; Mon 28, Tue 29
    (CN, "2026-09-29 10:00", "3 working days", "2026-10-09 23:59:59"),  # Wed 30, Thu 8, Fri 9
    (CN, "2026-09-30 16:00", "4 working days", "2026-10-12 23:59:59"),  # Thu 8, Fri 9, make-up Sat 10, Mon 12
    (CN, "2026-10-03 10:00", "1 working day", "2026-10-08 23:59:59"),  # start within the holiday → Thu 8
    (CN, "2025-12-31 10:00", "2 working days", "2026-01-05 23:59:59"),  # 1-3 New Year; make-up Sun 4, Mon 5
    (LONDON, "2028-02-28 10:00", "2 working days", "2028-03-01 23:59:59"),  # Tue Feb 29, Wed Mar 1
    # working hours: 09-12 and 13-18, eight a day
    (CN, "2026-03-02 10:00", "2 working hours", "2026-03-02 12:00"),  # up to the lunch break, not behind it
    (CN, "2026-03-02 11:30", "2 working hours", "2026-03-02 14:30"),  # 0:30 to 12:00, 1:30 from 13:00
    (CN, "2026-03-02 12:30", "1 working hour", "2026-03-02 14:00"),  # begins to run at 13:00
    (CN, "2026-03-02 17:00", "2 working hours", "2026-03-03 10:00"),  # 1 h Mon, 1 h Tue
    (CN, "2026-03-06 17:00", "8 working hours", "2026-03-09 17:00"),  # 1 h Fri; Mon 3 h + 4 h
    (CN, "2026-03-06 20:00", "8 working hours", "2026-03-09 18:00"),  # all of Mon
    (CN, "2026-03-02 09:00", "40 working hours", "2026-03-06 18:00"),  # five days of eight
    (CN, "2026-09-30 17:30:15", "1 working hour", "2026-10-08 09:30:15"),  # 29:45 Wed, 30:15 Thu 8
    (CN, "2026-02-14 16:00", "3 working hours", "2026-02-24 10:00"),  # 2 h make-up Sat, 1 h Tue 24
    # hours: elapsed, whatever the office does
    (CN, "2026-03-06 18:30", "24 hours", "2026-03-07 18:30"),
    (CN, "2026-12-31 23:30", "1 hour", "2027-01-01 00:30"),
    (CN, "2026-03-02 10:00:00.900000", "24 hours", "2026-03-03 10:00"),  # cut to the second
    # Europe/London: 01:00-02:00 is skipped on Mar 29 and repeated on Oct 25
    (LONDON, "2026-03-28 10:00", "24 hours", "2026-03-29T11:00+01:00"),  # a day of 23 hours
    (LONDON, "2026-10-24 10:00", "24 hours", "2026-10-25T09:00+00:00"),  # a day of 25 hours
    (LONDON, "2026-03-29 00:30", "1 hour", "2026-03-29T02:30+01:00"),  # 30 min to 01:00 = 02:00, 30 min more
    (LONDON, "2026-03-27 10:00", "2 calendar days", "2026-03-29T23:59:59+01:00"),
    (LONDON, "2026-10-23 10:00", "2 calendar days", "2026-10-25T23:59:59+00:00"),
    (LONDON, "2026-03-27 17:00", "1 working hour", "2026-03-30T09:30+01:00"),  # 30 min Fri, 30 min Mon
    (LONDON_NIGHTS, "2026-03-29 00:30", "2 working hours", "2026-03-29T03:30+01:00"),  # 0:30, then from 02:00 1:30
    (LONDON_NIGHTS, "2026-03-28 07:00", "8 working hours", "2026-03-29T08:00+01:00"),  # 1 h + a night of 7 h
    (LONDON_NIGHTS, "2026-10-24 07:00", "10 working hours", "2026-10-25T08:00+00:00"),  # 1 h + a night of 9 h
    (LONDON_NIGHTS, "2026-10-25 00:30", "3 working hours", "2026-10-25T02:30+00:00"),  # 00:30, 01:30, 01:30, 02:30
    # America/New_York: 02:00-03:00 is skipped on Mar 8, 01:00-02:00 repeated on Nov 1
    (NEW_YORK, "2026-03-06 16:00", "2 working hours", "2026-03-09T10:00-04:00"),  # 1 h Fri, 1 h Mon
    (NEW_YORK, "2026-10-30 16:00", "1 working day", "2026-11-02T23:59:59-05:00"),  # Fri → Mon
    (NEW_YORK, "2026-11-01T01:30-05:00", "1 calendar day", "2026-11-02T23:59:59-05:00"),  # the second 01:30
    (NEW_YORK_ALWAYS, "2026-03-07 22:00", "6 working hours", "2026-03-08T05:00-04:00"),  # 2 + 2 h, 03:00 + 2 h
    (NEW_YORK_ALWAYS, "2026-10-31 22:00", "6 working hours", "2026-11-01T03:00-05:00"),  # 2 + 2 h, 01:00 + 2 h
]


@pytest.mark.parametrize(("calendar", "start", "limit_text", "due"), CASES)
def test_a_due_time_is_the_one_counted_by_hand(calendar: Calendar, start: str, limit_text: str, due: str) -> None:
    """The index and the walk over the dates both find the due time of the table."""
    begin, counted = instant(start, calendar.zone), limit(limit_text)
    expected = instant(due, calendar.zone)
    assert due_of(counted, begin, calendar).at == expected
    assert naive.due(calendar, begin, counted) == expected


@pytest.mark.parametrize(
    ("start", "limit_text", "provisional"),
    [
        ("2026-12-30 10:00", "1 working day", False),  # Dec 31 is known
        ("2026-12-31 10:00", "1 working day", True),  # Jan 1 is a holiday, but nobody has said so yet
        ("2026-12-30 10:00", "15 working hours", False),  # 7 h on Dec 30, 8 h on Dec 31
        ("2026-12-30 10:00", "16 working hours", True),  # the last hour is on Jan 1
        ("2025-12-31 10:00", "1 working day", False),  # the start's own date is not looked at
        ("2025-12-30 10:00", "1 working day", True),
        ("2025-12-31 10:00", "8 working hours", True),  # the start's own date is looked at
        ("2026-12-31 10:00", "15 calendar days", False),  # no opening hours are looked at
        ("2026-12-31 10:00", "48 hours", False),
    ],
)
def test_a_count_beyond_the_known_years_is_provisional(start: str, limit_text: str, provisional: bool) -> None:
    """A count is provisional when it looked at opening hours of a date that the file does not know."""
    begin, counted = instant(start), limit(limit_text)
    assert due_of(counted, begin, CN).provisional is provisional
