"""Rules and policies with `status: shadow`: evaluated beside those in force, recorded, and changing nothing."""

from collections.abc import Sequence
from datetime import date

import msgspec

from triage.domain.case import Case
from triage.domain.decision import Outcome, Shadowed
from triage.domain.facts import Facts
from triage.rulebook.attaching import Attaching
from triage.rulebook.combine import combine, reasons, said_by_rules
from triage.rulebook.compiled import Matcher
from triage.rulebook.first_rows import without_later_rows
from triage.rulebook.model import Rule, Rulebook

SHADOW = "shadow"


class ShadowRules:
    """The shadow rules and policies of one rulebook."""

    def __init__(self, rulebook: Rulebook, attaching: Attaching) -> None:
        self._rulebook, self._attaching = rulebook, attaching
        self._matcher = Matcher(rulebook.rules, SHADOW)
        has_policies = any(policy.status == SHADOW for policy in rulebook.policies.values())
        self.is_empty = not has_policies and all(rule.status != SHADOW for rule in rulebook.rules)

    def beside(self, facts: Facts, case: Case, fired: Sequence[Rule], outcome: Outcome, on: date) -> Shadowed | None:
        """What they would add to a decision of the rules in force, None when they have nothing to say of it."""
        if self.is_empty:
            return None
        also = without_later_rows(self._matcher.matching(facts, on))
        everything = [*fired, *also]
        would = combine(self._rulebook, everything, said_by_rules(self._rulebook, everything), case)
        policies = self._attaching.attached(facts, would, everything, on, shadow=True)
        would = msgspec.structs.replace(would, policies=policies)
        mine = tuple(name for name in policies if self._rulebook.policies[name].status == SHADOW)
        if not also and not mine:
            return None
        return Shadowed(reasons=reasons(self._rulebook, also, facts), policies=mine, would=differing(outcome, would))


def differing(before: Outcome, after: Outcome) -> dict[str, object]:
    """The fields in which the second outcome differs, with its values."""
    names = Outcome.__struct_fields__
    return {name: getattr(after, name) for name in names if getattr(before, name) != getattr(after, name)}
