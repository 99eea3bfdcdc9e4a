"""Revisions of the rulebook: what is stored of each, what became of it, and which one runs."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from triage.adapters.store.tables import (
    CLOCKS,
    IN_SHADOW,
    IS_ACTIVE,
    PROVISIONAL,
    RULEBOOK_CHANGES,
    RULEBOOKS,
    SHADOW_TALLIES,
)
from triage.ports import ACTIVE, DRAFT, STATE_AFTER, RulebookChange, Running, ShadowRun, ShadowTally, StoredRulebook

ACTIVE_LOCK = 7_201_633
"""PostgreSQL's advisory lock on which revision is active. Who decides by it and writes holds it shared to the end, who
changes it holds it alone: a batch under way would write clocks by the old calendars after they were woken for the new.
In SQLite there is one writer at a time."""


class SqlRulebooks:
    """Implements `triage.ports.Rulebooks` within one transaction. `writes`: whether it may change anything."""

    def __init__(self, connection: sa.Connection, *, writes: bool = False) -> None:
        self._connection = connection
        self._locks = writes and connection.dialect.name == "postgresql"
        self._is_held = False

    def active(self) -> StoredRulebook | None:
        """The one active revision."""
        return self._one(IS_ACTIVE)

    def active_revision(self) -> str | None:
        """Its name alone. It stays the active one until a transaction that writes has ended."""
        return self.running().active

    def running(self) -> Running:
        """The names of the active revision and of the one in its shadow; they stay so until a transaction that writes
        has ended."""
        if self._locks and not self._is_held:
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(ACTIVE_LOCK)))
            self._is_held = True
        query = sa.select(RULEBOOKS.c.revision, RULEBOOKS.c.state, RULEBOOKS.c.shadow_run).where(
            sa.or_(IS_ACTIVE, IN_SHADOW)
        )
        rows = self._connection.execute(query).all()
        active = next((row.revision for row in rows if row.state == ACTIVE), None)
        shadow = next((ShadowRun(row.shadow_run, row.revision) for row in rows if row.shadow_run is not None), None)
        return Running(active, shadow)

    def get(self, revision: str) -> StoredRulebook | None:
        """A stored revision, in whatever state."""
        return self._one(RULEBOOKS.c.revision == revision)

    def name(self, revision: str) -> str:
        """The name of the rulebook that a stored revision is of."""
        query = sa.select(RULEBOOKS.c.name).where(RULEBOOKS.c.revision == revision)
        return str(self._connection.execute(query).scalar_one())

    def states(self) -> dict[str, str]:
        """Every stored revision with its state."""
        rows = self._connection.execute(sa.select(RULEBOOKS.c.revision, RULEBOOKS.c.state))
        return {row.revision: row.state for row in rows}

    def changes(self) -> list[RulebookChange]:
        """Everything that became of any revision, the oldest first."""
        joined = RULEBOOK_CHANGES.join(RULEBOOKS, RULEBOOKS.c.revision == RULEBOOK_CHANGES.c.revision)
        query = sa.select(RULEBOOK_CHANGES, RULEBOOKS.c.name).select_from(joined).order_by(RULEBOOK_CHANGES.c.no)
        return [RulebookChange(**row._mapping) for row in self._connection.execute(query)]

    def hold(self) -> None:
        """Be alone with what runs and is proposed until the transaction ends; waits for batches under way."""
        if self._locks:
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ACTIVE_LOCK)))
            self._is_held = True

    def keep(self, rulebook: StoredRulebook) -> None:
        """Store a revision as a draft, unless it is stored."""
        if rulebook.revision not in self.states():
            files = msgspec.json.encode(rulebook.files).decode()
            row = {"revision": rulebook.revision, "name": rulebook.name, "files": files, "state": DRAFT}
            self._connection.execute(sa.insert(RULEBOOKS).values(row))

    def change(self, what: str, revision: str, *, at: datetime, who: str, why: str) -> None:
        """Something becomes of a stored revision; who changes what runs holds it. A revision becomes active after the
        one before it was retired."""
        row = {"revision": revision, "what": what, "at": at, "who": who, "why": why}
        inserted = self._connection.execute(sa.insert(RULEBOOK_CHANGES).values(row)).inserted_primary_key
        assert inserted is not None, "the table numbers its rows"
        if what in STATE_AFTER:
            values: dict[str, str | int | None] = {"state": STATE_AFTER[what]}
        else:
            values = {"shadow_run": inserted.no if what == "shadow_on" else None}
        self._connection.execute(sa.update(RULEBOOKS).where(RULEBOOKS.c.revision == revision).values(values))
        if values.get("state") == ACTIVE:
            self._wake_provisional(at)

    def put_tally(self, tally: ShadowTally) -> None:
        """Store what an instance has counted so far."""
        table = SHADOW_TALLIES
        ours = sa.and_(table.c.run == tally.run, table.c.against == tally.against, table.c.instance == tally.instance)
        if not self._connection.execute(sa.update(table).where(ours).values(tally=tally.tally)).rowcount:
            self._connection.execute(sa.insert(table).values(tally._asdict()))

    def tallies(self, run: int) -> list[ShadowTally]:
        """What every instance has counted in a run of a shadow."""
        query = sa.select(SHADOW_TALLIES).where(SHADOW_TALLIES.c.run == run)
        ordered = query.order_by(SHADOW_TALLIES.c.against, SHADOW_TALLIES.c.instance)
        return [ShadowTally(*row) for row in self._connection.execute(ordered)]

    def _wake_provisional(self, now: datetime) -> None:
        """The sweeper looks at every provisional deadline again: the new calendars may know more."""
        waiting = sa.or_(CLOCKS.c.next_at.is_(None), CLOCKS.c.next_at > now)
        self._connection.execute(sa.update(CLOCKS).where(PROVISIONAL, waiting).values(next_at=now))

    def _one(self, condition: sa.ColumnElement[bool]) -> StoredRulebook | None:
        row = self._connection.execute(sa.select(RULEBOOKS).where(condition)).one_or_none()
        if row is None:
            return None
        files = msgspec.json.decode(row.files, type=dict[str, bytes])
        return StoredRulebook(revision=row.revision, name=row.name, files=files)
