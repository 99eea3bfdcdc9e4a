"""What the tests of rules can tell of a registration. Two values of a fact that no test tells apart count as one, so
that whatever rules see of a registration is looked at once for all that are alike in this."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from triage.domain.condition import Op, Test
from triage.domain.facts import FactSpec, FactType, History, Money, look_up
from triage.rulebook.facts import FactReader, age_of, as_written

OTHER = "other"
"""Stands for every text that no test names; texts that tests name stand for themselves, in pairs with True."""

NAMING = frozenset({Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN})
ORDERING = NAMING | {Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN, Op.BETWEEN}
CONTAINING = frozenset({Op.CONTAINS, Op.CONTAINS_ANY, Op.CONTAINS_NONE})
"""Tests that tell no more of a value than which of their own values it is, where it stands between them, and which of
them it has."""

ORDERED = frozenset({FactType.NUMBER, FactType.WHOLE, FactType.DATE, FactType.INSTANT})

Tell = Callable[[Any], Hashable]
"""A known value to what the tests tell of it."""

Key = tuple[Hashable, ...]


class Glance:
    """Looks at registrations as these tests do."""

    def __init__(self, reader: FactReader, facts: Mapping[str, FactSpec], tests: Iterable[Test]) -> None:
        """`reader`: of the facts that are tested."""
        asked: dict[str, list[Test]] = {}
        for test in tests:
            asked.setdefault(test.fact, []).append(test)
        tells = {name: _telling(facts[name], some) for name, some in asked.items() if name in facts}
        self._parts = [
            (top, None if path == top else path, _reading(spec, tells[spec.name], asked[spec.name], reader))
            for spec, path, top in reader.paths
            if spec.name in tells and spec.name != "received_at"
        ]
        self._age = tells.get("customer.age")
        self._birth_date = facts.get("customer.birth_date")
        self._received_at = tells.get("received_at")
        self._complaints, self._open = tells.get("history.complaints_90d"), tells.get("history.open")

    def of(self, data: Mapping[str, Any], received_at: datetime, received_on: int, past: History) -> Key:
        """Registrations with the same key pass the same tests. `received_on`: ordinal of the local date."""
        key: list[Hashable] = []
        for top, path, tell in self._parts:
            raw = data.get(top) if path is None else look_up(data, path)
            key.append(None if raw is None else tell(raw))
        if self._age is not None:
            key.append(self._aged(data, received_on))
        if self._received_at is not None:
            key.append(self._received_at(received_at))
        if self._complaints is not None:
            key.append(self._complaints(past.complaints_90d))
        if self._open is not None:
            key.append(self._open(past.open))
        return tuple(key)

    def _aged(self, data: Mapping[str, Any], received_on: int) -> Hashable:
        assert self._age is not None, "asked for only when it is tested"
        stated = look_up(data, "customer.birth_date") if self._birth_date else None
        born = None if stated is None or self._birth_date is None else as_written(self._birth_date, stated)
        age = age_of(data, born, date.fromordinal(received_on))
        return None if age is None else self._age(age)


def _reading(spec: FactSpec, tell: Tell, tests: Sequence[Test], reader: FactReader) -> Tell:
    """From the value as the event has it, for a fact that is read out of the data."""
    lists = frozenset(one for test in tests if test.op is Op.MENTIONS for one in test.value)

    def told(raw: Any) -> Hashable:
        value = raw if type(raw) is str and spec.type is FactType.TEXT else as_written(spec, raw)
        if value is None or value == "":
            return None
        return (tell(value), reader.mentioned(value) & lists) if lists else tell(value)

    return told


def _telling(spec: FactSpec, tests: Sequence[Test]) -> Tell:
    ops = {test.op for test in tests} - {Op.KNOWN, Op.MENTIONS}
    values = [one for test in tests if test.op in ops for one in _each(test.value)]
    if spec.type is FactType.TEXT and ops <= NAMING:
        named = {value: (value, True) for value in values}
        return lambda found: named.get(found, OTHER)
    if spec.type is FactType.TEXTS and ops <= CONTAINING:
        wanted = frozenset(values)
        return wanted.intersection
    if spec.type in ORDERED and ops <= ORDERING:
        return _standing(values)
    if spec.type is FactType.MONEY and ops <= ORDERING:
        return _amount_standing(values)
    return lambda found: found


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _standing(values: Sequence[Any]) -> Tell:
    """At which of the values, or between which of them."""
    cuts = sorted(set(values))
    return lambda found: bisect_left(cuts, found) + bisect_right(cuts, found)


def _amount_standing(values: Sequence[Money]) -> Tell:
    """The same by currency; an amount in another one is like no other, and all such are alike."""
    by_currency = {
        currency: _standing([one.value for one in values if one.currency == currency])
        for currency in {one.currency for one in values}
    }

    def standing(found: Money) -> Hashable:
        tell = by_currency.get(found.currency)
        return OTHER if tell is None else (found.currency, tell(found.value))

    return standing
