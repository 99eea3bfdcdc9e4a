"""Revisions of the rulebook: history, and the one that is active."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from triage.adapters.store.tables import CLOCKS, PROVISIONAL, RULEBOOKS
from triage.ports import StoredRulebook

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
        return self._one(RULEBOOKS.c.is_active)

    def active_revision(self) -> str | None:
        """Its name alone. It stays the active one until a transaction that writes has ended."""
        if self._locks and not self._is_held:
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(ACTIVE_LOCK)))
            self._is_held = True
        query = sa.select(RULEBOOKS.c.revision).where(RULEBOOKS.c.is_active)
        return self._connection.execute(query).scalar_one_or_none()

    def get(self, revision: str) -> StoredRulebook | None:
        """A stored revision, active or not."""
        return self._one(RULEBOOKS.c.revision == revision)

    def activate(self, rulebook: StoredRulebook) -> bool:
        """Make it the active one, unless it was active before; True when it became active. Instances that start at
        once wait for each other here, and for the batches under way."""
        if self._locks:
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ACTIVE_LOCK)))
        if self.get(rulebook.revision) is not None:
            return False
        self._connection.execute(sa.update(RULEBOOKS).values(is_active=False))
        self._connection.execute(
            sa.insert(RULEBOOKS).values(
                revision=rulebook.revision,
                name=rulebook.name,
                files=msgspec.json.encode(rulebook.files).decode(),
                activated_at=rulebook.activated_at,
                by=rulebook.by,
                is_active=True,
            )
        )
        self._wake_provisional(rulebook.activated_at)
        return True

    def _wake_provisional(self, now: datetime) -> None:
        """The sweeper looks at every provisional deadline again: the new calendars may know more."""
        waiting = sa.or_(CLOCKS.c.next_at.is_(None), CLOCKS.c.next_at > now)
        self._connection.execute(sa.update(CLOCKS).where(PROVISIONAL, waiting).values(next_at=now))

    def _one(self, condition: sa.ColumnElement[bool]) -> StoredRulebook | None:
        row = self._connection.execute(sa.select(RULEBOOKS).where(condition)).one_or_none()
        if row is None:
            return None
        return StoredRulebook(
            revision=row.revision,
            name=row.name,
            files=msgspec.json.decode(row.files, type=dict[str, bytes]),
            activated_at=row.activated_at,
            by=row.by,
        )
