"""Combining: every rule that fires counts; the most urgent, the most special wins; humans outrank rules."""

from collections.abc import Iterable, Sequence
from typing import Any

from triage.domain.case import Case
from triage.domain.condition import All, AnyOf, Condition, Test, passes
from triage.domain.decision import Because, Outcome, Reason
from triage.domain.event import Person
from triage.domain.facts import Facts
from triage.rulebook.facts import jsonable
from triage.rulebook.model import Rule, Rulebook


def combine(rulebook: Rulebook, fired: Sequence[Rule], case: Case) -> Outcome:
    """The outcome of the rules that fired and of the humans' words, without policies. A human's word that the
    rulebook does not declare is passed over."""
    human = {field: word for field, word in case.human.items() if word in _declared(rulebook, field)}
    thens = [rule.then for rule in fired]
    rules_priority = _first(rulebook.priorities, (then.priority for then in thens)) or rulebook.fallback.priority
    named = {then.department for then in thens if then.department}
    ruled = _first(rulebook.departments, named)
    department = human.get("department") or ruled or rulebook.fallback.department
    is_fallback = "department" not in human and ruled is None
    priority = human.get("priority", rules_priority)
    held = [field for field in ("priority", "department", "handler") if field in human]
    return Outcome(
        priority=priority,
        department=department,
        team=_team(rulebook, fired, department, is_fallback=is_fallback),
        handler=human.get("handler")
        or _first(rulebook.handlers, (then.handler for then in thens))
        or rulebook.fallback.handler,
        owner=owner_of(rulebook, case, department, fallback=is_fallback),
        involves=tuple(one for one in rulebook.departments if one in named and one != department),
        tags=tuple(sorted({tag for then in thens for tag in then.tags})),
        fallback=is_fallback,
        held_by_human=(*held, "owner") if case.owner else tuple(held),
        rules_say_higher=rulebook.priorities.index(rules_priority) < rulebook.priorities.index(priority),
    )


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


def _team(rulebook: Rulebook, fired: Sequence[Rule], department: str, *, is_fallback: bool) -> str | None:
    if is_fallback:
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


def in_words(test: Test) -> str:
    """A test in the words of the rule files: `at_least 50000 CNY`."""
    return f"{test.op.value} {value_in_words(test.value)}"


def value_in_words(value: Any) -> str:
    """A value as the rule files write it."""
    plain = jsonable(value)
    if isinstance(plain, dict):
        return f"{plain['value']:g} {plain['currency']}"
    if isinstance(plain, list):
        return ", ".join(value_in_words(one) for one in plain)
    return str(plain).lower() if isinstance(plain, bool) else str(plain)
