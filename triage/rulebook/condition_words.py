"""Conditions in words that an officer reads."""

from typing import Any

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test
from triage.rulebook.combine import value_in_words
from triage.wording.text import Text, say


def condition_in_words(condition: Condition) -> Text:
    """`any of (causes contains medical_dispute, description mentions medical-accident)`."""
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
            return _test_in_words(condition)


def _test_in_words(test: Test) -> Text:
    """`amount_disputed is at least 50000 CNY`."""
    fact, values = test.fact, _values(test.value)
    if test.op is Op.KNOWN:
        return say("{fact} is known", fact=fact) if test.value else say("{fact} is not known", fact=fact)
    if test.op is Op.BETWEEN:
        return say("{fact} is from {low} to {high}", fact=fact, low=values[0], high=values[1])
    return _TESTS[test.op](fact, values)


def _values(value: Any) -> tuple[str, ...]:
    return tuple(map(value_in_words, value if isinstance(value, tuple) else (value,)))


_TESTS = {
    Op.IS: lambda fact, value: say("{fact} is {value}", fact=fact, value=value),
    Op.IS_NOT: lambda fact, value: say("{fact} is not {value}", fact=fact, value=value),
    Op.IN: lambda fact, value: say("{fact} is one of [{value}]", fact=fact, value=value),
    Op.NOT_IN: lambda fact, value: say("{fact} is none of [{value}]", fact=fact, value=value),
    Op.AT_LEAST: lambda fact, value: say("{fact} is at least {value}", fact=fact, value=value),
    Op.MORE_THAN: lambda fact, value: say("{fact} is more than {value}", fact=fact, value=value),
    Op.AT_MOST: lambda fact, value: say("{fact} is at most {value}", fact=fact, value=value),
    Op.LESS_THAN: lambda fact, value: say("{fact} is less than {value}", fact=fact, value=value),
    Op.CONTAINS: lambda fact, value: say("{fact} contains {value}", fact=fact, value=value),
    Op.CONTAINS_ANY: lambda fact, value: say("{fact} contains any of [{value}]", fact=fact, value=value),
    Op.CONTAINS_NONE: lambda fact, value: say("{fact} contains none of [{value}]", fact=fact, value=value),
    Op.MENTIONS: lambda fact, value: say("{fact} mentions [{value}]", fact=fact, value=value),
}
