"""Why a case was decided as it was: from what was stored with the decision, whoever spoke and whatever came later."""

import json
from typing import Any

import msgspec
import pytest

from tests.builders_rules import TEXTS, compiled, rules_of, sound_rules, with_rules
from tests.unit.service.desk import Desk, at
from tests.unit.service.explained import clock, explained, field, rule, told_of
from triage.codec.decode import Arrival, Codec
from triage.errors import Refused
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Rules, caught_up
from triage.service.explain import explain
from triage.service.explain_told import Told, decision_in_force
from triage.service.explain_view import in_language
from triage.service.step import open_for_quarantined

THENS = {
    "care": "{department: care, priority: high, tags: [care]}",
    "claims": "{department: claims, team: motor, priority: urgent, handler: dedicated}",
    "adviser": "{handler: personal_adviser}",
    "contact": "{policies: [contact]}",
    "later": "{priority: low}",
    "old": "{priority: low}",
    "off": "{priority: low}",
}
WHENS = {
    "care": "{customer.age: {at_least: 65}}",
    "claims": "{any: [{amount_disputed: {at_least: 50000 CNY}}, {causes: {contains: medical_dispute}}]}",
    "adviser": "{customer.age: {at_least: 80}}",
    "contact": "{channel: phone}",
    "later": "always",
    "old": "{channel: phone}",
    "off": "{channel: phone}",
}
MORE = {
    "later": "    effective: {from: 2027-01-01}\n",
    "old": "    effective: {from: 2025-01-01, to: 2025-12-31}\n",
    "off": "    status: disabled\n",
}


def rulebook(thens: dict[str, str] | None = None, whens: dict[str, str] | None = None) -> CompiledRulebook:
    """Rules of every kind: personal and not, in force and not, switched off."""
    text = rules_of(thens or THENS, whens or WHENS)
    for name, more in MORE.items():
        text = text.replace(f"  - id: {name}\n", f"  - id: {name}\n{more}")
    policies = TEXTS["sla/policies.yaml"].replace(
        "  - id: contact\n", "  - id: contact\n    applies_when: {channel: fax}\n"
    )
    return compiled(sound_rules() | {"triage/rules.yaml": text.encode(), "sla/policies.yaml": policies.encode()})


def desk(**data: Any) -> Desk:
    one = Desk(rulebook())
    one.is_registered(**data)
    return one


OLD = {"customer": {"id": "K-1", "age": 71, "name": "Zhang San"}}
DEAR = {"amount_disputed": {"value": 84000, "currency": "CNY"}}


# --- the decision and its fields


def test_the_decision_is_told_in_short() -> None:
    """What was decided, on what, when, by which revision, and that later events changed nothing."""
    one = desk(**OLD)
    one.happens("contacted", "2026-03-03 10:00", direction="to_customer")
    line = explained(one, "2026-03-04 10:00")
    revision = one.rules.active.rulebook.revision
    assert line.decision.why == (
        "Priority high, Customer care (care), owner Lin Meihua: decided on registration (complaint.registered), "
        "Mon 2 March 2026 10:00.",
        "1 later event left it as it is.",
        f"Rulebook small, revision {revision[:12]}.",
        "Decided by one rule engine.",
    )
    assert (line.decision.department, line.decision.event_id, line.decision.time) == (
        "care", "1", "2026-03-02T02:00:00Z",
    )  # fmt: skip
    assert explained(one, "2026-03-04 10:00", language="zh-Hans").decision.why[:2] == (
        "优先级 high，客户关怀（care），经办人 Lin Meihua：2026年3月2日（星期一）10:00因投诉登记"
        "（complaint.registered）作出决定。",
        "其后的 1 个事件未改变此决定。",
    )


def test_of_several_departments_the_order_decides() -> None:
    """The candidates with their rules, and who lost; the highest priority; the only handler; who is on duty."""
    line = explained(desk(**OLD, **DEAR), "2026-03-03 10:00")
    assert field(line, "department").why == (
        "Rules name several: care (care), claims (claims). The first of these under departments: in rulebook.yaml owns "
        "the case.",
        "Involved, but not the owner: Claims assessment (claims).",
    )
    assert field(line, "priority").why == ("The highest of those that rules name: urgent (claims), high (care).",)
    assert field(line, "handler").why == ("Named by claims.",)
    assert field(line, "owner").why == ("On duty for Customer care (care), until somebody is assigned.",)
    assert field(line, "team").why == ("No rule that names the department names a team.",)
    assert field(line, "tags").why == ("care (care)",)


def test_the_fallback_says_which_rules_came_near() -> None:
    """No rule names a department; the nearest that would have are listed, and so is the person."""
    line = explained(desk(amount_disputed={"value": 49000, "currency": "CNY"}), "2026-03-03 10:00")
    assert field(line, "department").why == (
        "No rule that fired names a department: the fallback of the rulebook takes the case.",
        "Nearest to naming one: claims, care.",
    )
    assert field(line, "priority").why == ("No rule that fired names one: the fallback of the rulebook holds.",)
    assert field(line, "owner").why == ("The person of the fallback, until somebody is assigned.",)
    assert field(line, "team").why == ("The team of the fallback.",)


def test_a_policy_says_what_attached_it() -> None:
    """A rule, its own condition, or that it holds for every complaint; and one that applies no more stays."""
    line = explained(desk(), "2026-03-03 10:00")
    assert field(line, "policies").why == ("Named by contact: contact.", "For every complaint: decision.")
    one = desk(channel="fax")
    assert "For channel is fax: contact." in field(explained(one, "2026-03-03 10:00"), "policies").why
    one.happens("amended", "2026-03-03 10:00", patch={"channel": "web"})
    one.happens("verified", "2026-03-03 11:00", by="z", priority="low")
    assert field(explained(one, "2026-03-03 12:00"), "policies").why == (
        "Attached Mon 2 March 2026 10:00, until its clocks have stopped: contact.",
        "For every complaint: decision.",
    )


def test_a_humans_word_is_named_with_person_and_time() -> None:
    """Verified and assigned; what the rules would have said stands beside it; `auto` gives it back."""
    one = desk(**DEAR)
    one.happens("verified", "2026-03-02 11:00", by="li.na", priority="low", handler="any")
    one.happens("assigned", "2026-03-02 12:00", owner={"id": "w", "name": "Wu Ming"}, department="care", by="desk")
    line = explained(one, "2026-03-03 10:00")
    word = "it holds until the next human's word or auto."
    assert field(line, "priority").why == (
        f"The word of li.na, Mon 2 March 2026 11:00, by verification (complaint.verified): {word}",
        "The rules name urgent (claims).",
    )
    assert field(line, "department").why[0] == (
        f"The word of desk, Mon 2 March 2026 12:00, by assignment (complaint.assigned): {word}"
    )
    assert field(line, "owner").why == ("Assigned by desk, Mon 2 March 2026 12:00.",)
    assert field(line, "handler").why[0].startswith("The word of li.na")
    one.happens("verified", "2026-03-02 13:00", by="li.na", department="auto")
    assert field(explained(one, "2026-03-03 10:00"), "department").why == ("Named by claims.",)


def test_an_open_case_is_kept_where_its_owner_is() -> None:
    """A new revision alone does not move it; where the rules would move it is told, once an outcome says so."""
    one = desk(**OLD)
    one.happens("assigned", "2026-03-02 12:00", owner={"id": "w"}, by="desk")
    one.changes_rules(rulebook(THENS | {"care": "{department: claims, priority: high, tags: [care]}"}))
    one.happens("contacted", "2026-03-03 10:00", direction="to_customer")
    line = explained(one, "2026-03-04 10:00")
    assert (line.decision.department, line.decision.rules_would_move_to) == ("care", "claims")
    assert field(line, "department").why[0] == (
        "It stays where it was: a new revision of the rules alone does not take an open case away from the department "
        "of its owner (open_cases: keep). The rules would move it to Claims assessment (claims)."
    )


def test_a_faulty_event_does_not_move_a_case_and_the_faults_are_listed() -> None:
    """What it changes otherwise stands; the department stays, with the reason; the faulty fields are named."""
    whens = WHENS | {"claims": "{happened: {contains: complaint.contacted}}"}
    one = Desk(rulebook(THENS | {"claims": "{department: claims, tags: [called]}"}, whens))
    one.is_registered()
    one.happens("contacted", "2026-03-03 10:00", direction="sideways")
    line = explained(one, "2026-03-04 10:00")
    assert (line.decision.type, line.decision.department, line.decision.tags) == (
        "complaint.contacted", "coordination", ("called",),
    )  # fmt: skip
    assert field(line, "department").why == (
        "It stays where it was: the data of contact with the customer (complaint.contacted) has faults, and such an "
        "event does not move a case.",
        "The rules name claims (claims).",
    )
    assert [(fault.path, fault.found) for fault in line.decision.faults] == [("direction", "sideways")]


# --- rules


def test_each_rule_says_why_it_fired_or_why_not() -> None:
    """Every test with its path, the value found, and whether it held; what kept the others from firing."""
    line = explained(desk(**OLD, amount_disputed={"value": 49000, "currency": "CNY"}), "2026-03-03 10:00")
    assert [one.rule for one in line.rules if one.fired] == ["care", "contact"]
    (test,) = rule(line, "care").conditions
    assert (test.path, test.fact, test.test, test.value, test.held, test.personal) == (
        "when.customer.age", "customer.age", "at_least 65", None, True, True,
    )  # fmt: skip
    claims = rule(line, "claims")
    assert [(one.path, one.value, one.held) for one in claims.conditions] == [
        ("when.any[0].amount_disputed", {"value": 49000, "currency": "CNY"}, False),
        ("when.any[1].causes", None, False),
    ]
    assert claims.why == (
        "It did not fire, for this did not hold: amount_disputed is at least 50000 CNY (found 49000 CNY).",
    )
    assert [one.path for one in claims.missing] == ["when.any[0].amount_disputed"]
    assert [(one.depth, one.said, one.held, one.found) for one in claims.when] == [
        (0, "any of:", False, ""),
        (1, "amount_disputed is at least 50000 CNY", False, "found 49000 CNY"),
        (1, "causes contains medical_dispute", False, "not stated"),
    ]
    assert line.near == ("claims", "adviser")


def test_a_rule_that_was_not_in_force_or_is_switched_off_says_so() -> None:
    """Its condition is judged all the same."""
    line = explained(desk(), "2026-03-03 10:00")
    assert rule(line, "later").why == (
        "Not in force on the date of receipt: it holds from Fri 1 January 2027.", "Its condition held.",
    )  # fmt: skip
    assert rule(line, "old").why[0] == (
        "Not in force on the date of receipt: it holds from Wed 1 January 2025 to Wed 31 December 2025."
    )
    assert rule(line, "off").why == ("Its status is disabled: it changes nothing.", "Its condition held.")
    assert [rule(line, name).fired for name in ("later", "old", "off")] == [False] * 3


def test_one_rule_may_be_asked_for() -> None:
    """Also one that did not fire; the reasons of the department still look at all of them."""
    told = told_of(desk(**OLD), "2026-03-03 10:00")
    line = in_language(explain(told, rule="claims"), "en")
    assert [one.rule for one in line.rules] == ["claims"]
    assert field(line, "department").why == ("Named by care.",)
    with pytest.raises(Refused, match="has no rule nonsense"):
        explain(told, rule="nonsense")


# --- months later, and what was not kept


def test_months_later_the_stored_revision_explains() -> None:
    """Other rules are active; the decision is told by those that made it, from the facts of then."""
    one = desk(**OLD)
    before = explained(one, "2026-03-03 10:00")
    one.changes_rules(with_rules({"other": "{priority: low}"}))
    after = explained(one, "2026-09-01 10:00")
    assert after.rules == before.rules
    assert after.outcome == before.outcome
    assert after.decision == before.decision


def test_no_personal_value_is_in_it() -> None:
    """Name, description, birth date, summary and note stay out of it, in every language; asked for, the complaint's own
    stand by themselves."""
    secrets = ["Zhang San", "13800000000", "1950-01-31", "secret story", "secret summary", "secret note", "bereaved"]
    one = desk(
        customer={"id": "K-1", "name": "Zhang San", "contact": "13800000000", "birth_date": "1950-01-31",
                  "circumstances": ["bereaved"]},
        description="secret story",
    )  # fmt: skip
    one.happens("contacted", "2026-03-02 11:00", direction="to_customer", summary="secret summary")
    one.happens("verified", "2026-03-02 12:00", by="li.na", priority="urgent", note="secret note")
    for language in ("en", "zh-Hant", "zh-Hans"):
        shown = msgspec.json.encode(explained(one, "2026-03-03 10:00", language=language)).decode()
        assert [secret for secret in secrets if secret in shown] == []
    line = in_language(explain(told_of(one, "2026-03-03 10:00"), personal=True), "en")
    assert line.personal == {
        "customer.birth_date": "1950-01-31", "customer.circumstances": ["bereaved"], "customer.name": "Zhang San",
        "customer.contact": "13800000000", "description": "secret story",
    }  # fmt: skip


def test_after_an_erasure_what_can_be_told_is_told() -> None:
    """The facts are gone: the reasons say what held, the rest is not kept, and nothing is guessed."""
    told = told_of(desk(**OLD), "2026-03-03 10:00")
    kept = msgspec.structs.replace(told.decision, facts=None)
    line = in_language(explain(msgspec.structs.replace(told, decision=kept)), "en")
    assert "The facts of this decision were erased: what the reasons kept is told, no more." in line.decision.why
    assert [test.held for test in rule(line, "care").conditions] == [True]
    assert rule(line, "care").fired
    assert rule(line, "claims").why == ("Whether its condition held was not kept.",)
    assert field(line, "department").why == ("Named by care.",)
    assert clock(line, "answer").state == "running"


# --- as it stood then


def test_at_an_instant_only_what_was_known_then_counts() -> None:
    """The decision in force then, its clocks as judged then; what was told later is not there yet."""
    one = desk()
    one.happens("amended", "2026-03-05 10:00", patch={"customer": {"age": 70}})
    one.happens("reply_sent", "2026-03-10 10:00")
    then = explained(one, "2026-03-04 10:00", then=True)
    assert (then.decision.department, then.at) == ("coordination", "2026-03-04T02:00:00Z")
    assert clock(then, "answer").state == "running"
    assert clock(then, "answer").why[1].startswith("13 days 13 h left")
    later = explained(one, "2026-03-11 10:00", then=True)
    assert (later.decision.department, clock(later, "answer").state) == ("care", "stopped")
    with pytest.raises(Refused, match="nothing was decided"):
        told_of(one, "2026-03-01 10:00", then=True)


def test_late_and_voided_events_are_seen_from_the_moment_they_were_told() -> None:
    """A reply dated before its arrival counts from the arrival on; a voided one never happened from then on."""
    one = desk()
    one.happens("reply_sent", "2026-03-10 10:00", at("2026-03-19 10:00"))
    assert clock(explained(one, "2026-03-18 10:00", then=True), "answer").state_in_words == "overdue"
    assert clock(explained(one, "2026-03-19 11:00", then=True), "answer").state_in_words == "met"
    one.happens("voided", "2026-03-20 10:00", event={"source": "/test", "id": "2"}, reason="wrong case", by="z")
    assert clock(explained(one, "2026-03-19 11:00", then=True), "answer").state_in_words == "met"
    assert clock(explained(one, "2026-03-20 11:00", then=True), "answer").state_in_words == "overdue"


def test_of_history_that_was_loaded_later_the_events_count_as_they_were_read() -> None:
    """Nothing was recorded then: what was read up to the first later event counts, what came behind it does not."""
    one, loaded = Desk(rulebook()), at("2026-11-01 10:00")
    one.is_registered("2026-03-02 10:00", loaded)
    one.happens("amended", "2026-03-09 10:00", loaded, patch={"customer": {"age": 70}})
    one.happens("reply_sent", "2026-03-04 10:00", loaded)
    then = explained(one, "2026-03-05 10:00", then=True)
    assert (then.decision.department, clock(then, "answer").state) == ("coordination", "running")
    later = explained(one, "2026-03-10 10:00", then=True)
    assert (later.decision.department, clock(later, "answer").state) == ("care", "stopped")


def test_what_came_after_the_decision_is_no_reason_for_it() -> None:
    """Faults of a later event that changed nothing are not those of the decision."""
    one = desk()
    one.happens("contacted", "2026-03-03 10:00", direction="sideways")
    line = explained(one, "2026-03-04 10:00")
    assert (line.decision.type, line.decision.faults) == ("complaint.registered", ())
    assert "1 later event left it as it is." in line.decision.why


def test_a_policy_that_was_attached_later_is_not_there_before() -> None:
    """Attachments count from the event that caused them, until the one by which they ended."""
    one = desk(channel="web")
    one.happens("amended", "2026-03-05 10:00", patch={"channel": "fax"})
    names = {clock.clock for clock in explained(one, "2026-03-04 10:00", then=True).clocks}
    assert names == {"decision/answer"}
    assert "contact/call" in {clock.clock for clock in explained(one, "2026-03-06 10:00", then=True).clocks}


# --- cases without rules


def test_a_case_opened_for_a_quarantined_event_says_that_no_rule_ran() -> None:
    """The fallback's person, and no rule to explain."""
    rules = Rules(rulebook(), {})
    opened = at("2026-03-02 10:00")
    envelope = {
        "id": "1",
        "source": "/test",
        "type": "complaint.contacted",
        "subject": "C-1",
        "time": opened.isoformat(),
    }
    arrival = Codec(rules.active.rulebook.vocabulary).decode(json.dumps(envelope).encode(), None)
    assert isinstance(arrival, Arrival)
    effects = open_for_quarantined(arrival, rules, caught_up(opened))
    decided, decision = decision_in_force("C-1", effects.timeline)
    told = Told(
        row=effects.row, timeline=effects.timeline, at=at("2026-03-03 10:00"), decided=decided, decision=decision,
        rules=rules,
    )  # fmt: skip
    line = in_language(explain(told), "en")
    assert (line.rules, line.clocks) == ((), ())
    assert field(line, "department").why == (
        "No rule ran: the case was opened for an event that could not be applied, and takes the fallback.",
    )
    assert "opening for an event that could not be applied (complaint.opened)" in line.decision.why[0]


def test_an_event_for_an_unknown_case_is_explained_too() -> None:
    """Until it is registered its facts are few; rules ran all the same."""
    one = Desk(rulebook())
    one.happens("contacted", "2026-03-02 10:00", direction="to_customer")
    line = explained(one, "2026-03-02 12:00")
    assert line.decision.fallback
    assert field(line, "department").why[0].startswith("No rule that fired names a department")
    assert clock(line, "answer").why[0].startswith("Due Tue 17 March 2026 23:59")


def test_the_shape_is_the_contracts() -> None:
    """{case, decision, rules[{rule, fired, conditions[{path, fact, test, value, held}]}], clocks[{clock, why[]}]}."""
    found = json.loads(msgspec.json.encode(explained(desk(**OLD), "2026-03-03 10:00")))
    assert {"case", "decision", "rules", "clocks"} <= found.keys()
    assert {"rule", "fired", "conditions"} <= found["rules"][0].keys()
    assert {"path", "fact", "test", "value", "held"} <= found["rules"][0]["conditions"][0].keys()
    assert {"clock", "why"} <= found["clocks"][0].keys()
    assert "personal" not in found
