"""Conditions and their tests in words that an officer reads."""

from typing import Any

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test
from triage.rulebook.spelled import value_in_words
from triage.wording.text import Text, as_is, say


def condition_in_words(condition: Condition) -> Text:
    """`any of (causes contains one of [claim_delay, other], description mentions a term of medical-accident)`: several
    values of a test stand in brackets, for several tests stand beside it."""
    match condition:
        case Always():
            return say("always")
        case All(items):
            return say("all of ({items})", items=tuple(map(condition_in_words, items)))
        case AnyOf(items):
            return say("any of ({items})", items=tuple(map(condition_in_words, items)))
        case NoneOf(items):
            return say("none of ({items})", items=tuple(map(condition_in_words, items)))
        case Test():
            values = _values(condition.value)
            return _said(condition, values, say("[{items}]", items=values) if len(values) > 1 else as_is(values))


def said_test(test: Test) -> Text:
    """`amount_disputed is at least 50000 CNY`."""
    values = _values(test.value)
    return _said(test, values, as_is(values))


def _values(value: Any) -> tuple[str, ...]:
    return tuple(map(value_in_words, value if isinstance(value, tuple) else (value,)))


def _said(test: Test, values: tuple[str, ...], shown: Text) -> Text:
    fact = test.fact
    if test.op is Op.KNOWN:
        return say("{fact} is stated", fact=fact) if test.value else say("{fact} is not stated", fact=fact)
    if test.op is Op.BETWEEN:
        return say("{fact} is between {low} and {high}", fact=fact, low=values[0], high=values[1])
    return {
        Op.IS: say("{fact} is {value}", fact=fact, value=shown),
        Op.IS_NOT: say("{fact} is not {value}", fact=fact, value=shown),
        Op.IN: say("{fact} is one of {value}", fact=fact, value=shown),
        Op.NOT_IN: say("{fact} is none of {value}", fact=fact, value=shown),
        Op.AT_LEAST: say("{fact} is at least {value}", fact=fact, value=shown),
        Op.MORE_THAN: say("{fact} is more than {value}", fact=fact, value=shown),
        Op.AT_MOST: say("{fact} is at most {value}", fact=fact, value=shown),
        Op.LESS_THAN: say("{fact} is less than {value}", fact=fact, value=shown),
        Op.CONTAINS: say("{fact} contains {value}", fact=fact, value=shown),
        Op.CONTAINS_ANY: say("{fact} contains one of {value}", fact=fact, value=shown),
        Op.CONTAINS_NONE: say("{fact} contains none of {value}", fact=fact, value=shown),
        Op.MENTIONS: say("{fact} mentions a term of {value}", fact=fact, value=shown),
    }[test.op]
