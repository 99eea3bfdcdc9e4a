"""The compiled matcher means exactly what the definition of conditions says."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rulebook.strategies import CONDITIONS, FACTS, RULES
from triage.domain.condition import All, AnyOf, Condition, NoneOf, Op, Test, holds, mentions_key
from triage.domain.facts import Facts, Money
from triage.rulebook.compiled import Matcher, compile_condition
from triage.rulebook.model import Rule

CNY = Money(50000.0, "CNY")


@settings(max_examples=500, deadline=None)
@given(CONDITIONS, FACTS)
def test_a_compiled_condition_is_its_definition(condition: Condition, found: Facts) -> None:
    """Whatever the condition and the facts, the compiled form answers as `holds` does."""
    assert compile_condition(condition)(found) is holds(condition, found)


@settings(max_examples=300, deadline=None)
@given(RULES, st.lists(FACTS, min_size=1, max_size=2), st.integers(1, 5))
def test_the_matcher_finds_the_rules_that_hold(given_rules: list[Rule], cases: list[Facts], day: int) -> None:
    """Index and all, it gives the active rules in force whose condition holds, in the order of their ids."""
    on = date(2026, 3, day)
    matcher = Matcher(given_rules)
    for found in cases:
        wanted = [
            rule.id
            for rule in sorted(given_rules, key=lambda rule: rule.id)
            if rule.status == "active" and rule.in_force(on) and holds(rule.when, found)
        ]
        assert [rule.id for rule in matcher.matching(found, on)] == wanted


LEAVES: list[tuple[Any, Op, Any, bool]] = [
    ("a", Op.IS, "a", True),
    ("a", Op.IS, "b", False),
    (None, Op.IS, "a", False),
    ("b", Op.IS_NOT, "a", True),
    (None, Op.IS_NOT, "a", False),
    ("a", Op.IN, ("a", "b"), True),
    (None, Op.IN, ("a",), False),
    ("c", Op.NOT_IN, ("a", "b"), True),
    (None, Op.NOT_IN, ("a",), False),
    (70, Op.AT_LEAST, 70, True),
    (70, Op.MORE_THAN, 70, False),
    (70, Op.AT_MOST, 70, True),
    (70, Op.LESS_THAN, 70, False),
    (None, Op.LESS_THAN, 70, False),
    (60, Op.BETWEEN, (60, 70), True),
    (70, Op.BETWEEN, (60, 70), True),
    (71, Op.BETWEEN, (60, 70), False),
    (("a", "b"), Op.CONTAINS, "b", True),
    (("a",), Op.CONTAINS_ANY, ("b", "a"), True),
    (("a",), Op.CONTAINS_ANY, ("b",), False),
    (("a",), Op.CONTAINS_NONE, ("b",), True),
    (("a", "b"), Op.CONTAINS_NONE, ("b",), False),
    (None, Op.CONTAINS_NONE, ("b",), False),
    ("a", Op.KNOWN, True, True),
    ("a", Op.KNOWN, False, False),
    (None, Op.KNOWN, False, True),
    (False, Op.KNOWN, True, True),
    (CNY, Op.AT_LEAST, Money(50000.0, "CNY"), True),
    (CNY, Op.AT_LEAST, Money(1.0, "USD"), False),
    (CNY, Op.AT_MOST, Money(1e9, "USD"), False),
    (CNY, Op.IS_NOT, Money(1.0, "USD"), False),
    (CNY, Op.IS_NOT, Money(1.0, "CNY"), True),
    (CNY, Op.NOT_IN, (Money(1.0, "USD"), Money(1.0, "CNY")), False),
    (CNY, Op.BETWEEN, (Money(0.0, "CNY"), Money(1e9, "USD")), False),
    (date(2026, 3, 2), Op.MORE_THAN, date(2026, 3, 1), True),
    (datetime(2026, 3, 2, tzinfo=UTC), Op.LESS_THAN, datetime(2026, 3, 2, 1, tzinfo=UTC), True),
]
"""The value of the fact (None: absent), the test, and whether it holds."""


@pytest.mark.parametrize(("value", "op", "wanted", "result"), LEAVES, ids=str)
def test_each_test_means_what_its_word_says(value: Any, op: Op, wanted: Any, result: bool) -> None:
    """Every test of an absent fact is false, `is_not` too; money of another currency counts as absent."""
    test = Test("fact", op, wanted)
    found = {} if value is None else {"fact": value}
    assert holds(test, found) is result
    assert compile_condition(test)(found) is result
    assert holds(NoneOf((test,)), found) is not result


def test_every_word_has_a_row() -> None:
    """The table above leaves out no test but `mentions`, which has its own."""
    assert {op for _, op, _, _ in LEAVES} | {Op.MENTIONS} == set(Op)


@pytest.mark.parametrize(
    ("hit", "asked", "result"), [({"a"}, ("a",), True), ({"b"}, ("a", "b"), True), ({"b"}, ("a",), False)]
)
def test_mentions_asks_the_lists_that_hit(hit: set[str], asked: tuple[str, ...], result: bool) -> None:
    """One of the lists that are asked for is enough; an absent text mentions nothing."""
    test = Test("text", Op.MENTIONS, asked)
    for evaluate in (compile_condition(test), lambda facts: holds(test, facts)):
        assert evaluate({"text": "x", mentions_key("text"): frozenset(hit)}) is result
        assert evaluate({}) is False


def test_names_and_values_never_become_source() -> None:
    """Quotes, braces and code in names and values of rule files are plain text to the evaluator."""
    odd = '"); raise SystemExit({0}) #\n\\'
    condition = AnyOf((Test(odd, Op.IS, odd), All((Test(odd, Op.MENTIONS, (odd,)),))))
    assert compile_condition(condition)({odd: odd}) is True
    assert compile_condition(condition)({odd: "x"}) is False
