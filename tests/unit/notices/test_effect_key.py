"""Ids of effects: computed here again from the contract's words, with nothing of the project's own."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.notices.effect_key import effect_id
from tests.unit.service.desk import Desk

DUE = datetime(2026, 3, 17, 15, 59, 59, tzinfo=UTC)


def uuid5(namespace: bytes, name: bytes) -> uuid.UUID:
    """RFC 9562: SHA-1 of namespace and name, the version set to 5."""
    return uuid.UUID(bytes=hashlib.sha1(namespace + name).digest()[:16], version=5)


def by_the_contract(key: Sequence[Any]) -> str:
    """uuid5 of the namespace uuid5(NAMESPACE_URL, "urn:complaint-triage:effect") and the JSON array of the key."""
    url = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # NAMESPACE_URL of RFC 9562
    namespace = uuid5(url.bytes, b"urn:complaint-triage:effect")
    return str(uuid5(namespace.bytes, json.dumps(list(key), ensure_ascii=False, separators=(",", ":")).encode()))


def test_an_id_never_changes() -> None:
    """What is out there under an id is recognised by every later version."""
    key = ("complaint.clock_breached", "C-1", "decision/answer", 1, "due", DUE)
    assert effect_id(*key) == "a9c1842f-c9d4-532c-8e33-885915866caa"


KEYS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.integers(-(2**53), 2**53), st.none(), st.booleans()
    ),
    max_size=6,
)


@given(KEYS)
def test_an_id_is_the_uuid5_of_the_keys_json(key: list[Any]) -> None:
    """Another system can compute it: Chinese letters and quotes are written as JSON writes them, without spaces."""
    assert effect_id(*key) == by_the_contract(key)
    assert uuid.UUID(effect_id(*key)).version == 5


@given(KEYS, KEYS)
def test_other_keys_have_other_ids(one: list[Any], other: list[Any]) -> None:
    """Parts that only look alike when they are joined are different: `a`, `bc` is not `ab`, `c`."""
    same = json.dumps(one) == json.dumps(other)
    assert (effect_id(*one) == effect_id(*other)) == same
    assert effect_id("a", "bc") != effect_id("ab", "c") != effect_id("a,b", "c")


@pytest.mark.parametrize(
    "zone", [ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), timezone(timedelta(hours=5))]
)
def test_an_instant_has_one_id_in_every_zone(zone: Any) -> None:
    """Instants are written in UTC with `Z`, to the second where they are whole."""
    assert effect_id("x", DUE.astimezone(zone)) == effect_id("x", DUE) == by_the_contract(["x", "2026-03-17T15:59:59Z"])
    part = DUE + timedelta(microseconds=250_000)
    assert effect_id("x", part) == by_the_contract(["x", "2026-03-17T15:59:59.250000Z"])


def test_the_ids_of_a_life_follow_from_what_happened() -> None:
    """A decision's from the event that caused it, a notice's from clock, cycle, step and due time, what is taken back
    from the same: the reference says so, and two workers that do the same work say the same."""
    desk = Desk()
    desk.is_registered(causes=["medical_dispute"])
    desk.sweeps("2026-03-18 00:00")
    desk.happens("reply_sent", "2026-03-18 09:00")
    ids = {(one["type"], one["data"].get("clock")): one["id"] for one in desk.said}
    due = "2026-03-17T15:59:59Z"
    step = ["C-1", "decision/answer", 1, "due", due]
    assert ids["complaint.triaged", None] == by_the_contract(["complaint.triaged", "C-1", "/test", "1"])
    assert ids["complaint.clock_breached", "decision/answer"] == by_the_contract(["complaint.clock_breached", *step])
    assert ids["complaint.alert_resolved", "decision/answer"] == by_the_contract(["complaint.alert_resolved", *step])
    assert len({one["id"] for one in desk.said}) == len(desk.said)


def test_the_same_life_has_the_same_outputs() -> None:
    """Ids are computed from what happened, not drawn: another instance's are equal, bytes and all."""
    lives = []
    for _ in range(2):
        desk = Desk()
        desk.is_registered(causes=["medical_dispute"])
        desk.sweeps("2026-03-18 00:00")
        lives.append([message for effects in desk.effects for message in effects.messages])
    assert lives[0] == lives[1] != []
