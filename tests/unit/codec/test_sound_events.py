"""Sound events: what the codec makes of them, and when two of them are the same."""

import json
from typing import Any

import msgspec
import pytest

from tests.unit.codec.samples import (
    CODEC,
    MONEY,
    NOW,
    REGISTERED,
    SOUND,
    TIME,
    arrival,
    decode,
    envelope,
    faulty_paths,
    raw,
    registered,
    vocabulary,
)
from triage.codec.compact import compact
from triage.codec.decode import Arrival, Codec
from triage.codec.fields import fields_by_type
from triage.domain.event import DEFAULTS, EVENT_TYPES, Event


def test_there_is_a_sample_of_every_type() -> None:
    """No event type goes untested, and each sample fills every declared field."""
    declared = fields_by_type(vocabulary())
    assert tuple(SOUND) == EVENT_TYPES
    assert set(declared) == set(EVENT_TYPES)
    for event_type, fields in declared.items():
        assert fields.keys() <= SOUND[event_type].keys()


@pytest.mark.parametrize("event_type", SOUND)
def test_sound_events_have_no_faults(event_type: str) -> None:
    """Every type with all its declared fields is taken, and every field is kept."""
    found = arrival(event_type, SOUND[event_type])
    assert found.event.faults == ()
    assert found.event.data.keys() == SOUND[event_type].keys()
    assert (found.event.type, found.event.subject, found.event.time) == (event_type, "C-1", NOW)
    assert found.body == SOUND[event_type]


@pytest.mark.parametrize("event_type", SOUND)
def test_one_faulty_field_leaves_the_others(event_type: str) -> None:
    """Whatever field is broken, all others arrive as they were."""
    sound = SOUND[event_type]
    for name, field in fields_by_type(vocabulary())[event_type].items():
        if field.allowed == "anything":
            continue
        found = arrival(event_type, sound | {name: [{"odd": 1}]})
        assert {path.split("[")[0] for path in faulty_paths(found)} == {name}
        assert sound.keys() - found.event.data.keys() <= {name}
        assert found.event.data.get(name) in (None, [], DEFAULTS.get(event_type, {}).get(name))


def test_absent_fields_get_their_defaults() -> None:
    """A reply is final and a link a repeat unless they say otherwise; a faulty kind counts as absent."""
    assert arrival("complaint.reply_sent", {}).event.data == {"kind": "final"}
    assert arrival("complaint.reply_sent", {"kind": "loud"}).event.data == {"kind": "final"}
    assert arrival("complaint.linked", {"to": "C-2"}).event.data == {"to": "C-2", "relation": "repeat"}


def test_instants_and_persons_have_one_form() -> None:
    """Instants inside data are UTC with Z, a person written as a text has it as id and name."""
    found = registered(received_at="2026-03-01T09:00:00+08:00").event.data
    assert found["received_at"] == "2026-03-01T01:00:00Z"
    patched = arrival("complaint.amended", {"patch": {"received_at": "2026-03-01t09:00:00+08:00"}}).event.data
    assert patched["patch"]["received_at"] == "2026-03-01T01:00:00Z"
    assert arrival("complaint.assigned", {"owner": "wu"}).event.data["owner"] == {"id": "wu", "name": "wu"}


PERSONAL: dict[str, Any] = {
    "customer": "SECRET",
    "description": {"SECRET": "SECRET"},
}
PERSONAL_INSIDE: dict[str, Any] = {
    "name": ["SECRET"],
    "birth_date": "SECRET",
    "age": "SECRET",
    "circumstances": ["SECRET"],
    "segment": "SECRET",
}


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_values_are_never_shown(name: str) -> None:
    """A fault of a personal field hides what was found."""
    found = registered(**{name: PERSONAL[name]})
    assert name in faulty_paths(found)
    assert "SECRET" not in str([(fault.path, fault.found) for fault in found.event.faults])


@pytest.mark.parametrize("name", PERSONAL_INSIDE)
@pytest.mark.parametrize("in_patch", [True, False])
def test_personal_values_of_the_customer_are_never_shown(name: str, in_patch: bool) -> None:
    """Neither in a registration nor in a patch, the deployment's own personal facts included."""
    customer = {"id": "K", name: PERSONAL_INSIDE[name]}
    found = (
        arrival("complaint.amended", {"patch": {"customer": customer}}) if in_patch else registered(customer=customer)
    )
    assert faulty_paths(found)
    assert "SECRET" not in str(found.event.faults)


@pytest.mark.parametrize(
    ("event_type", "data"),
    [
        ("complaint.registered", "SECRET"),
        ("complaint.registered", ["SECRET"]),
        ("complaint.amended", {"patch": "SECRET"}),
        ("complaint.amended", {"patch": {"labels": "SECRET"}}),
        ("complaint.verified", {"by": "a", "note": ["SECRET"]}),
        ("complaint.contacted", {"direction": "to_customer", "summary": ["SECRET"]}),
        ("complaint.investigated", {"findings": ["SECRET"]}),
        ("complaint.followup_completed", {"comment": ["SECRET"]}),
    ],
)
def test_misplaced_texts_are_never_shown(event_type: str, data: Any) -> None:
    """What stands where a mapping is wanted, and free texts, may be personal: the fault tells the shape alone."""
    found = arrival(event_type, data)
    assert found.event.faults
    assert "SECRET" not in str(found.event.faults)


def test_faults_say_what_was_found_and_what_would_fit() -> None:
    """A clerk can mend the sender by the fault alone; what is no code word may be somebody's name or number."""
    (fault,) = registered(channel="telegram").event.faults
    assert fault.found == "telegram"
    for value in ("telegram" * 50, "Li Hua", "李華", "13912345678", "1941-07-19"):
        assert registered(channel=value).event.faults[0].found == f"a text of {len(value)} characters"
    assert registered(received_at="2026-02-30").event.faults[0].found == "2026-02-30"
    (fault,) = registered(channel="telegram").event.faults
    assert fault.allowed.startswith("one of phone, email")


def digest_of(given: bytes) -> str:
    found = decode(given)
    assert isinstance(found, Arrival)
    return found.digest


BASE = {"amount": MONEY, "n": 1, "deep": [{"a": 1, "b": 2}]}


def test_the_same_content_has_the_same_digest() -> None:
    """Order of keys, spelling of the instant, 1 or 1.0, id, source, trace and white space do not matter."""
    base = digest_of(raw("x.y", BASE))
    turned = {"deep": [{"b": 2.0, "a": 1}], "n": 1.0, "amount": {"currency": "CNY", "value": 12005e-1}}
    assert digest_of(raw("x.y", turned)) == base
    assert digest_of(raw("x.y", BASE, time="2026-03-02T02:00:00Z")) == base
    assert digest_of(raw("x.y", BASE, id="2", source="/web", traceparent="00-1")) == base
    assert digest_of(b"\xef\xbb\xbf" + json.dumps(envelope("x.y", BASE), indent=3).encode()) == base
    assert digest_of(raw("x.y", BASE).replace(b'"n": 1', b'"n": 10e-1')) == base


@pytest.mark.parametrize(
    "other",
    [
        raw("x.z", BASE),
        raw("x.y", BASE, subject="C-2"),
        raw("x.y", BASE, time="2026-03-02T10:00:01+08:00"),
        raw("x.y", BASE | {"n": 2}),
        raw("x.y", BASE | {"n": "1"}),
        raw("x.y", BASE | {"n": True}),
        raw("x.y", BASE | {"new": None}),
        raw("x.y", BASE | {"deep": [{"b": 2}, {"a": 1}]}),
    ],
)
def test_other_content_has_another_digest(other: bytes) -> None:
    """Type, subject, time and every value of the data count."""
    assert digest_of(other) != digest_of(raw("x.y", BASE))


def test_equal_numbers_are_judged_alike() -> None:
    """An age of 71.0 is an age of 71: same digest, same verdict."""
    found = registered(customer={"id": "K", "age": 71.0}, group_size=2.0)
    assert found.event.faults == ()
    assert found.event.data["customer"]["age"] == 71
    assert isinstance(found.event.data["customer"]["age"], int)


def test_a_deployments_own_values_are_allowed() -> None:
    """Added values fit, its own closed facts are checked wherever they stand, its own event types are free."""
    wide = vocabulary()
    channel = wide.facts["channel"]
    facts = wide.facts | {"channel": msgspec.structs.replace(channel, values=(*(channel.values or ()), "fax"))}
    codec = Codec(msgspec.structs.replace(wide, facts=facts))
    assert faulty_paths(codec.decode(raw("complaint.acknowledged", {"channel": "fax"}), NOW)) == []
    assert faulty_paths(CODEC.decode(raw("complaint.acknowledged", {"channel": "fax"}), NOW)) == ["channel"]
    assert faulty_paths(registered(labels={"nature": "praise", "marks": ["vip", "odd"]}, brand="west")) == [
        "labels.nature",
        "labels.marks[1]",
        "brand",
    ]
    free = {"channel": "any", "customer": 5}
    assert arrival("desk.fax_received", free).event.data == free


def test_human_words_are_the_rulebooks() -> None:
    """Priority, department and handler take the rulebook's words and auto, nothing else."""
    words = {"by": "a", "priority": "auto", "department": "care", "handler": "dedicated"}
    assert faulty_paths(arrival("complaint.verified", words)) == []
    wrong = {"by": "a", "priority": "asap", "department": "sales", "handler": "best"}
    assert faulty_paths(arrival("complaint.verified", wrong)) == ["priority", "department", "handler"]


def test_the_trace_comes_from_the_envelope_or_the_header() -> None:
    """The envelope goes before the header; what is no trace is left out, for every output would carry it."""
    one, other = (f"00-{letter * 32}-{letter * 16}-01" for letter in "ab")
    headers = [("other", b"x"), ("traceparent", other.encode())]
    given = [raw(traceparent=one), raw(), raw(traceparent="Li Hua")]
    found = [CODEC.decode(each, NOW, headers) for each in given]
    assert [each.traceparent for each in found if isinstance(each, Arrival)] == [one, other, None]


@pytest.mark.parametrize("event_type", SOUND)
def test_compact_keeps_what_decides(event_type: str) -> None:
    """The case document loses free texts only: nothing that a condition, fact or guard can read."""
    from triage.rulebook.event_fields import event_fields

    event = arrival(event_type, SOUND[event_type]).event
    kept = compact(event)
    lost = event.data.keys() - kept.data.keys()
    assert lost <= {"summary", "findings", "comment", "note", "evidence"}
    assert lost.isdisjoint(event_fields(vocabulary())[event_type])
    assert msgspec.structs.replace(kept, data=event.data) == event
    assert all(kept.data[name] == event.data[name] for name in kept.data)


def test_compact_leaves_out_the_free_texts() -> None:
    """What people write down stands on the timeline, not in every version of the document."""
    assert compact(arrival("complaint.contacted", SOUND["complaint.contacted"]).event).data == {
        "direction": "to_customer",
        "channel": "app",
    }


def test_compact_keeps_a_registration_and_own_events_whole() -> None:
    """A deployment's own facts and event types may use any name."""
    data = REGISTERED | {"note": "own fact", "reference": "R"}
    for event_type in ("complaint.registered", "desk.fax_received"):
        event = Event(id="1", source="s", type=event_type, subject="C", time=NOW, data=data)
        assert compact(event) is event


def test_faults_are_kept_in_time_order_of_the_fields() -> None:
    """Several faults of one event are all named."""
    found = registered(channel="x", causes=["y", "other", 5], group_size=0, received_at=TIME[:-6])
    assert faulty_paths(found) == ["channel", "causes[0]", "causes[2]", "group_size", "received_at"]
