"""Rows by their age. Numbers rise with time, so the old ones stand first and nothing else is looked at."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from triage.adapters.store.tables import AUDIT, CASES, DEAD_LETTERS, OPEN, OUTBOX, TIMELINE
from triage.ports import Dropped, Settled

AT_ONCE = 500
"""Rows of one transaction."""

CASES_LOOKED_AT = 2000
"""Numbers of cases that one look spans; most of them are open or erased."""


class SqlOldRows:
    """Implements `triage.ports.OldRows` within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def drop_sent_outputs(self, before: datetime, after: int) -> Dropped:
        """Delete outputs that were sent and recorded before an instant."""
        return self._drop(OUTBOX, OUTBOX.c.recorded_at, before, after, OUTBOX.c.state == "sent")

    def drop_dead_letters(self, before: datetime, after: int) -> Dropped:
        """Delete dead letters that came before an instant, and what was published of them from the outbox."""
        old = self._old(DEAD_LETTERS, DEAD_LETTERS.c.at, before, after)
        ids = sa.select(DEAD_LETTERS.c.id).where(DEAD_LETTERS.c.no.in_(old))
        self._connection.execute(sa.delete(OUTBOX).where(OUTBOX.c.id.in_(ids), OUTBOX.c.state == "sent"))
        return self._drop(DEAD_LETTERS, DEAD_LETTERS.c.at, before, after)

    def drop_audit(self, before: datetime, after: int) -> Dropped:
        """Delete entries of the audit from before an instant."""
        return self._drop(AUDIT, AUDIT.c.at, before, after)

    def settled_cases(self, before: datetime, after: int) -> Settled:
        """Cases without work left whose last event or step was before an instant."""
        span = (CASES.c.no > after, CASES.c.no <= after + CASES_LOOKED_AT)
        recent = sa.select(TIMELINE.c.case_no).where(TIMELINE.c.case_no == CASES.c.no, TIMELINE.c.event_time >= before)
        settled = (*span, sa.not_(OPEN), CASES.c.erased_at.is_(None), sa.not_(sa.exists(recent)))
        query = sa.select(CASES.c.no, CASES.c.id).where(*settled).order_by(CASES.c.no).limit(AT_ONCE)
        rows = self._connection.execute(query).all()
        if len(rows) == AT_ONCE:
            return Settled([row.id for row in rows], rows[-1].no)
        last = self._connection.execute(sa.select(sa.func.max(CASES.c.no))).scalar() or 0
        beyond = after + CASES_LOOKED_AT
        return Settled([row.id for row in rows], beyond if beyond < last else None)

    def _drop(
        self,
        table: sa.Table,
        at: sa.Column[Any],
        before: datetime,
        after: int,
        which: sa.ColumnElement[bool] | None = None,
    ) -> Dropped:
        old = self._old(table, at, before, after)
        chosen = [table.c.no.in_(old)] if which is None else [table.c.no.in_(old), which]
        gone = self._connection.execute(sa.delete(table).where(*chosen)).rowcount if old else 0
        return Dropped(gone, old[-1] if len(old) == AT_ONCE else None)

    def _old(self, table: sa.Table, at: sa.Column[Any], before: datetime, after: int) -> list[int]:
        """The next numbers, up to the first row that is not old."""
        query = sa.select(table.c.no, at).where(table.c.no > after).order_by(table.c.no).limit(AT_ONCE)
        numbers: list[int] = []
        for no, when in self._connection.execute(query):
            if when >= before:
                break
            numbers.append(no)
        return numbers
