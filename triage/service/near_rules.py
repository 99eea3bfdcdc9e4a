"""Rules that came near: something that was said speaks for them, and something else is missing."""

from collections.abc import Collection
from datetime import date

import msgspec

from triage.domain.condition import All, AnyOf, Condition, NoneOf, Op, Test, holds, leaf_tests, passes
from triage.domain.facts import Facts
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.spelled import in_words


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


Groups = tuple[tuple[Unmet, ...], ...]


def near_rules(rules: CompiledRulebook, facts: Facts, on: date, given: Collection[str]) -> tuple[NearRule, ...]:
    """Active rules in force that do not fire although a term list of theirs is hit, or a test of a given fact holds;
    those that lack least first."""
    found = [
        NearRule(rule=rule.id, title=rule.title, missing=missing)
        for rule in rules.rulebook.rules
        if rule.status == "active" and rule.in_force(on) and _is_touched(rule.when, facts, given)
        if (missing := unmet(rule.when, facts))
    ]
    return tuple(sorted(found, key=lambda one: (len(one.missing), one.rule)))


def _is_touched(condition: Condition, facts: Facts, given: Collection[str]) -> bool:
    tests = [test for test in leaf_tests(condition) if test.op is Op.MENTIONS or test.fact in given]
    return any(passes(test, facts) for test in tests)


def unmet(condition: Condition, facts: Facts, *, wanted: bool = True) -> Groups | None:
    """What keeps a condition from holding, or with `wanted` False from not holding: of each group one test has to
    change; empty when it is as wanted, None when no fact can make it so. Of several ways the shortest."""
    if holds(condition, facts) is wanted:
        return ()
    match condition:
        case Test():
            return ((Unmet(condition.fact, in_words(condition), holds=not wanted),),)
        case NoneOf(items):
            return unmet(AnyOf(items), facts, wanted=not wanted)
        case All(items) | AnyOf(items):
            parts = [unmet(item, facts, wanted=wanted) for item in items]
            return _every(parts) if isinstance(condition, All) is wanted else _one(parts)
        case _:
            return None


def _every(parts: list[Groups | None]) -> Groups | None:
    possible = [part for part in parts if part is not None]
    return tuple(group for part in possible for group in part) if len(possible) == len(parts) else None


def _one(parts: list[Groups | None]) -> Groups | None:
    """One part is enough: those that lack one thing are alternatives of each other."""
    possible = sorted((part for part in parts if part is not None), key=len)
    if not possible or len(possible[0]) != 1:
        return possible[0] if possible else None
    return (tuple(one for part in possible if len(part) == 1 for one in part[0]),)
