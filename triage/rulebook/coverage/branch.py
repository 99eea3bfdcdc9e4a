"""Branches: the ways in which each test of a condition can decide.

A test decides where the condition would come out the other way if this one test did. So a branch is a test that held,
or did not, and that decided: of `all` items one example with every item shows that each is enough with the others, and
it takes one in which just that item fails to show that it is needed; of `any` items the other way round.
"""

from collections.abc import Iterator, Sequence

import msgspec

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Test, leaf_tests, passes
from triage.domain.facts import Facts


class Branch(msgspec.Struct, frozen=True, order=True):
    """One test that decides. `test`: its index among `leaf_tests`; `held`: whether it holds."""

    test: int
    held: bool


class Shown(msgspec.Struct, frozen=True):
    """What one example shows of a condition: whether it holds, and the branches by which. `tests`: how many the
    condition has."""

    holds: bool
    branches: frozenset[Branch]
    tests: int


NOTHING: frozenset[Branch] = frozenset()


def all_branches(condition: Condition) -> list[Branch]:
    """Every branch, in the order of the file."""
    return [Branch(index, held) for index in range(len(leaf_tests(condition))) for held in (True, False)]


def shown(condition: Condition, facts: Facts) -> Shown:
    """What these facts show of the condition."""
    return _shown(condition, facts, 0)


def _shown(condition: Condition, facts: Facts, first: int) -> Shown:
    """`first`: the index of the condition's first test."""
    if isinstance(condition, Test):
        held = passes(condition, facts)
        return Shown(held, frozenset({Branch(first, held)}), 1)
    if isinstance(condition, Always):
        return Shown(True, NOTHING, 0)
    items: list[Shown] = []
    count = 0
    for item in condition.items:
        one = _shown(item, facts, first + count)
        items.append(one)
        count += one.tests
    neutral = isinstance(condition, All)
    holds, branches = _decided(items, neutral=neutral)
    return Shown(not holds if isinstance(condition, NoneOf) else holds, branches, count)


def _decided(items: Sequence[Shown], *, neutral: bool) -> tuple[bool, frozenset[Branch]]:
    """`neutral`: what an item comes to when it leaves the decision to the others. Each decides while the others are
    neutral: all of them when all are, one when it alone is not, else none."""
    deciding = [item for item in items if item.holds is not neutral]
    if not deciding:
        return neutral, NOTHING.union(*(item.branches for item in items))
    return not neutral, deciding[0].branches if len(deciding) == 1 else NOTHING


class Way(msgspec.Struct, frozen=True):
    """What has to hold for a test to decide, and whether the condition holds then."""

    condition: Condition
    holds: bool


def way_to(condition: Condition, branch: Branch) -> Way:
    """How the branch is reached."""
    parts: list[Condition] = []
    inverted = False
    for step in _steps(condition, branch.test):
        inverted = inverted is not step.inverts
        parts += step.parts
    test = leaf_tests(condition)[branch.test]
    last = test if branch.held else NoneOf((test,))
    return Way(All((*parts, last)), branch.held is not inverted)


class _Step(msgspec.Struct, frozen=True):
    """One block on the way down: what the other items have to come to, and whether the block turns the answer over."""

    parts: tuple[Condition, ...]
    inverts: bool


def _steps(condition: Condition, test: int) -> Iterator[_Step]:
    while isinstance(condition, All | AnyOf | NoneOf):
        index = 0
        while test >= (count := len(leaf_tests(condition.items[index]))):
            index, test = index + 1, test - count
        others = condition.items[:index] + condition.items[index + 1 :]
        parts = others if isinstance(condition, All) else (NoneOf(others),) if others else ()
        yield _Step(parts, isinstance(condition, NoneOf))
        condition = condition.items[index]
