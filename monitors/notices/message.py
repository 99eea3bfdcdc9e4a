"""Outputs as CloudEvents 1.0: what other systems read."""

import hashlib
from datetime import datetime
from typing import Any, Literal

import msgspec

from monitors.notices.effect_key import effect_id

SOURCE = "/complaint-triage"
TRACEPARENT = "traceparent"
DECISIONS, ALERTS, DEAD_LETTERS = "decisions", "alerts", "dead_letters"

TOPIC_OF: dict[str, str] = {
    "complaint.triaged": DECISIONS,
    "complaint.closed": DECISIONS,
    "complaint.closure_refused": DECISIONS,
    "complaint.extension_refused": DECISIONS,
    "complaint.pause_refused": DECISIONS,
    "complaint.deadline_set": DECISIONS,
    "complaint.clock_ended": DECISIONS,
    "complaint.clock_warning": ALERTS,
    "complaint.clock_breached": ALERTS,
    "complaint.escalated": ALERTS,
    "complaint.alert_resolved": ALERTS,
}
"""Output type to the topic that carries it."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the outbox, ready to be published.

    `topic`: decisions | alerts | dead_letters (the settings name the real topic). `id`: unique, deterministic.
    `sequence`: rising by one per topic and key, 0 for dead letters. `headers`: for dead letters.
    """

    no: int = 0
    id: str
    topic: str
    key: str
    sequence: int
    payload: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An output as CloudEvents 1.0 in structured mode. `sequence`: counts from 1 per topic and complaint.
    `traceparent`: of the event that caused it, when it had one."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    sequence: int
    data: Any
    traceparent: str | msgspec.UnsetType = msgspec.UNSET


LARGEST_DEAD_LETTER = 900_000
"""Bytes; a longer one is published cut; the store keeps the whole."""


def published(message: Message) -> Message:
    """The message as it leaves: a dead letter that is too long is cut and carries the sha256 of the whole."""
    if message.topic != DEAD_LETTERS or len(message.payload) <= LARGEST_DEAD_LETTER:
        return message
    mark = ("dlq_sha256", hashlib.sha256(message.payload).hexdigest().encode())
    return msgspec.structs.replace(
        message, payload=message.payload[:LARGEST_DEAD_LETTER], headers=(*message.headers, mark)
    )


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell the outside. `key`: what makes the effect unique beside its type and case. `data`: one of
    `monitors.notices.outputs`."""

    type: str
    case: str
    key: tuple[Any, ...]
    data: Any


class _Traced(msgspec.Struct):
    traceparent: str | None = None


def traceparent_of(message: Message) -> str | None:
    """The trace context of the event that caused an output, when it had one; of a dead letter its original header."""
    for name, value in message.headers:
        if name == TRACEPARENT:
            return value.decode("ascii", "replace")
    if message.topic == DEAD_LETTERS:
        return None
    try:
        return msgspec.json.decode(message.payload, type=_Traced).traceparent
    except msgspec.DecodeError:  # of an older version, or not ours
        return None


def to_message(output: Output, *, sequence: int, time: datetime, traceparent: str | None = None) -> Message:
    """The output as one row of the outbox. `sequence` counts per topic and case, from 1."""
    event_id = effect_id(output.type, output.case, *output.key)
    envelope = Envelope(
        id=event_id,
        source=SOURCE,
        type=output.type,
        subject=output.case,
        time=time,
        dataschema=f"urn:{SOURCE.strip('/')}:{output.type}:1",
        sequence=sequence,
        data=output.data,
        traceparent=msgspec.UNSET if traceparent is None else traceparent,
    )
    return Message(
        id=event_id,
        topic=TOPIC_OF[output.type],
        key=output.case,
        sequence=sequence,
        payload=msgspec.json.encode(envelope),
    )
