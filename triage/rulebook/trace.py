"""Why a rule fired, and why it did not: every test of its condition with its own truth, and what was missing.

Nothing is cut short: a test that could not change the answer any more is judged all the same. What a condition comes
to here is what `domain.condition.holds` says.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test, leaf_tests
from triage.rulebook.evidence import Evidence
from triage.rulebook.facts import jsonable
from triage.rulebook.model import Rule
from triage.rulebook.spelled import in_words

ALL, ANY, NONE = "all", "any", "none"

ORDERED = frozenset({Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN, Op.BETWEEN})


class TracedTest(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `path`: where it stands in the file. `words`: the test as the file writes it. `found`: the fact's value
    as JSON, None when it is absent, personal or not kept. `is_stated`: whether the fact was there. `held`, `is_stated`:
    None when that was not kept."""

    path: str
    test: Test
    words: str
    found: Any
    is_personal: bool
    is_stated: bool | None
    held: bool | None


class TracedBlock(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: all | any | none; a condition that always holds is all of nothing."""

    kind: str
    items: "tuple[Traced, ...]"
    held: bool | None


Traced = TracedTest | TracedBlock

Groups = tuple[tuple[TracedTest, ...], ...]
"""All of these, of each of them one."""


class TracedRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule at one decision. `fired`: it counted. `is_in_force`: on the date of receipt. `missing`: the smallest set
    of tests that would have to come out otherwise for its condition to hold, none when it holds; None when no set
    would do."""

    rule: Rule
    fired: bool
    is_in_force: bool
    when: Traced
    missing: tuple[TracedTest, ...] | None


def trace(condition: Condition, evidence: Evidence, paths: Sequence[str], at: str = "when") -> Traced:
    """The condition with the truth of each of its parts. `paths`: of its tests in their order; where they are not known
    `at` and the fact stand for them."""
    tests = leaf_tests(condition)
    known = paths if len(paths) == len(tests) else [f"{at}.{test.fact}" for test in tests]
    return _traced(condition, evidence, iter(known))


def _traced(condition: Condition, evidence: Evidence, paths: Iterator[str]) -> Traced:
    match condition:
        case Test():
            return _traced_test(condition, evidence, next(paths))
        case Always():
            return TracedBlock(kind=ALL, items=(), held=True)
        case All(items):
            return _block(ALL, tuple(_traced(item, evidence, paths) for item in items))
        case AnyOf(items):
            return _block(ANY, tuple(_traced(item, evidence, paths) for item in items))
        case NoneOf(items):
            return _block(NONE, tuple(_traced(item, evidence, paths) for item in items))


def _traced_test(test: Test, evidence: Evidence, path: str) -> TracedTest:
    return TracedTest(
        path=path,
        test=test,
        words=in_words(test),
        found=evidence.value(test.fact),
        is_personal=evidence.is_personal(test.fact),
        is_stated=evidence.is_stated(test.fact),
        held=evidence.held(test),
    )


def _block(kind: str, items: tuple[Traced, ...]) -> TracedBlock:
    """One item settles a block, whatever was not kept of the others."""
    truths = {item.held for item in items}
    settling = kind != ALL
    if settling in truths:
        held: bool | None = kind == ANY
    else:
        held = None if None in truths else kind != ANY
    return TracedBlock(kind=kind, items=items, held=held)


def traced_tests(traced: Traced) -> list[TracedTest]:
    """Every test, in the order of the file."""
    if isinstance(traced, TracedTest):
        return [traced]
    return [test for item in traced.items for test in traced_tests(item)]


def missing_for(traced: Traced) -> tuple[TracedTest, ...] | None:
    """The smallest set of tests that would have to come out otherwise for the condition to hold, the first in the file
    among equals; None when no set would do."""
    groups = lacking(traced)
    return None if groups is None else tuple(group[0] for group in groups)


def lacking(traced: Traced, *, wanted: bool = True) -> Groups | None:
    """What keeps a condition from holding, or with `wanted` False from not holding: of each group one test would have
    to come out otherwise; none when it is as wanted, None when nothing would do. Of several ways the shortest; ways of
    one test each are alternatives of each other. Tests are taken one by one: that two of them may not be able to change
    together is not looked at. One whose result was not kept counts as one that would have to."""
    if traced.held is wanted:
        return ()
    if isinstance(traced, TracedTest):
        return ((traced,),)
    of_items = wanted if traced.kind != NONE else not wanted
    ways = [lacking(item, wanted=of_items) for item in traced.items]
    needs_each = (traced.kind == ANY) is not wanted
    return _every(ways) if needs_each else _one(ways)


def _every(ways: list[Groups | None]) -> Groups | None:
    possible = [way for way in ways if way is not None]
    return tuple(group for way in possible for group in way) if len(possible) == len(ways) else None


def _one(ways: list[Groups | None]) -> Groups | None:
    possible = [way for way in ways if way is not None]
    shortest = min(possible, key=len, default=None)
    if shortest is None or len(shortest) != 1:
        return shortest
    return (tuple(test for way in possible if len(way) == 1 for test in way[0]),)


def trace_rules(
    rules: Iterable[Rule], evidence: Evidence, received_on: date, fired: Collection[str]
) -> tuple[TracedRule, ...]:
    """Every rule by its id. `fired`: the ids of those that the decision names."""
    return tuple(
        _trace_rule(rule, evidence, received_on, fired=rule.id in fired)
        for rule in sorted(rules, key=lambda one: one.id)
    )


def _trace_rule(rule: Rule, evidence: Evidence, received_on: date, *, fired: bool) -> TracedRule:
    when = trace(rule.when, evidence, rule.paths)
    missing = () if fired else missing_for(when)
    return TracedRule(rule=rule, fired=fired, is_in_force=rule.in_force(received_on), when=when, missing=missing)


def near_misses(rules: Iterable[TracedRule]) -> list[TracedRule]:
    """Active rules in force that did not fire and could have, the nearest first: those with few tests missing, and of
    these a value just on the wrong side of a bound before one far from it, that before another value, that before a
    term that was not found, and that before a fact that was not there."""
    could = [one for one in rules if one.missing and not one.fired and one.is_in_force and one.rule.status == "active"]
    return sorted(could, key=_distance)


def _distance(traced: TracedRule) -> tuple[int, float, int, str]:
    missing = traced.missing or ()
    held = sum(test.held is True for test in traced_tests(traced.when))
    return (len(missing), sum(map(_far, missing)), -held, traced.rule.id)


def _far(test: TracedTest) -> float:
    if not test.is_stated:
        return 3
    if test.test.op is Op.MENTIONS:
        return 2
    return _gap(test) if test.test.op in ORDERED else 1


def _gap(test: TracedTest) -> float:
    """How far a number or a sum is from the bound, as a part of it; 1 for what has no such distance."""
    found = _number(test.found)
    bounds = test.test.value if isinstance(test.test.value, tuple) else (test.test.value,)
    gaps = [
        abs(found - bound) / max(abs(bound), abs(found), 1)
        for bound in (_number(jsonable(one)) for one in bounds)
        if found is not None and bound is not None
    ]
    return min(gaps, default=1)


def _number(value: Any) -> float | None:
    if isinstance(value, dict):
        return _number(value["value"])
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
