"""Facts at the edges of a rulebook's tests, made up to compare two evaluators of it. PURE: one seed, the same facts."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from triage.domain.condition import Op, Test, leaf_tests, mentions_key
from triage.domain.facts import Facts, Money
from triage.rulebook.model import Rule

LIST_TESTS = {Op.CONTAINS, Op.CONTAINS_ANY, Op.CONTAINS_NONE}
ANY_DAY = date(2026, 3, 2)


class Probes:
    """Makes cases: most of them meet the tests of one rule or miss them by a little, so that rules do fire."""

    def __init__(self, rules: Sequence[Rule], seed: int) -> None:
        self._random = Random(seed)
        self._tests = [tests for rule in rules if (tests := leaf_tests(rule.when))]
        self._edges: dict[str, list[Any]] = {}
        self._entries: dict[str, list[str]] = {}
        self._mentioned: dict[str, list[str]] = {}
        for test in (test for tests in self._tests for test in tests):
            self._note(test)
        self._names = sorted(self._edges.keys() | self._entries.keys() | self._mentioned.keys())
        bounds = {day for rule in rules for day in (rule.effective_from, rule.effective_to) if day is not None}
        self._days = [ANY_DAY, *(day + timedelta(step) for day in sorted(bounds) for step in (-1, 0, 1))]

    def case(self) -> tuple[Facts, date]:
        """The facts of a case and the local date of its receipt."""
        facts: Facts = {}
        chance = self._random.random
        for fact in self._names:
            if chance() < 0.4:
                self._fill(facts, fact)
        for test in self._random.choice(self._tests) if self._tests else ():
            if chance() < 0.9:
                self._meet(facts, test)
        return facts, self._random.choice(self._days)

    def _note(self, test: Test) -> None:
        many = test.value if isinstance(test.value, tuple) else (test.value,)
        if test.op is Op.MENTIONS:
            self._mentioned.setdefault(test.fact, []).extend(many)
        elif test.op in LIST_TESTS:
            self._entries.setdefault(test.fact, []).extend(many)
        elif test.op is not Op.KNOWN:
            self._edges.setdefault(test.fact, []).extend(edge for one in many for edge in around(one))

    def _fill(self, facts: Facts, fact: str) -> None:
        if fact in self._edges:
            facts[fact] = self._random.choice(self._edges[fact])
        if fact in self._entries:
            facts[fact] = self._some(self._entries[fact]) or ("none of them",)
        if fact in self._mentioned:
            facts.setdefault(fact, "some text")
            facts[mentions_key(fact)] = frozenset(self._some(self._mentioned[fact]))

    def _some(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._random.choices(words, k=self._random.randint(0, 3))))

    def _meet(self, facts: Facts, test: Test) -> None:
        """Give the fact a value with which the test may hold."""
        wanted = self._random.choice(test.value) if isinstance(test.value, tuple) else test.value
        if test.op is Op.MENTIONS:
            facts.setdefault(test.fact, "some text")
            key = mentions_key(test.fact)
            facts[key] = facts.get(key, frozenset()) | {wanted}
        elif test.op in LIST_TESTS:
            facts[test.fact] = (*(one for one in facts.get(test.fact, ()) if one != wanted), wanted)
        elif test.op is not Op.KNOWN:
            facts[test.fact] = wanted if self._random.random() < 0.7 else self._random.choice(tuple(around(wanted)))


def around(value: Any) -> Iterator[Any]:
    """The value, and the nearest ones on both sides that its type has."""
    yield value
    match value:
        case bool():
            yield not value
        case str():
            yield value + "x"
        case int() | float():
            yield from (value - 1, value + 1, math.nextafter(value, -math.inf), math.nextafter(value, math.inf))
        case Money(amount, currency):
            yield from (Money(edge, currency) for edge in around(amount))
            yield Money(amount, "XXX")
        case datetime():
            yield from (value - timedelta(microseconds=1), value + timedelta(microseconds=1))
        case date():
            yield from (value - timedelta(1), value + timedelta(1))
