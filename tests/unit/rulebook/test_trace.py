"""Why and why not: a trace says of each test how it came out, and agrees with what the condition means."""

import json
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders_rules import FACTS as FACTS_FILE
from tests.builders_rules import RULES, TEXTS, compiled, sound_rules, with_rules
from tests.unit.rulebook.cases import case
from tests.unit.rulebook.strategies import CLOSED, CONDITIONS, FACTS, SPECS
from triage.domain.condition import All, Always, AnyOf, Condition, Op, Test, holds, leaf_tests, passes
from triage.domain.facts import Facts, FactSpec, FactType, History
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.evidence import Evidence, kept_evidence
from triage.rulebook.trace import (
    Traced,
    TracedRule,
    TracedTest,
    missing_for,
    near_misses,
    trace,
    trace_rules,
    traced_tests,
)

NAMED: dict[str, FactSpec] = {spec.name: spec for spec in (*SPECS, CLOSED)}
ON = date(2026, 3, 2)


def traced(condition: Condition, found: Facts) -> Traced:
    return trace(condition, Evidence(NAMED, found, {}), ())


# --- the trace agrees with the meaning


@settings(max_examples=500, deadline=None)
@given(CONDITIONS, FACTS)
def test_a_trace_comes_to_what_the_condition_says(condition: Condition, found: Facts) -> None:
    """Whatever the condition and the facts: the whole, and each of its tests, which are all there in order."""
    one = traced(condition, found)
    assert one.held is holds(condition, found)
    assert [(test.test, test.held) for test in traced_tests(one)] == [
        (test, passes(test, found)) for test in leaf_tests(condition)
    ]


def _with_truths(condition: Condition, truths: list[bool]) -> bool:
    """The condition's truth when its tests, in order, come out like this; the list is used up."""
    if isinstance(condition, Test):
        return truths.pop(0)
    if isinstance(condition, Always):
        return True
    items = [_with_truths(item, truths) for item in condition.items]
    if isinstance(condition, All):
        return all(items)
    return any(items) is isinstance(condition, AnyOf)


@settings(max_examples=300, deadline=None)
@given(CONDITIONS, FACTS)
def test_what_is_missing_is_enough_and_nothing_less_is(condition: Condition, found: Facts) -> None:
    """With just these tests the other way round the condition holds; no smaller set of tests does that."""
    one = traced(condition, found)
    tests = traced_tests(one)
    now = [bool(test.held) for test in tests]

    def works(turned: tuple[int, ...]) -> bool:
        return _with_truths(condition, [truth is not (place in turned) for place, truth in enumerate(now)])

    missing = missing_for(one)
    smallest = next(
        (size for size in range(len(tests) + 1) if any(works(some) for some in combinations(range(len(tests)), size))),
        None,
    )
    assert (None if missing is None else len(missing)) == smallest
    if missing is not None:
        turned = {next(place for place, test in enumerate(tests) if test is one_missing) for one_missing in missing}
        assert works(tuple(turned))


@settings(max_examples=300, deadline=None)
@given(CONDITIONS, FACTS, st.sets(st.sampled_from(sorted(NAMED))))
def test_what_was_not_kept_is_never_guessed(condition: Condition, found: Facts, lost: set[str]) -> None:
    """With some facts lost the trace says nothing false: where it says held or not held, that is right."""
    rest = {name: value for name, value in found.items() if name.removesuffix(" mentions") not in lost}
    one = trace(condition, Evidence(NAMED, rest, {}, is_whole=False), ())
    assert one.held in (None, holds(condition, found))
    for test in traced_tests(one):
        assert test.held in (None, passes(test.test, found)) or test.test.fact in rest


# --- where the tests stand


PATHS = [
    ("{causes: {contains: surrender}}", ["when.causes"]),
    ("{channel: fax, line_of_business: [health, life]}", ["when.channel", "when.line_of_business"]),
    ("{customer.age: {at_least: 65, less_than: 80}}", ["when.customer.age", "when.customer.age"]),
    (
        "{any: [{causes: {contains: surrender}}, {all: [{line_of_business: [health, life]}, {channel: fax}]}]}",
        ["when.any[0].causes", "when.any[1].all[0].line_of_business", "when.any[1].all[1].channel"],
    ),
    (
        "{channel: fax, none: {vip: true, any: [{weight: 1}, {weight: {more_than: 5}, vip: false}]}}",
        ["when.channel", "when.none.vip", "when.none.any[0].weight", "when.none.any[1].weight", "when.none.any[1].vip"],
    ),
    ("always", []),
]


@pytest.mark.parametrize(("when", "paths"), PATHS)
def test_paths_are_those_of_the_file(when: str, paths: list[str]) -> None:
    """A block that the file does not write has no place in them, one that it writes has."""
    (rule,) = with_rules({"r": "{priority: high}"}, {"r": when}).rulebook.rules
    assert list(rule.paths) == paths
    one = trace(rule.when, Evidence({}, {}, {}), rule.paths)
    assert [test.path for test in traced_tests(one)] == paths


def test_the_tests_of_a_pack_stand_before_those_of_its_rule() -> None:
    """Both are named by the file that they stand in."""
    files = sound_rules() | {
        "rulebook.yaml": (TEXTS["rulebook.yaml"] + "packs: [{id: gb, applies_when: {jurisdiction: GB}}]\n").encode(),
        "packs/gb/triage/rules.yaml": RULES.replace("policies: [contact]", "tags: [gb]", 1)
        .replace("      tags: [medical]\n", "", 1)
        .replace(", policies: [contact]", "")
        .replace("expect: {priority: high", "expect: {fires: false, priority: high")
        .encode(),
    }
    rules = {rule.id: rule for rule in compiled(files).rulebook.rules}
    assert rules["gb:medical-is-high"].paths == (
        "packs.gb.applies_when.jurisdiction", "when.any[0].causes", "when.any[1].description",
    )  # fmt: skip


def test_paths_that_are_not_known_are_made_of_the_facts() -> None:
    """A rule made elsewhere has none."""
    condition = AnyOf((Test("a", Op.IS, "x"), Test("b", Op.IS, "y")))
    one = trace(condition, Evidence({}, {}, {}), ("only.one",))
    assert [test.path for test in traced_tests(one)] == ["when.a", "when.b"]


# --- from what the timeline has kept


WHENS = {
    "age": "{customer.age: {at_least: 65}}",
    "born": "{customer.birth_date: {known: false}}",
    "care": "{customer.circumstances: {contains_any: [elderly, bereaved]}}",
    "text": "{description: {mentions: medical}, policy_no: {mentions: medical}}",
    "sum": "{amount_disputed: {between: [1000 CNY, 50000 CNY]}}",
    "day": "{received_at: {at_least: 2026-03-02}}",
    "late": "{clocks.breached: {contains_any: [decision/answer]}, happened: {contains: complaint.registered}}",
    "vip": "{vip: {is_not: true}, weight: {less_than: 3}}",
}
TEXT = {
    "customer": {"id": "K", "birth_date": "1950-01-01", "circumstances": ["bereaved"]},
    "description": "因为医疗事故住院", "policy_no": "malpractice 7", "labels": {"vip": False, "weight": 2.5},
    "amount_disputed": {"value": 2000, "currency": "CNY"},
}  # fmt: skip


OTHER = {"customer": {"age": 30}, "amount_disputed": {"value": 7, "currency": "USD"}}


def kept(data: dict[str, Any], breached: tuple[str, ...] = ()) -> tuple[CompiledRulebook, Facts, Evidence]:
    """The rulebook, the facts of a case, and what is left of them after they were stored with its decision."""
    own = FACTS_FILE.replace("type: yes_no, from", "type: yes_no, personal: true, from")
    rules = with_rules(dict.fromkeys(WHENS, "{priority: high}"), WHENS, {"facts.yaml": own})
    facts = rules.facts.of_case(case(data), History(), breached)
    stored = json.loads(json.dumps(rules.stored_facts(facts)))
    return rules, facts, kept_evidence(rules, stored, ())


@pytest.mark.parametrize(
    "data", [TEXT, {}, {"customer": {"age": 30}, "amount_disputed": {"value": 7, "currency": "USD"}}]
)
@pytest.mark.parametrize("breached", [(), ("decision/answer",)])
def test_every_test_of_every_rule_can_be_told_from_what_was_kept(
    data: dict[str, Any], breached: tuple[str, ...]
) -> None:
    """Personal facts by the results of their tests, the others by their values, absent ones by their absence."""
    rules, facts, evidence = kept(data, breached)
    for rule in rules.rulebook.rules:
        for test in leaf_tests(rule.when):
            assert evidence.held(test) is passes(test, facts), (rule.id, test)


def test_values_of_personal_facts_are_not_there() -> None:
    """The trace of a stored decision holds none of them; that the fact was stated is told."""
    rules, _, evidence = kept(TEXT)
    tests = [test for rule in trace_rules(rules.rulebook.rules, evidence, ON, ()) for test in traced_tests(rule.when)]
    personal = {test.test.fact: (test.is_stated, test.found) for test in tests if test.is_personal}
    assert personal == {
        "customer.age": (True, None), "customer.birth_date": (True, None), "customer.circumstances": (True, None),
        "description": (True, None), "vip": (True, None),
    }  # fmt: skip
    assert {test.test.fact: test.found for test in tests if not test.is_personal}["weight"] == 2.5


def test_a_personal_value_is_not_shown_even_where_it_is_known() -> None:
    """Whoever made the evidence."""
    spec = FactSpec(name="secret", type=FactType.TEXT, personal=True)
    evidence = Evidence({"secret": spec}, {"secret": "x"}, {})
    (test,) = traced_tests(trace(Test("secret", Op.IS, "x"), evidence, ()))
    assert (test.held, test.found, evidence.typed("secret"), test.is_personal) == (True, None, None, True)


def test_after_an_erasure_the_reasons_tell_what_held() -> None:
    """The facts are gone; of the tests that are named in a reason it is known that they held, of no other."""
    rules, facts, _ = kept(TEXT)
    decision = rules.decide(facts, case(TEXT))
    evidence = kept_evidence(rules, None, decision.reasons)
    found = {one.rule.id: one for one in trace_rules(rules.rulebook.rules, evidence, ON, _fired(decision.reasons))}
    assert [test.held for test in traced_tests(found["text"].when)] == [True, True]
    assert [test.held for test in traced_tests(found["late"].when)] == [None, None]
    assert (found["text"].fired, found["late"].fired) == (True, False)


def _fired(reasons: Any) -> list[str]:
    return [reason.rule for reason in reasons]


# --- what kept a rule from firing


def missing_of(whens: dict[str, str], data: dict[str, Any]) -> list[TracedRule]:
    rules = with_rules(dict.fromkeys(whens, "{priority: high}"), whens)
    facts = rules.facts.of_case(case(data), History(), ())
    evidence = kept_evidence(rules, rules.stored_facts(facts), ())
    return list(trace_rules(rules.rulebook.rules, evidence, ON, ()))


def words(tests: tuple[TracedTest, ...] | None) -> list[str]:
    return [f"{test.path} {test.words}" for test in tests or ()]


def test_the_nearest_misses_come_first() -> None:
    """A sum below its bound is nearer than another channel, that nearer than a term that was not found, that nearer
    than a fact that nobody stated; two missing tests are further than one. Rules that fired or that do not count now
    are no near misses."""
    whens = {
        "a-two": "{channel: web, nature: petition}",
        "b-absent": "{nature: petition}",
        "c-term": "{description: {mentions: medical}}",
        "d-other": "{channel: web}",
        "e-sum": "{amount_disputed: {at_least: 100000 CNY}}",
        "f-holds": "{channel: fax}",
    }
    data = {"channel": "fax", "description": "nothing", "amount_disputed": {"value": 84000, "currency": "CNY"}}
    near = near_misses(missing_of(whens, data))
    assert [one.rule.id for one in near] == ["e-sum", "d-other", "c-term", "b-absent", "a-two"]
    assert words(near[0].missing) == ["when.amount_disputed at_least 100000 CNY"]
    assert words(near[-1].missing) == ["when.channel is web", "when.nature is petition"]


def test_of_two_ways_the_shorter_is_named_and_what_a_none_forbids_too() -> None:
    """`any` needs one branch, the one that lacks least; under `none` a test that held is what stands in the way."""
    (one,) = missing_of(
        {"r": "{any: [{channel: web, nature: petition}, {all: [{channel: fax}], none: [{vip: true}, {weight: 9}]}]}"},
        {"channel": "fax", "labels": {"vip": True}},
    )
    assert words(one.missing) == ["when.any[1].none[0].vip is true"]
    assert one.missing is not None
    assert [test.held for test in one.missing] == [True]
