"""Cases and their child rows, read and written in bulk."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from triage.adapters.store import bulk
from triage.adapters.store.columns import instant_text, to_instant
from triage.adapters.store.letters import letter_row
from triage.adapters.store.outbox import outbox_row
from triage.adapters.store.tables import CASES, CLOCKS, DEAD_LETTERS, NOTICES, OUTBOX, TIMELINE
from triage.domain.document import Document, HandledStep
from triage.domain.lifecycle import FINAL_STATUSES
from triage.ports import CaseRow, Changes, ClockRow, Sibling, TimelineRow

COLUMNS = "no, id, customer, status, priority, department, owner, received_at, version, document, erased_at"
_DOCUMENTS = msgspec.json.Decoder(Document)


class SqlCases:
    """Implements `triage.ports.Cases` within one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self._connection, self._now = connection, now
        self._is_postgres = connection.dialect.name == "postgresql"

    def lock(self, ids: Collection[str]) -> dict[str, CaseRow]:
        """Those that exist, locked in the order of their ids."""
        if not ids:
            return {}
        tail = " FOR UPDATE" if self._is_postgres else ""
        chosen = bulk.among(self._connection, "id", "ids")
        found = self._connection.execute(
            sa.text(f"SELECT {COLUMNS} FROM cases WHERE {chosen} ORDER BY id{tail}"), {"ids": bulk.as_list(ids)}
        )
        return {row.id: to_case(row) for row in found}

    def lock_erased(self, ids: Collection[str]) -> set[str]:
        """Lock those that exist, readable or not; gives those whose personal data are gone."""
        tail = " FOR UPDATE" if self._is_postgres else ""
        chosen = bulk.among(self._connection, "id", "ids")
        found = self._connection.execute(
            sa.text(f"SELECT id, erased_at FROM cases WHERE {chosen} ORDER BY id{tail}"), {"ids": bulk.as_list(ids)}
        )
        return {row.id for row in found if row.erased_at is not None}

    def exists(self, case: str) -> bool:
        """Whether there is this case, readable or not."""
        return self._connection.execute(sa.select(CASES.c.no).where(CASES.c.id == case)).one_or_none() is not None

    def clocks(self, ids: Collection[str]) -> list[ClockRow]:
        """The clock rows of these cases."""
        return clocks_of(self._connection, CASES.c.id.in_(ids))

    def lock_due(self, until: datetime, now: datetime, limit: int) -> list[CaseRow]:
        """Cases with a step due, the longest due first; those that another holds are passed over."""
        order = self._due_numbers(until, now, limit)
        if not order:
            return []
        tail = " FOR UPDATE SKIP LOCKED" if self._is_postgres else ""
        chosen = bulk.among_numbers(self._connection, "no", "numbers")
        found = self._connection.execute(
            sa.text(f"SELECT {COLUMNS} FROM cases WHERE {chosen} ORDER BY id{tail}"),
            {"numbers": bulk.as_list(order)},
        )
        place = {number: index for index, number in enumerate(order)}
        return sorted((to_case(row) for row in found), key=lambda row: place[row.no])

    def due(self, until: datetime, now: datetime, limit: int) -> list[str]:
        """The ids of such cases, neither locked nor read."""
        order = self._due_numbers(until, now, limit)
        if not order:
            return []
        chosen = bulk.among_numbers(self._connection, "no", "numbers")
        found = self._connection.execute(
            sa.text(f"SELECT no, id FROM cases WHERE {chosen}"), {"numbers": bulk.as_list(order)}
        )
        ids = {row.no: row.id for row in found}
        return [ids[number] for number in order]

    def _due_numbers(self, until: datetime, now: datetime, limit: int) -> list[int]:
        due = self._connection.execute(
            sa.text(
                "SELECT case_no FROM clocks WHERE next_at IS NOT NULL AND next_at <= :until "
                "AND (retry_at IS NULL OR retry_at <= :now) ORDER BY next_at LIMIT :limit"
            ),
            {"until": self._bound(until), "now": self._bound(now), "limit": limit},
        )
        return list(dict.fromkeys(row.case_no for row in due))

    def postpone(self, case: str, until: datetime) -> int:
        """After a failed sweep: not before `until` again; gives the number of failures in a row."""
        number = sa.select(CASES.c.no).where(CASES.c.id == case).scalar_subquery()
        waiting = (CLOCKS.c.case_no == number, CLOCKS.c.next_at.is_not(None))
        self._connection.execute(
            sa.update(CLOCKS).where(*waiting).values(attempts=CLOCKS.c.attempts + 1, retry_at=until)
        )
        return int(self._connection.execute(sa.select(sa.func.max(CLOCKS.c.attempts)).where(*waiting)).scalar() or 0)

    def known_events(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """(event id, source) to digest, of those on a timeline."""
        if not keys:
            return {}
        chosen = bulk.among(self._connection, "event_id", "ids")
        found = self._connection.execute(
            sa.text(f"SELECT event_id, source, digest FROM timeline WHERE {chosen}"),
            {"ids": bulk.as_list({event_id for event_id, _ in keys})},
        )
        return {key: row.digest for row in found if (key := (row.event_id, row.source)) in keys}

    def of_customers(self, customers: Collection[str]) -> dict[str, list[Sibling]]:
        """Every case of each customer."""
        if not customers:
            return {}
        chosen = bulk.among(self._connection, "customer", "customers")
        found = self._connection.execute(
            sa.text(f"SELECT id, customer, received_at, status FROM cases WHERE {chosen}"),
            {"customers": bulk.as_list(customers)},
        )
        siblings: dict[str, list[Sibling]] = {}
        for row in found:
            received_at = to_instant(row.received_at) or self._now
            sibling = Sibling(row.id, received_at, row.status not in FINAL_STATUSES)
            siblings.setdefault(row.customer, []).append(sibling)
        return siblings

    def write(self, changes: Changes) -> None:
        """Write all rows; new cases get their numbers."""
        connection = self._connection
        numbers = self._write_cases(changes.cases.values())
        bulk.insert(connection, TIMELINE, [_timeline(row, numbers) for row in changes.timeline])
        clocks = [_clock(row, numbers) for row in changes.clocks.values()]
        bulk.insert(connection, CLOCKS, clocks, update_on=("case_no", "clock", "cycle"))
        self._drop_clocks(changes.gone_clocks, numbers)
        self._write_steps(changes.steps, numbers)
        bulk.insert(connection, OUTBOX, [outbox_row(one, self._now) for one in changes.messages])
        if changes.dead_letters:
            connection.execute(sa.insert(DEAD_LETTERS), [letter_row(one) for one in changes.dead_letters])

    def _write_cases(self, rows: Iterable[CaseRow]) -> dict[str, int]:
        """Insert new cases and update the others; gives all their numbers."""
        rows = list(rows)
        new = [row for row in rows if not row.no]
        bulk.insert(self._connection, CASES, [_case(row) for row in new])
        bulk.update(self._connection, CASES, "no", [{"no": row.no, **_case(row)} for row in rows if row.no])
        numbers = {row.id: row.no for row in rows}
        if new:
            chosen = bulk.among(self._connection, "id", "ids")
            ids = {"ids": bulk.as_list([row.id for row in new])}
            found = self._connection.execute(sa.text(f"SELECT id, no FROM cases WHERE {chosen}"), ids)
            numbers.update({row.id: row.no for row in found})
        return numbers

    def _drop_clocks(self, gone: Collection[tuple[str, str, int]], numbers: dict[str, int]) -> None:
        for case, clock, cycle in gone:
            self._connection.execute(
                sa.delete(CLOCKS).where(
                    CLOCKS.c.case_no == numbers[case], CLOCKS.c.clock == clock, CLOCKS.c.cycle == cycle
                )
            )

    def _write_steps(self, steps: list[tuple[str, HandledStep]], numbers: dict[str, int]) -> None:
        """A step is inserted once under its key, which a second sweeper cannot do again; resolving updates it."""
        new = [_notice(case, step, numbers) for case, step in steps if step.resolved is None]
        bulk.insert(self._connection, NOTICES, new)
        resolved = {(case, step.key): _notice(case, step, numbers) for case, step in steps if step.resolved}
        key = ("case_no", "clock", "cycle", "step", "due_at", "again")
        bulk.insert(self._connection, NOTICES, list(resolved.values()), update_on=key)

    def _bound(self, at: datetime) -> Any:
        return at if self._is_postgres else instant_text(at)


def to_case(row: Any) -> CaseRow:
    """A row of `cases` as it is worked with."""
    received_at = to_instant(row.received_at)
    assert received_at is not None, "the column is not nullable"
    return CaseRow(
        no=row.no,
        id=row.id,
        customer=row.customer,
        status=row.status,
        priority=row.priority,
        department=row.department,
        owner=row.owner,
        received_at=received_at,
        version=row.version,
        erased_at=to_instant(row.erased_at),
        document=_DOCUMENTS.decode(row.document),
    )


def _case(row: CaseRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer,
        "status": row.status,
        "priority": row.priority,
        "department": row.department,
        "owner": row.owner,
        "received_at": row.received_at,
        "version": row.version,
        "document": msgspec.json.encode(row.document).decode(),
        "erased_at": row.erased_at,
    }


def _timeline(row: TimelineRow, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "case_no": numbers[row.case],
        "seq": row.seq,
        "kind": row.kind,
        "event_id": row.event_id,
        "source": row.source,
        "digest": row.digest,
        "type": row.type,
        "event_time": row.event_time,
        "recorded_at": row.recorded_at,
        "body": row.body,
        "decision": row.decision,
    }


def clocks_of(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[ClockRow]:
    """The clock rows of some cases."""
    query = sa.select(CASES.c.id.label("case"), CLOCKS).join(CASES, CASES.c.no == CLOCKS.c.case_no).where(which)
    fields = ClockRow.__struct_fields__
    return [ClockRow(**{name: getattr(row, name) for name in fields}) for row in connection.execute(query)]


def _clock(row: ClockRow, numbers: dict[str, int]) -> dict[str, Any]:
    columns = msgspec.structs.asdict(row)
    return {"case_no": numbers[columns.pop("case")], **columns, "attempts": 0, "retry_at": None}


def _notice(case: str, step: HandledStep, numbers: dict[str, int]) -> dict[str, Any]:
    columns = msgspec.structs.asdict(step)
    del columns["told"]  # of the case's document alone
    return {"case_no": numbers[case], **columns}
