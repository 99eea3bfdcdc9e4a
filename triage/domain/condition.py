"""Conditions: the tests that rules, policies and event references make, and what each of them means.

`holds` is the definition of the meaning; every faster evaluator must agree with it.
"""

import enum
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from triage.domain.facts import Money


class Op(enum.StrEnum):
    """A test's word, as the rule files spell it (a bare scalar is `is`, a bare list is `in`)."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    BETWEEN = "between"
    CONTAINS = "contains"
    CONTAINS_ANY = "contains_any"
    CONTAINS_NONE = "contains_none"
    MENTIONS = "mentions"
    KNOWN = "known"


class Test(msgspec.Struct, frozen=True, tag="test"):
    """One test of one fact. `value`: a typed scalar; a tuple for in, not_in, between (low, high),
    contains_any, contains_none, mentions (list ids); a bool for known."""

    __test__ = False  # pytest: not a test case

    fact: str
    op: Op
    value: Any


class All(msgspec.Struct, frozen=True, tag="all"):
    """Holds when every item holds."""

    items: "tuple[Condition, ...]"


class AnyOf(msgspec.Struct, frozen=True, tag="any"):
    """Holds when at least one item holds."""

    items: "tuple[Condition, ...]"


class NoneOf(msgspec.Struct, frozen=True, tag="none"):
    """Holds when no item holds."""

    items: "tuple[Condition, ...]"


class Always(msgspec.Struct, frozen=True, tag="always"):
    """Holds for every case."""


Condition = Test | All | AnyOf | NoneOf | Always


def mentions_key(fact: str) -> str:
    """The key in `Facts` that holds the ids of the term lists that hit the text fact."""
    return f"{fact} mentions"


def holds(condition: Condition, facts: Mapping[str, Any]) -> bool:
    """Whether the condition holds. A test of an absent fact is false, `is_not` too; only `known: false` holds."""
    match condition:
        case Test():
            return passes(condition, facts)
        case All(items):
            return all(holds(item, facts) for item in items)
        case AnyOf(items):
            return any(holds(item, facts) for item in items)
        case NoneOf(items):
            return not any(holds(item, facts) for item in items)
        case Always():
            return True


def passes(test: Test, facts: Mapping[str, Any]) -> bool:
    """Whether one test holds."""
    if test.op is Op.KNOWN:
        return (facts.get(test.fact) is not None) is test.value
    if test.op is Op.MENTIONS:
        return not facts.get(mentions_key(test.fact), frozenset()).isdisjoint(test.value)
    found = facts.get(test.fact)
    return found is not None and _MEANING[test.op](found, test.value)


def comparable(found: Any, wanted: Any) -> tuple[Any, Any] | None:
    """Both sides ready to be compared; None when money is in another currency, which counts as absent."""
    if isinstance(wanted, Money):
        same = isinstance(found, Money) and found.currency == wanted.currency
        return (found.value, wanted.value) if same else None
    return found, wanted


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def meaning(found: Any, wanted: Any) -> bool:
        pair = comparable(found, wanted)
        return pair is not None and compare(*pair)

    return meaning


_equal = _compared(lambda found, wanted: found == wanted)
_at_least = _compared(lambda found, wanted: found >= wanted)
_at_most = _compared(lambda found, wanted: found <= wanted)


def _is_not(found: Any, wanted: Any) -> bool:
    return comparable(found, wanted) is not None and not _equal(found, wanted)


def _not_in(found: Any, wanted: Any) -> bool:
    return all(_is_not(found, one) for one in wanted)


_MEANING: dict[Op, Callable[[Any, Any], bool]] = {
    Op.IS: _equal,
    Op.IS_NOT: _is_not,
    Op.IN: lambda found, wanted: any(_equal(found, one) for one in wanted),
    Op.NOT_IN: _not_in,
    Op.AT_LEAST: _at_least,
    Op.MORE_THAN: _compared(lambda found, wanted: found > wanted),
    Op.AT_MOST: _at_most,
    Op.LESS_THAN: _compared(lambda found, wanted: found < wanted),
    Op.BETWEEN: lambda found, wanted: _at_least(found, wanted[0]) and _at_most(found, wanted[1]),
    Op.CONTAINS: lambda found, wanted: wanted in found,
    Op.CONTAINS_ANY: lambda found, wanted: not set(wanted).isdisjoint(found),
    Op.CONTAINS_NONE: lambda found, wanted: set(wanted).isdisjoint(found),
}


def leaf_tests(condition: Condition) -> list[Test]:
    """Every test of a condition, in the order of the file."""
    if isinstance(condition, Test):
        return [condition]
    if isinstance(condition, Always):
        return []
    return [test for item in condition.items for test in leaf_tests(item)]
