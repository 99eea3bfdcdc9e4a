"""The second engine's form of rules: what crosses, what it says, and what it leaves out."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rulebook.strategies import CONDITIONS, FACTS, RULES
from triage.domain.condition import All, AnyOf, Condition, NoneOf, Op, Test, holds, mentions_key
from triage.domain.facts import Facts, Money
from triage.rulebook.durable import SecondForm, beyond_second_engine
from triage.rulebook.durable_form import LARGEST
from triage.rulebook.durable_network import field_names, hash_of
from triage.rulebook.durable_probe import Probes
from triage.rulebook.model import Position, Rule, Then

ON = date(2026, 3, 2)
COMPARE = {
    "$neq": lambda found, wanted: found != wanted,
    "$lt": lambda found, wanted: found < wanted,
    "$lte": lambda found, wanted: found <= wanted,
    "$gt": lambda found, wanted: found > wanted,
    "$gte": lambda found, wanted: found >= wanted,
}


def rule(when: Condition, name: str = "r", status: str = "active", start: date | None = None) -> Rule:
    return Rule(
        id=name, title={}, why="", source=None, when=when, then=Then(), status=status, effective_from=start,
        effective_to=None, examples=(), at=Position("triage/x.yaml", 7, 3),
    )  # fmt: skip


def fires(test: dict[str, Any], fact: dict[str, Any]) -> bool:
    """What the restricted language of the engine says, as its documentation has it; an absent field fails each test."""
    ((word, inner),) = test.items()
    if word == "$and":
        return all(fires(one, fact) for one in inner)
    if word == "$or":
        return any(fires(one, fact) for one in inner)
    if word not in COMPARE:
        return word in fact and fact[word] == inner
    ((field, wanted),) = inner.items()
    return field in fact and bool(COMPARE[word](fact[field], wanted))


def found_by(form: SecondForm, facts: Facts, on: date = ON) -> frozenset[str]:
    """The rules that the form finds, read as its documentation has it, without the engine."""
    texts = form.texts(facts, on)
    assert texts is not None
    numbers = [
        int(name.partition("_")[0])
        for network, text in zip(form.networks, texts, strict=True)
        for name, body in json.loads(network.rules).items()
        if fires(body["all"][0]["m"], json.loads(text))
    ]
    return form.ids(numbers)


@pytest.mark.long
@settings(max_examples=400, deadline=None)
@given(RULES, st.lists(FACTS, min_size=1, max_size=3), st.integers(1, 5))
def test_the_form_says_what_the_rules_say(rules: list[Rule], cases: list[Facts], day: int) -> None:
    """Every kind of test, every nesting, absent facts, effective dates, disabled rules."""
    on = date(2026, 3, day)
    form = SecondForm(rules)
    for facts in cases:
        wanted = {one.id for one in rules if one.status == "active" and one.in_force(on) and holds(one.when, facts)}
        assert found_by(form, facts, on) == wanted - form.left_out.keys()


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, FACTS)
def test_what_crosses_is_numbers(condition: Condition, facts: Facts) -> None:
    """No text of a rule or of a case reaches the second engine: names are ours, values are numbers."""
    form = SecondForm([rule(condition)])
    texts = form.texts(facts, ON)
    assert texts is not None
    for text in texts:
        values = json.loads(text)
        assert values.pop("sid") == values.pop("id") == "0"
        assert all(name[0] == "f" and name[1:].isdigit() for name in values)
        assert all(type(value) in (int, float) for value in values.values())
        assert "e" not in text.lower()  # the engine takes no exponent


def test_only_active_rules_cross() -> None:
    """A rule that is disabled or only watched is no part of a decision."""
    always = Test("a", Op.KNOWN, True)
    form = SecondForm([rule(always, "b"), rule(always, "a", "disabled"), rule(always, "c", "shadow")])
    assert form.rules == ("b",)
    assert found_by(form, {"a": "x"}) == {"b"}


@pytest.mark.parametrize("amount", [LARGEST, LARGEST * 10, 1e300, float("inf")])
def test_amounts_beyond_every_comparison_are_drawn_in(amount: float) -> None:
    """They compare as they would."""
    tests = {
        "more": Test("n", Op.AT_LEAST, LARGEST - 1),
        "less": Test("n", Op.LESS_THAN, LARGEST - 1),
        "equal": Test("n", Op.IS, LARGEST - 1),
        "money": Test("m", Op.MORE_THAN, Money(1.0, "CNY")),
    }
    form = SecondForm([rule(test, name) for name, test in tests.items()])
    assert found_by(form, {"n": amount, "m": Money(amount, "CNY")}) == {"more", "money"}
    assert found_by(form, {"n": -amount, "m": Money(-amount, "CNY")}) == {"less"}


@pytest.mark.parametrize("value", [float("nan"), "text", True, Money(1.0, "CNY"), date(2026, 1, 1)])
def test_a_value_that_cannot_be_said_is_left_to_the_first_engine(value: object) -> None:
    """Such a case is not asked about at all."""
    form = SecondForm([rule(Test("n", Op.AT_LEAST, 1))])
    assert form.texts({"n": value}, ON) is None
    assert form.texts({"n": 1}, ON) is not None


def pairs(count: int) -> All:
    return All(tuple(AnyOf((Test(f"a{n}", Op.AT_LEAST, 1), Test(f"b{n}", Op.AT_LEAST, 1))) for n in range(count)))


def nested(depth: int) -> Condition:
    inner: Condition = Test("a", Op.AT_LEAST, 1)
    for number in range(depth):
        block = AnyOf if number % 2 else All
        inner = block((Test(f"n{number}", Op.AT_LEAST, 1), inner))
    return inner


BEYOND = {
    "alternatives": (pairs(6), "may hold at once"),
    "groups": (nested(16), "groups of all and any"),
    "digits": (Test("n", Op.AT_LEAST, LARGEST), "more than 15 digits"),
    "money": (Test("n", Op.IS, Money(1e18, "CNY")), "more than 15 digits"),
    "width": (All((NoneOf((Test("n", Op.IN, tuple(range(100))),)), AnyOf(tuple(
        Test(f"n{number}", Op.AT_LEAST, 1) for number in range(61))))), "may hold at once"),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "why"), BEYOND.values(), ids=BEYOND.keys())
def test_a_rule_beyond_the_engine_is_told_and_left_out(condition: Condition, why: str) -> None:
    """A warning at the rule, in every language; the other rules are evaluated twice all the same."""
    rules = [rule(condition, "beyond"), rule(Test("n", Op.KNOWN, True), "plain")]
    (found,) = beyond_second_engine(rules)
    assert (found.severity, found.code, found.file, found.line) == (
        "warning",
        "beyond-second-engine",
        "triage/x.yaml",
        7,
    )
    assert why in str(found.message)
    assert "beyond" in str(found.message)
    form = SecondForm(rules)
    assert set(form.left_out) == {"beyond"}
    assert found_by(form, {"n": 1}) == {"plain"}


def test_a_sound_rulebook_has_no_warning() -> None:
    """Five pairs, fifteen groups: the most that fits."""
    assert beyond_second_engine([rule(pairs(5)), rule(nested(14), "n"), rule(pairs(9), "d", "disabled")]) == []


def test_field_names_never_collide() -> None:
    """The engine tells fields apart by a hash of 32 bits; two names with one hash were found for it."""
    assert hash_of("xtkgtsod") == hash_of("amount")
    names = field_names(20_000)
    assert len({hash_of(name) for name in names}) == len(names) == 20_000


def test_made_up_cases_are_the_same_for_a_seed_and_meet_rules() -> None:
    """They find what an evaluator gets wrong at the edge of a test, and are repeated exactly."""
    text = All((Test("text", Op.MENTIONS, ("list",)), Test("n", Op.BETWEEN, (1, 5)), Test("c", Op.CONTAINS, "x")))
    rules = [rule(text), rule(Test("text", Op.KNOWN, False), "k", start=ON)]
    first, second = (([probe.case() for _ in range(200)]) for probe in (Probes(rules, 3), Probes(rules, 3)))
    assert first == second
    assert sum(holds(text, facts) for facts, _ in first) > 20
    assert {facts["n"] for facts, _ in first if "n" in facts} >= {1, 5, 0, 6}
    assert {on for _, on in first} >= {ON, date(2026, 3, 1)}
    assert any("list" in facts.get(mentions_key("text"), ()) for facts, _ in first)
