"""Events are applied: decisions, deadlines, closings, and what is told of them."""

import json
from typing import Any

import msgspec
import pytest

from tests.builders_rules import changed, compiled, sound_rules, with_rules
from tests.unit.service.desk import ANSWER, REGISTERED, Desk, at, desk_with
from triage.domain.event import Person
from triage.ports import Sibling
from triage.service.draft import Effects, Moment, Rules


def test_a_registration_is_decided_and_gets_its_deadline() -> None:
    """The first event opens the case; the outcome and the due time go out, numbered from 1."""
    desk = Desk()
    desk.is_registered(causes=["medical_dispute"])
    triaged, *deadlines = desk.said
    assert triaged["type"] == "complaint.triaged"
    data = triaged["data"]
    assert (data["priority"], data["department"], data["team"], data["handler"]) == (
        "high", "claims", "medical", "dedicated",
    )  # fmt: skip
    assert data["owner"] == {"id": "cgd", "name": "Chen Guodong"}
    assert data["policies"] == ["contact", "decision"]
    assert data["previous"] is None
    assert [reason["rule"] for reason in data["reasons"]] == ["medical-is-high"]
    assert {one["data"]["clock"]: one["data"]["due_at"] for one in deadlines} == {
        "contact/call": "2026-03-02T07:00:00Z",  # 10:00-12:00, 13:00-15:00 in Shanghai
        "decision/answer": "2026-03-17T15:59:59Z",  # 3..17 March are 15 dates
    }
    assert {one["data"]["because"] for one in deadlines} == {"started"}
    assert [one["sequence"] for one in desk.said] == [1, 2, 3]
    assert {one["source"] for one in desk.said} == {"/complaint-triage"}


def test_what_no_rule_matches_goes_to_the_coordination_group_with_a_named_person() -> None:
    """No complaint falls through."""
    desk = Desk()
    desk.is_registered()
    data = desk.said[0]["data"]
    assert data["fallback"] is True
    assert (data["department"], data["owner"]["name"]) == ("coordination", "Wang Fang")


def test_broken_data_reaches_the_same_group_and_its_clocks_run() -> None:
    """A channel that nobody declared: the case is there, the fault names path and allowed values, clocks run."""
    desk = Desk()
    desk.is_registered(channel="telegram")
    data = desk.said[0]["data"]
    assert data["fallback"] is True
    assert [fault["path"] for fault in data["faults"]] == ["channel"]
    assert "phone" in data["faults"][0]["allowed"]
    assert desk.heard("deadline_set")


def test_personal_values_never_leave() -> None:
    """Name, description, circumstances and age stand in no output; the rule that fired on them is named."""
    desk = Desk()
    desk.is_registered(
        customer={"id": "K-1", "name": "Wang Xiaoming", "age": 71}, description="因为医疗事故住院，很难过"
    )
    told = json.dumps(desk.said, ensure_ascii=False)
    assert "medical-is-high" in told
    for secret in ("Wang Xiaoming", "很难过", ": 71"):
        assert secret not in told


def test_an_unchanged_outcome_publishes_nothing() -> None:
    """A call of the customer changes no outcome and no deadline."""
    desk = Desk()
    desk.is_registered()
    before = len(desk.said)
    desk.happens("contacted", "2026-03-03 10:00", direction="from_customer")
    assert len(desk.said) == before


def test_the_timeline_keeps_body_and_decision() -> None:
    """The event as it was sent, and the decision that it caused with its facts; personal facts as test results."""
    desk = Desk()
    effects = desk.is_registered(description="医疗事故")
    row = effects.timeline[0]
    assert row.body is not None
    assert row.decision is not None
    assert json.loads(row.body)["data"]["description"] == "医疗事故"
    facts = json.loads(row.decision)["facts"]
    assert facts["description"] == {"mentions medical": True}
    assert facts["channel"] == "phone"
    quiet = desk.happens("contacted", "2026-03-03 10:00", direction="from_customer")
    assert quiet.timeline[0].decision is None


def test_a_reply_in_time_ends_the_clock_as_met() -> None:
    """Only a final reply answers; a holding letter leaves the clock running."""
    desk = Desk()
    desk.is_registered()
    desk.happens("reply_sent", "2026-03-05 10:00", kind="holding")
    assert desk.heard("clock_ended") == []
    desk.happens("reply_sent", "2026-03-12 10:00")
    data = desk.heard("clock_ended")[0]["data"]
    assert (data["state"], data["breached"], data["late_by_seconds"]) == ("stopped", False, None)


def test_a_case_is_not_closed_before_it_was_answered_and_followed_up() -> None:
    """The refused request names what is missing and closes when the last of it arrives."""
    desk = Desk()
    desk.is_registered()
    desk.happens("close_requested", "2026-03-03 10:00", by="lin", outcome="upheld")
    desk.happens("reply_sent", "2026-03-04 10:00")
    desk.happens("followup_completed", "2026-03-05 10:00", satisfied=True)
    refused = [one["data"]["missing"] for one in desk.heard("closure_refused")]
    assert refused == [
        ["complaint.reply_sent", "complaint.followup_completed"],
        ["complaint.followup_completed"],
    ]
    assert desk.heard("closed")[0]["data"]["outcome"] == "upheld"
    assert desk.row is not None
    assert desk.row.status == "closed"


def test_a_voided_reply_opens_the_case_again() -> None:
    """Guards and clocks are computed again: the closing is undone, the clock runs, both are told."""
    desk = Desk()
    desk.is_registered()
    desk.happens("reply_sent", "2026-03-04 10:00")
    desk.happens("followup_completed", "2026-03-05 10:00", satisfied=True)
    desk.happens("close_requested", "2026-03-06 10:00", outcome="settled")
    desk.happens("voided", "2026-03-07 10:00", event={"source": "/test", "id": "2"}, reason="wrong case", by="lin")
    assert desk.heard("closure_refused")[-1]["data"]["missing"] == ["complaint.reply_sent"]
    last = desk.heard("deadline_set")[-1]["data"]
    assert (last["clock"], last["because"], last["due_at"]) == ("decision/answer", "voided", "2026-03-17T15:59:59Z")
    assert desk.row is not None
    assert desk.row.status != "closed"


def test_a_voided_closing_request_opens_the_case_again_and_says_so() -> None:
    """Whoever was told of the closing hears that it needs a new request; once."""
    desk = Desk()
    desk.is_registered()
    desk.happens("reply_sent", "2026-03-04 10:00")
    desk.happens("followup_completed", "2026-03-05 10:00", satisfied=True)
    desk.happens("close_requested", "2026-03-06 10:00", outcome="settled")
    desk.happens("voided", "2026-03-07 10:00", event={"source": "/test", "id": "4"}, reason="wrong case", by="lin")
    desk.happens("contacted", "2026-03-08 10:00", direction="from_customer")
    assert [one["data"]["missing"] for one in desk.heard("closure_refused")] == [["complaint.close_requested"]]
    desk.happens("close_requested", "2026-03-09 10:00", outcome="settled")
    assert desk.kinds()[-1] == "closed"


def test_a_voided_registration_takes_its_clock_and_notices_back() -> None:
    """A start that never happened: the clock ends as cancelled, its row goes, what was sent is resolved."""
    desk = Desk()
    desk.happens("contacted", "2026-03-01 09:00", direction="from_customer")
    desk.is_registered("2026-03-02 10:00", causes=["medical_dispute"])
    moved = desk.heard("deadline_set")
    assert {one["data"]["clock"] for one in moved} == {"decision/answer", "contact/call"}
    desk.happens("voided", "2026-03-03 10:00", event={"source": "/test", "id": "2"}, reason="test", by="lin")
    last = desk.heard("deadline_set")[-1]["data"]
    assert last["because"] == "voided"
    assert desk.row is not None
    assert desk.row.status == "unregistered"


def test_a_human_outranks_the_rules_and_the_decision_says_so() -> None:
    """Verified priority and department hold; the rules would say higher; `auto` gives the field back."""
    desk = Desk()
    desk.is_registered(causes=["medical_dispute"])
    desk.happens("verified", "2026-03-02 11:00", by="lin", priority="low", department="care")
    data = desk.heard("triaged")[-1]["data"]
    assert (data["priority"], data["department"]) == ("low", "care")
    assert data["held_by_human"] == ["priority", "department"]
    assert data["rules_say_higher"] is True
    assert data["involves"] == ["claims"]
    desk.happens("verified", "2026-03-02 12:00", by="lin", priority="auto", department="auto")
    assert desk.heard("triaged")[-1]["data"]["priority"] == "high"


def test_a_faulty_event_never_changes_the_department() -> None:
    """Only a registration or an amendment with faults may: the rest keeps where the case is."""
    rules = with_rules(
        {"unhappy": "{department: care}", "slow": "{department: claims}"},
        {"unhappy": "{followup.satisfied: false}", "slow": "{causes: {contains: claim_delay}}"},
    )
    desk = Desk(rules)
    desk.is_registered(causes=["claim_delay"])
    desk.happens("followup_completed", "2026-03-03 10:00", satisfied=False, score="many")
    assert desk.heard("triaged")[-1]["data"]["department"] == "claims"
    desk.happens("followup_completed", "2026-03-04 10:00", satisfied=False, score=1)
    assert desk.heard("triaged")[-1]["data"]["department"] == "care"


def test_a_faulty_word_of_a_human_has_no_say_in_the_department() -> None:
    """Nor has it at the next sound event."""
    desk = Desk(with_rules({"slow": "{department: claims}"}, {"slow": "{causes: {contains: claim_delay}}"}))
    desk.is_registered(causes=["claim_delay"])
    desk.happens("verified", "2026-03-03 11:00", department="care")
    desk.happens("assigned", "2026-03-03 12:00", by=7, owner={"id": "lin"}, department="care")
    desk.happens("contacted", "2026-03-03 13:00", direction="from_customer")
    assert desk.told_of("triaged", "department")[-1] == ("claims",)


def test_a_faulty_event_moves_a_case_whose_department_is_no_more() -> None:
    """Where the case was, nobody works on it."""
    rules = with_rules({"slow": "{department: claims}"}, {"slow": "{causes: {contains: claim_delay}}"})
    desk = Desk(rules)
    desk.is_registered(causes=["claim_delay"])
    renamed = changed("rulebook.yaml", "  claims:\n", "  assessment:\n")["rulebook.yaml"].decode()
    desk.changes_rules(with_rules({"slow": "{department: care}"}, more={"rulebook.yaml": renamed}))
    desk.happens("followup_completed", "2026-03-03 10:00", satisfied=False, score="many")
    assert desk.heard("triaged")[-1]["data"]["department"] == "care"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"description": None}, "patch.description"),
        ({"amount_disputed": {"value": 5}}, "patch.amount_disputed"),
    ],
)
def test_a_patch_that_does_not_fit_its_case_is_told_as_faulty(words: dict[str, Any], field: str) -> None:
    """By itself it is sound: it is recorded, counted, and the case names the fault from then on."""
    desk = Desk()
    desk.is_registered()
    effects = desk.happens("amended", "2026-03-03 10:00", patch=words)
    assert [fault.path for fault in effects.faults] == [field]
    assert [fault["path"] for fault in json.loads(effects.timeline[0].body or "")["faults"]] == [field]
    assert [one.name for one in effects.counts if "faulty" in one.name] == ["faulty_events_total"]
    desk.happens("contacted", "2026-03-04 10:00", direction="from_customer")
    assert [one.name for one in desk.effects[-1].counts if "faulty" in one.name] == []


def test_backdated_replies_are_counted_but_for_those_of_a_backfill() -> None:
    """Each stops its clock all the same."""
    desk = desk_with(ANSWER)
    late = at("2026-03-20 10:00")
    counted = desk.happens("reply_sent", "2026-03-03 10:00", late, channel="letter").counts
    assert [one.name for one in counted if "backdated" in one.name] == ["backdated_replies_total"]
    assert desk.stored["sla/answer", 1].state == "stopped"
    assert desk.row is not None
    moment = Moment(now=late, seen_until=late, complete_until=late, backfill_before=at("2026-03-10 10:00"))
    filled = desk.happens("reply_sent", "2026-03-04 10:00", moment, channel="letter").counts
    assert [one.name for one in filled if "backdated" in one.name] == []


def test_an_amount_in_a_currency_that_no_rule_tests_is_counted_when_it_comes() -> None:
    """Not again with every event of the case, nor when an amendment is about something else."""
    desk = Desk(with_rules({"big": "{tags: [big]}"}, {"big": "{amount_disputed: {between: [5 HKD, 50000 HKD]}}"}))

    def counted(effects: Effects) -> list[dict[str, str]]:
        return [one.labels for one in effects.counts if one.name == "untested_currency_total"]

    assert counted(desk.is_registered(amount_disputed={"value": 60, "currency": "CNY"})) == [
        {"fact": "amount_disputed"}
    ]
    assert counted(desk.happens("amended", "2026-03-03 10:00", patch={"policy_no": "P-1"})) == []
    assert counted(desk.happens("contacted", "2026-03-03 11:00", direction="to_customer")) == []
    dollars = {"amount_disputed": {"value": 60, "currency": "HKD"}}
    assert counted(desk.happens("amended", "2026-03-04 10:00", patch=dollars)) == []
    assert counted(desk.happens("amended", "2026-03-05 10:00", patch={"amount_disputed": {"currency": "USD"}})) != []


def test_a_second_registration_counts_as_no_complaint() -> None:
    """Nor are its faults the case's."""
    desk = Desk()
    desk.is_registered()
    desk.happens("registered", "2026-03-03 10:00", channel="pigeon")
    desk.happens("verified", "2026-03-04 10:00", by="lin", priority="low")
    counted = [one for effects in desk.effects for one in effects.counts if one.name == "complaints_total"]
    assert len(counted) == 1
    assert desk.heard("triaged")[-1]["data"]["faults"] == []


def test_other_cases_are_those_of_the_customer_whom_the_case_has() -> None:
    """An amendment to another customer, and a late registration that does not count, ask for the right ones."""
    asked: list[str] = []

    def cases_of(customer: str) -> list[Sibling]:
        asked.append(customer)
        return []

    desk = Desk()
    desk.cases_of = cases_of
    desk.is_registered()
    desk.happens("amended", "2026-03-03 10:00", patch={"customer": {"id": "K-2"}})
    desk.happens("registered", "2026-03-04 10:00", **(REGISTERED | {"customer": {"id": "K-3"}}))
    assert asked == ["K-1", "K-2", "K-2"]


def test_facts_about_other_cases_are_read_at_the_decision() -> None:
    """The customer's complaints of the 90 days up to this receipt count, this one does not."""
    rules = with_rules({"again": "{priority: urgent}"}, {"again": "{history.complaints_90d: {at_least: 1}}"})
    desk = Desk(rules)
    received = Desk().is_registered().row.received_at
    day = received.replace(day=1, month=1)
    desk.siblings = [Sibling("C-1", received, is_open=True), Sibling("C-0", day.replace(year=2025), is_open=False)]
    desk.is_registered()
    assert desk.heard("triaged")[-1]["data"]["priority"] == "normal"
    desk.siblings.append(Sibling("C-2", day, is_open=True))
    desk.happens("contacted", "2026-03-03 10:00", direction="from_customer")
    assert desk.heard("triaged")[-1]["data"]["priority"] == "urgent"


def test_a_new_revision_alone_never_takes_a_case_from_its_owner() -> None:
    """With `open_cases: keep` the department stays and the decision says where the rules would move it; new facts
    move it."""
    old = compiled(sound_rules())
    new = compiled(changed("triage/rules.yaml", "department: claims\n      team: medical", "department: care"))
    desk = Desk(old)
    desk.is_registered(causes=["medical_dispute"])
    desk.happens("assigned", "2026-03-02 11:00", owner="lin")
    desk.rules = Rules(new, {old.rulebook.revision: old})
    desk.happens("contacted", "2026-03-02 12:00", direction="from_customer")
    data = desk.heard("triaged")[-1]["data"]
    assert (data["department"], data["rules_would_move_to"]) == ("claims", "care")
    desk.happens("amended", "2026-03-02 13:00", patch={"causes": ["other"], "description": "malpractice"})
    assert desk.heard("triaged")[-1]["data"]["department"] == "claims"
    assert desk.row is not None
    assert desk.row.document.outcome is not None
    assert desk.row.document.outcome.owner == Person("lin", "lin")


def test_a_started_clock_holds_its_revision() -> None:
    """A shorter limit in a new revision does not move a running clock; its row names the revision it holds."""
    old = compiled(sound_rules())
    new = compiled(
        {
            path: text.replace(b"limit: 15 calendar days", b"limit: 16 calendar days").replace(
                b"2026-03-17 23:59:59", b"2026-03-18 23:59:59"
            )
            for path, text in sound_rules().items()
        }
    )
    desk = Desk(old)
    desk.is_registered()
    desk.rules = Rules(new, {old.rulebook.revision: old})
    effects = desk.happens("contacted", "2026-03-03 10:00", direction="from_customer")
    assert desk.heard("deadline_set")[-1]["data"]["due_at"] == "2026-03-17T15:59:59Z"
    assert {row.revision for row in effects.clocks} == {old.rulebook.revision}


def test_the_order_of_arrival_never_matters_to_one_case() -> None:
    """A late event leads to the same document, but for what was told on the way."""
    calm, late = Desk(), Desk()
    events: list[tuple[str, str, dict[str, Any]]] = [
        ("contacted", "2026-03-02 11:00", {"direction": "to_customer"}),
        ("assigned", "2026-03-02 12:00", {"owner": "lin"}),
        ("reply_sent", "2026-03-12 10:00", {}),
    ]
    calm.is_registered(causes=["medical_dispute"])
    for kind, time, data in events:
        calm.happens(kind, time, **data)
    late._events = 1
    for kind, time, data in events:
        late.happens(kind, time, **data)
    late._events = 0
    late.is_registered(causes=["medical_dispute"])
    assert calm.row is not None
    assert late.row is not None
    kept = ("status", "priority", "department", "owner", "received_at", "customer")
    assert [getattr(calm.row, name) for name in kept] == [getattr(late.row, name) for name in kept]
    assert calm.row.document.events == late.row.document.events
    assert calm.row.document.clocks == late.row.document.clocks
    same = msgspec.structs.replace
    outcome, other = calm.row.document.outcome, late.row.document.outcome
    assert outcome is not None
    assert other is not None
    assert same(outcome, policies=()) == same(other, policies=())
