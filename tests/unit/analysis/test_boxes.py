"""What is said of conditions is true: it is held against the definition of their meaning."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.analysis.facts import BUILT_IN, CASES, UNIVERSE
from tests.unit.rulebook.strategies import CONDITIONS
from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test, holds
from triage.domain.facts import Facts, Money
from triage.rulebook.analysis.boxes import Box, boxes_of, implies, left_by_earlier, narrowed, overlap, witness
from triage.rulebook.analysis.universe import GaveUp, Universe


def boxes(condition: Condition, universe: Universe = UNIVERSE) -> list[Box]:
    try:
        return boxes_of(universe, condition)
    except GaveUp:
        assume(False)
        raise


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, CASES)
def test_a_case_for_which_a_condition_holds_lies_in_one_of_its_boxes(condition: Condition, facts: Facts) -> None:
    """So a condition without boxes never holds."""
    if not boxes(condition):
        assert not holds(condition, facts)
    if not boxes(NoneOf((condition,))):
        assert holds(condition, facts)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS)
def test_every_box_has_facts_for_which_the_condition_holds(condition: Condition) -> None:
    """A condition with a box can hold, and the witness shows how."""
    for box in boxes(condition):
        found = witness(box)
        assert found is not None
        assert holds(condition, found)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, CONDITIONS, CASES)
def test_what_follows_from_a_condition_holds_wherever_it_does(one: Condition, other: Condition, facts: Facts) -> None:
    if implies(UNIVERSE, boxes(one), other) and holds(one, facts):
        assert holds(other, facts)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_what_does_not_follow_has_a_counter_example(one: Condition, other: Condition) -> None:
    """Exact both ways: facts that pass one condition and not the other are named."""
    boxes(one)
    for box in narrowed(UNIVERSE, boxes(one), other, holds=False):
        found = witness(box)
        assert found is not None
        assert holds(one, found)
        assert not holds(other, found)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, CONDITIONS, CASES)
def test_conditions_that_have_nothing_in_common_never_hold_together(
    one: Condition, other: Condition, facts: Facts
) -> None:
    common = overlap(boxes(one), boxes(other))
    if common is None:
        assert not (holds(one, facts) and holds(other, facts))
    else:
        found = witness(common)
        assert found is not None
        assert holds(one, found)
        assert holds(other, found)


@settings(max_examples=200, deadline=None)
@given(st.lists(CONDITIONS, max_size=5), CASES)
def test_what_earlier_conditions_leave_is_where_one_is_the_first(conditions: list[Condition], facts: Facts) -> None:
    """A covered one never is, and those that cover it would do so alone; of the others a witness shows where."""
    for index, left in enumerate(left_by_earlier(UNIVERSE, conditions)):
        if left.covered_by:
            assert max(left.covered_by) < index
            if holds(conditions[index], facts):
                assert any(holds(conditions[at], facts) for at in left.covered_by)
        for box in left.boxes or ():
            found = witness(box)
            assert found is not None
            assert [holds(condition, found) for condition in conditions[: index + 1]] == [False] * index + [True]


CNY, USD = Money(100, "CNY"), Money(100, "USD")
NEVER: dict[str, Condition] = {
    "two values": All((Test("channel", Op.IS, "phone"), Test("channel", Op.IS, "web"))),
    "sets without a common value": All((Test("channel", Op.IN, ("phone", "web")), Test("channel", Op.IS, "app"))),
    "none of a closed set": Test("complexity", Op.NOT_IN, ("simple", "complex", "special")),
    "a value that is not declared": Test("channel", Op.IS, "pigeon"),
    "ranges that do not meet": All((Test("customer.age", Op.LESS_THAN, 18), Test("customer.age", Op.AT_LEAST, 65))),
    "no whole number between": All((Test("group_size", Op.MORE_THAN, 4), Test("group_size", Op.LESS_THAN, 5))),
    "a range the wrong way round": Test("group_size", Op.BETWEEN, (9, 5)),
    "absent and tested": All((Test("channel", Op.KNOWN, False), Test("channel", Op.IS_NOT, "phone"))),
    "absent and mentioned": All((Test("description", Op.KNOWN, False), Test("description", Op.MENTIONS, ("x",)))),
    "a list with and without": All(
        (Test("causes", Op.CONTAINS, "other"), Test("causes", Op.CONTAINS_NONE, ("other",)))
    ),
    "an absent list with nothing in it": All(
        (Test("causes", Op.KNOWN, False), Test("causes", Op.CONTAINS_NONE, ("other",)))
    ),
    "none of always": NoneOf((Always(),)),
    "nothing of any": AnyOf(()),
    "two currencies": All((Test("amount_disputed", Op.AT_LEAST, CNY), Test("amount_disputed", Op.AT_MOST, USD))),
    "less than none": Test("history.open", Op.LESS_THAN, 0),
    "a count that is not known": Test("reopened", Op.KNOWN, False),
    "a score that nobody can give": Test("followup.score", Op.MORE_THAN, 5),
    "no day between": All(
        (
            Test("customer.birth_date", Op.MORE_THAN, date(2000, 1, 1)),
            Test("customer.birth_date", Op.LESS_THAN, date(2000, 1, 2)),
        )
    ),
}
SOMETIMES: dict[str, Condition] = {
    "one value twice": All((Test("channel", Op.IS, "phone"), Test("channel", Op.IS_NOT, "web"))),
    "sets with a common value": All((Test("channel", Op.IN, ("phone", "web")), Test("channel", Op.IS, "web"))),
    "one value left of a closed set": Test("complexity", Op.NOT_IN, ("simple", "complex")),
    "ranges that touch": All((Test("customer.age", Op.AT_MOST, 65), Test("customer.age", Op.AT_LEAST, 65))),
    "a whole number between": All((Test("group_size", Op.MORE_THAN, 4), Test("group_size", Op.LESS_THAN, 6))),
    "absent and none": All((Test("channel", Op.KNOWN, False), NoneOf((Test("channel", Op.IS, "phone"),)))),
    "absent and not mentioned": All(
        (Test("description", Op.KNOWN, False), NoneOf((Test("description", Op.MENTIONS, ("x",)),)))
    ),
    "two entries of a list": All((Test("causes", Op.CONTAINS, "other"), Test("causes", Op.CONTAINS, "surrender"))),
    "an absent list": NoneOf((Test("causes", Op.CONTAINS_NONE, ("other",)),)),
    "a list of which neither is true": NoneOf(
        (Test("causes", Op.CONTAINS_NONE, ("other",)), Test("causes", Op.CONTAINS, "other"))
    ),
    "one currency": All((Test("amount_disputed", Op.AT_LEAST, CNY), Test("amount_disputed", Op.AT_MOST, CNY))),
    "a part of a second": All(
        (
            Test("received_at", Op.MORE_THAN, datetime(2026, 1, 1, tzinfo=UTC)),
            Test("received_at", Op.LESS_THAN, datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)),
        )
    ),
    "no complaint before": Test("history.open", Op.AT_MOST, 0),
}


@pytest.mark.parametrize("name", NEVER)
def test_a_contradiction_has_no_box(name: str) -> None:
    assert boxes(NEVER[name], BUILT_IN) == []


@pytest.mark.parametrize("name", SOMETIMES)
def test_its_sound_neighbour_has_a_witness(name: str) -> None:
    found = witness(boxes(SOMETIMES[name], BUILT_IN)[0])
    assert found is not None
    assert holds(SOMETIMES[name], found)


def test_too_many_boxes_are_given_up() -> None:
    """Ten anys of ten values each of ten facts: nothing is said rather than the desk kept waiting."""
    names = ("policy_no", "claim_no", "respondent", "customer.id", "customer.name")
    condition = All(tuple(AnyOf(tuple(Test(name, Op.IS, str(at)) for at in range(10))) for name in names))
    with pytest.raises(GaveUp):
        boxes_of(BUILT_IN, condition)


def test_a_fact_that_nobody_declares_is_given_up() -> None:
    with pytest.raises(GaveUp):
        boxes_of(BUILT_IN, Test("unheard", Op.IS, "x"))


def test_later_rows_that_earlier_ones_cover_are_named_with_those() -> None:
    """It takes both halves to cover the whole; a third that has nothing in common is not named."""
    rows: list[Condition] = [
        Test("customer.age", Op.AT_LEAST, 65),
        Test("channel", Op.IS, "web"),
        Test("customer.age", Op.LESS_THAN, 65),
        All((Test("customer.age", Op.KNOWN, True), Test("channel", Op.IS, "phone"))),
        Test("channel", Op.IS, "phone"),
    ]
    assert [left.covered_by for left in left_by_earlier(BUILT_IN, rows)] == [(), (), (), (0, 2), ()]
