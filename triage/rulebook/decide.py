"""The decision of a rulebook about a case."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from monitors.clocks.policy import Policy
from triage.domain.case import Case
from triage.domain.condition import Op, Test, leaf_tests, passes
from triage.domain.decision import Decision, Outcome
from triage.domain.facts import Facts
from triage.rulebook.combine import combine, in_words, reasons
from triage.rulebook.compiled import Matcher, compile_condition
from triage.rulebook.facts import FactReader, jsonable
from triage.rulebook.model import Rule, Rulebook
from triage.rulebook.terms import TermIndex


class CompiledRulebook:
    """One revision, ready to decide; built once."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.zone = ZoneInfo(rulebook.zone)
        self.terms = TermIndex(rulebook.terms)
        self.matcher = Matcher(rulebook.rules)
        tests = _tests_of(rulebook)
        mentioned_in = sorted({test.fact for test in tests if test.op is Op.MENTIONS})
        self.facts = FactReader(rulebook.vocabulary, self.terms, mentioned_in, self.zone)
        self.asks_history = any(test.fact.startswith("history.") for test in tests)
        self._personal_tests: dict[str, dict[str, Test]] = {}
        for test in tests:
            if self._is_personal(test.fact):
                self._personal_tests.setdefault(test.fact, {})[in_words(test)] = test
        self._personal_facts = self._personal_tests.keys()
        self._applies = [
            (policy, compile_condition(policy.applies_when))
            for policy in rulebook.policies.values()
            if policy.applies_when is not None and policy.status == "active"
        ]

    def _is_personal(self, fact: str) -> bool:
        spec = self.rulebook.vocabulary.facts.get(fact)
        return spec is not None and spec.personal

    def type_label(self, event_type: str) -> str:
        """The event type as a label of a metric: `other` for one that nobody declared, which may hold anything."""
        return event_type if event_type in self.rulebook.vocabulary.event_types else "other"

    def decide(self, facts: Facts, case: Case) -> Decision:
        """The outcome of rules, humans and policies for these facts; only the policies that apply now are named."""
        received_on = case.received_at.astimezone(self.zone).date()
        fired = self.matcher.matching(facts, received_on)
        outcome = combine(self.rulebook, fired, case)
        policies = self._attached(facts, outcome, fired, received_on)
        return Decision(
            outcome=msgspec.structs.replace(outcome, policies=policies),
            reasons=reasons(self.rulebook, fired, facts),
            revision=self.rulebook.revision,
            matching=tuple(rule.id for rule in fired),
        )

    def _attached(self, facts: Facts, outcome: Outcome, fired: list[Rule], on: date) -> tuple[str, ...]:
        """Policies that a fired rule names, and those that apply; an effective date is that of the receipt."""
        words = facts | {
            "priority": outcome.priority,
            "department": outcome.department,
            "handler": outcome.handler,
        }
        if outcome.team is not None:
            words["team"] = outcome.team
        if outcome.tags:
            words["tags"] = outcome.tags
        named = {policy for rule in fired for policy in rule.then.policies}
        found = [self.rulebook.policies[name] for name in named]
        found += [policy for policy, applies in self._applies if applies(words)]
        return tuple(sorted({policy.id for policy in found if _in_force(policy, on)}))

    def stored_facts(self, facts: Facts) -> dict[str, Any]:
        """The facts as the timeline keeps them: of personal ones that are known only the results of the rulebook's
        tests."""
        stored = {
            name: jsonable(value)
            for name, value in facts.items()
            if not self._is_personal(name) and not name.endswith(" mentions")
        }
        for fact in self._personal_facts & facts.keys():
            stored[fact] = {words: passes(test, facts) for words, test in self._personal_tests[fact].items()}
        return stored


def _in_force(policy: Policy, on: date) -> bool:
    after_start = policy.effective_from is None or policy.effective_from <= on
    return policy.status == "active" and after_start and (policy.effective_to is None or on <= policy.effective_to)


def _tests_of(rulebook: Rulebook) -> list[Test]:
    conditions = [rule.when for rule in rulebook.rules]
    conditions += [policy.applies_when for policy in rulebook.policies.values() if policy.applies_when is not None]
    return [test for condition in conditions for test in leaf_tests(condition)]
