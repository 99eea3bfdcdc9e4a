"""Event references: which of a case's events starts or ends a clock, and when."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from monitors.clocks.local_time import cut
from monitors.clocks.policy import EventPattern, EventRef
from triage.domain import event as ev
from triage.domain.case import Case
from triage.domain.condition import Op, Test, holds, leaf_tests
from triage.domain.event import Event
from triage.domain.facts import FactSpec, FactType, Money, fact_value, look_up

_ABOUT_LISTS = frozenset({Op.CONTAINS, Op.CONTAINS_ANY, Op.CONTAINS_NONE})

_FACT_TYPES: dict[type, FactType] = {
    bool: FactType.YES_NO,
    int: FactType.NUMBER,
    float: FactType.NUMBER,
    str: FactType.TEXT,
    Money: FactType.MONEY,
    datetime: FactType.INSTANT,
    date: FactType.DATE,
}

_SPECS = {kind: FactSpec(name="", type=kind) for kind in FactType}


def start_of(ref: EventRef, case: Case, until: datetime) -> datetime | None:
    """When a clock with this start begins, cut to seconds: at the earliest event that matches and is not later than
    `until`; None when there is none.

    A `complaint.registered` stands at the case's receipt, and for a case that is not registered yet too: the receipt
    of such a case is the time of its earliest event. A condition on the registration of such a case is held against
    empty data.
    """
    moments = [_start_by(pattern, case, until) for pattern in ref]
    found = [moment for moment in moments if moment is not None]
    return cut(min(found)) if found else None


def first_at(ref: EventRef, events: Sequence[Event], since: datetime, until: datetime) -> datetime | None:
    """The time, cut to seconds, of the first event that matches within `since` and `until`, both included.

    `events`: in the order of the fold. `since`: whole seconds. Here a `complaint.registered` stands at its own time:
    it ends a clock when somebody has registered the complaint.
    """
    for event in events:
        if event.time > until:
            return None
        for pattern in ref:
            if pattern.type == event.type and cut(event.time) >= since and matches(pattern, event.type, event.data):
                return cut(event.time)
    return None


def matches(pattern: EventPattern, event_type: str, data: Mapping[str, Any]) -> bool:
    """Whether an event of this type with this data is meant. Fields of the data are named by dotted paths; one whose
    value cannot be compared with the test's counts as absent."""
    if pattern.type != event_type:
        return False
    if pattern.when is None:
        return True
    facts: dict[str, Any] = {}
    for test in leaf_tests(pattern.when):
        raw = look_up(data, test.fact)
        if raw is None:
            raw = ev.DEFAULTS.get(event_type, {}).get(test.fact)
        facts[test.fact] = _comparable(raw, test)
    return holds(pattern.when, facts)


def _start_by(pattern: EventPattern, case: Case, until: datetime) -> datetime | None:
    if pattern.type == ev.REGISTERED:
        registration = next((event for event in case.events if event.type == ev.REGISTERED), None)
        data = registration.data if registration else {}
        return case.received_at if case.received_at <= until and matches(pattern, ev.REGISTERED, data) else None
    for event in case.events:
        if event.time > until:
            return None
        if matches(pattern, event.type, event.data):
            return event.time
    return None


def _comparable(raw: Any, test: Test) -> Any:
    """A JSON value as the type that the test speaks of, None when it is absent, empty or of another type."""
    if test.op in _ABOUT_LISTS:
        texts = fact_value(_SPECS[FactType.TEXTS], raw)
        return tuple(text for text in texts if isinstance(text, str)) if texts else None
    if test.op is Op.KNOWN:
        return None if raw in ("", [], ()) else raw
    wanted = test.value[0] if isinstance(test.value, tuple) and test.value else test.value
    kind = _FACT_TYPES.get(type(wanted))
    value = fact_value(_SPECS[kind], raw) if kind else None
    is_loose = (isinstance(value, datetime) and value.tzinfo is None) or (
        isinstance(value, Money) and not isinstance(value.value, int | float)
    )
    return None if is_loose else value
