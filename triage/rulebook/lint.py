"""Checks that need the whole rulebook."""

from collections.abc import Iterable, Mapping

from monitors.clocks.policy import Policy
from triage.rulebook.model import Department, Rule
from triage.rulebook.nodes import Mapping as MappingNode
from triage.rulebook.nodes import Node
from triage.rulebook.reading import fault
from triage.rulebook.schema import OWNER


def check_policies_attached(policies: Mapping[str, tuple[Policy, Node]], rules: Iterable[Rule]) -> None:
    """A policy that no rule names and that applies by itself to nothing is a fault: its clocks would never run."""
    named = {policy for rule in rules for policy in rule.then.policies}
    for policy_id, (policy, node) in policies.items():
        if policy.applies_when is None and policy_id not in named:
            fault(
                "never-attached",
                node,
                "no rule names this policy and it has no applies_when",
                "write applies_when: always",
            )


def check_escalations(
    departments: Mapping[str, Department], rulebook: Node, policies: Mapping[str, tuple[Policy, Node]]
) -> None:
    """Every department needs a person for every role that a clock speaks to, or an escalation would reach nobody."""
    spoken_to = {
        role
        for policy, _ in policies.values()
        for clock in policy.clocks
        for step in clock.escalations
        for role in step.to
    }
    for department in departments.values():
        missing = sorted(spoken_to - {OWNER} - department.escalation.keys())
        if missing:
            node = _department_node(rulebook, department.id)
            fault("missing-escalation", node, f"{department.id} has no person for {', '.join(missing)}")


def _department_node(rulebook: Node, department: str) -> Node:
    entry = rulebook.entries.get("departments") if isinstance(rulebook, MappingNode) else None
    own = entry[1].entries.get(department) if entry and isinstance(entry[1], MappingNode) else None
    return own[0] if own else rulebook
