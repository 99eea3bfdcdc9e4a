"""What tests of rules found, and times, in the reader's words."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from triage.rulebook.spelled import value_in_words
from triage.rulebook.trace import ALL, ANY, TracedBlock, TracedTest
from triage.wording.dates import said_time
from triage.wording.text import Text, say


def said_local(at: datetime, zone: tzinfo) -> Text:
    """An instant as a local time."""
    return said_time(at.astimezone(zone))


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
