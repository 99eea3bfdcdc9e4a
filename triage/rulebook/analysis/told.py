"""Conditions and facts in the words of the rule files, as messages show them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test
from triage.domain.facts import Facts, Money
from triage.rulebook.model import TermList

MENTIONS = " mentions"


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
    """A value as a file writes it."""
    match value:
        case bool():
            return str(value).lower()
        case Money():
            return f"{_number(value.value)} {value.currency}"
        case int() | float():
            return _number(value)
        case datetime() | date():
            return value.isoformat()
        case tuple() | list() | frozenset():
            return f"[{', '.join(map(value_words, value))}]"
        case _:
            return str(value)


def _number(value: float) -> str:
    return f"{int(value)}" if value == int(value) else f"{value}"


def given_of(facts: Facts, terms: Mapping[str, TermList]) -> dict[str, Any]:
    """Facts as an example of a rule gives them; a text that has to mention lists is made of terms of these."""
    mentioned = {key.removesuffix(MENTIONS): lists for key, lists in facts.items() if key.endswith(MENTIONS)}
    given = {name: value for name, value in facts.items() if not name.endswith(MENTIONS)}
    return given | {name: "; ".join(terms[one].terms[0] for one in sorted(lists)) for name, lists in mentioned.items()}


def given_words(given: Mapping[str, Any]) -> str:
    """What an example gives, on one line."""
    return f"{{{', '.join(f'{name}: {value_words(value)}' for name, value in given.items())}}}"
