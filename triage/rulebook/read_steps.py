"""Reading the steps of a clock: warnings and escalations."""

import re
from typing import TypeGuard

from monitors.clocks.policy import Against, AnyLimit, Escalation, Limit, PauseRule, Warning_
from triage.rulebook import nouns
from triage.rulebook.faults import Hint, hint, suggestion
from triage.rulebook.nodes import Node, Scalar
from triage.rulebook.noting import fault, misfit, no_such, shown, without
from triage.rulebook.read_limits import UNREAD
from triage.rulebook.read_rulebook import escalation_steps
from triage.rulebook.reading import Fields, items, text
from triage.rulebook.reading_values import read_limit
from triage.rulebook.schema import OWNER
from triage.rulebook.words import Words
from triage.wording.text import say

_PERCENT = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?)%")
DUE = Escalation("due", None, (OWNER,))
"""The step that every clock against us has, written or not."""


def is_alike(counted: AnyLimit, other: Limit) -> TypeGuard[Limit]:
    """Whether the limit could be read and is an amount of the other's unit."""
    return isinstance(counted, Limit) and counted.unit is other.unit and counted is not UNREAD


def read_warnings(node: Node, counted: AnyLimit) -> tuple[Warning_, ...]:
    warnings: list[Warning_] = []
    for item in items(node, "warn", least=1):
        made = _warning(item, counted)
        if any(made.text == other.text for other in warnings if made.text):
            twice = say("two warnings {words}", words=shown(made.text))
            fault("duplicate-step", item, twice, say("take it out"), corrected=without(item))
        warnings.append(made)
    return tuple(warnings)


def _warning(node: Node, counted: AnyLimit) -> Warning_:
    written = text(node, nouns.WARNING)
    percent = _PERCENT.fullmatch(written)
    if percent:
        share = float(percent[1])
        if share > 100:
            message = say("{warning} lies behind the due time", warning=written)
            fault("warning-after-due", node, message, say("write it under escalate"))
        return Warning_(written, percent=share)
    distance = written.removesuffix(" before")
    if written and distance == written:
        misfit("wrong-type", node, no_such(written, nouns.WARNING), _meant_warning(written))
        return Warning_(written, percent=50)
    before = read_limit(node, distance, nouns.DISTANCE) if written else UNREAD
    if is_alike(counted, before) and before.amount > counted.amount:
        message = say("{warning} is further ahead than the limit is long", warning=written)
        fault("warning-before-start", node, message)
    return Warning_(written, before=before)


def _meant_warning(written: str) -> Hint:
    """A hint at how a warning is written."""
    percent = f"{written.strip('％ ')}%"
    return hint(say("write 80% or 1 working day before"), percent if _PERCENT.fullmatch(percent) else "")


def read_escalations(
    found: Fields, against: Against, pauses: tuple[PauseRule, ...], words: Words
) -> tuple[Escalation, ...]:
    """Only clocks against us alert."""
    written = found.read("escalate", _escalate, words) or ()
    if against is not Against.US:
        steps = [key for key in ("warn", "escalate") if key in found]
        steps += ["pause"] if any(rule.remind for rule in pauses) else []
        for key in steps:
            message = say("a clock against the {side} never alerts", side=against.value)
            fault("unreachable-step", found.key(key), message, say("take it out"))
        return ()
    return written if any(step.after is None for step in written) else (DUE, *written)


def _escalate(node: Node, words: Words) -> tuple[Escalation, ...]:
    if not isinstance(node, Scalar):
        return escalation_steps(node, words.roles)
    ladder = text(node)
    if words.ladders is None:
        return ()
    if ladder and ladder not in words.ladders:
        misfit("unknown-value", node, no_such(ladder, nouns.LADDER), suggestion(ladder, list(words.ladders)))
    return words.ladders.get(ladder, ())
