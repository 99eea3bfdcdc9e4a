"""What a rule lacks is enough to make it fire."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rulebook.strategies import CLOSED, CONDITIONS, FACTS, SPECS
from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test, holds, leaf_tests, passes
from triage.domain.facts import Facts
from triage.rulebook.evidence import Evidence
from triage.rulebook.spelled import in_words
from triage.rulebook.trace import Groups, lacking, trace

NAMED = {spec.name: spec for spec in (*SPECS, CLOSED)}


def lacks(condition: Condition, facts: Facts) -> Groups | None:
    return lacking(trace(condition, Evidence(NAMED, facts, {}), ()))


def holds_if(condition: Condition, facts: Facts, changed: set[tuple[str, str]]) -> bool:
    """Whether it would hold if these tests came out otherwise."""
    match condition:
        case Test():
            return passes(condition, facts) is not ((condition.fact, in_words(condition)) in changed)
        case All(items):
            return all(holds_if(item, facts, changed) for item in items)
        case AnyOf(items):
            return any(holds_if(item, facts, changed) for item in items)
        case NoneOf(items):
            return not any(holds_if(item, facts, changed) for item in items)
        case Always():
            return True


def is_said_once(condition: Condition) -> bool:
    """Whether no test stands twice in it: one that does cannot be changed in one place alone."""
    said = [(test.fact, in_words(test)) for test in leaf_tests(condition)]
    return len(said) == len(set(said))


@given(CONDITIONS.filter(is_said_once), FACTS, st.randoms(use_true_random=False))
def test_changing_one_test_of_each_group_is_enough(condition: Condition, facts: Facts, dice: Random) -> None:
    """Whichever of each; nothing is missing exactly when it holds already."""
    missing = lacks(condition, facts)
    assert (missing == ()) == holds(condition, facts)
    if missing is None:
        return
    chosen = [dice.choice(group) for group in missing]
    assert holds_if(condition, facts, {(one.test.fact, one.words) for one in chosen})


@given(CONDITIONS, FACTS)
def test_what_is_missing_is_as_it_is_said_to_be(condition: Condition, facts: Facts) -> None:
    """Each test is one of the condition, and holds or not as the answer says."""
    tests = {(test.fact, in_words(test), passes(test, facts)) for test in leaf_tests(condition)}
    for group in lacks(condition, facts) or ():
        assert group
        assert {(one.test.fact, one.words, one.held) for one in group} <= tests


def test_what_no_fact_can_change_is_not_near() -> None:
    assert lacks(NoneOf((Always(),)), {}) is None
    assert lacks(AnyOf(()), {}) is None
    assert lacks(NoneOf((All(()),)), {}) is None


def test_the_shortest_of_several_ways_is_told() -> None:
    """Two tests of one way, one of another; of those that need one, all are alternatives."""
    tests = [Test(name, Op.IS, "x") for name in "abcd"]
    for way, expected in (
        (AnyOf((All((tests[0], tests[1])), tests[2], tests[3])), ["cd"]),
        (AnyOf((All((tests[0], tests[1])), All((*tests,)))), ["a", "b"]),
    ):
        groups = lacks(way, {}) or ()
        assert ["".join(one.test.fact for one in group) for group in groups] == expected
