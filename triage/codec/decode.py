"""From bytes to an event, or to a dead letter. Never raises."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from triage.codec.checking import Checker
from triage.codec.instants import YEARS, read_instant, utc_text
from triage.codec.showing import shown
from triage.codec.thorough import DEEPEST, Unreadable, read_thoroughly, subject_in
from triage.domain import event as ev
from triage.domain.event import Event, Fault
from triage.domain.facts import Vocabulary
from triage.domain.trace import sound_traceparent

MOST_AHEAD = timedelta(minutes=5)
"""An event's time may be so far ahead of its arrival."""

LONGEST_NAME = 512
"""Bytes of an id, source, type or subject: they are keys of the store's indexes, whose rows are bounded."""

SURELY_SHORT = LONGEST_NAME // 4
"""Characters: none has more than four bytes."""

UNREADABLE, NO_ENVELOPE, FUTURE_TIME = "unreadable", "no_envelope", "future_time"


class Arrival(msgspec.Struct, frozen=True):
    """A readable event. `body`: its data as sent, 1.0 as 1. `digest`: sha256 over type, subject, time and data as
    JSON values; the order of keys and the spelling of the instant do not matter."""

    event: Event
    body: Any
    digest: str
    traceparent: str | None


class DeadLetter(msgspec.Struct, frozen=True):
    """Bytes that no case can take, and why. `reason`: unreadable | no_envelope | future_time. `case`: which they name,
    None when none can be read in them."""

    reason: str
    detail: str
    case: str | None = None


class _Envelope(msgspec.Struct):
    id: str
    source: str
    type: str
    subject: str
    time: str
    data: Any = None
    specversion: Any = "1.0"
    traceparent: Any = None


class Head(msgspec.Struct, frozen=True):
    """Which event it is, of which case, and when. `customers`: the ids that its data name, sound or not. `digest`: as
    of `Arrival`, when it was asked for."""

    id: str
    source: str
    subject: str
    at: datetime
    customers: tuple[str, ...]
    digest: str


def read_head(raw: bytes, *, digest: bool = False) -> Head | DeadLetter:
    """The head of an event in virtual time, whatever its data are by any vocabulary."""
    opened = _open(raw, level=digest)
    if isinstance(opened, DeadLetter):
        return opened
    envelope, at, _ = opened
    told = _digest(envelope, at) if digest else ""
    return Head(envelope.id, envelope.source, envelope.subject, at, customers_in(envelope.data), told)


def customers_in(data: Any) -> tuple[str, ...]:
    """The ids of customers that an event's data name, sound or not."""
    found = []
    for place in (data, data.get("patch") if isinstance(data, dict) else None):
        customer = place.get("customer") if isinstance(place, dict) else None
        name = customer.get("id") if isinstance(customer, dict) else None
        if isinstance(name, str):
            found.append(name)
    return tuple(found)


_DECODER = msgspec.json.Decoder(_Envelope)
_NUMBERS_TO_LEVEL = re.compile(rb"\d\.0+(?![\d\"])|\d[eE]")
"""No number stands before a quotation mark, so that the version of an envelope is none."""


class Codec:
    """Decodes events by one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._checker = Checker(vocabulary)

    def decode(
        self, raw: bytes, arrived_at: datetime | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> Arrival | DeadLetter:
        """`arrived_at` None: in virtual time, where no event is ahead of its arrival."""
        opened = _open(raw)
        if isinstance(opened, DeadLetter):
            return opened
        envelope, at, notes = opened
        if arrived_at is not None and at > arrived_at + MOST_AHEAD:
            return DeadLetter(FUTURE_TIME, f"time is {at.isoformat()}, more than 5 minutes ahead", envelope.subject)
        traceparent = _traceparent(envelope, headers)
        return Arrival(self._event(envelope, at, notes), envelope.data, _digest(envelope, at), traceparent)

    def decode_event(self, raw: bytes) -> Event | DeadLetter:
        """The event alone, in virtual time, for a reader who needs no digest."""
        opened = _open(raw)
        return opened if isinstance(opened, DeadLetter) else self._event(*opened)

    def _event(self, envelope: _Envelope, at: datetime, notes: tuple[Fault, ...]) -> Event:
        data = {} if envelope.data is None else envelope.data
        checked = self._checker.check(envelope.type, data, at)
        return Event(
            id=envelope.id,
            source=envelope.source,
            type=envelope.type,
            subject=envelope.subject,
            time=at,
            data=_normalised(envelope.type, checked.data),
            faults=checked.faults + notes,
        )


def _open(raw: bytes, *, level: bool = True) -> tuple[_Envelope, datetime, tuple[Fault, ...]] | DeadLetter:
    """The envelope, its time, and notes on what was odd about it; or why no case can take it. `level`: whether numbers
    count, so that 1.0 is read as 1."""
    try:
        envelope, notes = _read(raw)
    except Unreadable as error:
        return DeadLetter(UNREADABLE, str(error), _case_in(raw))
    if envelope is None:
        return DeadLetter(NO_ENVELOPE, "id, source, type, subject and time have to be texts", _case_in(raw))
    if level and _NUMBERS_TO_LEVEL.search(raw):
        envelope = msgspec.structs.replace(envelope, data=_level(envelope.data))
    at = read_instant(envelope.time)
    wrong = _envelope_fault(envelope, at)
    if wrong or at is None:
        return DeadLetter(NO_ENVELOPE, wrong, _case_in(raw))
    return envelope, at, notes + _version_fault(envelope.specversion)


def _case_in(raw: bytes) -> str | None:
    """The case that a dead letter names, so that an erasure of the case finds it."""
    subject = subject_in(raw)
    return subject if subject is not None and not _length_fault("subject", subject) else None


def _read(raw: bytes) -> tuple[_Envelope | None, tuple[Fault, ...]]:
    """The envelope, None when it lacks a part; notes on characters that were folded and on fields left out."""
    try:
        if raw.count(b"{") + raw.count(b"[") <= DEEPEST and b"\\u0000" not in raw:
            return _DECODER.decode(raw), ()
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # the thorough reader says what is wrong, or folds it
    return _read_thoroughly(raw)


def _read_thoroughly(raw: bytes) -> tuple[_Envelope | None, tuple[Fault, ...]]:
    """Slower, for odd bytes. Raises Unreadable."""
    folded, notes = read_thoroughly(raw)
    try:
        return msgspec.convert(folded, _Envelope), notes
    except msgspec.ValidationError:
        return None, ()


def _names(envelope: _Envelope) -> tuple[tuple[str, str], ...]:
    return (
        ("id", envelope.id), ("source", envelope.source), ("type", envelope.type), ("subject", envelope.subject),
    )  # fmt: skip


def _envelope_fault(envelope: _Envelope, at: datetime | None) -> str:
    for name, value in _names(envelope):
        if not 1 <= len(value) <= SURELY_SHORT and (wrong := _length_fault(name, value)):
            return wrong
    return "" if at else f"time is not RFC 3339 with an offset, of the years {YEARS.start} to {YEARS.stop - 1}"


def _length_fault(name: str, value: str) -> str:
    length = len(value.encode("utf-8", "replace"))
    return "" if 1 <= length <= LONGEST_NAME else f"{name} has {length} bytes, allowed: 1 to {LONGEST_NAME}"


def _version_fault(version: Any) -> tuple[Fault, ...]:
    """A fault of its own, for a readable envelope reaches its case whatever version it claims."""
    if version is None or (isinstance(version, str) and version.startswith("1.")):
        return ()
    found = version if isinstance(version, str) else msgspec.json.encode(version).decode()
    return (Fault("specversion", shown(found), "1.0"),)


def _normalised(event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Defaults filled in, instants in UTC, persons as {id, name}."""
    data = {**ev.DEFAULTS.get(event_type, {}), **data}
    for field in ("received_at", "complainant_informed_at"):
        if isinstance(data.get(field), str):
            data[field] = utc_text(data[field])
    owner = data.get("owner")
    if isinstance(owner, str):
        data["owner"] = {"id": owner, "name": owner}
    patch = data.get("patch")
    if isinstance(patch, dict) and isinstance(patch.get("received_at"), str):
        data["patch"] = {**patch, "received_at": utc_text(patch["received_at"])}
    return data


def _digest(envelope: _Envelope, at: datetime) -> str:
    content = msgspec.json.encode((envelope.type, envelope.subject, at, envelope.data), order="sorted")
    return hashlib.sha256(content).hexdigest()


def _level(value: Any) -> Any:
    """1.0 and 1 are the same JSON number."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_level(one) for one in value]
    return {key: _level(one) for key, one in value.items()} if isinstance(value, dict) else value


def traceparent_of(raw: bytes, headers: Sequence[tuple[str, bytes]] = ()) -> str | None:
    """The sender's trace context, from the envelope or else from the record's headers."""
    opened = _open(raw, level=False)
    return None if isinstance(opened, DeadLetter) else _traceparent(opened[0], headers)


def _traceparent(envelope: _Envelope, headers: Sequence[tuple[str, bytes]]) -> str | None:
    given = envelope.traceparent
    return sound_traceparent(given) if isinstance(given, str) else traceparent_in(headers)


def traceparent_in(headers: Sequence[tuple[str, bytes]]) -> str | None:
    """W3C trace context as a message's header, or as a CloudEvents attribute there."""
    for name, value in headers:
        if name in ("traceparent", "ce_traceparent"):
            return sound_traceparent(value.decode("ascii", "replace"))
    return None
