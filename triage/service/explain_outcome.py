"""Why a case has its priority, department, team, handler, owner, tags and policies."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from triage.domain import event as ev
from triage.domain.case import AUTO, Case
from triage.domain.condition import Always
from triage.domain.decision import Outcome
from triage.domain.event import Event
from triage.rulebook.combine import combine, said_by_rules
from triage.rulebook.condition_words import said_test
from triage.rulebook.evidence import kept_evidence
from triage.rulebook.model import Rule, Rulebook
from triage.rulebook.trace import TracedRule, near_misses, trace, traced_tests
from triage.service.explain_told import Told
from triage.service.explain_words import said_local
from triage.wording.events import event_name
from triage.wording.text import Text, as_is, say

NEAREST = 3

RuleField = str
"""A field of a rule's `then`: priority, department, handler, team."""


class FieldWhy(msgspec.Struct, frozen=True):
    """One field of the outcome. `code`: its value as files and events write it; `value`: as people read it."""

    field: str
    code: Any
    value: Text
    why: tuple[Text, ...]


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What the reasons are drawn from. `fired`: the rules that the decision names, as its revision has them.
    `case`: as it was decided on. `ran`: whether rules ran at all."""

    told: Told
    case: Case
    traced: tuple[TracedRule, ...]
    fired: tuple[Rule, ...]
    ran: bool

    @property
    def rulebook(self) -> Rulebook:
        """The revision that decided."""
        return self.told.deciding.rulebook

    @property
    def outcome(self) -> Outcome:
        """What was decided."""
        return self.told.decision.outcome


def why_outcome(ground: Ground) -> tuple[FieldWhy, ...]:
    """Every field, in the order in which people ask for them."""
    outcome = ground.outcome
    return (
        _field("priority", outcome.priority, _why_ranked(ground, "priority")),
        FieldWhy("department", outcome.department, department_name(ground, outcome.department), _department(ground)),
        _field("team", outcome.team, _team(ground)),
        _field("handler", outcome.handler, _why_ranked(ground, "handler")),
        FieldWhy("owner", outcome.owner.id, as_is(outcome.owner.name), (_owner(ground),)),
        _field("tags", outcome.tags, [_listed(tag, _ids(ground, tag, "tags")) for tag in outcome.tags]),
        _field("policies", outcome.policies, _policies(ground)),
    )


def department_name(ground: Ground, department: str) -> Text:
    """Title and id."""
    found = ground.rulebook.departments.get(department)
    title: Any = found.title if found and found.title else department
    return say("{title} ({id})", title=title, id=department)


def _field(field: str, value: Any, why: Iterable[Text]) -> FieldWhy:
    if not value:
        return FieldWhy(field, value, say("(none)"), tuple(why))
    return FieldWhy(field, value, as_is(value), tuple(why))


def _named(ground: Ground, field: RuleField) -> dict[str, list[str]]:
    """Value to the ids of the fired rules that name it, in the order of the rulebook."""
    found: dict[str, list[str]] = {}
    for rule in ground.fired:
        value = getattr(rule.then, field)
        if value is not None:
            found.setdefault(value, []).append(rule.id)
    order: Sequence[str] = {
        "priority": ground.rulebook.priorities,
        "handler": ground.rulebook.handlers,
        "department": tuple(ground.rulebook.departments),
    }.get(field, ())
    return dict(sorted(found.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)))


def _each(named: dict[str, list[str]]) -> tuple[Text, ...]:
    return tuple(_listed(value, ids) for value, ids in named.items())


def _listed(value: str, rules: Sequence[str]) -> Text:
    return say("{value} ({rules})", value=value, rules=tuple(rules))


def _ids(ground: Ground, value: str, field: str) -> list[str]:
    return [rule.id for rule in ground.fired if value in getattr(rule.then, field)]


def _not_run() -> Text:
    return say("No rule ran: the case was opened for an event that could not be applied, and takes the fallback.")


def _why_ranked(ground: Ground, field: RuleField) -> list[Text]:
    """Priority and handler: a human's word, else the first of those that rules name, else the fallback."""
    named = _named(ground, field)
    if field in ground.outcome.held_by_human:
        said = [_human(ground, field)]
        return [*said, say("The rules name {named}.", named=_each(named))] if named else said
    if not ground.ran:
        return [_not_run()]
    if not named:
        return [say("No rule that fired names one: the fallback of the rulebook holds.")]
    if len(named) == 1:
        return [say("Named by {rules}.", rules=tuple(next(iter(named.values()))))]
    if field == "priority":
        return [say("The highest of those that rules name: {named}.", named=_each(named))]
    return [say("The most special of those that rules name: {named}.", named=_each(named))]


def _department_now(ground: Ground) -> str:
    """What the rules that fired and the humans' words would come to."""
    said = said_by_rules(ground.rulebook, ground.fired)
    return combine(ground.rulebook, ground.fired, said, ground.case).department


def _department(ground: Ground) -> tuple[Text, ...]:
    named, outcome = _named(ground, "department"), ground.outcome
    said = [say("The rules name {named}.", named=_each(named))] if named else []
    if "department" in outcome.held_by_human:
        return (_human(ground, "department"), *said)
    if outcome.rules_would_move_to is not None:
        return (_kept_open(ground, outcome.rules_would_move_to), *said)
    if ground.ran and _department_now(ground) != outcome.department:
        return (_kept_faulty(ground), *said)
    if not ground.ran:
        return (_not_run(),)
    if not named:
        return tuple(_fallback(ground))
    if len(named) == 1:
        return (
            say(
                "Named by {rules}.",
                rules=tuple(next(iter(named.values()))),
            ),
        )
    several = say(
        "Rules name several: {named}. The first of these under departments: in rulebook.yaml owns the case.",
        named=_each(named),
    )
    losers = tuple(department_name(ground, one) for one in outcome.involves)
    return (several, say("Involved, but not the owner: {departments}.", departments=losers)) if losers else (several,)


def _kept_open(ground: Ground, moved_to: str) -> Text:
    return say(
        "It stays where it was: a new revision of the rules alone does not take an open case away from the department "
        "of its owner (open_cases: keep). The rules would move it to {department}.",
        department=department_name(ground, moved_to),
    )


def _kept_faulty(ground: Ground) -> Text:
    return say(
        "It stays where it was: the data of {event} has faults, and such an event does not move a case.",
        event=event_name(ground.told.decided.type),
    )


def _fallback(ground: Ground) -> Iterable[Text]:
    yield say("No rule that fired names a department: the fallback of the rulebook takes the case.")
    near = [one.rule.id for one in near_misses(ground.traced) if one.rule.then.department is not None]
    if near:
        yield say("Nearest to naming one: {rules}.", rules=tuple(near[:NEAREST]))


def _team(ground: Ground) -> list[Text]:
    outcome = ground.outcome
    if outcome.fallback:
        return [say("The team of the fallback.")] if outcome.team else [say("The fallback names no team.")]
    naming = [rule for rule in ground.fired if rule.then.department == outcome.department and rule.then.team]
    rules = tuple(rule.id for rule in naming if rule.then.team == outcome.team)
    if rules:
        return [say("Named by {rules}.", rules=rules)]
    if outcome.team:
        return [say("As it was before.")]
    return [say("No rule that names the department names a team.")]


def _human(ground: Ground, field: str) -> Text:
    """Who said so, and when."""
    event = _last_word(ground.case, field)
    if event is None:
        return say("A human's word, which is kept until the next or until auto.")
    return say(
        "The word of {who}, {when}, by {event}: it holds until the next human's word or auto.",
        who=event.data.get("by") or event.source,
        when=said_local(event.time, ground.told.deciding.zone),
        event=event_name(event.type),
    )


def _last_word(case: Case, field: str) -> Event | None:
    speaking = {ev.VERIFIED, ev.ASSIGNED} if field == "department" else {ev.VERIFIED}
    words = [event for event in case.events if event.type in speaking and event.data.get(field)]
    return words[-1] if words and words[-1].data[field] != AUTO else None


def _owner(ground: Ground) -> Text:
    outcome = ground.outcome
    assigned = [event for event in ground.case.events if event.type == ev.ASSIGNED and event.data.get("owner")]
    if "owner" in outcome.held_by_human and assigned:
        event = assigned[-1]
        return say(
            "Assigned by {who}, {when}.",
            who=event.data.get("by") or event.source,
            when=said_local(event.time, ground.told.deciding.zone),
        )
    if "owner" in outcome.held_by_human:
        return say("Assigned by a human.")
    if outcome.fallback:
        return say("The person of the fallback, until somebody is assigned.")
    return say(
        "On duty for {department}, until somebody is assigned.",
        department=department_name(ground, outcome.department),
    )


def _policies(ground: Ground) -> Iterable[Text]:
    """The policies by the reason for which they hold."""
    by_reason: dict[str, tuple[Text, list[str]]] = {}
    for name in ground.outcome.policies:
        reason = _policy(ground, name)
        by_reason.setdefault(str(reason), (reason, []))[1].append(name)
    return [say("{reason}: {policies}.", reason=reason, policies=tuple(names)) for reason, names in by_reason.values()]


def _policy(ground: Ground, name: str) -> Text:
    naming = _ids(ground, name, "policies")
    if naming:
        return say("Named by {rules}", rules=tuple(naming))
    policy = ground.rulebook.policies.get(name)
    if policy is not None and policy.applies_when is not None and policy.status == "active":
        if isinstance(policy.applies_when, Always):
            return say("For every complaint")
        decision = ground.told.decision
        words = _outcome_words(ground.outcome)
        evidence = kept_evidence(ground.told.deciding, decision.facts, decision.reasons, words)
        found = trace(policy.applies_when, evidence, (), "applies_when")
        tests = tuple(said_test(test.test) for test in traced_tests(found) if test.held)
        if found.held and tests:
            return say("For {tests}", tests=tests)
        if found.held:
            return say("For its applies_when holds")
    return _stays(ground, name)


def _stays(ground: Ground, name: str) -> Text:
    attachment = ground.told.row.document.attached.get(name)
    if attachment is None:
        return say("Attached")
    when = said_local(attachment.at, ground.told.deciding.zone)
    return say("Attached {when}, until its clocks have stopped", when=when)


def _outcome_words(outcome: Outcome) -> dict[str, Any]:
    words = {name: getattr(outcome, name) for name in ("priority", "department", "handler", "team", "tags")}
    return {name: value for name, value in words.items() if value}
