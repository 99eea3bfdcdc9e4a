"""Outputs and the audit, as operators look at them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from triage.adapters.store.outbox import to_message
from triage.adapters.store.tables import AUDIT, OUTBOX
from triage.ports import AuditRow, OutputRow

_HEAD = [column for column in OUTBOX.c if column.name not in ("payload", "headers")]


MOST_DIGITS = 18
"""Of a number that both databases can compare."""


def _named(name: str) -> sa.ColumnElement[bool]:
    """The output of that number, or those whose id begins so."""
    if name.isdecimal() and len(name) <= MOST_DIGITS:
        return OUTBOX.c.no == int(name)
    return OUTBOX.c.id.startswith(name, autoescape=True)


class SqlOutputs:
    """Implements `triage.ports.Outputs` within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def unsent(
        self, states: Collection[str], *, topic: str | None = None, limit: int | None = None, payload: bool = False
    ) -> list[OutputRow]:
        """Those in these states, the oldest first."""
        query = (
            sa.select(*(OUTBOX.c if payload else _HEAD))
            .where(OUTBOX.c.state.in_(states))
            .order_by(OUTBOX.c.no)
            .limit(limit)
        )
        if topic is not None:
            query = query.where(OUTBOX.c.topic == topic)
        return [_to_output(row, payload=payload) for row in self._connection.execute(query)]

    def named(self, name: str) -> list[OutputRow]:
        """Those with this number, or whose ids begin so."""
        is_meant = _named(name)
        query = sa.select(*_HEAD).where(is_meant).order_by(OUTBOX.c.no)
        return [_to_output(row, payload=False) for row in self._connection.execute(query)]

    def put(self, no: int, state: str, detail: str | None, among: Sequence[str]) -> bool:
        """Set the state of one that is in one of those; False when it no longer is."""
        changed = self._connection.execute(
            sa.update(OUTBOX).where(OUTBOX.c.no == no, OUTBOX.c.state.in_(among)).values(state=state, detail=detail)
        )
        return bool(changed.rowcount)


def _to_output(row: Any, *, payload: bool) -> OutputRow:
    return OutputRow(
        no=row.no,
        id=row.id,
        topic=row.topic,
        key=row.key,
        sequence=row.sequence,
        state=row.state,
        detail=row.detail,
        recorded_at=row.recorded_at,
        payload=to_message(row).payload if payload else None,
    )


class SqlAudit:
    """Implements `triage.ports.Audit` on one snapshot."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def rows(
        self,
        *,
        since: datetime | None = None,
        who: str | None = None,
        what: str | None = None,
        limit: int | None = None,
    ) -> list[AuditRow]:
        """The newest first. `what`: how it begins, letter for letter."""
        query = sa.select(AUDIT.c.no, AUDIT.c.at, AUDIT.c.who, AUDIT.c.what, AUDIT.c.why).order_by(AUDIT.c.no.desc())
        if since is not None:
            query = query.where(AUDIT.c.at >= since)
        if who is not None:
            query = query.where(AUDIT.c.who == who)
        if what is not None:  # LIKE would be blind to capitals in SQLite
            query = query.where(sa.func.substr(AUDIT.c.what, 1, len(what)) == what)
        return [AuditRow(*row) for row in self._connection.execute(query.limit(limit))]
