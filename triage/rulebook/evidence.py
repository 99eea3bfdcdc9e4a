"""What is known of the facts that a decision was made by: in full, or as the timeline has kept them."""

from collections.abc import Collection, Mapping
from typing import Any

from triage.domain.condition import Op, Test, mentions_key, passes
from triage.domain.decision import Reason
from triage.domain.facts import Facts, FactSpec, fact_value
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.facts import jsonable
from triage.rulebook.spelled import in_words

Results = Mapping[str, Mapping[str, bool]]
"""Personal fact to test in words to how it came out."""


class Evidence:
    """The facts of one decision. Of personal ones only the results of the rulebook's tests are known."""

    def __init__(
        self,
        specs: Mapping[str, FactSpec],
        facts: Facts,
        results: Results,
        *,
        is_whole: bool = True,
        held: Collection[tuple[str, str]] = (),
    ) -> None:
        """`facts`: without personal ones, unless they are known in full. `is_whole`: what is in neither mapping was
        absent; else nobody knows. `held`: fact and test in words of the tests that are known to have held."""
        self._specs, self._facts, self._results = specs, facts, results
        self._is_whole, self._held = is_whole, frozenset(held)

    def held(self, test: Test) -> bool | None:
        """Whether the test held; None when that was not kept."""
        results = self._results.get(test.fact)
        if results is not None:
            found = results.get(in_words(test))
            return test.value if found is None and test.op is Op.KNOWN else found
        if self._is_whole or test.fact in self._facts:
            return passes(test, self._facts)
        return True if (test.fact, in_words(test)) in self._held else None

    def is_personal(self, fact: str) -> bool:
        """Whether the fact's values are not shown."""
        spec = self._specs.get(fact)
        return spec is not None and spec.personal

    def is_stated(self, fact: str) -> bool | None:
        """Whether the fact was there; None when that was not kept."""
        stated = fact in self._results or self._facts.get(fact) is not None
        return stated or (False if self._is_whole else None)

    def value(self, fact: str) -> Any:
        """The value as JSON; None for one that is absent, personal or not kept."""
        return None if self.is_personal(fact) else jsonable(self._facts.get(fact))

    def typed(self, fact: str) -> Any:
        """The value itself; None for one that is absent, personal or not kept."""
        return None if self.is_personal(fact) else self._facts.get(fact)


def kept_evidence(
    rules: CompiledRulebook,
    stored: Mapping[str, Any] | None,
    reasons: Collection[Reason],
    words: Mapping[str, Any] | None = None,
) -> Evidence:
    """The facts as the timeline keeps them with a decision of this revision. `stored`: None after an erasure; then the
    reasons alone say which tests held. `words`: what policies test beside the facts, of the outcome."""
    specs = rules.rulebook.vocabulary.facts
    facts: Facts = {}
    results: dict[str, Mapping[str, bool]] = {}
    for name, value in (stored or {}).items():
        spec = specs.get(name)
        if spec is None:
            continue
        if spec.personal:
            results[name] = value
        elif (typed := fact_value(spec, value)) is not None:
            facts[name] = typed
    for name in rules.mentioned_in & facts.keys():
        facts[mentions_key(name)] = rules.terms.mentioned(facts[name])
    facts |= words or {}
    held = [(because.fact, because.test) for reason in reasons for because in reason.because]
    return Evidence(specs, facts, results, is_whole=stored is not None, held=held)
