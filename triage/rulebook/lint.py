"""Checks that need the whole rulebook."""

from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from monitors.clocks.policy import ClockPattern, ClockPolicy, Policy
from triage.rulebook.model import Department, Rule
from triage.rulebook.nodes import Mapping as MappingNode
from triage.rulebook.nodes import Node
from triage.rulebook.noting import fault
from triage.rulebook.schema import OWNER
from triage.wording.text import say


def check_policies_attached(policies: Mapping[str, tuple[Policy, Node]], rules: Iterable[Rule]) -> None:
    """A policy that no rule names and that applies by itself to nothing is a fault: its clocks would never run."""
    named = {policy for rule in rules for policy in rule.then.policies}
    for policy_id, (policy, node) in policies.items():
        if policy.applies_when is None and policy_id not in named:
            message = say("no rule names this policy and it has no applies_when")
            fault("never-attached", node, message, say("write {word}", word="applies_when: always"))


def check_circles(policies: Mapping[str, tuple[Policy, Node]]) -> None:
    """Clocks that wait for each other would never be settled; each circle is told once, at a policy that is in it."""
    waits = {policy.clock_name(clock): _waits_for(clock) for policy, _ in policies.values() for clock in policy.clocks}
    while circle := _circle(waits):
        node = policies[circle[0].rpartition("/")[0]][1]
        fault("clock-circle", node, say("these clocks wait for each other: {circle}", circle=" → ".join(circle)))
        waits = {name: others for name, others in waits.items() if name not in circle}


def _waits_for(clock: ClockPolicy) -> tuple[str, ...]:
    refs = (*clock.start, *clock.stop, *clock.cancel)
    return tuple(one.clock for one in refs if isinstance(one, ClockPattern))


def _circle(waits: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A circle of clocks, each before the one that it waits for, the first name again at the end; empty: none."""
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        names: list[str] = error.args[1]
        return names[::-1]
    return []


def check_escalations(
    departments: Mapping[str, Department],
    roles: Collection[str],
    rulebook: Node,
    policies: Mapping[str, tuple[Policy, Node]],
) -> None:
    """Every department needs a person for every role that a clock speaks to, or an escalation would reach nobody.
    A role that is none is told where it is written."""
    spoken_to = {
        role
        for policy, _ in policies.values()
        for clock in policy.clocks
        for step in clock.escalations
        for role in step.to
    }
    for department in departments.values():
        missing = sorted((spoken_to & set(roles)) - {OWNER} - department.escalation.keys())
        if missing:
            node = _department_node(rulebook, department.id)
            message = say("{department} has no person for {roles}", department=department.id, roles=tuple(missing))
            fault("missing-escalation", node, message, say("add them under its escalation"))


def _department_node(rulebook: Node, department: str) -> Node:
    entry = rulebook.entries.get("departments") if isinstance(rulebook, MappingNode) else None
    own = entry[1].entries.get(department) if entry and isinstance(entry[1], MappingNode) else None
    return own[0] if own else rulebook
