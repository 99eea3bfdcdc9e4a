"""Event references: which events are meant, and from when they count."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitors.clocks.happenings import Kind, happenings
from monitors.clocks.matching import matches
from monitors.clocks.policy import EventPattern, EventRef
from tests.unit.clocks.builders import case_of, clock_policy, event, instant, ref
from triage.domain.case import Case
from triage.domain.condition import All, AnyOf, Condition, NoneOf, Op, Test
from triage.domain.facts import Money

LATER = instant("2026-12-01 00:00")
FINAL = Test("kind", Op.IS, "final")


@pytest.mark.parametrize(
    ("data", "held"),
    [({"kind": "final"}, True), ({}, True), ({"kind": None}, True), ({"kind": "holding"}, False)],
)
def test_a_reply_without_a_kind_is_final(data: dict[str, Any], held: bool) -> None:
    """The default kind of a reply is `final`."""
    assert matches(EventPattern("complaint.reply_sent", FINAL), "complaint.reply_sent", data) is held


def test_another_type_is_never_meant() -> None:
    """The type decides first, with or without a condition."""
    assert matches(EventPattern("complaint.contacted"), "complaint.contacted", {})
    assert not matches(EventPattern("complaint.contacted"), "complaint.reply_sent", {})
    assert not matches(EventPattern("complaint.contacted", FINAL), "complaint.reply_sent", {"kind": "final"})


DATA: dict[str, Any] = {
    "direction": "to_customer",
    "amount": {"value": 80_000, "currency": "CNY"},
    "by": {"id": "u1", "level": 3},
    "score": 4,
    "satisfied": False,
    "received_at": "2026-03-02T02:00:00Z",
    "on": "2026-03-02",
    "clocks": ["decision", "update"],
    "note": "",
    "list": [],
    "odd": {"value": "much", "currency": "CNY"},
    "local": "2026-03-02T02:00:00",
    "mixed": [{"a": 1}, "x"],
}


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        (Test("direction", Op.IN, ("to_customer", "both")), True),
        (Test("by.level", Op.AT_LEAST, 3), True),
        (Test("by.level", Op.MORE_THAN, 3), False),
        (Test("amount", Op.AT_LEAST, Money(50_000, "CNY")), True),
        (Test("amount", Op.AT_LEAST, Money(50_000, "USD")), False),
        (Test("amount.currency", Op.IS, "CNY"), True),
        (Test("satisfied", Op.IS, False), True),
        (Test("received_at", Op.AT_MOST, datetime(2026, 3, 2, 2, tzinfo=UTC)), True),
        (Test("on", Op.LESS_THAN, date(2026, 3, 3)), True),
        (Test("clocks", Op.CONTAINS, "decision"), True),
        (Test("clocks", Op.CONTAINS_NONE, ("appeal",)), True),
        (Test("mixed", Op.CONTAINS_ANY, ("x", "y")), True),
        (Test("by.id", Op.KNOWN, True), True),
        (Test("by.name", Op.KNOWN, False), True),
        (Test("note", Op.KNOWN, False), True),
        (Test("list", Op.CONTAINS_NONE, ("x",)), False),  # an empty list is absent
        (All((Test("score", Op.BETWEEN, (1, 4)), Test("direction", Op.IS, "to_customer"))), True),
        (AnyOf((Test("score", Op.IS, 1), Test("score", Op.NOT_IN, (1, 2)))), True),
        (NoneOf((Test("missing", Op.IS, "x"),)), True),
    ],
)
def test_a_condition_is_held_against_the_event_s_own_data(condition: Condition, held: bool) -> None:
    """Nested fields by dotted names; money, instants and dates as what they are."""
    assert matches(EventPattern("complaint.contacted", condition), "complaint.contacted", DATA) is held


@pytest.mark.parametrize(
    "test",
    [
        Test("direction", Op.AT_LEAST, 3),
        Test("score", Op.IS_NOT, "4"),
        Test("satisfied", Op.AT_MOST, 1),
        Test("odd", Op.AT_LEAST, Money(1, "CNY")),
        Test("local", Op.AT_LEAST, datetime(2026, 1, 1, tzinfo=UTC)),
        Test("direction", Op.AT_LEAST, date(2026, 1, 1)),
        Test("direction", Op.CONTAINS, "to"),
        Test("by", Op.IS, "u1"),
        Test("direction.deep", Op.IS, "x"),
    ],
)
def test_a_value_of_another_type_counts_as_absent(test: Test) -> None:
    """Undeclared fields hold anything; a test of them never fails with an error, nor does `is_not` hold."""
    assert not matches(EventPattern("complaint.contacted", test), "complaint.contacted", DATA)


def start_of(ref: EventRef, case: Case, until: datetime) -> datetime | None:
    """When a clock with this start begins."""
    heard = happenings(clock_policy(start=ref), case, (), lambda _: (), until)
    return next((one.at for one in heard if one.kind is Kind.START), None)


def stops(ref: EventRef, case: Case, until: datetime) -> list[datetime]:
    """When something would stop a clock with this stop."""
    heard = happenings(clock_policy(stop=ref), case, (), lambda _: (), until)
    return [one.at for one in heard if one.kind is Kind.STOP]


def test_a_registration_counts_from_the_receipt_as_amended() -> None:
    """The stated receipt stands before the registration's own time, and an amendment of it counts."""
    stated = event("registered", "2026-03-03 10:00", description="x", received_at="2026-03-02T02:00:00.5Z")
    amended = event("amended", "2026-03-04 10:00", patch={"received_at": "2026-03-01T02:00:00Z"})
    start = ref("complaint.registered")
    assert start_of(start, case_of(stated), LATER) == instant("2026-03-02 10:00")
    assert start_of(start, case_of(stated, amended), LATER) == instant("2026-03-01 10:00")
    assert start_of(start, case_of(stated), instant("2026-03-02 10:00")) is None  # half a second too early


def test_an_unregistered_case_counts_from_its_earliest_event() -> None:
    """A policy that begins with the registration always has a start, unless it asks for something registered."""
    case = case_of(event("contacted", "2026-03-02 10:00"), event("reply_sent", "2026-03-01 10:00"))
    assert start_of(ref("complaint.registered"), case, LATER) == instant("2026-03-01 10:00")
    asks = ref("complaint.registered", when=Test("channel", Op.IS, "regulator"))
    assert start_of(asks, case, LATER) is None


def test_only_the_first_registration_is_asked() -> None:
    """A second registration changes nothing, whatever its data."""
    first = event("registered", "2026-03-02 10:00", description="x", channel="phone")
    second = event("registered", "2026-03-03 10:00", description="x", channel="regulator")
    asks = ref("complaint.registered", when=Test("channel", Op.IS, "regulator"))
    assert start_of(asks, case_of(first, second), LATER) is None
    assert start_of(asks, case_of(second), LATER) == instant("2026-03-03 10:00")


def test_of_a_list_whichever_comes_first_counts() -> None:
    """The order of the list does not matter, the order of the events does."""
    case = case_of(
        event("registered", "2026-03-03 10:00", description="x"),
        event("regulator_inquiry", "2026-03-02 10:00"),
        event("regulator_inquiry", "2026-03-04 10:00"),
    )
    for types in (("registered", "regulator_inquiry"), ("regulator_inquiry", "registered")):
        start = ref(*(f"complaint.{one}" for one in types))
        assert start_of(start, case, LATER) == instant("2026-03-02 10:00")
        assert start_of(start, case, instant("2026-03-02 09:00")) is None
        assert stops(start, case, LATER) == [instant(f"2026-03-0{day} 10:00") for day in (2, 3, 4)]


def test_an_end_lies_within_what_is_seen() -> None:
    """It is cut to seconds; whether it is seen yet is judged by its exact time."""
    case = case_of(event("reply_sent", "2026-03-02 10:00:00.700000"))
    reply = ref("complaint.reply_sent")
    assert stops(reply, case, LATER) == [instant("2026-03-02 10:00")]
    assert stops(reply, case, instant("2026-03-02 10:00:00.7")) == [instant("2026-03-02 10:00")]
    assert stops(reply, case, instant("2026-03-02 10:00:00.6")) == []
    assert stops((), case, LATER) == []


def test_a_registration_that_ends_a_clock_stands_at_its_own_time() -> None:
    """A clock from the first contact to the registration ends when the complaint is registered, not received."""
    case = case_of(
        event("contacted", "2026-03-02 10:00"),
        event("registered", "2026-03-03 10:00", description="x", received_at="2026-03-01T02:00:00Z"),
    )
    assert stops(ref("complaint.registered"), case, LATER) == [instant("2026-03-03 10:00")]
