"""Dead letters: what could not be read, what contradicts itself, what could not be applied; bytes are kept."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from monitors.notices.effect_key import effect_id
from monitors.notices.message import DEAD_LETTERS, Message
from triage.codec.concerned import concerned
from triage.codec.decode import FUTURE_TIME, NO_ENVELOPE, UNREADABLE
from triage.ports import DeadLetter, Part, Record

log = structlog.get_logger()

REASONS = (UNREADABLE, NO_ENVELOPE, FUTURE_TIME, "id_conflict", "quarantined", "faulty_data")
"""Why something is a dead letter."""

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


def letter_again(
    letter: DeadLetter,
    _record: Record,
    *,
    reason: str,
    detail: str,
    at: datetime,
    case: str | None = None,
    copy: bool = False,
) -> DeadLetter:
    """What comes of a dead letter that is judged anew and is one again, with the origin that it had. `copy`: the event
    reaches its case too."""
    again = effect_id("dead-letter", letter.id, reason)
    return msgspec.structs.replace(
        letter, id=again, reason=reason, detail=detail, at=at, case=case, copy=copy, redriven=None
    )


def tell(letter: DeadLetter) -> None:
    """A line of the log for a committed one. What is wrong in detail stands beside its bytes in the store: it may quote
    them, and a log holds no personal data."""
    log.warning(
        "event went to the dead letters",
        action="event.dead_letter",
        reason=letter.reason,
        origin=letter.origin,
        also_applied=letter.copy,
        **({"case": letter.case} if letter.case is not None else {}) | concerned(letter.value, letter.headers),
    )


def emptied(letter: DeadLetter) -> DeadLetter:
    """The dead letter of a case whose personal data are erased: that it came and why stays, not what it says."""
    return msgspec.structs.replace(letter, value=b"", headers=(), detail=ERASED)


def origin_of(part: Part, record: Record) -> str:
    """Where a record came from: `file, line` or `topic, partition, offset`."""
    if record.line is not None:
        return f"{part.input}, line {record.line}"
    return f"{part.input}, partition {part.partition}, offset {record.offset}"


def origin_told(part: Part, record: Record) -> dict[str, str]:
    """Where a record came from and which event it is, for a line of the log."""
    return {"origin": origin_of(part, record), **concerned(record.value, record.headers)}


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
