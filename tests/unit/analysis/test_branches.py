"""A branch is a test that decides: whatever the condition, that is what turning the one answer over says."""

from hypothesis import given, settings

from tests.unit.analysis.facts import CASES
from tests.unit.rulebook.strategies import CONDITIONS
from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test, holds, leaf_tests, passes
from triage.domain.facts import Facts
from triage.rulebook.coverage.branch import Branch, all_branches, shown, way_to


def with_answers(condition: Condition, answers: list[bool]) -> bool:
    """The condition when its tests come to these answers, which are used up."""
    if isinstance(condition, Test):
        return answers.pop(0)
    if isinstance(condition, Always):
        return True
    items = [with_answers(item, answers) for item in condition.items]
    if isinstance(condition, All):
        return all(items)
    return any(items) is isinstance(condition, AnyOf)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, CASES)
def test_a_test_decides_when_the_other_answer_turns_the_condition_over(condition: Condition, facts: Facts) -> None:
    answers = [passes(test, facts) for test in leaf_tests(condition)]
    found = shown(condition, facts)
    assert found.holds is holds(condition, facts) is with_answers(condition, [*answers])
    turned = [[*answers[:at], not answers[at], *answers[at + 1 :]] for at in range(len(answers))]
    deciding = {at for at, other in enumerate(turned) if with_answers(condition, other) is not found.holds}
    assert found.branches == {Branch(at, answers[at]) for at in deciding}


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, CASES)
def test_the_way_to_a_branch_leads_there_and_nowhere_else(condition: Condition, facts: Facts) -> None:
    branches = shown(condition, facts).branches
    for branch in all_branches(condition):
        way = way_to(condition, branch)
        assert holds(way.condition, facts) is (branch in branches)
        if branch in branches:
            assert way.holds is holds(condition, facts)


PHONE, HIGH = Test("channel", Op.IS, "phone"), Test("reopened", Op.AT_LEAST, 1)


def test_all_needs_an_example_for_each_item_that_alone_fails() -> None:
    both = All((PHONE, HIGH))
    assert shown(both, {"channel": "phone", "reopened": 1}).branches == {Branch(0, True), Branch(1, True)}
    assert shown(both, {"channel": "phone", "reopened": 0}).branches == {Branch(1, False)}
    assert shown(both, {"channel": "web", "reopened": 0}).branches == set()


def test_any_needs_an_example_for_each_item_that_alone_holds() -> None:
    either = AnyOf((PHONE, HIGH))
    assert shown(either, {"channel": "web", "reopened": 0}).branches == {Branch(0, False), Branch(1, False)}
    assert shown(either, {"channel": "phone", "reopened": 0}).branches == {Branch(0, True)}
    assert shown(either, {"channel": "phone", "reopened": 1}).branches == set()


def test_none_needs_an_example_for_each_item_that_alone_holds() -> None:
    neither = NoneOf((PHONE, HIGH))
    assert shown(neither, {"channel": "phone", "reopened": 0}).branches == {Branch(0, True)}
    assert shown(neither, {"channel": "phone", "reopened": 0}).holds is False
