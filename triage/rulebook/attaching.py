"""Which policies a decision attaches: those that a fired rule names, and those that apply by themselves."""

from collections.abc import Sequence
from datetime import date

from monitors.clocks.policy import Policy
from triage.domain.decision import Outcome
from triage.domain.facts import Facts
from triage.rulebook.compiled import compile_condition
from triage.rulebook.model import Rule, Rulebook


class Attaching:
    """The policies of one rulebook that are in force or in shadow."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._policies = rulebook.policies
        self._applies = [
            (policy, compile_condition(policy.applies_when))
            for policy in rulebook.policies.values()
            if policy.applies_when is not None and policy.status != "disabled"
        ]

    def attached(
        self, facts: Facts, outcome: Outcome, fired: Sequence[Rule], on: date, *, shadow: bool = False
    ) -> tuple[str, ...]:
        """An effective date is that of the receipt. `shadow`: as if policies in shadow were in force."""
        words = with_outcome(facts, outcome)
        statuses = ("active", "shadow") if shadow else ("active",)
        found = [self._policies[name] for rule in fired for name in rule.then.policies]
        found += [policy for policy, applies in self._applies if policy.status in statuses and applies(words)]
        return tuple(sorted({one.id for one in found if one.status in statuses and in_force(one, on)}))


def with_outcome(facts: Facts, outcome: Outcome) -> Facts:
    """What `applies_when` tests: the facts, and the outcome beside them."""
    words = facts | {"priority": outcome.priority, "department": outcome.department, "handler": outcome.handler}
    if outcome.team is not None:
        words["team"] = outcome.team
    if outcome.tags:
        words["tags"] = outcome.tags
    return words


def in_force(policy: Policy, on: date) -> bool:
    """Whether the local date of a receipt lies within the policy's effective dates."""
    after_start = policy.effective_from is None or policy.effective_from <= on
    return after_start and (policy.effective_to is None or on <= policy.effective_to)
