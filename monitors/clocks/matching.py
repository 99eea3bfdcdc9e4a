"""Event references: whether an event is the one that a policy speaks of."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from monitors.clocks.policy import EventPattern
from triage.domain import event as ev
from triage.domain.condition import Op, Test, holds, leaf_tests
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
