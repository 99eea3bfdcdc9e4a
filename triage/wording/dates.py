"""Dates, times and spans of time as a reader writes them: `Sat 4 April 2026 23:59`, `2026年4月4日（星期六）23:59`."""

from datetime import date, datetime, timedelta

from triage.wording.text import Text, say

WEEKDAYS = (say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"), say("Sat"), say("Sun"))
MONTHS = (
    say("January"), say("February"), say("March"), say("April"), say("May"), say("June"), say("July"), say("August"),
    say("September"), say("October"), say("November"), say("December"),
)  # fmt: skip

HOUR, MINUTE = 3600, 60


def said_date(day: date) -> Text:
    """A date with its weekday: `Sat 4 April 2026`."""
    return say(
        "{weekday} {day} {month} {year}",
        weekday=WEEKDAYS[day.weekday()], day=day.day, month=MONTHS[day.month - 1], year=day.year,
    )  # fmt: skip


def said_time(local: datetime) -> Text:
    """A local time to the minute: `Sat 4 April 2026 23:59`."""
    return say("{date} {time}", date=said_date(local), time=f"{local:%H:%M}")


def said_span(seconds: int) -> Text:
    """A span of time in its two largest units: `2 days 9 h`, `3 h 5 min`, `40 s`."""
    span = timedelta(seconds=abs(seconds))
    hours, rest = divmod(span.seconds, HOUR)
    minutes, left = divmod(rest, MINUTE)
    if span.days == 1:
        return say("1 day {hours} h", hours=hours)
    if span.days:
        return say("{days} days {hours} h", days=span.days, hours=hours)
    if hours:
        return say("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return say("{minutes} min", minutes=minutes) if minutes else say("{seconds} s", seconds=left)
