"""Three evaluators of the same rules agree: compiled, the second engine in its real child, and the definition."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders_rules import rule_of
from tests.engine.bare_child import BareChild, Case, reference
from tests.engine.random_rules import random_rules
from tests.unit.rulebook.strategies import FACTS, RULES
from triage.domain.condition import All, AnyOf, Condition, NoneOf, Op, Test
from triage.domain.facts import Facts
from triage.rulebook.compiled import Matcher
from triage.rulebook.durable import SecondForm
from triage.rulebook.durable_probe import ANY_DAY, Probes
from triage.rulebook.model import Rule


@pytest.fixture(scope="module")
def child() -> Iterator[BareChild]:
    """One child for all tests: it also shows that rules are loaded and freed without end."""
    with BareChild() as running:
        yield running


@settings(max_examples=300, deadline=None)
@given(rules=RULES, cases=st.lists(FACTS, min_size=1, max_size=4))
def test_whatever_the_rules_and_the_facts_three_evaluators_agree(
    child: BareChild, rules: list[Rule], cases: list[Facts]
) -> None:
    """Compiled = durable_rules in its child = the definition, for rules and facts of every type."""
    check(child, rules, [(facts, ANY_DAY) for facts in cases])


@pytest.mark.parametrize("seed", range(40))
def test_rulebooks_at_the_edges_of_their_tests(child: BareChild, seed: int) -> None:
    """Larger rulebooks, and cases that meet or just miss their tests; rules do fire in them."""
    chance = Random(seed)
    rules = random_rules(chance, chance.choice([5, 40, 150]))
    probes = Probes(rules, seed)
    assert check(child, rules, [probes.case() for _ in range(100)]) > 0


def is_at_least(fact: str, value: int) -> Test:
    return Test(fact, Op.AT_LEAST, value)


def pair(number: int) -> AnyOf:
    return AnyOf((is_at_least(f"n{number}", 1), is_at_least(f"m{number}", 1)))


BEYOND_A_NETWORK: dict[str, list[Condition]] = {
    "600 values of one fact, one rule each": [Test("text", Op.IS, f"v{number}") for number in range(600)],
    "600 values in one list": [Test("text", Op.IN, tuple(f"v{number}" for number in range(600)))],
    "600 thresholds": [is_at_least("n", number) for number in range(600)],
    "300 rules with the same condition": [is_at_least("n", 1)] * 300,
    "200 any groups behind one test": [
        All((Test("text", Op.IS, "v"), AnyOf((is_at_least("n", number), is_at_least("m", number)))))
        for number in range(200)
    ],
    "200 lists that begin a rule": [
        All((Test("text", Op.IN, ("v", f"v{number}")), is_at_least("n", number))) for number in range(200)
    ],
    "400 facts": [is_at_least(f"n{number}", 1) for number in range(400)],
    "five pairs in one rule": [All(tuple(pair(number) for number in range(5)))],
    "a list of 300 that none may be": [NoneOf((Test("text", Op.IN, tuple(f"v{number}" for number in range(300))),))],
}


@pytest.mark.parametrize("conditions", BEYOND_A_NETWORK.values(), ids=BEYOND_A_NETWORK.keys())
def test_what_no_single_network_could_hold_is_spread_over_several(
    child: BareChild, conditions: list[Condition]
) -> None:
    """At or beyond each limit of the engine, where it would die, hang or lie: every rule is taken, and right."""
    rules = [rule_of(f"r{number}", condition) for number, condition in enumerate(conditions)]
    assert not SecondForm(rules).left_out
    probes = Probes(rules, 1)
    all_met = {f"{letter}{number}": 1000 for letter in "nm" for number in ("", *range(400))}
    texts = ("v", "v0", "v17", "v299", "v599", "other")
    cases = [probes.case() for _ in range(100)] + [(all_met | {"text": text}, ANY_DAY) for text in texts]
    assert check(child, rules, cases) > 0


def check(child: BareChild, rules: list[Rule], cases: list[Case]) -> int:
    """Compare the three on every case; gives how often a rule matched."""
    form, matcher = SecondForm(rules), Matcher(rules)
    child.load(form)
    found = child.ask(form, cases)
    matched = 0
    for case, second in zip(cases, found, strict=True):
        wanted = reference(rules, case)
        assert frozenset(rule.id for rule in matcher.matching(*case)) == wanted
        assert second == wanted - form.left_out.keys()
        matched += len(wanted)
    return matched
