"""The store: one transaction for everything that a batch of events causes."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from monitors.ports import TimeSource
from triage.adapters.store.cases import SqlCases
from triage.adapters.store.engine import is_away, is_damaged, is_too_slow, make_engine, parse_url, shown
from triage.adapters.store.erasing import SqlErasing
from triage.adapters.store.letters import SqlDeadLetters
from triage.adapters.store.offsets import SqlOffsets
from triage.adapters.store.old_rows import SqlOldRows
from triage.adapters.store.outbox import SqlLease, SqlOutbox
from triage.adapters.store.outputs import SqlOutputs
from triage.adapters.store.reading import SqlReading
from triage.adapters.store.rulebooks import SqlRulebooks
from triage.adapters.store.schema import CURRENT, copies, migrate_sqlite, schema_status
from triage.adapters.store.switches import SqlSwitches
from triage.adapters.store.tables import AUDIT, LEASES
from triage.errors import StoreAway, StoreDamaged, TookTooLong, Unreachable

ANALYZE_AFTER = frozenset({2, 6, 18, 54})
"""Transactions with writes after which PostgreSQL gets statistics: without them its plans for the first minutes are
made for empty tables and cost the half of the throughput."""


def open_store(url: str, time: TimeSource, *, claim: bool = False, create: bool = True) -> "SqlStore":
    """The store behind a URL, its schema current. `claim`: be the only daemon on an embedded database, before
    anything is changed in it. `create`: an embedded database is created and migrated; reading verbs do neither.
    Raises WrongSettings, Unreachable, StoreAway."""
    parsed = parse_url(url)
    is_sqlite = parsed.drivername == "sqlite"
    if is_sqlite and not create and not Path(parsed.database or "").exists():
        raise Unreachable([f"store {shown(parsed)}: there is no such file"])
    if is_sqlite:
        _make_folder(parsed)
    held = hold_file(parsed) if claim and is_sqlite else None
    engine = make_engine(parsed, eager=not create)
    try:
        if is_sqlite and create:
            migrate_sqlite(parsed, engine)
        elif schema_status(engine) != CURRENT:
            raise Unreachable([f"store {shown(parsed)}: the schema is behind, run triage db upgrade"])
    except Unreachable:
        engine.dispose()
        if held is not None:
            held.close()
        raise
    store = SqlStore(parsed, engine, time)
    if held is not None:
        store.take(held)
    return store


def hold_file(url: URL) -> IO[str]:
    """The lock of an embedded database's one daemon, held until it is closed; one for the file, whatever links lead to
    it. Raises Unreachable when another holds it, or it cannot be made."""
    lock = Path(f"{os.path.realpath(url.database or '')}.lock")
    try:
        file = lock.open("a+", encoding="utf-8")  # held for the daemon's life
    except OSError as error:
        raise Unreachable([f"store {shown(url)}: {error.strerror}: {lock}"]) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise Unreachable([f"store {shown(url)}: another daemon (process {holder}) runs on it"]) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _make_folder(url: URL) -> None:
    try:
        Path(url.database or "").absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unreachable([f"store {shown(url)}: {error.strerror}: {error.filename}"]) from None


class SqlTransaction:
    """Implements `triage.ports.Transaction`."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self._connection, self._now = connection, now
        self.offsets = SqlOffsets(connection)
        self.cases = SqlCases(connection, now)
        self.rulebooks = SqlRulebooks(connection, writes=True)
        self.switches = SqlSwitches(connection)
        self.letters = SqlDeadLetters(connection)
        self.outputs = SqlOutputs(connection)
        self.erasing = SqlErasing(connection)
        self.old_rows = SqlOldRows(connection)

    def now(self) -> datetime:
        """The store's time when the transaction began, as the service's time."""
        return self._now

    def audit(self, who: str, what: str, why: str) -> None:
        """Append to the audit table."""
        self._connection.execute(sa.insert(AUDIT).values(at=self._now, who=who, what=what, why=why))


class SqlStore:
    """Implements `triage.ports.Store` on SQLite and PostgreSQL."""

    def __init__(self, url: URL, engine: sa.Engine, time: TimeSource) -> None:
        self._url, self._engine, self._time = url, engine, time
        self._is_sqlite = url.drivername == "sqlite"
        self._reading_engine = (
            make_engine(url, immediate=False)
            if self._is_sqlite
            else engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )
        self._writing = threading.Lock() if self._is_sqlite else nullcontext()
        self._written = 0
        self._has_remains = False
        self._claim: IO[str] | None = None
        self.outbox = SqlOutbox(self._begin)
        self.lease = SqlLease(self._begin, self._now)

    def claim(self) -> None:
        """Be the only daemon on an embedded database. Raises Unreachable when another is, StoreAway."""
        if self._is_sqlite:
            self.take(hold_file(self._url))

    def take(self, held: IO[str]) -> None:
        """Keep the lock of the one daemon. Raises StoreAway."""
        self._claim = held
        with self._begin() as connection:  # whoever held a duty here is gone
            connection.execute(sa.delete(LEASES))

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """Begin; committed at the end of the block, rolled back when it raises. Raises StoreAway."""
        with self._begin() as connection:
            tx = SqlTransaction(connection, self._now(connection))
            yield tx
        self._written += 1
        self._has_remains = self._has_remains or (tx.erasing.is_done and self._is_sqlite)
        if self._has_remains:
            self._has_remains = not self._remove_remains()
        if not self._is_sqlite and self._written in ANALYZE_AFTER:
            with self._begin() as connection:
                connection.execute(sa.text("ANALYZE"))

    @contextmanager
    def read(self) -> Iterator[SqlReading]:
        """A snapshot for reading. Raises StoreAway."""
        with _errors_told(self._url), self._reading_engine.begin() as connection:
            yield SqlReading(connection, self._time.now())

    def ahead(self) -> float:
        """Seconds by which the store's clock is ahead of ours; 0 for an embedded one, which has none. Raises
        StoreAway."""
        if self._is_sqlite:
            return 0.0
        with self._begin() as connection:
            return (self._now(connection) - self._time.now()).total_seconds()

    def close(self) -> None:
        """Release connections and the claim."""
        self._engine.dispose()
        self._reading_engine.dispose()
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def _remove_remains(self) -> bool:
        """Of what was erased: empty the write-ahead log, and delete the copies made before migrations, which hold it
        all. False while a reader needs the log: the next transaction tries again."""
        for copy in copies(self._url):
            copy.unlink(missing_ok=True)
        with self._writing, _errors_told(self._url), self._reading_engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection), "only embedded databases have remains"
            connection.exec_driver_sql("ROLLBACK")  # a log is not emptied within a transaction
            is_busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.exec_driver_sql("BEGIN")
        return not is_busy

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        with self._writing, _errors_told(self._url), self._engine.begin() as connection:
            yield connection

    def _now(self, connection: sa.Connection) -> datetime:
        if self._is_sqlite:
            return self._time.now()
        real: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return self._time.adjust(real)


@contextmanager
def _errors_told(url: URL) -> Iterator[None]:
    """Turns the databases' errors that pass into TookTooLong and StoreAway, and those that do not into StoreDamaged."""
    try:
        yield
    except DBAPIError as error:
        text = str(error.orig).strip().splitlines()[0] if error.orig else "connection lost"
        if is_too_slow(error):
            raise TookTooLong(text) from error
        if is_away(error):
            raise StoreAway(text) from error
        if is_damaged(error):
            why = f"store {shown(url)}: {text}; put the file right or restore a backup"
            raise StoreDamaged([why]) from error
        raise
    except PoolTimeout as error:
        raise StoreAway("no connection became free") from error
