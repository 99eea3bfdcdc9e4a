"""What each test of a condition means."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from triage.domain.condition import (
    All,
    Always,
    AnyOf,
    Condition,
    NoneOf,
    Op,
    Test,
    comparable,
    holds,
    leaf_tests,
    mentions_key,
)
from triage.domain.facts import Money

CNY = Money(50_000, "CNY")
RICH: list[tuple[Op, Any, Any, bool]] = [
    (Op.IS, "web", "web", True),
    (Op.IS, "web", "phone", False),
    (Op.IS, True, True, True),
    (Op.IS_NOT, "web", "phone", True),
    (Op.IS_NOT, "web", "web", False),
    (Op.IN, "web", ("phone", "web"), True),
    (Op.IN, "web", ("phone",), False),
    (Op.NOT_IN, "web", ("phone",), True),
    (Op.NOT_IN, "web", ("phone", "web"), False),
    (Op.AT_LEAST, 5, 5, True),
    (Op.AT_LEAST, 4.9, 5, False),
    (Op.MORE_THAN, 6, 5, True),
    (Op.MORE_THAN, 5, 5, False),
    (Op.AT_MOST, 5, 5, True),
    (Op.AT_MOST, 6, 5, False),
    (Op.LESS_THAN, 4, 5, True),
    (Op.LESS_THAN, 5, 5, False),
    (Op.BETWEEN, 1, (1, 3), True),
    (Op.BETWEEN, 3, (1, 3), True),
    (Op.BETWEEN, 0, (1, 3), False),
    (Op.BETWEEN, 4, (1, 3), False),
    (Op.AT_LEAST, date(2026, 3, 2), date(2026, 3, 2), True),
    (Op.LESS_THAN, datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), True),
    (Op.CONTAINS, ("a", "b"), "a", True),
    (Op.CONTAINS, ("ab",), "a", False),
    (Op.CONTAINS_ANY, ("a", "b"), ("b", "c"), True),
    (Op.CONTAINS_ANY, ("a", "b"), ("c", "d"), False),
    (Op.CONTAINS_NONE, ("a", "b"), ("c",), True),
    (Op.CONTAINS_NONE, ("a", "b"), ("b", "c"), False),
    (Op.IS, Money(50_000.0, "CNY"), CNY, True),
    (Op.AT_LEAST, Money(50_000, "CNY"), CNY, True),
    (Op.MORE_THAN, Money(50_000, "CNY"), CNY, False),
    (Op.BETWEEN, Money(60_000, "CNY"), (CNY, Money(70_000, "CNY")), True),
    (Op.KNOWN, "x", True, True),
    (Op.KNOWN, "x", False, False),
    (Op.KNOWN, 0, True, True),
    (Op.KNOWN, False, True, True),
]


@pytest.mark.parametrize(("op", "found", "wanted", "expected"), RICH)
def test_each_word_means_what_it_says(op: Op, found: Any, wanted: Any, expected: bool) -> None:
    """Both ends of `between` are included; lists are asked for whole entries."""
    assert holds(Test("f", op, wanted), {"f": found}) is expected


def test_every_word_is_tested() -> None:
    """No operator without a case that holds and one that does not; `mentions` has its own test."""
    for op in set(Op) - {Op.MENTIONS}:
        assert {expected for tested, _, _, expected in RICH if tested is op} == {True, False}


@pytest.mark.parametrize(("op", "wanted"), [(op, wanted) for op, _, wanted, _ in RICH if op is not Op.KNOWN])
def test_every_test_of_an_absent_fact_is_false(op: Op, wanted: Any) -> None:
    """`is_not`, `not_in` and `contains_none` too; `none:` of it is true."""
    test = Test("f", op, wanted)
    assert not holds(test, {})
    assert not holds(test, {"f": None})
    assert holds(NoneOf((test,)), {})


def test_known_asks_for_presence() -> None:
    """Only `known: false` holds for an absent fact."""
    assert holds(Test("f", Op.KNOWN, False), {})
    assert not holds(Test("f", Op.KNOWN, True), {})


@pytest.mark.parametrize("op", [Op.IS, Op.IS_NOT, Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN])
@pytest.mark.parametrize("value", [1, 50_000, 10**9])
def test_another_currency_counts_as_absent(op: Op, value: int) -> None:
    """No amount in USD is more, less, equal or unequal to one in CNY."""
    assert not holds(Test("f", op, CNY), {"f": Money(value, "USD")})
    assert comparable(Money(value, "USD"), CNY) is None


@pytest.mark.parametrize(
    ("op", "wanted"), [(Op.IN, (CNY,)), (Op.NOT_IN, (CNY,)), (Op.BETWEEN, (Money(0, "CNY"), Money(10**9, "CNY")))]
)
def test_another_currency_counts_as_absent_in_lists(op: Op, wanted: tuple[Money, ...]) -> None:
    """In a list and a range as well."""
    assert not holds(Test("f", op, wanted), {"f": Money(50_000, "USD")})


def test_money_is_compared_with_money_only() -> None:
    """A bare number is no amount."""
    assert not holds(Test("f", Op.AT_LEAST, CNY), {"f": 10**9})


def test_mentions_reads_the_term_lists_that_hit() -> None:
    """One of the named lists is enough; a text that was not searched mentions nothing."""
    test = Test("description", Op.MENTIONS, ("media", "legal"))
    assert holds(test, {mentions_key("description"): frozenset({"legal", "other"})})
    assert not holds(test, {mentions_key("description"): frozenset({"other"})})
    assert not holds(test, {"description": "legal media"})


YES, NO = Test("f", Op.IS, 1), Test("f", Op.IS, 2)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (All((YES, YES)), True),
        (All((YES, NO)), False),
        (AnyOf((NO, YES)), True),
        (AnyOf((NO, NO)), False),
        (NoneOf((NO, NO)), True),
        (NoneOf((NO, YES)), False),
        (Always(), True),
        (NoneOf((Always(),)), False),
        (All((AnyOf((NO, YES)), NoneOf((All((YES, NO)),)))), True),
    ],
)
def test_blocks(condition: Condition, expected: bool) -> None:
    """all, any, none and always, nested as you like."""
    assert holds(condition, {"f": 1}) is expected


def test_leaf_tests_stand_in_the_order_of_the_file() -> None:
    """Explanations list them so."""
    assert leaf_tests(All((YES, AnyOf((NO, Always(), YES)), NoneOf((NO,))))) == [YES, NO, YES, NO]
