"""Rules that came near: something that was said speaks for them, and something else is missing."""

from collections.abc import Collection
from datetime import date

import msgspec

from triage.domain.condition import Op
from triage.domain.facts import Facts
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.evidence import Evidence
from triage.rulebook.trace import Traced, TracedRule, TracedTest, lacking, near_misses, trace_rules, traced_tests


class Unmet(msgspec.Struct, frozen=True):
    """A test that keeps a rule from firing. `holds`: it should not hold and does; else it should and does not."""

    fact: str
    test: str
    holds: bool


class NearRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that did not fire. `missing`: all of these, of each of them one."""

    rule: str
    title: dict[str, str]
    missing: tuple[tuple[Unmet, ...], ...]


def near_rules(rules: CompiledRulebook, facts: Facts, on: date, given: Collection[str]) -> tuple[NearRule, ...]:
    """Active rules in force that do not fire although a term list of theirs is hit, or a test of a given fact holds;
    those that lack least first."""
    evidence = Evidence(rules.rulebook.vocabulary.facts, facts, {})
    missed = near_misses(trace_rules(rules.rulebook.rules, evidence, on, fired=()))
    found = [_near(one) for one in missed if _is_touched(one.when, given)]
    return tuple(sorted(found, key=lambda one: (len(one.missing), one.rule)))


def _is_touched(when: Traced, given: Collection[str]) -> bool:
    return any(one.held and (one.test.op is Op.MENTIONS or one.test.fact in given) for one in traced_tests(when))


def _near(traced: TracedRule) -> NearRule:
    missing = tuple(tuple(map(_unmet, group)) for group in lacking(traced.when) or ())
    return NearRule(rule=traced.rule.id, title=traced.rule.title, missing=missing)


def _unmet(test: TracedTest) -> Unmet:
    return Unmet(test.test.fact, test.words, holds=test.held is True)
