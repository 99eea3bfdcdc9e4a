"""Questions over the whole store: the databases filter and count, what is left streams."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from triage.adapters.store.cases import to_case
from triage.adapters.store.columns import to_instant
from triage.adapters.store.tables import CASES, CLOCKS, OPEN, TIMELINE
from triage.domain.event import AMENDED, REGISTERED
from triage.ports import CaseRow, KeptDecision, OpenCase, PastRow, Span

AT_ONCE = 1000
"""Rows held in memory of an answer that streams."""

TOLD = sa.and_(TIMELINE.c.kind == "event", TIMELINE.c.type.in_([REGISTERED, AMENDED]))
DECIDED = TIMELINE.c.decision.is_not(None)


class _Outcome(msgspec.Struct):
    held_by_human: tuple[str, ...] = ()


class _Document(msgspec.Struct):
    outcome: _Outcome | None = None


_DOCUMENTS = msgspec.json.Decoder(_Document)


class SqlPast:
    """Implements `triage.ports.Past` on one snapshot."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def span(self, since: datetime) -> Span:
        """What there is to look at since an instant."""
        first = self._connection.execute(sa.select(sa.func.min(CASES.c.received_at))).scalar()
        complaints = sa.select(sa.func.count()).select_from(CASES).where(CASES.c.received_at >= since)
        return Span(to_instant(first), int(self._connection.execute(complaints).scalar_one()))

    def rows(self, since: datetime) -> Iterator[PastRow]:
        """What was told and decided by events and steps since an instant: the timelines are read once."""
        body = sa.case((TOLD, TIMELINE.c.body), else_=None)
        query = sa.select(TOLD, body, TIMELINE.c.decision).where(sa.or_(DECIDED, TOLD), TIMELINE.c.event_time >= since)
        return (PastRow(bool(is_told), text, decision) for is_told, text, decision in self._stream(query))

    def decisions_by_case(self, since: datetime | None, until: datetime | None) -> Iterator[KeptDecision]:
        """Every decision up to `until` of the cases that have one since `since`, case by case."""
        columns = (CASES.c.id, TIMELINE.c.event_time, TIMELINE.c.decision)
        query = sa.select(*columns).join(CASES, CASES.c.no == TIMELINE.c.case_no).where(DECIDED)
        if since is not None:
            recent = sa.select(TIMELINE.c.case_no).where(DECIDED, TIMELINE.c.event_time >= since)
            query = query.where(TIMELINE.c.case_no.in_(recent))
        if until is not None:
            query = query.where(TIMELINE.c.event_time < until)
        query = query.order_by(TIMELINE.c.case_no, TIMELINE.c.seq)
        return (KeptDecision(*row) for row in self._stream(query))

    def open_cases(self, received_before: datetime) -> Iterator[OpenCase]:
        """Open cases that were received before an instant."""
        query = sa.select(CASES).where(OPEN, CASES.c.received_at < received_before).order_by(CASES.c.no)
        for row in self._stream(query):
            outcome = _DOCUMENTS.decode(row.document).outcome
            assigned = outcome is not None and "owner" in outcome.held_by_human
            yield OpenCase(row.id, row.status, row.department, row.owner, row.received_at, assigned)

    def paused_cases(self) -> Iterator[CaseRow]:
        """Cases with a clock that stands."""
        standing = sa.select(CLOCKS.c.case_no).where(CLOCKS.c.state == "paused")
        query = sa.select(CASES).where(CASES.c.no.in_(standing)).order_by(CASES.c.no)
        return map(to_case, self._stream(query))

    def _stream(self, query: sa.Select[Any]) -> Iterator[Any]:
        yield from self._connection.execute(query, execution_options={"yield_per": AT_ONCE})
