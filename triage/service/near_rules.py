"""Rules that came near: something that was said speaks for them, and something else is missing."""

from collections.abc import Collection, Iterator
from datetime import date

import msgspec

from triage.domain.condition import All, AnyOf, Condition, NoneOf, Op, Test, holds, leaf_tests, passes
from triage.domain.facts import Facts
from triage.rulebook.combine import in_words
from triage.rulebook.decide import CompiledRulebook


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
    found = [
        NearRule(rule=rule.id, title=rule.title, missing=tuple(_unmet(rule.when, facts)))
        for rule in rules.rulebook.rules
        if rule.status == "active" and rule.in_force(on) and _is_near(rule.when, facts, given)
    ]
    return tuple(sorted(found, key=lambda one: (len(one.missing), one.rule)))


def _is_near(condition: Condition, facts: Facts, given: Collection[str]) -> bool:
    if holds(condition, facts):
        return False
    tests = [test for test in leaf_tests(condition) if test.op is Op.MENTIONS or test.fact in given]
    return any(passes(test, facts) for test in tests)


def _unmet(condition: Condition, facts: Facts) -> Iterator[tuple[Unmet, ...]]:
    """What a condition that does not hold lacks: a group of alternatives for each part."""
    match condition:
        case All(items):
            for item in items:
                if not holds(item, facts):
                    yield from _unmet(item, facts)
        case AnyOf(items):
            yield tuple(unmet for item in items for group in _unmet(item, facts) for unmet in group)
        case NoneOf(items):
            held = (test for item in items if holds(item, facts) for test in leaf_tests(item) if passes(test, facts))
            for test in held:
                yield (Unmet(test.fact, in_words(test), holds=True),)
        case Test():
            yield (Unmet(condition.fact, in_words(condition), holds=False),)
        case _:
            return
