"""Values of rules, policies and calendars in words that an officer reads."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from monitors.clocks.calendar import Interval, SpecialDay
from monitors.clocks.policy import (
    ByPriority,
    ClockPattern,
    EarlierOf,
    Escalation,
    EventPattern,
    Extension,
    LaterOf,
    Limit,
    PauseRule,
    Warning_,
)
from triage.domain.condition import All, Always, AnyOf, NoneOf, Test
from triage.domain.event import Person
from triage.domain.facts import Money
from triage.rulebook.condition_words import condition_in_words
from triage.rulebook.difference_fields import Days, Ranking, Values
from triage.rulebook.limit_words import limit_in_words
from triage.rulebook.spelled import value_in_words
from triage.wording.text import Text, say


def in_words(value: Any) -> Text | str:
    """Any value that a field of a rulebook may have."""
    found = _WORDS.get(type(value))
    if found is not None:
        return found(value)
    if isinstance(value, msgspec.Struct):
        return in_words({name: getattr(value, name) for name in value.__struct_fields__})
    return value_in_words(value)


def _several(items: Any) -> Text:
    return say("{items}", items=tuple(map(in_words, items)))


def _mapping(value: Mapping[str, Any]) -> Text:
    told = [say("{name}: {value}", name=name, value=in_words(one)) for name, one in value.items() if _is_told(one)]
    return say("{items}", items=tuple(told))


def _is_told(value: Any) -> bool:
    return value is not None and value not in ((), {}, "", [])


def _event(event: EventPattern) -> Text | str:
    if event.when is None:
        return event.type
    return say("{event} when {condition}", event=event.type, condition=condition_in_words(event.when))


def _escalation(step: Escalation) -> Text:
    if step.every is None:
        return say("{step} to {roles}", step=step.text, roles=step.to)
    return say(
        "{step} to {roles}, again every {limit}", step=step.text, roles=step.to, limit=limit_in_words(step.every)
    )


def _pause(pause: PauseRule) -> Text:
    return _with_terms(pause.reason, needs=pause.needs, remind=pause.remind)


def _extension(extension: Extension) -> Text:
    return _with_terms(
        extension.text,
        needs=extension.needs,
        approver=extension.approver,
        late="accepted" if extension.late_accepted else None,
        counted="from the grant" if extension.from_grant else None,
    )


def _with_terms(text: str, **terms: Any) -> Text:
    if not any(map(_is_told, terms.values())):
        return say("{text}", text=text)
    return say("{text} ({terms})", text=text, terms=_mapping(terms))


def _days(days: Days) -> Text:
    dates: Text | str = f"{days.first}"
    if days.last != days.first:
        dates = say("{first} to {last}", first=f"{days.first}", last=f"{days.last}")
    return say("{dates} {name}: {hours}", dates=dates, name=days.day.name, hours=_hours(days.day.hours))


def _hours(hours: tuple[Interval, ...]) -> Text:
    return _several(hours) if hours else say("closed")


_WORDS: dict[type, Callable[[Any], Text | str]] = {
    **dict.fromkeys((Test, All, AnyOf, NoneOf, Always), condition_in_words),
    **dict.fromkeys((tuple, list, frozenset), _several),
    Values: lambda values: _several(values.items),
    Ranking: lambda ranking: _several(ranking.items),
    dict: _mapping,
    **dict.fromkeys((Limit, LaterOf, EarlierOf, ByPriority), limit_in_words),
    EventPattern: _event,
    ClockPattern: lambda clock: say("{clock} is {reached}", clock=clock.clock, reached=clock.reached.value),
    Warning_: lambda step: step.text,
    Escalation: _escalation,
    PauseRule: _pause,
    Extension: _extension,
    Days: _days,
    SpecialDay: lambda day: say("{name}: {hours}", name=day.name, hours=_hours(day.hours)),
    Interval: lambda hours: f"{hours.opens:%H:%M}-{hours.closes:%H:%M}",
    Person: lambda person: person.name if person.name == person.id else f"{person.name} ({person.id})",
    Money: value_in_words,
    date: lambda day: day.isoformat(),
    datetime: lambda at: at.isoformat(),
}
