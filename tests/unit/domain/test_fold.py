"""A case is what its events tell, in the order of their times."""

import random
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.builders import REGISTERED, REGISTRATION, ZONE, at, case_of, event, voiding
from triage.domain.case import effective, fold, merge_patch
from triage.domain.event import EVENT_TYPES, Event, Fault, Person

STEPS = {
    "registered": "registered",
    "verified": "verified",
    "assigned": "assigned",
    "investigation_started": "investigating",
    "solution_proposed": "proposed",
    "solution_accepted": "agreed",
    "payment_completed": "executing",
    "solution_executed": "executed",
    "followup_completed": "followed_up",
}
"""Event to status, in the order of a life."""

DATA: dict[str, list[dict[str, Any]]] = {
    "complaint.amended": [{"patch": {"causes": ["other"]}}, {"patch": {"description": "x", "causes": None}}],
    "complaint.verified": [{"priority": "high", "complexity": "special"}, {"priority": "auto", "handler": "any"}],
    "complaint.assigned": [{"owner": {"id": "a"}}, {"owner": {"id": "b"}, "department": "care"}],
    "complaint.reply_sent": [{"kind": "final"}, {"kind": "holding"}],
    "complaint.linked": [{"to": "D", "relation": "duplicate"}, {"to": "D", "relation": "repeat"}],
    "complaint.registered": [REGISTERED, {**REGISTERED, "received_at": "2026-03-01T00:00:00Z"}],
    "complaint.voided": [{"event": {"source": "/desk", "id": str(number)}} for number in range(4)],
    "complaint.close_requested": [{"outcome": "upheld"}, {"outcome": "rejected"}],
}


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """Up to ten events with few times, so that ties are common."""
    types = draw(st.lists(st.sampled_from([*EVENT_TYPES, "desk.own", "complaint.zzz"]), min_size=1, max_size=10))
    return [
        Event(
            id=str(number),
            source=draw(st.sampled_from(["/desk", "/web"])),
            type=event_type,
            subject="C",
            time=at(f"{draw(st.integers(1, 4))} 01:00"),
            data=draw(st.sampled_from(DATA.get(event_type, [{}]))),
        )
        for number, event_type in enumerate(types)
    ]


@settings(max_examples=300, deadline=None)
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(events: list[Event], chance: random.Random) -> None:
    """Whatever way the events come in, they tell the same case."""
    expected = fold("C", events, ZONE)
    for _ in range(5):
        chance.shuffle(events)
        assert fold("C", events, ZONE) == expected


@settings(max_examples=200, deadline=None)
@given(lives())
def test_a_case_is_never_impossible(events: list[Event]) -> None:
    """What the parts of a case say of each other always holds."""
    case = fold("C", events, ZONE)
    assert (case.status == "closed") == (case.closed_at is not None)
    assert case.is_open == (case.status not in ("closed", "withdrawn", "merged"))
    assert case.missing is None or (case.missing and case.is_open)
    assert list(case.events) == sorted(case.events, key=lambda one: one.order)
    assert case.registered or case.status in ("unregistered", "closed", "withdrawn", "merged")


def test_equal_times_go_by_the_table_then_source_then_id() -> None:
    """Types in the order of the table, a deployment's own after it, then source, then id."""
    types = [*EVENT_TYPES, "desk.own"]
    same_time = [event(name, "2 01:00", {}, name="1") for name in types]
    ties = [event("contacted", "2 01:00", {}, name=name, source=source) for source in "ab" for name in "12"]
    expected = sorted(same_time, key=lambda one: types.index(one.type))
    assert list(effective(reversed(same_time))) == expected
    assert all(list(effective(some)) == ties for some in permutations(ties))
    assert effective([event("registered", "2 01:01"), event("erased", "2 01:00")])[0].type == "complaint.erased"


@pytest.mark.parametrize(("before", "after"), list(pairwise(STEPS)))
def test_each_step_reaches_its_status(before: str, after: str) -> None:
    """The status is the furthest one reached: steps may be skipped, earlier ones lead nowhere."""
    later, earlier = event(after, "3 01:00"), event(before, "4 01:00", {"owner": {"id": "a"}})
    assert case_of(REGISTRATION, later).status == STEPS[after]
    assert case_of(REGISTRATION, later, earlier).status == STEPS[after]


def test_a_rejected_solution_leads_back() -> None:
    """The investigation goes on, whatever had been reached."""
    events = [REGISTRATION, event("solution_proposed", "3 01:00"), event("solution_rejected", "4 01:00")]
    assert case_of(*events).status == "investigating"
    assert case_of(*events, event("solution_proposed", "5 01:00")).status == "proposed"


def test_an_event_that_does_not_fit_is_kept_and_counted() -> None:
    """Facts come late in real life: nothing is refused."""
    late = event("verified", "4 01:00", {"priority": "high"})
    case = case_of(REGISTRATION, event("solution_proposed", "3 01:00"), late)
    assert case.out_of_order == {(late.source, late.id)}
    assert (case.status, case.human) == ("proposed", {"priority": "high"})


@pytest.mark.parametrize(
    "ending", [event("withdrawn", "3 01:00"), event("linked", "3 01:00", {"relation": "duplicate"})]
)
@pytest.mark.parametrize(
    ("kind", "fits"),
    [
        ("verified", False),
        ("contacted", False),
        ("withdrawn", False),
        ("solution_rejected", False),
        ("regulator_inquiry", True),
        ("review_requested", True),
        ("referred", True),
        ("erased", True),
        ("reopened", True),
        ("close_requested", True),
        ("desk.own", True),
    ],
)
def test_what_fits_an_ended_case(ending: Event, kind: str, fits: bool) -> None:
    """Authorities, reviews and erasures come after the end; work does not."""
    after = event(kind, "4 01:00")
    assert ((after.source, after.id) in case_of(REGISTRATION, ending, after).out_of_order) != fits


def test_reopening_an_open_case_does_not_fit() -> None:
    """There is nothing to reopen, which is counted."""
    assert len(case_of(REGISTRATION, event("reopened", "3 01:00")).out_of_order) == 1


def test_a_reopened_case_is_assigned_or_verified() -> None:
    """It goes back to its owner; to verified when nobody owns it. What happened before counts no more."""
    end, again = event("withdrawn", "4 01:00"), event("reopened", "5 01:00")
    owned = case_of(REGISTRATION, event("assigned", "3 01:00", {"owner": {"id": "a"}}), end, again)
    assert (case_of(REGISTRATION, end, again).status, owned.status) == ("verified", "assigned")
    assert (owned.reopened, set(owned.happened)) == (1, {"complaint.reopened"})


def test_a_withdrawn_case_stays_withdrawn() -> None:
    """Late steps do not bring it back."""
    assert case_of(REGISTRATION, event("withdrawn", "3 01:00"), event("verified", "4 01:00")).status == "withdrawn"


def test_a_duplicate_is_merged() -> None:
    """Only the relation duplicate merges, and never a case that has ended."""
    duplicate = event("linked", "4 01:00", {"to": "D", "relation": "duplicate"})
    repeat = event("linked", "4 01:00", {"to": "D", "relation": "repeat"})
    withdrawn = event("withdrawn", "3 01:00")
    assert case_of(REGISTRATION, duplicate).status == "merged"
    assert not case_of(REGISTRATION, duplicate).is_open
    assert case_of(REGISTRATION, repeat).status == "registered"
    assert case_of(REGISTRATION, withdrawn, duplicate).status == "withdrawn"
    assert case_of(REGISTRATION, duplicate, voiding(duplicate, "5 01:00")).status == "registered"


def test_a_case_without_its_registration_is_unregistered() -> None:
    """The time of its earliest event stands for the receipt; the registration may come later."""
    contact, late = event("contacted", "3 01:00"), event("registered", "4 01:00")
    before, after = case_of(contact), case_of(contact, late)
    assert (before.registered, before.status, before.received_at) == (False, "unregistered", at("3 01:00"))
    assert (after.registered, after.status, after.received_at) == (True, "registered", at("4 01:00"))
    assert case_of(event("verified", "3 01:00")).status == "unregistered"
    assert case_of(event("verified", "3 01:00"), late).status == "verified"


def test_a_case_opened_without_events_has_its_opening_as_receipt() -> None:
    """A quarantined event still has a case."""
    assert fold("C", (), ZONE, at("3 01:00")).received_at == at("3 01:00")


def test_the_receipt_is_what_is_stated_last() -> None:
    """Stated at the registration, corrected by an amendment, else the registration's time."""
    stated = event("registered", "2 01:00", REGISTERED | {"received_at": "2026-03-01T05:00:00Z"})
    mended = event("amended", "3 01:00", {"patch": {"received_at": "2026-03-01T04:00:00Z"}})
    removed = event("amended", "4 01:00", {"patch": {"received_at": None}})
    assert case_of(REGISTRATION).received_at == at("2 01:00")
    assert case_of(stated).received_at == at("1 05:00")
    assert case_of(stated, mended).received_at == at("1 04:00")
    assert case_of(stated, mended, removed).received_at == at("2 01:00")


def test_a_second_registration_changes_nothing() -> None:
    """It is kept and counted."""
    second = event("registered", "3 01:00", REGISTERED | {"channel": "web"})
    case = case_of(REGISTRATION, second)
    assert (case.data["channel"], case.received_at) == ("phone", at("2 01:00"))
    assert case.out_of_order == {(second.source, second.id)}


def test_amendments_are_merged_in_order() -> None:
    """Mappings into each other, lists whole, null removes."""
    first = event("amended", "3 01:00", {"patch": {"causes": ["other"], "customer": {"age": 5}, "policy_no": "P"}})
    second = event("amended", "4 01:00", {"patch": {"policy_no": None, "customer": {"age": 6}}})
    data = case_of(second, first, REGISTRATION).data
    assert data == {"channel": "phone", "customer": {"id": "K", "age": 6}, "causes": ["other"]}
    assert REGISTERED["customer"] == {"id": "K"}


def test_a_patch_may_not_take_the_whole_complaint_away() -> None:
    """A description or causes must remain; what else the patch says is done."""
    case = case_of(REGISTRATION, event("amended", "3 01:00", {"patch": {"causes": [], "channel": "web"}}))
    assert (case.data["causes"], case.data["channel"]) == (["claim_delay"], "web")
    assert [fault.path for fault in case.faults] == ["patch.causes"]
    swapped = case_of(REGISTRATION, event("amended", "3 01:00", {"patch": {"causes": None, "description": "x"}}))
    assert (swapped.data.get("causes"), swapped.faults) == (None, ())


def test_an_amendment_is_not_blamed_for_a_faulty_registration() -> None:
    """A registration without description and causes has its own fault already."""
    bare = event("registered", "2 01:00", {"channel": "phone", "customer": {"id": "K"}})
    assert case_of(bare, event("amended", "3 01:00", {"patch": {"channel": "web"}})).faults == ()


@pytest.mark.parametrize(
    ("target", "change", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a"], {"a": 1}, {"a": 1}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": "foo"}, "bar", "bar"),
    ],
)
def test_merge_patch_follows_rfc_7396(target: object, change: object, merged: object) -> None:
    """Cases of the RFC's appendix A."""
    assert merge_patch(target, change) == merged


def test_a_humans_word_holds_until_auto() -> None:
    """The last word per field counts; auto gives the field back; another field stays."""
    first = event("verified", "3 01:00", {"priority": "high", "handler": "any", "complexity": "special"})
    second = event("verified", "4 01:00", {"priority": "low"})
    back = event("verified", "5 01:00", {"priority": "auto"})
    assert case_of(REGISTRATION, first).human == {"priority": "high", "handler": "any"}
    assert case_of(REGISTRATION, first, second).human == {"priority": "low", "handler": "any"}
    assert case_of(REGISTRATION, first, second, back).human == {"handler": "any"}
    assert case_of(REGISTRATION, first, second, back).complexity == "special"
    assert case_of(REGISTRATION, first, event("verified", "4 01:00", {"complexity": None})).complexity == "special"


def test_an_assignment_names_owner_and_department_only() -> None:
    """Fields that the event does not declare are no human's word."""
    said = {"owner": {"id": "wu"}, "department": "claims", "priority": "undeclared"}
    case = case_of(REGISTRATION, event("assigned", "3 01:00", said))
    assert (case.owner, case.human) == (Person("wu", "wu"), {"department": "claims"})
    back = event("assigned", "4 01:00", {"owner": {"id": "li", "name": "Li"}, "department": "auto"})
    assert case_of(*case.events, back).human == {}
    assert case_of(*case.events, back).owner == Person("li", "Li")


def test_a_voided_event_never_happened() -> None:
    """Status, data, owner, human's word and receipt are as without it; the voiding itself stays."""
    wrong = event("assigned", "3 01:00", {"owner": {"id": "x"}, "department": "claims"})
    case, without = case_of(REGISTRATION, wrong, voiding(wrong, "4 01:00")), case_of(REGISTRATION)
    assert (case.status, case.owner, case.human) == (without.status, without.owner, without.human)
    assert wrong not in case.events
    assert case_of(REGISTRATION, voiding(REGISTRATION, "3 01:00")).status == "unregistered"


def test_a_voiding_counts_whatever_its_time() -> None:
    """Even one that is dated before what it names."""
    wrong = event("assigned", "3 01:00", {"owner": {"id": "x"}})
    assert case_of(REGISTRATION, voiding(wrong, "1 01:00"), wrong).owner is None


def test_a_voided_event_cannot_be_voided_back() -> None:
    """Voiding the voiding does nothing: the event is sent anew."""
    wrong = event("assigned", "3 01:00", {"owner": {"id": "x"}})
    first = voiding(wrong, "4 01:00", "v1")
    second = voiding(first, "5 01:00", "v2")
    case = case_of(REGISTRATION, wrong, first, second)
    assert case.owner is None
    assert case.events == (REGISTRATION, first, second)
    anew = event("assigned", "3 01:00", {"owner": {"id": "x"}}, name="anew")
    assert case_of(REGISTRATION, wrong, first, second, anew).owner == Person("x", "x")


def test_only_the_named_event_is_voided() -> None:
    """The same id from another source stands."""
    mine = event("assigned", "3 01:00", {"owner": {"id": "x"}}, name="1", source="/a")
    other = event("assigned", "3 02:00", {"owner": {"id": "y"}}, name="1", source="/b")
    assert case_of(REGISTRATION, mine, other, voiding(other, "4 01:00")).owner == Person("x", "x")


def test_faults_of_the_events_that_count_are_the_cases() -> None:
    """A voided event's faults go with it."""
    wrong = Event(
        id="w", source="/desk", type="desk.own", subject="C", time=at("3 01:00"), faults=(Fault("a", "b", "c"),)
    )
    assert case_of(REGISTRATION, wrong).faults == wrong.faults
    assert case_of(REGISTRATION, wrong, voiding(wrong, "4 01:00")).faults == ()


def test_the_latest_followup_counts() -> None:
    """Facts read what the customer said last."""
    first = event("followup_completed", "3 01:00", {"satisfied": True, "score": 5})
    second = event("followup_completed", "4 01:00", {"satisfied": False})
    followup = case_of(REGISTRATION, second, first).followup
    assert followup is not None
    assert (followup.satisfied, followup.score) == (False, None)


def test_unknown_types_change_nothing() -> None:
    """They are kept, and what happened names them."""
    case = case_of(REGISTRATION, event("complaint.praised", "3 01:00", {"priority": "high"}))
    assert (case.status, case.human, case.out_of_order) == ("registered", {}, frozenset())
    assert "complaint.praised" in case.happened
