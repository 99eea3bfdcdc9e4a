"""Dead letters: the bytes as they came, and in the headers why, from where and when."""

from datetime import timedelta
from typing import Any

import pytest

from monitors.notices.message import DEAD_LETTERS
from tests.contract.builders import NOW, a_dead_letter
from tests.unit.notices.test_effect_key import by_the_contract
from triage.ports import DeadLetter, Part, Record
from triage.service.dead_letters import dead_letter, origin_of, to_messages

TOPIC = Part("complaints.events", 3)
FILE = Part("file:old.jsonl#9f2c", 0)


def record(value: bytes = b"{", **columns: Any) -> Record:
    return Record(**{"offset": 41, "next_offset": 42, "value": value, **columns})


def letter(part: Part = TOPIC, of: Record | None = None, **changes: Any) -> DeadLetter:
    return dead_letter(part, of or record(), **{"reason": "unreadable", "detail": "no JSON", "at": NOW, **changes})


@pytest.mark.parametrize(
    ("part", "of", "origin"),
    [
        (TOPIC, record(), "complaints.events, partition 3, offset 41"),
        (FILE, record(line=7), "file:old.jsonl#9f2c, line 7"),
        (FILE, record(line=1, offset=0), "file:old.jsonl#9f2c, line 1"),
    ],
)
def test_the_origin_is_where_a_person_finds_the_record(part: Part, of: Record, origin: str) -> None:
    """Topic, partition and offset, or file and line."""
    assert origin_of(part, of) == origin
    assert letter(part, of).origin == origin


@pytest.mark.parametrize(
    "value", [b"", b"{", b"\xff\x00\xfe", "投诉".encode("gb18030"), b'{"a": 1}\r\n', b"x" * 2_000_000]
)
def test_the_bytes_are_kept(value: bytes) -> None:
    """Whatever came, in the letter and in what goes out."""
    one = letter(of=record(value))
    assert one.value == value
    assert to_messages([one])[0].payload == value


def test_a_letter_says_why_when_and_of_which_case() -> None:
    """`copy` tells that the event reached its case too."""
    one = letter(reason="faulty_data", detail="channel: fax, allowed: phone", case="C-1", copy=True)
    assert (one.reason, one.detail, one.at, one.case, one.copy) == (
        "faulty_data", "channel: fax, allowed: phone", NOW, "C-1", True,
    )  # fmt: skip
    assert (letter().case, letter().copy) == (None, False)


def test_four_headers_stand_behind_the_original_ones() -> None:
    """Nothing of the sender's is lost; ours are at the end, where they outdo equal names."""
    of = record(headers=(("traceparent", b"00-1-2-01"), ("content-type", b"application/json"), ("名", "投诉".encode())))
    (message,) = to_messages([letter(of=of)])
    assert message.headers == (
        ("traceparent", b"00-1-2-01"),
        ("content-type", b"application/json"),
        ("名", "投诉".encode()),
        ("dlq_reason", b"unreadable"),
        ("dlq_detail", b"no JSON"),
        ("dlq_origin", b"complaints.events, partition 3, offset 41"),
        ("dlq_at", b"2026-03-02T01:30:00+00:00"),
    )


def test_a_letter_that_came_back_says_the_newest_reason_last() -> None:
    """One that was sent in again and failed again."""
    old = (("dlq_reason", b"future_time"), ("dlq_at", b"2026-01-01T00:00:00+00:00"))
    (message,) = to_messages([letter(of=record(headers=old))])
    assert dict(message.headers)["dlq_reason"] == b"unreadable"
    assert len(message.headers) == 6


@pytest.mark.parametrize(("case", "key"), [("C-1", "C-1"), (None, "dl7")])
def test_the_key_is_the_case_or_the_letters_own_id(case: str | None, key: str) -> None:
    """Letters of one case stay in order; those of none are spread."""
    (message,) = to_messages([a_dead_letter(7, case=case)])
    assert (message.topic, message.id, message.key, message.sequence) == (DEAD_LETTERS, "dl7", key, 0)


def test_the_id_follows_from_the_place_and_the_reason() -> None:
    """A second worker that reads the same record makes the same letter, whenever it does."""
    one = letter()
    assert one.id == by_the_contract(["dead-letter", "complaints.events", 3, 41, "unreadable"])
    assert letter(at=NOW + timedelta(days=1), detail="other", of=record(b"other")).id == one.id
    others = [
        letter(reason="no_envelope"),
        letter(of=record(offset=42, next_offset=43)),
        letter(Part("complaints.events", 4)),
        letter(Part("other.events", 3)),
    ]
    assert len({one.id, *(other.id for other in others)}) == 5


def test_letters_go_out_in_the_order_they_came() -> None:
    """One message each."""
    assert [message.id for message in to_messages([a_dead_letter(n) for n in (3, 1, 2)])] == ["dl3", "dl1", "dl2"]
    assert to_messages([]) == []
