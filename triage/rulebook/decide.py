"""The decision of a rulebook about a case."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from monitors.clocks.plan import AttachedClock
from monitors.clocks.policy import Policy
from triage.codec.erasing import Eraser, clock_words
from triage.domain.case import Case
from triage.domain.condition import Op, Test, holds, leaf_tests, passes
from triage.domain.decision import Decision
from triage.domain.facts import Facts, Money
from triage.rulebook.attaching import Attaching
from triage.rulebook.combine import combine, reasons, said_by_rules
from triage.rulebook.compiled import Matcher
from triage.rulebook.facts import FactReader, jsonable
from triage.rulebook.first_rows import without_later_rows
from triage.rulebook.model import Rule, Rulebook
from triage.rulebook.shadow import ShadowRules
from triage.rulebook.spelled import in_words
from triage.rulebook.terms import TermIndex


class CompiledRulebook:
    """One revision, ready to decide; built once. `amounts`: facts that are tested for amounts, each with the field of
    the data in which it stands and the currencies of its tests."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.zone = ZoneInfo(rulebook.zone)
        self.terms = TermIndex(rulebook.terms)
        self.matcher = Matcher(rulebook.rules)
        tests = _tests_of(rulebook)
        self.mentioned_in = frozenset(test.fact for test in tests if test.op is Op.MENTIONS)
        self.facts = FactReader(rulebook.vocabulary, self.terms, sorted(self.mentioned_in), self.zone)
        self.asks_history = any(test.fact.startswith("history.") for test in tests)
        tested = _currencies_of(tests)
        self.amounts = {
            spec.name: (root, tested[spec.name]) for spec, _, root in self.facts.paths if spec.name in tested
        }
        self._personal_tests: dict[str, dict[str, Test]] = {}
        for test in tests:
            if self._is_personal(test.fact):
                self._personal_tests.setdefault(test.fact, {})[in_words(test)] = test
        self._personal_facts = self._personal_tests.keys()
        self.clocks = {policy.id: _clocks_of(policy, rulebook) for policy in rulebook.policies.values()}
        self._attaching = Attaching(rulebook)
        self._shadow = ShadowRules(rulebook, self._attaching)

    @cached_property
    def eraser(self) -> Eraser:
        """Takes the personal data out of events, by this revision's words."""
        clocks = [attached for of_policy in self.clocks.values() for attached in of_policy]
        limits = {extension.text for one in clocks for extension in one.clock.extensions}
        return Eraser(self.rulebook.vocabulary, clock_words([one.name for one in clocks]) | limits)

    def _is_personal(self, fact: str) -> bool:
        spec = self.rulebook.vocabulary.facts.get(fact)
        return spec is not None and spec.personal

    def type_label(self, event_type: str) -> str:
        """The event type as a label of a metric: `other` for one that nobody declared, which may hold anything."""
        return event_type if event_type in self.rulebook.vocabulary.event_types else "other"

    def decide(self, facts: Facts, case: Case) -> Decision:
        """The outcome of rules, humans and policies for these facts; only the policies that apply now are named. What
        rules and policies in shadow would make of it stands beside it."""
        received_on = case.received_at.astimezone(self.zone).date()
        matching = self.matcher.matching(facts, received_on)
        fired = without_later_rows(matching)
        decision = self._decided(facts, case, fired, received_on)
        decision = msgspec.structs.replace(decision, matching=tuple(rule.id for rule in matching))
        shadow = self._shadow.beside(facts, case, fired, decision.outcome, received_on)
        return decision if shadow is None else msgspec.structs.replace(decision, shadow=shadow)

    def decide_as_if(self, rules: Iterable[Rule], facts: Facts, case: Case) -> Decision:
        """The decision as if these shadow rules, and the policies in shadow, were in force."""
        received_on = case.received_at.astimezone(self.zone).date()
        also = [rule for rule in rules if rule.in_force(received_on) and holds(rule.when, facts)]
        fired = without_later_rows([*self.matcher.matching(facts, received_on), *also])
        return self._decided(facts, case, fired, received_on, shadow=True)

    def _decided(self, facts: Facts, case: Case, fired: list[Rule], on: date, *, shadow: bool = False) -> Decision:
        said = said_by_rules(self.rulebook, fired)
        outcome = combine(self.rulebook, fired, said, case)
        policies = self._attaching.attached(facts, outcome, fired, on, shadow=shadow)
        return Decision(
            outcome=msgspec.structs.replace(outcome, policies=policies),
            reasons=reasons(self.rulebook, fired, facts),
            revision=self.rulebook.revision,
            rules_said=said,
        )

    def firing(self, facts: Facts, on: date) -> list[Rule]:
        """The rules that count for a complaint received on the local date: of a table with `hit: first` one row."""
        return without_later_rows(self.matcher.matching(facts, on))

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


def _clocks_of(policy: Policy, rulebook: Rulebook) -> tuple[AttachedClock, ...]:
    """The clocks of a policy as this revision alone has them."""
    calendar = rulebook.calendars[policy.calendar]
    return tuple(AttachedClock(policy.clock_name(one), one, calendar) for one in policy.clocks)


def _currencies_of(tests: Iterable[Test]) -> dict[str, set[str]]:
    """Facts that are tested for amounts, each with the currencies of its tests."""
    found: dict[str, set[str]] = {}
    for test in tests:
        amounts = test.value if isinstance(test.value, tuple) else (test.value,)
        for amount in amounts:
            if isinstance(amount, Money):
                found.setdefault(test.fact, set()).add(amount.currency)
    return found


def _tests_of(rulebook: Rulebook) -> list[Test]:
    conditions = [rule.when for rule in rulebook.rules]
    conditions += [policy.applies_when for policy in rulebook.policies.values() if policy.applies_when is not None]
    return [test for condition in conditions for test in leaf_tests(condition)]
