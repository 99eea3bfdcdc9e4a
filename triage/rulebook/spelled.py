"""Conditions and values as the rule files spell them."""

from collections.abc import Mapping
from typing import Any

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test
from triage.rulebook.facts import jsonable


def in_words(test: Test) -> str:
    """A test without its fact: `at_least 50000 CNY`. Tests that mean the same have the same words. Stored with each
    decision and compared with what is stored: these words do not change."""
    return f"{test.op.value} {value_in_words(test.value)}"


def value_in_words(value: Any) -> str:
    """A value; of several, sorted and without brackets."""
    plain = jsonable(value)
    if isinstance(plain, dict):
        return f"{plain['value']:.15g} {plain['currency']}"
    if isinstance(plain, list):
        return ", ".join(map(value_in_words, plain))
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


def condition_words(condition: Condition) -> str:
    """A condition on one line, as a file could write it."""
    match condition:
        case Test():
            return _test(condition)
        case Always():
            return "always"
        case All(items):
            return f"all: [{', '.join(map(condition_words, items))}]"
        case AnyOf(items):
            return f"any: [{', '.join(map(condition_words, items))}]"
        case NoneOf(items):
            return f"none: [{', '.join(map(condition_words, items))}]"


def _test(test: Test) -> str:
    value = value_words(test.value)
    return f"{test.fact}: {value}" if test.op in (Op.IS, Op.IN) else f"{test.fact}: {{{test.op.value}: {value}}}"


def value_words(value: Any) -> str:
    """A value as a file writes it; several in their order, in brackets."""
    if isinstance(value, tuple | list | frozenset):
        return f"[{', '.join(map(value_words, value))}]"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return value_in_words(value)


def given_words(given: Mapping[str, Any]) -> str:
    """What an example gives, on one line."""
    return f"{{{', '.join(f'{name}: {value_words(value)}' for name, value in given.items())}}}"
