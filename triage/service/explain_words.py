"""Tests of rules, and times, in the reader's words."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from triage.domain.condition import Op, Test
from triage.rulebook.combine import value_in_words
from triage.rulebook.trace import ALL, ANY, TracedBlock, TracedTest
from triage.wording.dates import said_time
from triage.wording.text import Text, say


def said_local(at: datetime, zone: tzinfo) -> Text:
    """An instant as a local time."""
    return said_time(at.astimezone(zone))


def said_test(test: TracedTest) -> Text:
    """`amount_disputed is at least 100000 CNY`."""
    return said_plain_test(test.test)


def said_plain_test(test: Test) -> Text:
    """The same of a test that was not traced."""
    return say("{fact} {test}", fact=test.fact, test=_test(test.op, test.value))


def _test(op: Op, value: Any) -> Text:
    if op is Op.KNOWN:
        return say("is stated") if value else say("is not stated")
    listed = tuple(value_in_words(one) for one in value) if isinstance(value, tuple) else ()
    if op is Op.BETWEEN:
        return say("is between {low} and {high}", low=listed[0], high=listed[1])
    shown = listed or value_in_words(value)
    return {
        Op.IS: say("is {value}", value=shown),
        Op.IS_NOT: say("is not {value}", value=shown),
        Op.IN: say("is one of {value}", value=shown),
        Op.NOT_IN: say("is none of {value}", value=shown),
        Op.AT_LEAST: say("is at least {value}", value=shown),
        Op.MORE_THAN: say("is more than {value}", value=shown),
        Op.AT_MOST: say("is at most {value}", value=shown),
        Op.LESS_THAN: say("is less than {value}", value=shown),
        Op.CONTAINS: say("contains {value}", value=shown),
        Op.CONTAINS_ANY: say("contains one of {value}", value=shown),
        Op.CONTAINS_NONE: say("contains none of {value}", value=shown),
        Op.MENTIONS: say("mentions a term of {value}", value=shown),
    }[op]


def found_in_words(test: TracedTest) -> Text:
    """What the fact was: its value, or why there is none to show."""
    if test.is_stated is None:
        return say("not kept")
    if not test.is_stated:
        return say("not stated")
    if test.is_personal:
        return say("personal, not shown") if test.held is not None else say("personal, result not kept")
    return say("found {value}", value=_plain(test.found))


def _plain(found: Any) -> Any:
    if isinstance(found, Mapping):
        return f"{found['value']:.15g} {found['currency']}"
    if isinstance(found, bool):
        return value_in_words(found)
    return tuple(map(str, found)) if isinstance(found, list) else found


def block_in_words(block: TracedBlock) -> Text:
    """What a block asks of its parts."""
    if not block.items:
        return say("always") if block.kind == ALL else say("nothing to test")
    if block.kind == ALL:
        return say("all of:")
    return say("any of:") if block.kind == ANY else say("none of:")
