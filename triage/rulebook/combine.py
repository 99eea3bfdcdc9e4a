"""Combining: every rule that fires counts; the most urgent, the most special wins; humans outrank rules."""

from collections.abc import Iterable, Sequence

from triage.domain.case import HUMAN_FIELDS, Case
from triage.domain.condition import All, AnyOf, Condition, Test, passes
from triage.domain.decision import Because, Outcome, Reason, RulesSaid
from triage.domain.event import Person
from triage.domain.facts import Facts
from triage.rulebook.facts import jsonable
from triage.rulebook.model import Rule, Rulebook
from triage.rulebook.spelled import in_words

FALLBACK = "fallback"
"""Stands for a rule's id where no rule named what holds."""


def said_by_rules(rulebook: Rulebook, fired: Sequence[Rule]) -> RulesSaid:
    """What the rules that fired and the fallback say, without the humans."""
    thens = [rule.then for rule in fired]
    department = _first(rulebook.departments, (then.department for then in thens))
    return RulesSaid(
        priority=_first(rulebook.priorities, (then.priority for then in thens)) or rulebook.fallback.priority,
        department=department or rulebook.fallback.department,
        team=_team(rulebook, fired, department),
        handler=_first(rulebook.handlers, (then.handler for then in thens)) or rulebook.fallback.handler,
    )


def deciders(fired: Iterable[Rule], field: str, said: str) -> tuple[str, ...]:
    """Ids of the rules that decided a field: those that fired and named what the rules said of it; FALLBACK when none
    did. `field`: priority, department or handler."""
    return tuple(rule.id for rule in fired if getattr(rule.then, field) == said) or (FALLBACK,)


def combine(rulebook: Rulebook, fired: Sequence[Rule], said: RulesSaid, case: Case) -> Outcome:
    """The outcome of the rules that fired and of the humans' words, without policies. `said`: what the rules say
    alone."""
    human = words_of_humans(rulebook, case)
    named = {rule.then.department for rule in fired if rule.then.department}
    department = human.get("department", said.department)
    is_fallback = "department" not in human and not named
    priority = human.get("priority", said.priority)
    held = [field for field in HUMAN_FIELDS if field in human]
    return Outcome(
        priority=priority,
        department=department,
        team=_team(rulebook, fired, department) if "department" in human else said.team,
        handler=human.get("handler", said.handler),
        owner=owner_of(rulebook, case, department, fallback=is_fallback),
        involves=tuple(one for one in rulebook.departments if one in named and one != department),
        tags=tuple(sorted({tag for rule in fired for tag in rule.then.tags})),
        fallback=is_fallback,
        held_by_human=(*held, "owner") if case.owner else tuple(held),
        rules_say_higher=rulebook.priorities.index(said.priority) < rulebook.priorities.index(priority),
    )


def words_of_humans(rulebook: Rulebook, case: Case) -> dict[str, str]:
    """A human's word by field; one that the rulebook does not declare is passed over."""
    return {field: word for field, word in case.human.items() if word in _declared(rulebook, field)}


def owner_of(rulebook: Rulebook, case: Case, department: str, *, fallback: bool) -> Person:
    """The named person: of the last assignment, else the fallback's, else the department's duty owner."""
    if case.owner is not None:
        return case.owner
    return rulebook.fallback.owner if fallback else rulebook.departments[department].duty_owner


def _declared(rulebook: Rulebook, field: str) -> Iterable[str]:
    return {
        "priority": rulebook.priorities,
        "department": rulebook.departments,
        "handler": rulebook.handlers,
    }[field]


def _first(order: Iterable[str], named: Iterable[str | None]) -> str | None:
    wanted = set(named)
    return next((one for one in order if one in wanted), None)


def _team(rulebook: Rulebook, fired: Sequence[Rule], department: str | None) -> str | None:
    """Of the rules that name the department; the fallback's when nobody names one."""
    if department is None:
        return rulebook.fallback.team
    teams = (rule.then.team for rule in fired if rule.then.department == department)
    return _first(rulebook.departments[department].teams, teams)


def reasons(rulebook: Rulebook, fired: Sequence[Rule], facts: Facts) -> tuple[Reason, ...]:
    """Why each rule fired: the tests that held. Values of personal facts are left out."""
    return tuple(
        Reason(rule.id, rule.title, tuple(_because(rulebook, test, facts) for test in _held(rule.when, facts)))
        for rule in fired
    )


def _held(condition: Condition, facts: Facts) -> list[Test]:
    match condition:
        case Test():
            return [condition] if passes(condition, facts) else []
        case All(items) | AnyOf(items):
            return [test for item in items for test in _held(item, facts)]
        case _:
            return []


def _because(rulebook: Rulebook, test: Test, facts: Facts) -> Because:
    spec = rulebook.vocabulary.facts.get(test.fact)
    hidden = spec is None or spec.personal
    return Because(test.fact, in_words(test), None if hidden else jsonable(facts.get(test.fact)))
