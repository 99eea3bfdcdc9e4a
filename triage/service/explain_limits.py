"""When a clock is due and how that was counted, as sentences whose sum a reader can check."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Clock
from monitors.clocks.counting import HOUR_UNITS
from monitors.clocks.policy import ClockPolicy, Unit
from triage.rulebook.limit_words import limit_in_words, written_limit_in_words
from triage.service.counted_days import CountedDay
from triage.service.explain_words import said_local
from triage.wording.dates import said_date, said_span
from triage.wording.text import NOTHING, Text, say


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle and what it is counted by. `days`: its dates one by one. `priority`: the case's, None when the limit
    does not ask for it. `extended_to`: the extension that counts, as the file has it. `began`: how it started, without
    the time."""

    clock: Clock
    policy: ClockPolicy
    calendar: Calendar
    days: Sequence[CountedDay]
    priority: str | None
    extended_to: str | None
    began: Text
    at: datetime

    @property
    def due_at(self) -> datetime:
        """The due time, of a paused cycle the one that it would have if it were resumed now."""
        return self.clock.due_at or self.clock.due_at_if_resumed_now or self.clock.original_due_at


def said_due(span: Span) -> Text:
    """`Due Sat 4 April 2026 23:59, a holiday (清明节), not moved: received Fri 20 March 2026, 15 calendar days, 0 days
    paused.`"""
    values = {
        "due": said_local(span.due_at, span.calendar.tzinfo),
        "remark": _remark(span),
        "began": span.began,
        "start": _start(span),
        "limit": _limit_in_force(span),
        "paused": _paused(span),
    }
    if span.clock.due_at is None:
        return say(
            "It stands. If it were resumed now, it would be due {due}{remark}: {began} {start}, {limit}, {paused}.",
            **values,
        )
    return say("Due {due}{remark}: {began} {start}, {limit}, {paused}.", **values)


def _start(span: Span) -> Text:
    if span.clock.unit in HOUR_UNITS:
        return said_local(span.clock.started_at, span.calendar.tzinfo)
    return said_date(span.calendar.date_of(span.clock.started_at))


def _remark(span: Span) -> Text:
    """What is out of the ordinary about the due date."""
    clock, calendar = span.clock, span.calendar
    if clock.unit in HOUR_UNITS:
        return NOTHING
    due = calendar.date_of(span.due_at)
    if due > clock.counted and span.policy.counting.roll_forward:
        return say(", moved from {day}, {what}", day=said_date(clock.counted), what=_day_off(clock.counted, calendar))
    if due != clock.counted and span.policy.counting.close_of_business:
        return say(", the close of business before {day}", day=said_date(clock.counted))
    if not calendar.is_working_day(due):
        return say(", {what}, not moved", what=_day_off(due, calendar))
    return say(", the close of business") if span.policy.counting.close_of_business else NOTHING


def _day_off(day: date, calendar: Calendar) -> Text:
    name = calendar.name_of(day)
    return say("a holiday ({name})", name=name) if name else say("a day off")


def _limit_in_force(span: Span) -> Text:
    limit = limit_in_words(span.policy.limit, span.priority)
    if span.extended_to is None:
        return limit
    return say("{limit} extended by {extension}", limit=limit, extension=written_limit_in_words(span.extended_to))


def _paused(span: Span) -> Text:
    if span.clock.unit in HOUR_UNITS:
        ends = ((pause.begin, pause.end or span.at) for pause in span.clock.pauses)
        seconds = sum(int((end - begin).total_seconds()) for begin, end in ends)
        return say("{span} paused", span=said_span(seconds)) if seconds > 0 else say("0 h paused")
    days = sum(day.what == "paused" for day in span.days)
    return say("1 day paused") if days == 1 else say("{days} days paused", days=days)


def said_count(span: Span) -> Iterator[Text]:
    """Which dates were counted, and what was left out; for limits in hours how much counted on each date."""
    if span.clock.unit in HOUR_UNITS:
        counted = [day for day in span.days if day.seconds]
        if span.clock.unit is Unit.WORKING_HOURS and counted:
            each = tuple(_on_date(day) for day in counted)
            yield say("Counted in opening hours: {each}.", each=each)
        return
    numbered = [day for day in span.days if day.number is not None]
    if len(numbered) == 1:
        yield say("1 date is counted, {day}.", day=said_date(numbered[0].date))
    elif numbered:
        first, last = said_date(numbered[0].date), said_date(numbered[-1].date)
        yield say("{number} dates are counted, {first} to {last}.", number=len(numbered), first=first, last=last)
    if span.days and span.days[0].what == "start":
        yield say("The date of the start, {day}, is not counted.", day=said_date(span.days[0].date))
    left_out = Counter(day.name or "" for day in span.days if day.what == "closed")
    if left_out.total() == 1:
        yield say("1 date is not counted as closed: {names}.", names=_names(left_out))
    elif left_out:
        yield say("{number} dates are not counted as closed: {names}.", number=left_out.total(), names=_names(left_out))


def _on_date(day: CountedDay) -> Text:
    return say("{day} {span}", day=said_date(day.date), span=said_span(day.seconds or 0))


def _names(days: Counter[str]) -> tuple[Text, ...]:
    return tuple(
        say("{number} × {name}", number=number, name=name) if name else say("{number} × day off", number=number)
        for name, number in days.items()
    )
