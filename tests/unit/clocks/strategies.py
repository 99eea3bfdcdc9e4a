"""Hypothesis strategies: calendars with odd hours and special days around changes of summer time, instants, limits,
clocks, and the events of one case."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from monitors.clocks.calendar import Calendar, Interval, SpecialDay, Week
from monitors.clocks.policy import ClockPolicy, Limit, Unit
from tests.unit.clocks import builders
from triage.domain.event import Event

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")

SUMMER_TIME_CHANGES = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 10, 25))
QUARTERS_A_DAY = 96


@st.composite
def hours(draw: st.DrawFn, least: int = 0) -> tuple[Interval, ...]:
    """Up to three intervals of a date on quarters of an hour, some up to its end, some touching."""
    count = draw(st.integers(least, 3))
    marks = draw(
        st.lists(st.integers(0, QUARTERS_A_DAY), min_size=2 * count, max_size=2 * count, unique=True).map(sorted)
    )
    pairs = list(zip(marks[::2], marks[1::2], strict=True))
    if count > 1 and draw(st.booleans()):
        pairs[1] = (pairs[0][1], pairs[1][1])
    return tuple(Interval(builders.quarter(opens), builders.quarter(closes)) for opens, closes in pairs)


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """A week that opens on one day at least."""
    monday = draw(hours(least=1))
    tuesday, wednesday, thursday, friday, saturday, sunday = (draw(hours()) for _ in range(6))
    return (monday, tuesday, wednesday, thursday, friday, saturday, sunday)


def dates() -> st.SearchStrategy[date]:
    """Dates of 2026 and around both ends of it, many of them near a change of summer time."""
    near_changes = st.sampled_from(SUMMER_TIME_CHANGES).flatmap(
        lambda day: st.dates(day - timedelta(days=3), day + timedelta(days=3))
    )
    return near_changes | st.dates(date(2025, 12, 20), date(2027, 1, 10))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A calendar with a few special days, closed ones and open ones."""
    special = draw(st.dictionaries(dates(), hours().map(lambda one: SpecialDay(one, "special")), max_size=6))
    return builders.calendar(draw(st.sampled_from(ZONES)), draw(weeks()), special)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """An instant, exact to the microsecond."""
    midnight = datetime.combine(draw(dates()), time.min, UTC)
    return midnight + timedelta(seconds=draw(st.integers(0, 86_399)), microseconds=draw(st.integers(0, 999_999)))


def seconds() -> st.SearchStrategy[datetime]:
    """An instant in whole seconds."""
    return instants().map(lambda instant: instant.replace(microsecond=0))


def distances(most: int = 12) -> st.SearchStrategy[Limit]:
    """A positive amount of any unit."""
    return st.builds(Limit, st.integers(1, most), st.sampled_from(Unit))


def _text(limit: Limit) -> str:
    return f"{limit.amount} {limit.unit.value}"


@st.composite
def clock_policies(draw: st.DrawFn) -> ClockPolicy:
    """A clock from the receipt to a reply with steps of every kind."""
    percents = st.integers(1, 100).map(lambda percent: f"{percent}%")
    before = distances(5).map(lambda distance: f"{_text(distance)} before")
    after = distances(5).map(lambda distance: f"after {_text(distance)}")
    return builders.clock_policy(
        _text(draw(distances())),
        warn=tuple(draw(st.lists(percents | before, max_size=4))),
        escalate=("due", *draw(st.lists(after, max_size=3))),
        any_time=draw(st.booleans()),
    )


KINDS = ("registered", "contacted", "reply_sent", "withdrawn", "linked", "amended", "reopened", "voided")


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """The events of one case, several of them in one second, in any order."""
    made: list[Event] = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(KINDS))
        when = datetime(2026, 3, 2, 2, tzinfo=UTC) + timedelta(milliseconds=draw(st.integers(0, 8)) * 400)
        when += timedelta(days=draw(st.sampled_from((0, 0, 1, 15))))
        named = draw(st.sampled_from(made)) if made else None
        data: dict[str, dict[str, Any]] = {
            "registered": {"description": "late"},
            "amended": {"patch": {"received_at": "2026-03-01T02:00:00Z"}},
            "linked": {"to": "C-0", "relation": draw(st.sampled_from(("duplicate", "repeat")))},
            "reply_sent": {"kind": draw(st.sampled_from(("final", "holding")))},
            "voided": {"event": {"source": named.source, "id": named.id}} if named else {},
        }
        made.append(builders.event(kind, when, event_id=str(number), **data.get(kind, {})))
    return made
