"""Conditions in the second engine's words: numbered fields, comparisons of numbers, all and any.

Scalars stay comparisons, for the second engine to make. What it cannot say is worked out before and becomes a field of
0 or 1: which term lists hit, what a list contains, whether a fact is known. A text becomes a number of its own for
every value that a rule names, so that no word of a complaint reaches the second engine.
"""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test, mentions_key
from triage.domain.facts import Facts, Money

LARGEST = 2**53
"""Whole numbers are exact as floating-point ones up to here."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Inexpressible(Exception):
    """A value that the second engine cannot hold."""


class Lit(msgspec.Struct, frozen=True, order=True):
    """One comparison of a field with a number, which is kept as JSON text. `op`: eq | neq | lt | lte | gt | gte."""

    field: int
    op: str
    value: str


class And(msgspec.Struct, frozen=True):
    """Holds when every item holds; two items at least."""

    items: "tuple[Lit | Or, ...]"


class Or(msgspec.Struct, frozen=True):
    """Holds when one item holds; two items at least."""

    items: "tuple[Lit | And, ...]"


Tree = Lit | And | Or | bool

INVERSE = {"eq": "neq", "neq": "eq", "lt": "gte", "gte": "lt", "gt": "lte", "lte": "gt"}
OPERATORS = {
    Op.IS: "eq", Op.IS_NOT: "neq", Op.IN: "eq", Op.NOT_IN: "neq", Op.AT_LEAST: "gte", Op.MORE_THAN: "gt",
    Op.AT_MOST: "lte", Op.LESS_THAN: "lt",
}  # fmt: skip


def both(items: Iterator[Tree]) -> Tree:
    """All of them, without what is always true, nesting and repetition."""
    kept: dict[Lit | Or, None] = {}
    for item in items:
        if item is False:
            return False
        if item is not True:
            kept.update(dict.fromkeys(item.items if isinstance(item, And) else (item,)))
    return True if not kept else next(iter(kept)) if len(kept) == 1 else And(tuple(kept))


def either(items: Iterator[Tree]) -> Tree:
    """One of them, without what is never true, nesting and repetition."""
    kept: dict[Lit | And, None] = {}
    for item in items:
        if item is True:
            return True
        if item is not False:
            kept.update(dict.fromkeys(item.items if isinstance(item, Or) else (item,)))
    return False if not kept else next(iter(kept)) if len(kept) == 1 else Or(tuple(kept))


class FieldKey(msgspec.Struct, frozen=True):
    """What a field holds. `kind`: number | yes_no | date | instant | text | money (`detail`: its currency) of a fact, 1
    or 0 for known | contains | mentions (`detail`: what), the receipt's day, or always 1. `absent`: what stands for an
    absent fact, so that the opposite of a test holds of it; None: nothing does, and no test holds."""

    kind: str
    fact: str = ""
    detail: Any = None
    absent: str | None = None


ONE, DAY = FieldKey("one"), FieldKey("day")
FAR_BELOW, FAR_ABOVE = str(-(2**62)), str(2**62)
"""Beyond every value that a rule compares with."""


Reader = Callable[[Facts, date], str | None]


class Fields:
    """The fields of one rulebook, numbered as they are asked for, and how each is read from the facts of a case."""

    def __init__(self) -> None:
        self.numbers: dict[FieldKey, int] = {}
        self._codes: dict[str, dict[str, int]] = {}

    def number(self, key: FieldKey) -> int:
        """The number of a field, a new one for a new field."""
        return self.numbers.setdefault(key, len(self.numbers))

    def code(self, fact: str, text: str) -> int:
        """The number that stands for a text which a rule names; 0 is every other."""
        codes = self._codes.setdefault(fact, {})
        return codes.setdefault(text, len(codes) + 1)

    def reader(self, number: int) -> Reader:
        """How a field's value is read from the facts of a case received on a local date, as JSON text, None where the
        field is absent; it raises Inexpressible."""
        key = next(key for key, own in self.numbers.items() if own == number)
        fact, detail, absent = key.fact, key.detail, key.absent
        match key.kind:
            case "one":
                return lambda _, __: "1"
            case "day":
                return lambda _, on: str(on.toordinal())
            case "known":
                return lambda facts, _: "0" if facts.get(fact) is None else "1"
            case "contains":
                return lambda facts, _: "1" if detail in (facts.get(fact) or ()) else "0"
            case "mentions":
                where = mentions_key(fact)
                return lambda facts, _: "1" if detail in facts.get(where, ()) else "0"
        said = self._said(key)
        return lambda facts, _: absent if (found := facts.get(fact)) is None else said(found)

    def _said(self, key: FieldKey) -> Callable[[Any], str | None]:
        """How a scalar is said."""
        if key.kind == "text":
            codes = {text: str(code) for text, code in self._codes[key.fact].items()}
            return lambda found: codes.get(_sure(found, str), "0")
        if key.kind == "money":
            currency, absent = key.detail, key.absent
            return lambda found: number_text(found.value) if _sure(found, Money).currency == currency else absent
        return PLAIN[key.kind]


def _sure(found: Any, kind: type) -> Any:
    _insist(type(found) is kind)
    return found


def _insist(fits: bool) -> None:
    if not fits:
        raise Inexpressible


def number_text(value: Any) -> str:
    """A number in fixed point, as exact as it is; what lies beyond every comparison is drawn in to LARGEST."""
    _insist(type(value) in (int, float) and not math.isnan(value))
    if abs(value) >= LARGEST:
        return str(LARGEST if value > 0 else -LARGEST)
    if value == int(value):
        return str(int(value))
    plain = repr(value)
    return format(Decimal(plain), "f") if "e" in plain else plain


def _yes_no(value: Any) -> str:
    _insist(type(value) is bool)
    return "1" if value else "0"


def _date(value: Any) -> str:
    _insist(type(value) is date)
    return str(value.toordinal())


def _instant(value: Any) -> str:
    _insist(type(value) is datetime and value.tzinfo is not None)
    return str((value - EPOCH) // timedelta(microseconds=1))


PLAIN: dict[str, Callable[[Any], str]] = {
    "number": number_text,
    "yes_no": _yes_no,
    "date": _date,
    "instant": _instant,
}


class Translator:
    """Puts conditions into the second engine's words; its fields are those of all of them."""

    def __init__(self) -> None:
        self.fields = Fields()

    def tree(self, condition: Condition, *, wanted: bool = True) -> Tree:
        """The condition, or its opposite. Raises Inexpressible."""
        match condition:
            case Always():
                return wanted
            case All(items) | AnyOf(items) | NoneOf(items):
                inner = wanted is not isinstance(condition, NoneOf)
                every = isinstance(condition, All) is wanted if not isinstance(condition, NoneOf) else wanted
                return (both if every else either)(self.tree(item, wanted=inner) for item in items)
            case Test():
                return self._test(condition, wanted=wanted)

    def flag(self, kind: str, fact: str, detail: Any = None, *, on: bool = True) -> Lit:
        """A field of 0 or 1 that is 1, or that is 0."""
        return Lit(self.fields.number(FieldKey(kind, fact, detail)), "eq", "1" if on else "0")

    def _test(self, test: Test, *, wanted: bool) -> Tree:
        if test.op is Op.KNOWN:
            return self.flag("known", test.fact, on=test.value is wanted)
        if test.op in (Op.MENTIONS, Op.CONTAINS_ANY):
            return self._any_flag(test, wanted=wanted)
        if test.op is Op.CONTAINS:
            return self.flag("contains", test.fact, test.value, on=wanted)
        if test.op is Op.CONTAINS_NONE:
            known = self.flag("known", test.fact, on=wanted)
            return (both if wanted else either)(iter((known, self._any_flag(test, wanted=not wanted))))
        if test.op is Op.BETWEEN:
            bounds: tuple[tuple[str, Any], ...] = (("gte", test.value[0]), ("lte", test.value[1]))
        else:
            operator = OPERATORS[test.op]
            many = test.value if isinstance(test.value, tuple) else (test.value,)
            bounds = tuple((operator, one) for one in many)
        every = wanted if test.op is not Op.IN else not wanted
        return (both if every else either)(self._compare(test.fact, *bound, wanted=wanted) for bound in bounds)

    def _any_flag(self, test: Test, *, wanted: bool) -> Tree:
        kind = "mentions" if test.op is Op.MENTIONS else "contains"
        return (either if wanted else both)(self.flag(kind, test.fact, one, on=wanted) for one in test.value)

    def _compare(self, fact: str, operator: str, value: Any, *, wanted: bool) -> Tree:
        kind, currency, text = self._constant(fact, value)
        if wanted:
            return Lit(self.fields.number(FieldKey(kind, fact, currency)), operator, text)
        opposite = INVERSE[operator]
        absent = {"eq": text, "gt": FAR_ABOVE, "gte": FAR_ABOVE}.get(opposite, FAR_BELOW)
        return Lit(self.fields.number(FieldKey(kind, fact, currency, absent)), opposite, text)

    def _constant(self, fact: str, value: Any) -> tuple[str, str | None, str]:
        """The kind of the field that a value is compared with, its currency, and the value as JSON text."""
        if isinstance(value, Money):
            return "money", value.currency, _bounded(value.value)
        if isinstance(value, str):
            return "text", None, str(self.fields.code(fact, value))
        kinds = {bool: "yes_no", datetime: "instant", date: "date"}
        kind = kinds.get(type(value), "number")
        return kind, None, _bounded(value) if kind == "number" else PLAIN[kind](value)


def _bounded(value: Any) -> str:
    _insist(type(value) in (int, float) and abs(value) < LARGEST)
    return number_text(value)
