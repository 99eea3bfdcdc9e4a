"""An operator looks after outputs that were not sent: tries them again, or takes them out."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

import msgspec

from triage.errors import Refused
from triage.ports import DROPPED, FAILED, HELD, NOT_SENT, PENDING, OutputRow, Outputs, Reading, Store, Transaction
from triage.service.case_view import instant


class OutputLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One output as `triage outbox list --json` prints it. `state`: pending | held | failed. `recorded_at`: UTC with
    `Z`; `age_seconds`: since then. `payload`, or `payload_base64` when it is no UTF-8: only when it was asked for."""

    no: int
    id: str
    topic: str
    key: str
    sequence: int
    state: str
    detail: str | None
    recorded_at: str
    age_seconds: int
    payload: str | None = None
    payload_base64: str | None = None


def output_lines(
    reading: Reading,
    now: datetime,
    states: Sequence[str],
    *,
    topic: str | None = None,
    limit: int | None = None,
    payload: bool = False,
) -> list[OutputLine]:
    """Outputs in these states, the oldest first."""
    rows = reading.outputs.unsent(states, topic=topic, limit=limit, payload=payload)
    return [_line(row, now) for row in rows]


def _line(row: OutputRow, now: datetime) -> OutputLine:
    columns = msgspec.structs.asdict(row)
    recorded_at, payload = columns.pop("recorded_at"), columns.pop("payload")
    text, base64 = None, None
    if payload is not None:
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            base64 = b64encode(payload).decode()
    age = max(0, int((now - recorded_at).total_seconds()))
    return OutputLine(**columns, recorded_at=instant(recorded_at), age_seconds=age, payload=text, payload_base64=base64)


def retry(store: Store, names: Sequence[str], *, who: str, reason: str) -> int:
    """Let outputs be tried again, all that failed when none is named; gives how many. Raises Refused, and changes
    nothing then, when a name stands for none, for several, or for one that waits for no operator."""
    with store.transaction() as tx:
        rows = _named(tx.outputs, names, (HELD, FAILED)) if names else tx.outputs.unsent([FAILED])
        for row in rows:
            _put(tx, row, PENDING, None, (HELD, FAILED))
            tx.audit(who, f"outbox: {_said(row)} is tried again, it was {row.state}", reason)
    return len(rows)


def drop(store: Store, names: Sequence[str], *, who: str, reason: str) -> int:
    """Take outputs out for good: they are never sent, and their readers see a gap in `sequence`. The rows stay. Raises
    Refused as `retry` does."""
    with store.transaction() as tx:
        rows = _named(tx.outputs, names, NOT_SENT)
        for row in rows:
            _put(tx, row, DROPPED, f"dropped by {who}", NOT_SENT)
            tx.audit(who, f"outbox: {_said(row)} is dropped, it was {row.state}", reason)
    return len(rows)


def _put(tx: Transaction, row: OutputRow, state: str, detail: str | None, among: Sequence[str]) -> None:
    if not tx.outputs.put(row.no, state, detail, among):
        raise Refused([f"output {row.no} was sent meanwhile; nothing is changed"])


def _named(outputs: Outputs, names: Sequence[str], states: Sequence[str]) -> list[OutputRow]:
    faults: list[str] = []
    rows: dict[int, OutputRow] = {}
    for name in names:
        found = outputs.named(name)
        if len(found) != 1:
            faults.append(f"there is no output {name}" if not found else f"{name} names {len(found)} outputs")
        elif found[0].state not in states:
            faults.append(f"output {name} is {found[0].state}, not {' or '.join(states)}")
        else:
            rows[found[0].no] = found[0]
    if faults:
        raise Refused(faults)
    return list(rows.values())


def _said(row: OutputRow) -> str:
    return f"output {row.no} ({row.id}, {row.topic}, key {row.key}, sequence {row.sequence})"
