"""What a rule means, fast: conditions as one generated, indexed evaluator. Must agree with `domain.condition.holds`.

Names and values of the rule files never become source text: they are bound as constants.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test, mentions_key, passes
from triage.domain.facts import Facts, Money
from triage.rulebook.model import Rule

INDEXED = {Op.IS, Op.IN, Op.CONTAINS, Op.CONTAINS_ANY}
"""Tests that name the values without which they cannot hold."""

Evaluator = Callable[[Facts], list[int]]


class Matcher:
    """Finds the rules that fire."""

    def __init__(self, rules: Sequence[Rule], status: str = "active") -> None:
        """Of these rules, those with this status."""
        self._rules = sorted((rule for rule in rules if rule.status == status), key=lambda rule: rule.id)
        buckets: dict[tuple[str, Any], list[int]] = {}
        unindexed: list[int] = []
        for number, rule in enumerate(self._rules):
            key = _index_key(rule.when)
            if key is None:
                unindexed.append(number)
            else:
                fact, values = key
                for value in values:
                    buckets.setdefault((fact, value), []).append(number)
        self._unindexed = self._compile(unindexed)
        self._buckets = {key: self._compile(numbers) for key, numbers in buckets.items()}
        self._indexed_facts = sorted({fact for fact, _ in buckets})

    def matching(self, facts: Facts, on: date) -> list[Rule]:
        """Rules in force on the local date whose condition holds, in the order of their ids; every row of a table."""
        found = set(self._unindexed(facts))
        for fact in self._indexed_facts:
            value = facts.get(fact)
            for one in value if isinstance(value, tuple) else (value,):
                evaluator = self._buckets.get((fact, one))
                if evaluator is not None:
                    found.update(evaluator(facts))
        return [rule for number in sorted(found) if (rule := self._rules[number]).in_force(on)]

    def _compile(self, numbers: Sequence[int]) -> Evaluator:
        return _Writer().evaluator([(number, self._rules[number].when) for number in numbers])


def compile_condition(condition: Condition) -> Callable[[Facts], bool]:
    """One condition as a function."""
    evaluator = _Writer().evaluator([(0, condition)])
    return lambda facts: bool(evaluator(facts))


def compile_tests(tests: Sequence[Test]) -> Evaluator:
    """Many tests as one function, which gives the places of those that hold."""
    return _Writer().evaluator(list(enumerate(tests)))


def _index_key(condition: Condition) -> tuple[str, tuple[Any, ...]] | None:
    """A fact and the values of which it must have one for the condition to hold, None when there is no such fact."""
    for test in condition.items if isinstance(condition, All) else (condition,):
        if isinstance(test, Test) and test.op in INDEXED and not _has_money(test.value):
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            return test.fact, values
    return None


def _has_money(value: Any) -> bool:
    return any(isinstance(one, Money) for one in (value if isinstance(value, tuple) else (value,)))


class _Writer:
    """Writes the source of an evaluator; every fact is read once, every constant is bound by a name of our own."""

    def __init__(self) -> None:
        self._constants: dict[str, Any] = {"passes": passes, "EMPTY": frozenset()}
        self._facts: dict[str, str] = {}

    def evaluator(self, conditions: Sequence[tuple[int, Condition]]) -> Evaluator:
        """A function from facts to the numbers of the conditions that hold."""
        checks = [f"    if {self._write(condition)}: found.append({number})" for number, condition in conditions]
        reads = [f"    {variable} = get({self._constant(fact)})" for fact, variable in self._facts.items()]
        lines = ["def evaluate(facts):", "    get = facts.get", "    found = []", *reads, *checks, "    return found"]
        exec("\n".join(lines), self._constants)  # the only names in it are our own
        made: Evaluator = self._constants["evaluate"]
        return made

    def _write(self, condition: Condition) -> str:
        match condition:
            case Always():
                return "True"
            case All(items):
                return "(" + " and ".join(map(self._write, items)) + ")" if items else "True"
            case AnyOf(items):
                return "(" + " or ".join(map(self._write, items)) + ")" if items else "False"
            case NoneOf(items):
                return "not (" + " or ".join(map(self._write, items)) + ")" if items else "True"
            case Test():
                return self._write_test(condition)

    def _write_test(self, test: Test) -> str:
        if _has_money(test.value):
            return f"passes({self._constant(test)}, facts)"
        if test.op is Op.MENTIONS:
            fact = self._fact(mentions_key(test.fact))
            return f"(not {self._constant(frozenset(test.value))}.isdisjoint({fact} or EMPTY))"
        fact = self._fact(test.fact)
        if test.op is Op.KNOWN:
            return f"({fact} is not None)" if test.value else f"({fact} is None)"
        return f"({fact} is not None and {self._compare(test, fact)})"

    def _compare(self, test: Test, fact: str) -> str:
        if test.op is Op.BETWEEN:
            return f"{self._constant(test.value[0])} <= {fact} <= {self._constant(test.value[1])}"
        value = self._constant(frozenset(test.value) if isinstance(test.value, tuple) else test.value)
        return _COMPARISONS[test.op].format(fact=fact, value=value)

    def _fact(self, name: str) -> str:
        return self._facts.setdefault(name, f"f{len(self._facts)}")

    def _constant(self, value: Any) -> str:
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name


_COMPARISONS: dict[Op, str] = {
    Op.IS: "{fact} == {value}",
    Op.IS_NOT: "{fact} != {value}",
    Op.IN: "{fact} in {value}",
    Op.NOT_IN: "{fact} not in {value}",
    Op.AT_LEAST: "{fact} >= {value}",
    Op.MORE_THAN: "{fact} > {value}",
    Op.AT_MOST: "{fact} <= {value}",
    Op.LESS_THAN: "{fact} < {value}",
    Op.CONTAINS: "{value} in {fact}",
    Op.CONTAINS_ANY: "not {value}.isdisjoint({fact})",
    Op.CONTAINS_NONE: "{value}.isdisjoint({fact})",
}
