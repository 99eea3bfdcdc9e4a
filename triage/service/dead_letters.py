"""Dead letters: what could not be read, what contradicts itself, what could not be applied; bytes are kept."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from monitors.notices.effect_key import effect_id
from monitors.notices.message import DEAD_LETTERS, Message
from triage.ports import DeadLetter, Part, Record

ERASED = "erased"
"""Stands for the detail of a dead letter whose bytes are gone."""


def dead_letter(
    part: Part, record: Record, *, reason: str, detail: str, at: datetime, case: str | None = None, copy: bool = False
) -> DeadLetter:
    """The record as a dead letter, with its origin. `copy`: the event reached its case too."""
    return DeadLetter(
        id=effect_id("dead-letter", part.input, part.partition, record.offset, reason),
        reason=reason,
        detail=detail,
        origin=origin_of(part, record),
        at=at,
        value=record.value,
        headers=tuple(record.headers),
        case=case,
        copy=copy,
    )


def emptied(letter: DeadLetter) -> DeadLetter:
    """The dead letter of a case whose personal data are erased: that it came and why stays, not what it says."""
    return msgspec.structs.replace(letter, value=b"", headers=(), detail=ERASED)


def origin_of(part: Part, record: Record) -> str:
    """Where a record came from: `file, line` or `topic, partition, offset`."""
    if record.line is not None:
        return f"{part.input}, line {record.line}"
    return f"{part.input}, partition {part.partition}, offset {record.offset}"


def to_messages(letters: Sequence[DeadLetter]) -> list[Message]:
    """The dead letters as rows of the outbox: original bytes and headers, and four headers of our own."""
    return [
        Message(
            id=letter.id,
            topic=DEAD_LETTERS,
            key=letter.case or letter.id,
            sequence=0,
            payload=letter.value,
            headers=(
                *letter.headers,
                ("dlq_reason", letter.reason.encode()),
                ("dlq_detail", letter.detail.encode()),
                ("dlq_origin", letter.origin.encode()),
                ("dlq_at", letter.at.isoformat().encode()),
            ),
        )
        for letter in letters
    ]
