"""Overlaps: rules that can fire together and name different departments."""

from collections.abc import Iterator
from itertools import combinations

from triage.rulebook.analysis.boxes import Box, implies, overlap, witness
from triage.rulebook.analysis.universe import GaveUp, Single, Universe
from triage.rulebook.analysis.view import View
from triage.rulebook.faults import Finding, finding_at
from triage.rulebook.model import Rule
from triage.wording.text import Text, say

Shares = dict[str, Single]
"""The values that a rule takes, by fact."""


def overlaps(view: View, *, every: bool) -> Iterator[Finding]:
    """Pairs of rules with different departments. The order of departments decides between them, which is meant where
    one is the exception to the other, or where they look at different facts. Told are those that divide one fact
    between them and whose parts overlap; with `every` all that can fire together."""
    naming = [rule for rule in view.rules if rule.then.department is not None and view.boxes(rule)]
    shares = {rule.id: _shares(view, rule) for rule in naming}
    for one, other in combinations(naming, 2):
        if one.then.department == other.then.department or not _meet_in_time(one, other):
            continue
        divided = _divided(shares[one.id], shares[other.id])
        if not (every or divided):
            continue
        common = overlap(view.boxes(one) or [], view.boxes(other) or [])
        if common is not None and (every or not _nested(view, one, other)):
            yield finding_at("overlap", other.at, _message(view, one, other, common), _hint(divided))


def _message(view: View, one: Rule, other: Rule, common: Box) -> Text:
    facts = witness(common)
    order = list(view.rulebook.departments)
    departments = sorted((str(one.then.department), str(other.then.department)), key=order.index)
    return say(
        "{rule} names {department}, {other} {second}; both can fire, and {winner} is the owner: for instance {given}",
        rule=other.id,
        department=other.then.department,
        other=one.id,
        second=one.then.department,
        winner=departments[0],
        given=view.given(facts or {}),
    )


def _hint(divided: str | None) -> Text:
    if divided is None:
        return say("the order of departments in rulebook.yaml decides")
    return say("both look at {fact} and their values overlap: part them, if that is not meant", fact=divided)


def _meet_in_time(one: Rule, other: Rule) -> bool:
    """Whether there is a day on which both are in force."""
    starts = [rule.effective_from for rule in (one, other) if rule.effective_from is not None]
    ends = [rule.effective_to for rule in (one, other) if rule.effective_to is not None]
    return not starts or not ends or max(starts) <= min(ends)


def _divided(own: Shares, others: Shares) -> str | None:
    """A fact of which each rule takes its own values, some of them both and some only one or the other."""
    return next((fact for fact, share in own.items() if fact in others and _cross(share, others[fact])), None)


def _shares(view: View, rule: Rule) -> Shares:
    """The values that a rule with one box takes of each fact that it wants to be known."""
    boxes = view.boxes(rule) or []
    found = boxes[0].items() if len(boxes) == 1 else ()
    return {fact: one for fact, one in sorted(found) if isinstance(one, Single) and not one.absent}


def _cross(one: Single, other: Single) -> bool:
    if one.values.meet(other.values).is_empty:
        return False
    only = (one.values.meet(other.values.rest()), other.values.meet(one.values.rest()))
    return not any(part.is_empty for part in only)


def _nested(view: View, one: Rule, other: Rule) -> bool:
    """Whether one of them fires whenever the other does; True where that cannot be told."""
    return _follows(view.universe, view.boxes(one) or [], other) or _follows(
        view.universe, view.boxes(other) or [], one
    )


def _follows(universe: Universe, boxes: list[Box], rule: Rule) -> bool:
    try:
        return implies(universe, boxes, rule.when)
    except GaveUp:
        return True
