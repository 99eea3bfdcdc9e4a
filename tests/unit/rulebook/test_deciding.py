"""Deciding about a case: which rules and policies count on its date, why, and what is kept of it."""

from datetime import UTC, datetime

import pytest

from tests.builders_rules import FACTS, POLICIES, RULES, changed, compiled, sound_rules, with_rules
from tests.unit.rulebook.cases import case, decided
from triage.domain.condition import mentions_key
from triage.domain.decision import Because
from triage.domain.facts import History, Money
from triage.rulebook.judge import judge
from triage.rulebook.load import load

LOCAL_MIDNIGHT = datetime(2026, 2, 28, 16, tzinfo=UTC)
"""The first second of 1 March in Shanghai."""


def policies_of(extra: str, applies_when: str = "always", **facts: object) -> tuple[str, ...]:
    """What is attached when `contact` has these lines, beside a rule that makes the case high and medical."""
    lines = f"  - id: contact\n    applies_when: {applies_when}\n{extra}"
    rules = with_rules(
        {"r": "{priority: high, department: claims, team: medical, handler: dedicated, tags: [medical]}"},
        more={"sla/policies.yaml": POLICIES.replace("  - id: contact\n", lines)},
    )
    return decided(rules, case(dict(facts))).outcome.policies


@pytest.mark.parametrize(
    ("effective", "at", "fires"),
    [
        ("{from: 2026-03-01}", datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC), False),
        ("{from: 2026-03-01}", LOCAL_MIDNIGHT, True),
        ("{to: 2026-02-28}", datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC), True),
        ("{to: 2026-02-28}", LOCAL_MIDNIGHT, False),
        ("{from: 2026-03-01, to: 2026-03-01}", datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), True),
    ],
)
def test_effective_dates_are_local_and_inclusive(effective: str, at: datetime, fires: bool) -> None:
    """Rules and policies count by the local date of receipt in the rulebook's zone, both ends included."""
    rules = RULES.replace("    when:\n", f"    effective: {effective}\n    when:\n")
    policies = POLICIES.replace("  - id: decision\n", f"  - id: decision\n    effective: {effective}\n")
    book = compiled(sound_rules() | {"triage/rules.yaml": rules.encode(), "sla/policies.yaml": policies.encode()})
    decision = decided(book, case({"causes": ["medical_dispute"]}, received=at))
    assert [reason.rule for reason in decision.reasons] == (["medical-is-high"] if fires else [])
    assert ("decision" in decision.outcome.policies) is fires


def test_the_stated_receipt_counts_not_the_events_time() -> None:
    """A complaint received on the last day of a rule and registered later is under that rule."""
    rules = RULES.replace("    when:\n", "    effective: {to: 2026-02-28}\n    when:\n")
    book = compiled(sound_rules() | {"triage/rules.yaml": rules.encode()})
    data = {"causes": ["medical_dispute"], "received_at": "2026-02-28T02:00:00Z"}
    assert decided(book, case(data)).outcome.priority == "high"
    assert decided(book, case({"causes": ["medical_dispute"]})).outcome.priority == "normal"


def test_a_disabled_rule_does_not_fire() -> None:
    """`status: disabled` takes a rule or policy out of force; its examples are not judged."""
    rules = RULES.replace("    when:\n", "    status: disabled\n    when:\n")
    policies = POLICIES.replace("  - id: decision\n", "  - id: decision\n    status: disabled\n")
    book = compiled(sound_rules() | {"triage/rules.yaml": rules.encode(), "sla/policies.yaml": policies.encode()})
    decision = decided(book, case({"causes": ["medical_dispute"]}))
    assert decision.reasons == ()
    assert decision.outcome.policies == ()
    assert [one for one in judge(book) if one.kind == "rule"] == []


def test_a_rule_attaches_a_policy_by_name() -> None:
    """A policy is attached when a matching rule names it, or when its `applies_when` holds."""
    book = compiled(sound_rules())
    assert decided(book, case({"causes": ["medical_dispute"]})).outcome.policies == ("contact", "decision")
    assert decided(book, case({"causes": ["surrender"]})).outcome.policies == ("decision",)


def test_a_disabled_policy_is_not_attached_by_name() -> None:
    """A rule cannot bring a disabled policy back."""
    book = compiled(changed("sla/policies.yaml", "  - id: contact\n", "  - id: contact\n    status: disabled\n"))
    assert decided(book, case({"causes": ["medical_dispute"]})).outcome.policies == ("decision",)


@pytest.mark.parametrize(
    ("applies_when", "attached"),
    [
        ("{priority: high}", True),
        ("{priority: [urgent, normal]}", False),
        ("{department: claims, team: medical}", True),
        ("{handler: {is_not: dedicated}}", False),
        ("{tags: {contains: medical}}", True),
        ("{tags: {known: false}}", False),
        ("{channel: fax, priority: high}", True),
        ("{channel: phone, priority: high}", False),
        ("{any: [{channel: phone}, {priority: high}]}", True),
    ],
)
def test_applies_when_may_test_the_outcome(applies_when: str, attached: bool) -> None:
    """The outcome is decided first, then policies: they may ask for its words beside the facts."""
    assert ("contact" in policies_of("", applies_when, channel="fax")) is attached


def test_an_absent_team_fails_every_test_of_it() -> None:
    """A case without a team or tags has no such words to test."""
    more = {"sla/policies.yaml": POLICIES.replace("  - id: contact\n", "  - id: contact\n    applies_when: {team: "
            "{is_not: medical}}\n")}  # fmt: skip
    assert decided(with_rules({"r": "{department: care}"}, more=more)).outcome.policies == ("decision",)
    assert decided(with_rules({"r": "{department: care, team: elderly}"}, more=more)).outcome.policies == (
        "contact",
        "decision",
    )


def test_reasons_name_the_tests_that_held() -> None:
    """Each rule that fired, by id, with its title and only those tests that held; `none` has nothing to show."""
    book = with_rules(
        {"b": "{priority: high}", "a": "{tags: [x]}"},
        {
            "a": "{amount_disputed: {at_least: 50000 CNY}, none: [{channel: phone}]}",
            "b": "{any: [{channel: [fax, web]}, {vip: true}, {causes: {contains: surrender}}]}",
        },
    )
    data = {"channel": "fax", "causes": ["surrender"], "amount_disputed": {"value": 60000.5, "currency": "CNY"}}
    decision = decided(book, case(data))
    assert [(reason.rule, reason.because) for reason in decision.reasons] == [
        ("a", (Because("amount_disputed", "at_least 50000 CNY", {"value": 60000.5, "currency": "CNY"}),)),
        ("b", (Because("channel", "in fax, web", "fax"), Because("causes", "contains surrender", ["surrender"]))),
    ]
    assert decision.reasons[0].title == {"en": "A rule", "zh-Hans": "规则"}
    assert decision.revision == book.rulebook.revision


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{amount_disputed: {between: [1000 CNY, 5000000 CNY]}}", "between 1000 CNY, 5000000 CNY"),
        ("{amount_disputed: {in: [84000.5 CNY, 2000000 CNY]}}", "in 84000.5 CNY, 2000000 CNY"),
        ("{weight: {between: [10, 90000]}}", "between 10, 90000"),
        ("{channel: [web, fax]}", "in fax, web"),
    ],
)
def test_a_test_of_several_values_is_said_in_words(when: str, words: str) -> None:
    """Sums in full and not rounded; of several the smallest first."""
    data = {"channel": "fax", "amount_disputed": {"value": 84000.5, "currency": "CNY"}, "labels": {"weight": 84000.5}}
    (reason,) = decided(with_rules({"a": "{priority: high}"}, {"a": when}), case(data)).reasons
    assert [because.test for because in reason.because] == [words]


SECRETS = {
    "customer": {
        "id": "C-1", "birth_date": "1950-01-01", "name": "Zhang San", "contact": "13800000000",
        "circumstances": ["bereaved"],
    },
    "description": "因为医疗事故住院", "labels": {"vip": True, "weight": 2.5}, "channel": "fax",
}  # fmt: skip


def test_no_personal_value_leaves() -> None:
    """Reasons and stored facts say of personal facts only how the tests came out; a mark in facts.yaml counts."""
    own = FACTS.replace("type: number, from", "type: number, personal: true, from")
    whens = {
        "r": "{customer.age: {at_least: 70}, description: {mentions: medical}, weight: {less_than: 3}}",
        "s": "{customer.circumstances: {contains: minor}}",
    }
    book = with_rules({"r": "{priority: high}", "s": "{priority: low}"}, whens, {"facts.yaml": own})
    one = case(SECRETS)
    facts = book.facts.of_case(one, History(), ())
    assert facts[mentions_key("description")] == {"medical"}
    decision = book.decide(facts, one)
    assert [because.value for because in decision.reasons[0].because] == [None, None, None]
    stored = book.stored_facts(facts)
    assert stored["customer.age"] == {"at_least 70": True}
    assert stored["description"] == {"mentions medical": True}
    assert stored["weight"] == {"less_than 3": True}
    assert stored["customer.circumstances"] == {"contains minor": False}
    assert (stored["channel"], stored["vip"], stored["customer.id"]) == ("fax", True, "C-1")
    shown = f"{stored} {decision}"
    assert [word for word in ("1950", "Zhang", "13800000000", "bereaved", "住院", "2.5") if word in shown] == []


def test_facts_of_a_case_are_typed() -> None:
    """Own facts come from their path, ages from the date of receipt, and what is absent or empty is no fact."""
    data = SECRETS | {"amount_disputed": {"value": 5, "currency": "USD"}, "claim_no": "", "causes": []}
    facts = compiled(sound_rules()).facts.of_case(case(data), History(2, 1), ("decision/answer",))
    wanted = {
        "weight": 2.5, "vip": True, "amount_disputed": Money(5, "USD"), "customer.age": 76, "jurisdiction": "CN",
        "history.complaints_90d": 2, "history.open": 1, "clocks.breached": ("decision/answer",), "reopened": 0,
        "happened": ("complaint.registered",), "status": "registered",
    }  # fmt: skip
    assert {name: facts[name] for name in wanted} == wanted
    assert not {"claim_no", "causes", "nature", "followup.score", "complexity"} & facts.keys()


def test_history_is_asked_for_only_when_a_rule_does() -> None:
    """A rulebook without tests of `history.` needs no look at the customer's other cases."""
    assert not compiled(sound_rules()).asks_history
    assert with_rules({"r": "{priority: high}"}, {"r": "{history.open: {at_least: 1}}"}).asks_history


def test_the_sound_folder_is_sound() -> None:
    """What these tests start from has no finding, and every example of it holds."""
    assert load(sound_rules()).findings == ()
    assert [one for one in judge(compiled(sound_rules())) if not one.passed] == []
