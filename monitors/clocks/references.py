"""Event references: which event of a case starts, stops or cancels a clock."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from monitors.clocks.local_time import cut
from monitors.clocks.policy import EventPattern, EventRef
from triage.domain.case import Case
from triage.domain.condition import Condition, holds, leaf_tests
from triage.domain.event import DEFAULTS, REGISTERED, Event
from triage.domain.facts import Money, look_up


def first_start(reference: EventRef, case: Case) -> datetime | None:
    """When the first start event happened, in whole seconds. A registration counts from the receipt; a case that is
    not registered yet counts as received with its earliest event."""
    times = [at for pattern in reference if (at := _first_time(pattern, case)) is not None]
    return cut(min(times)) if times else None


def first_after(reference: EventRef, events: Iterable[Event], start: datetime) -> datetime | None:
    """When the first of these events happened, in whole seconds, at the start's second or later."""
    if not reference:
        return None
    times = (
        cut(event.time)
        for event in events
        if any(pattern.type == event.type and _matches(pattern, event.type, event.data) for pattern in reference)
    )
    return next((at for at in times if at >= start), None)


def _first_time(pattern: EventPattern, case: Case) -> datetime | None:
    if pattern.type == REGISTERED:
        return case.received_at if _matches(pattern, REGISTERED, case.data) else None
    for event in case.events:
        if event.type == pattern.type and _matches(pattern, event.type, event.data):
            return event.time
    return None


def _matches(pattern: EventPattern, event_type: str, data: dict[str, Any]) -> bool:
    if pattern.when is None:
        return True
    return holds(pattern.when, _facts_of(pattern.when, {**DEFAULTS.get(event_type, {}), **data}))


def _facts_of(condition: Condition, data: dict[str, Any]) -> dict[str, Any]:
    """The fields that the condition tests, typed as the values that they are compared with."""
    facts = {test.fact: _as(look_up(data, test.fact), test.value) for test in leaf_tests(condition)}
    return {name: value for name, value in facts.items() if value is not None and value != ()}


def _as(found: Any, wanted: Any) -> Any:
    example = wanted[0] if isinstance(wanted, tuple) and wanted else wanted
    if isinstance(found, list):
        return tuple(found)
    if isinstance(example, Money) and isinstance(found, dict):
        return Money(found["value"], found["currency"])
    if isinstance(found, str) and isinstance(example, datetime):
        return datetime.fromisoformat(found)
    if isinstance(found, str) and isinstance(example, date):
        return date.fromisoformat(found)
    return found
