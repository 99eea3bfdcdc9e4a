"""Questions of the command line, health and gauges."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from monitors.notices.message import Message
from triage.adapters.store.cases import clocks_of, to_case
from triage.adapters.store.columns import to_instant
from triage.adapters.store.gauges import gauges, oldest_wait
from triage.adapters.store.letters import SqlDeadLetters
from triage.adapters.store.listing import numbers
from triage.adapters.store.offsets import to_position
from triage.adapters.store.outbox import to_message
from triage.adapters.store.outputs import SqlAudit, SqlOutputs
from triage.adapters.store.past import SqlPast
from triage.adapters.store.rulebooks import SqlRulebooks
from triage.adapters.store.switches import SqlSwitches
from triage.adapters.store.tables import CASES, CLOCKS, DEAD_LETTERS, NOTICES, OFFSETS, OUTBOX, TIMELINE, WITHOUT_NEXT
from triage.ports import CaseRow, ClockRow, Part, Position, TimelineRow, Wanted

CHUNK = 500


class SqlReading:
    """Implements `triage.ports.Reading` on one snapshot. `now`: the service's time when it was opened."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self._connection, self._now = connection, now
        self.rulebooks = SqlRulebooks(connection)
        self.switches = SqlSwitches(connection)
        self.letters = SqlDeadLetters(connection)
        self.outputs = SqlOutputs(connection)
        self.audit = SqlAudit(connection)
        self.past = SqlPast(connection)

    def ping(self) -> None:
        """Raises StoreAway when the store does not answer."""
        self._connection.execute(sa.select(1))

    def listed(self, wanted: Wanted, now: datetime) -> Iterator[CaseRow]:
        """The wanted cases in their order, chunk by chunk."""
        found = numbers(self._connection, wanted, now)
        while chunk := list(islice(found, CHUNK)):
            rows = self._connection.execute(sa.select(CASES).where(CASES.c.no.in_(chunk)))
            by_number = {row.no: row for row in rows}
            yield from (to_case(by_number[number]) for number in chunk)

    def cases(self, *, ids: Collection[str] | None = None) -> Iterator[CaseRow]:
        """Cases in the order of their numbers, chunk by chunk."""
        query = sa.select(CASES).order_by(CASES.c.no).limit(CHUNK)
        if ids is not None:
            query = query.where(CASES.c.id.in_(ids))
        last = 0
        while True:
            rows = self._connection.execute(query.where(CASES.c.no > last)).all()
            yield from map(to_case, rows)
            if len(rows) < CHUNK:
                return
            last = rows[-1].no

    def clocks(self, case_nos: Collection[int]) -> list[ClockRow]:
        """The clock rows of these cases."""
        return clocks_of(self._connection, CLOCKS.c.case_no.in_(case_nos))

    def oldest_wait(self, now: datetime) -> float:
        """For how many seconds the longest waiting step is due; 0 for none."""
        return oldest_wait(self._connection, now)

    def has_forgotten_clock(self) -> bool:
        """Whether a running clock has no time at which it is looked at again."""
        # The latest of them, from the end of its index: asked for any that is due later, PostgreSQL reads the table.
        latest = sa.select(sa.func.max(CLOCKS.c.due_at)).where(WITHOUT_NEXT)
        due_at = to_instant(self._connection.execute(latest).scalar())
        return due_at is not None and due_at > self._now

    def timeline(self, case: str) -> list[TimelineRow]:
        """The rows of one case in order."""
        number = sa.select(CASES.c.no).where(CASES.c.id == case).scalar_subquery()
        query = sa.select(TIMELINE).where(TIMELINE.c.case_no == number).order_by(TIMELINE.c.seq)
        fields = [name for name in TimelineRow.__struct_fields__ if name != "case"]
        rows = self._connection.execute(query)
        return [TimelineRow(case=case, **{name: getattr(row, name) for name in fields}) for row in rows]

    def events(self) -> Iterator[TimelineRow]:
        """Every event that still has its data, in the order of time."""
        query = (
            sa.select(TIMELINE, CASES.c.id.label("case"))
            .join(CASES, CASES.c.no == TIMELINE.c.case_no)
            .where(TIMELINE.c.kind == "event", TIMELINE.c.body.is_not(None))
            .order_by(TIMELINE.c.event_time, TIMELINE.c.case_no, TIMELINE.c.seq)
            .execution_options(yield_per=CHUNK)
        )
        for row in self._connection.execute(query):
            yield TimelineRow(**{name: getattr(row, name) for name in TimelineRow.__struct_fields__})

    def positions(self) -> list[tuple[Part, Position]]:
        """Every stored position."""
        rows = self._connection.execute(sa.select(OFFSETS).order_by(OFFSETS.c.input, OFFSETS.c.partition))
        return [(Part(row.input, row.partition), to_position(row)) for row in rows]

    def recent_messages(self, topic: str, limit: int) -> list[Message]:
        """The newest outputs of a topic, the newest first, sent or not."""
        query = sa.select(OUTBOX).where(OUTBOX.c.topic == topic).order_by(OUTBOX.c.no.desc()).limit(limit)
        return [to_message(row) for row in self._connection.execute(query)]

    def gauges(self, now: datetime, figures: str | None = None) -> list[tuple[str, dict[str, str], float]]:
        """(metric name, labels, value) of what is counted over the whole store; everything without `figures`."""
        return gauges(self._connection, now, figures)

    def summary(self) -> dict[str, Any]:
        """Counts: cases, events, notices by state, outputs by state, dead letters by reason."""
        return {
            "cases": self._count(sa.select(sa.func.count()).select_from(CASES)),
            "events": self._count(sa.select(sa.func.count()).where(TIMELINE.c.kind == "event")),
            "notices": self._by(NOTICES.c.state),
            "outbox": self._by(OUTBOX.c.state),
            "dead_letters": self._by(DEAD_LETTERS.c.reason),
        }

    def _count(self, query: sa.Select[Any]) -> int:
        return int(self._connection.execute(query).scalar_one())

    def _by(self, column: sa.Column[Any]) -> dict[str, int]:
        query = sa.select(column, sa.func.count()).group_by(column).order_by(column)
        return {str(key): int(count) for key, count in self._connection.execute(query)}
