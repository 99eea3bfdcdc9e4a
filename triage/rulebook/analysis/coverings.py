"""Coverings: rules that say nothing which others do not say whenever they fire."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from triage.domain.facts import Facts
from triage.rulebook.analysis.boxes import implies, witness
from triage.rulebook.analysis.universe import GaveUp
from triage.rulebook.analysis.view import View
from triage.rulebook.faults import Finding, finding_at
from triage.rulebook.model import Rule, Rulebook, Then
from triage.wording.text import say

MOST_WITNESSES = 4
"""Cases of a rule that are tried on the others before the question is answered exactly."""


def coverings(view: View) -> Iterator[Finding]:
    """Duplicate rules, shadowed rules, and rules whose department is never the owner. Of rules that cover each other
    the later one is told."""
    followers = {rule.id: follow_from(view, rule) for rule in view.rules}
    told: set[str] = set()
    for rule in reversed(view.rules):
        others = [other for other in followers[rule.id] if other.id not in told]
        by = saying_as_much(view.rulebook, rule.then, others)
        if by:
            told.add(rule.id)
            yield _covered(rule, by, followers)
        elif (outranking := _outranking(view.rulebook, rule, others)) is not None:
            yield finding_at(
                "outranked-department",
                rule.at,
                say(
                    "{rule} never makes {department} the owner: whenever it fires, {other} names {first}, which"
                    " comes first",
                    rule=rule.id,
                    department=rule.then.department,
                    other=outranking.id,
                    first=outranking.then.department,
                ),
                say("the order of departments in rulebook.yaml decides"),
            )


def _covered(rule: Rule, by: Sequence[Rule], followers: dict[str, list[Rule]]) -> Finding:
    first = by[0]
    if len(by) == 1 and first.then == rule.then and rule in followers[first.id]:
        message = say("{rule} fires exactly when {other} does and asks for the same", rule=rule.id, other=first.id)
        return finding_at("duplicate-rule", rule.at, message, say("keep one of them"))
    others = tuple(one.id for one in by)
    message = say(
        "{rule} adds nothing: whenever it fires, {others} fire too and ask for as much", rule=rule.id, others=others
    )
    if len(by) == 1:
        message = say(
            "{rule} adds nothing: whenever it fires, {other} fires too and asks for as much",
            rule=rule.id,
            other=others[0],
        )
    return finding_at("shadowed-rule", rule.at, message, say("take it out, or make it ask for more"))


def follow_from(view: View, rule: Rule) -> list[Rule]:
    """The other rules that fire whenever this one does; none where it cannot be told."""
    boxes = view.boxes(rule)
    if not boxes:
        return []
    on = rule.effective_from or date.min
    candidates: dict[str, Rule] | None = None
    for facts in [one for box in boxes[:MOST_WITNESSES] if (one := witness(box)) is not None]:
        candidates = _narrowed(candidates, view, facts, on)
    return [
        other
        for other in (candidates or {}).values()
        if other.id != rule.id
        and not _may_be_passed_over(other)
        and _lasts_as_long(other, rule)
        and _implies(view, rule, other)
    ]


def _may_be_passed_over(rule: Rule) -> bool:
    """Whether an earlier row of its table may count instead where its condition holds."""
    return rule.in_table is not None and rule.in_table.first_only


def _narrowed(candidates: dict[str, Rule] | None, view: View, facts: Facts, on: date) -> dict[str, Rule]:
    firing = {one.id: one for one in view.firing(facts, on)}
    return firing if candidates is None else {name: one for name, one in candidates.items() if name in firing}


def _lasts_as_long(other: Rule, rule: Rule) -> bool:
    """Whether the other is in force until the rule's last day."""
    return other.effective_to is None or (rule.effective_to is not None and rule.effective_to <= other.effective_to)


def _implies(view: View, rule: Rule, other: Rule) -> bool:
    try:
        return implies(view.universe, view.boxes(rule) or [], other.when)
    except GaveUp:
        return False


def saying_as_much(rulebook: Rulebook, then: Then, others: Sequence[Rule]) -> list[Rule]:
    """Of the others the fewest found that together ask for all that `then` does; none when it asks for more."""
    for other in others:
        if not _missing(rulebook, then, [other.then]):
            return [other]
    if not others or _missing(rulebook, then, [other.then for other in others]):
        return []
    needed = list(others)
    for other in others:
        fewer = [one for one in needed if one is not other]
        if fewer and not _missing(rulebook, then, [one.then for one in fewer]):
            needed = fewer
    return needed


def _missing(rulebook: Rulebook, then: Then, others: Sequence[Then]) -> bool:
    """Whether `then` asks for something that the others do not bring about. A department that loses is still listed as
    involved, so only the same one says as much."""
    own = [other for other in others if other.department == then.department]
    teams = rulebook.departments[then.department].teams if then.department else ()
    return not (
        _at_least(rulebook.priorities, then.priority, [other.priority for other in others])
        and _at_least(rulebook.handlers, then.handler, [other.handler for other in others])
        and (then.department is None or bool(own))
        and _at_least(teams, then.team, [other.team for other in own])
        and set(then.tags) <= {tag for other in others for tag in other.tags}
        and set(then.policies) <= {policy for other in others for policy in other.policies}
    )


def _at_least(order: Sequence[str], wanted: str | None, named: Collection[str | None]) -> bool:
    """Whether one of the named stands at the wanted place of the order or before it."""
    return wanted is None or any(one is not None and order.index(one) <= order.index(wanted) for one in named)


def _outranking(rulebook: Rulebook, rule: Rule, others: Sequence[Rule]) -> Rule | None:
    """A rule that always takes the case from this one's department."""
    order = list(rulebook.departments)
    if rule.then.department is None:
        return None
    own = order.index(rule.then.department)
    ahead = [other for other in others if other.then.department and order.index(other.then.department) < own]
    return min(ahead, key=lambda other: order.index(str(other.then.department)), default=None)
