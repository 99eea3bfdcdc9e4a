"""Unused: what is declared and what nothing asks for."""

from collections.abc import Iterator

from triage.domain.condition import Condition, Op, leaf_tests
from triage.rulebook.analysis.view import View
from triage.rulebook.faults import Finding, finding_at
from triage.rulebook.model import Rulebook
from triage.wording.text import Text, say


def unused(view: View) -> Iterator[Finding]:
    """Facts, term lists, ladders, departments, teams and roles that nothing uses. Rules that are not active count as
    users: they are switched off, not forgotten."""
    rulebook, places = view.rulebook, view.places
    tests = [test for condition in _conditions(rulebook) for test in leaf_tests(condition)]
    tested = {test.fact for test in tests}
    mentioned = {one for test in tests if test.op is Op.MENTIONS for one in test.value}
    found: list[tuple[str, str, Text]] = [
        *(
            ("fact", name, say("no rule or policy tests the fact {name}", name=name))
            for name in rulebook.vocabulary.facts
            if places.knows("fact", name) and name not in tested
        ),
        *(
            ("terms", name, say("no rule or policy asks for the term list {name}", name=name))
            for name in rulebook.terms.keys() - mentioned
        ),
        *(
            ("ladder", name, say("no clock escalates by the ladder {name}", name=name))
            for name in places.ladders
            if name not in places.ladders_used
        ),
        *_of_the_desk(rulebook),
    ]
    for kind, name, message in found:
        yield finding_at("unused", places.of(kind, name), message, say("use it or take it out"))
    yield from _switched_off(view)


def _switched_off(view: View) -> Iterator[Finding]:
    """Policies that are on and stop with the rules that name them: no new case gets their clocks."""
    named = {policy for rule in view.rulebook.rules if rule.status != "disabled" for policy in rule.then.policies}
    for policy in view.rulebook.policies.values():
        if policy.applies_when is None and policy.id not in named and policy.status != "disabled":
            message = say("only disabled rules name the policy {name}: no new case gets its clocks", name=policy.id)
            hint = say("name it in a rule that is on, or set status: disabled")
            yield finding_at("switched-off", view.places.of("policy", policy.id), message, hint)


def _conditions(rulebook: Rulebook) -> Iterator[Condition]:
    yield from (rule.when for rule in rulebook.rules)
    yield from (policy.applies_when for policy in rulebook.policies.values() if policy.applies_when is not None)


def _of_the_desk(rulebook: Rulebook) -> Iterator[tuple[str, str, Text]]:
    named = {(rule.then.department, rule.then.team) for rule in rulebook.rules}
    named.add((rulebook.fallback.department, rulebook.fallback.team))
    departments = {department for department, _ in named}
    for department in rulebook.departments.values():
        if department.id not in departments:
            yield "department", department.id, say("no rule names the department {name}", name=department.id)
            continue
        for team in department.teams:
            if (department.id, team) not in named:
                message = say("no rule names the team {team} of {department}", team=team, department=department.id)
                yield "team", f"{department.id}/{team}", message
    spoken_to = _roles_spoken_to(rulebook)
    for role in rulebook.roles:
        if role not in spoken_to:
            yield "role", role, say("no escalation or approval speaks to the role {name}", name=role)


def _roles_spoken_to(rulebook: Rulebook) -> set[str | None]:
    clocks = [clock for policy in rulebook.policies.values() for clock in policy.clocks]
    return {role for clock in clocks for step in clock.escalations for role in step.to} | {
        extension.approver for clock in clocks for extension in clock.extensions
    }
