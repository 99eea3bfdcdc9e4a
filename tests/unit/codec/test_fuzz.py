"""Whatever arrives: the codec never raises."""

import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.codec.samples import REGISTERED, SOUND, decode, envelope, raw
from triage.codec.compact import compact
from triage.codec.decode import Arrival, DeadLetter

MANY = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TEXTS = st.text(st.characters(), max_size=8) | st.sampled_from(["", "\x00", "\ud800", "auto", "2026-03-02T10:00:00Z"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**30, max_value=10**40)
    | st.floats(allow_nan=True)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


def judged(given_bytes: bytes) -> None:
    """Decodes to one of the two, which can be stored and sent."""
    found = decode(given_bytes)
    assert isinstance(found, Arrival | DeadLetter)
    if isinstance(found, Arrival):
        stored = msgspec.json.encode((compact(found.event), found.event.faults, found.body, found.traceparent))
        assert b"\\u0000" not in stored
        assert found.event.time.tzinfo is not None
        assert len(found.digest) == 64
    else:
        found.detail.encode("utf-8")


@MANY
@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(given_bytes: bytes) -> None:
    """Any bytes are an arrival or a dead letter."""
    judged(given_bytes)


@MANY
@given(VALUES)
def test_arbitrary_json_never_raises(value: Any) -> None:
    """Any JSON is an arrival or a dead letter."""
    judged(json.dumps(value).encode())


@MANY
@given(st.sampled_from(sorted(SOUND)), st.dictionaries(TEXTS, VALUES, max_size=3) | VALUES)
def test_arbitrary_data_in_a_sound_envelope_always_reaches_its_case(event_type: str, data: Any) -> None:
    """A readable envelope is an arrival whatever its data, but for what is no JSON at all."""
    given_bytes = raw(event_type, data)
    judged(given_bytes)
    if "NaN" not in given_bytes.decode() and "Infinity" not in given_bytes.decode():
        assert isinstance(decode(given_bytes), Arrival)


@MANY
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_a_broken_field_never_raises(event_type: str, data: st.DataObject) -> None:
    """Any value in any declared field, or inside the customer or a patch, is judged."""
    sound: dict[str, Any] = dict(SOUND[event_type])
    target = sound
    for inner in ("patch", "customer"):
        if isinstance(target.get(inner), dict) and data.draw(st.booleans()):
            target[inner] = dict(target[inner])
            target = target[inner]
    target[data.draw(st.sampled_from(sorted(REGISTERED.keys() | target.keys())))] = data.draw(VALUES)
    judged(raw(event_type, sound))


@MANY
@given(st.sampled_from(["id", "source", "type", "subject", "time", "specversion", "traceparent", "extra"]), VALUES)
def test_a_broken_envelope_never_raises(name: str, value: Any) -> None:
    """Any value in any part of the envelope is judged."""
    judged(json.dumps(envelope("complaint.registered", REGISTERED) | {name: value}).encode())


@MANY
@given(st.integers(min_value=0), st.binary(min_size=1, max_size=3))
def test_a_few_wrong_bytes_never_raise(at: int, wrong: bytes) -> None:
    """A sound event with some bytes overwritten is judged."""
    sound = raw("complaint.registered", REGISTERED)
    at %= len(sound)
    judged(sound[:at] + wrong + sound[at + len(wrong) :])
