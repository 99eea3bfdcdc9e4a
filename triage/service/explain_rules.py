"""Why a rule counted or did not, in sentences."""

from collections.abc import Mapping
from typing import Any

from triage.rulebook.condition_words import said_test
from triage.rulebook.trace import TracedRule
from triage.service.explain_words import found_in_words
from triage.wording.dates import said_date
from triage.wording.text import Text, say

FIELD_NAMES = {
    "priority": say("priority"),
    "department": say("department"),
    "team": say("team"),
    "handler": say("handler"),
    "owner": say("owner"),
    "tags": say("tags"),
    "policies": say("policies"),
}


def said_then(then: Mapping[str, Any]) -> Text:
    """What a rule asks for. `then`: field to value."""
    each = (say("{field} {value}", field=FIELD_NAMES[name], value=value) for name, value in then.items() if value)
    return say("asks for {fields}", fields=tuple(each))


def said_rule(traced: TracedRule) -> list[Text]:
    """Why the rule counted, or what kept it from counting."""
    if traced.fired:
        return [say("It fired.")]
    said: list[Text] = []
    rule = traced.rule
    if rule.status != "active":
        said.append(say("Its status is {status}: it changes nothing.", status=rule.status))
    if not traced.is_in_force:
        said.append(_not_in_force(traced))
    said.append(_said_condition(traced))
    return said


def _said_condition(traced: TracedRule) -> Text:
    if traced.when.held:
        return say("Its condition held.")
    if traced.when.held is None:
        return say("Whether its condition held was not kept.")
    if not traced.missing:
        return say("Its condition can never hold.")
    tests = tuple(
        say("{test} ({found})", test=said_test(one.test), found=found_in_words(one)) for one in traced.missing
    )
    if all(one.held is False for one in traced.missing):
        return say("It did not fire, for this did not hold: {tests}.", tests=tests)
    return say("It did not fire; these tests would have to come out otherwise: {tests}.", tests=tests)


def _not_in_force(traced: TracedRule) -> Text:
    first, last = traced.rule.effective_from, traced.rule.effective_to
    if first is not None and last is not None:
        return say("Not in force on the date of receipt: it holds from {first} to {last}.",
                   first=said_date(first), last=said_date(last))  # fmt: skip
    if first is not None:
        return say("Not in force on the date of receipt: it holds from {day}.", day=said_date(first))
    assert last is not None, "a rule without dates is in force"
    return say("Not in force on the date of receipt: it held until {day}.", day=said_date(last))
