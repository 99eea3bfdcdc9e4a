"""Reading limits: an amount, the later or earlier of several, or one for each priority."""

from monitors.clocks.policy import AnyLimit, ByPriority, EarlierOf, LaterOf, Limit, Unit
from triage.rulebook import nouns
from triage.rulebook.faults import hint, nearest, suggestion
from triage.rulebook.nodes import ABSENT, Mapping, Node, Scalar
from triage.rulebook.noting import fault, misfit, shown
from triage.rulebook.reading import items, word
from triage.rulebook.reading_values import limit
from triage.rulebook.schema import CHOSEN_LIMITS
from triage.rulebook.words import Words
from triage.wording.text import say

BY = "by"
UNREAD = Limit(1, Unit.HOURS)
"""Stands, by identity, for a limit with a fault: that has been reported, and nothing is made up beside it."""


def any_limit(node: Node, words: Words) -> AnyLimit:
    """A limit, the later or earlier of several, or one for each priority."""
    noted = len(node.page.findings)
    made = _any_limit(node, words)
    return made if len(node.page.findings) == noted and node is not ABSENT else UNREAD


def _any_limit(node: Node, words: Words) -> AnyLimit:
    if not isinstance(node, Mapping):
        return limit(node)
    if BY in node.entries:
        return _by_priority(node, words)
    if len(node.entries) != 1:
        if node.complete:
            message = say("a limit is an amount, later_of, earlier_of, or by: priority")
            fault("wrong-type", node, message, say("write {word}", word="15 calendar days"))
        return UNREAD
    return _chosen(*next(iter(node.entries.values())), words)


def _chosen(key: Scalar, value: Node, words: Words) -> AnyLimit:
    if key.text not in CHOSEN_LIMITS:
        message = say("unknown key {word} in {what}", word=shown(key.text), what=nouns.LIMIT)
        misfit("unknown-key", key, message, suggestion(key.text, (*CHOSEN_LIMITS, BY)))
        return UNREAD
    listed = tuple(_any_limit(one, words) for one in items(value, key.text, least=2)) or (UNREAD,)
    return LaterOf(listed) if key.text == CHOSEN_LIMITS[0] else EarlierOf(listed)


def _by_priority(node: Mapping, words: Words) -> AnyLimit:
    word(node.entries[BY][1], ("priority",), nouns.value_of(BY))
    limits = []
    for key, value in node.entries.values():
        if key.text != BY:
            word(key, words.priorities, nouns.PRIORITY)
            limits.append((key.text, _any_limit(value, words)))
    missing = _missing(node, words.priorities or ())
    if missing and node.complete:
        like = ", ".join(f"{one}: …" for one in missing)
        message = say("no limit for {priorities}", priorities=tuple(missing))
        fault("missing-key", node, message, hint(say("write {word}", word=like), allowed=missing))
    return ByPriority(tuple(limits)) if limits else UNREAD


def _missing(node: Mapping, priorities: tuple[str, ...]) -> list[str]:
    """Priorities without a limit, but for those that are there misspelt; that has been reported."""
    misspelt = {nearest(key, priorities) for key in node.entries if key != BY and key not in priorities}
    return [one for one in priorities if one not in node.entries and one not in misspelt]


def units(counted: AnyLimit) -> set[Unit]:
    """Every unit that the limit may be counted in."""
    match counted:
        case Limit():
            return set(Unit) if counted is UNREAD else {counted.unit}
        case ByPriority():
            return {unit for _, one in counted.limits for unit in units(one)}
        case _:
            return {unit for one in counted.limits for unit in units(one)}
