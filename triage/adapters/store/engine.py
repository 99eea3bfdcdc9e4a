"""Connections: how each database is opened, and which of its errors mean that it is away."""

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from triage.errors import WrongSettings

POSTGRES_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "20s",  # what a frozen worker holds is given up before others wait long
    "timezone": "UTC",
    "plan_cache_mode": "force_custom_plan",  # a plan made for an empty table costs the half of the throughput
}
KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

AWAY_STATES = ("08", "57P0", "53", "40", "55P03")
"""SQLSTATEs (beginnings) of lost connections, restarts, full disks, deadlocks and lock time-outs."""

TOO_SLOW_STATES = ("57014", "25P03")
"""SQLSTATEs of a statement that ran too long, and of a transaction that waited too long for us. A slow event must count
as a failed try, or it would block for ever; a worker that was frozen finds that others have done its work."""

SQLITE_AWAY = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
)
"""Primary codes of SQLite's errors that pass: locked, disk full, disk unreadable."""

SQLITE_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY)
"""Primary codes of SQLite's errors that do not pass: a damaged file, none of SQLite's, or one that must not be written;
the last also when the file was moved away under an open connection."""

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    # 16 MB: the default checkpoints in almost every commit of a batch; a larger log would fill a small disk before it
    # is ever given back, and nothing could be written any more.
    "wal_autocheckpoint=4000",
    "journal_size_limit=16777216",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted or written over is gone from the file, not only from the tables
)


def parse_url(url: str) -> URL:
    """The store's URL. Raises WrongSettings."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the text may hold a password; a port that is no number is a ValueError
        raise WrongSettings(["store.url is no URL, such as sqlite:///FILE or postgresql+psycopg://…/DB"]) from None
    if parsed.drivername not in ("sqlite", "postgresql+psycopg") or parsed.database in (None, "", ":memory:"):
        raise WrongSettings([f"store.url {shown(parsed)!r}: allowed are sqlite:///FILE and postgresql+psycopg://…/DB"])
    return parsed


SECRETS = frozenset({"password", "passfile", "sslpassword"})


def shown(url: URL) -> str:
    """The URL for people, without what opens the database."""
    return url.update_query_dict(dict.fromkeys(SECRETS & url.query.keys(), "***")).render_as_string()


EAGER_MILLISECONDS, EAGER_TRIES = 5, 4000
"""A verb beside a daemon asks for SQLite's write lock so often and so long (20 s): the daemon gives it back for some
milliseconds between two transactions, and who asks ten times a second, as SQLite does by itself, may never meet one."""


def make_engine(url: URL, *, immediate: bool = True, eager: bool = False) -> sa.Engine:
    """The engine; `immediate`: SQLite transactions take the write lock when they begin. `eager`: as a verb that writes
    beside a busy daemon. Its errors never show parameters, which hold personal data. Raises WrongSettings."""
    if url.drivername == "sqlite":
        return _sqlite_engine(url, immediate=immediate, eager=eager)
    options = " ".join(f"-c {name}={value}" for name, value in POSTGRES_SETTINGS.items())
    arguments: dict[str, Any] = {"options": options, "connect_timeout": 5, **KEEPALIVES}
    try:
        return sa.create_engine(
            url, connect_args=arguments, hide_parameters=True, pool_size=5, max_overflow=5, pool_timeout=10
        )
    except (ImportError, NoSuchModuleError):
        raise WrongSettings(["store.url: install complaint-triage[postgres] for PostgreSQL"]) from None


def _sqlite_engine(url: URL, *, immediate: bool, eager: bool) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "timeout": 10}, hide_parameters=True)

    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin by the statement below, not by the driver's guess
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if eager:
            connection.execute(f"PRAGMA busy_timeout={EAGER_MILLISECONDS}")

    def on_begin(connection: sa.Connection) -> None:
        _begin(connection, "BEGIN IMMEDIATE" if immediate else "BEGIN", EAGER_TRIES if eager else 1)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _begin(connection: sa.Connection, statement: str, tries: int) -> None:
    for tries_left in range(tries - 1, -1, -1):
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:
            if tries_left == 0 or not is_away(error):
                raise
        else:
            return


def is_too_slow(error: DBAPIError) -> bool:
    """Whether the database cut the work off because it took too long."""
    return getattr(error.orig, "sqlstate", None) in TOO_SLOW_STATES


def is_damaged(error: DBAPIError) -> bool:
    """Whether an embedded database has to be mended by somebody. A file that was taken away is made anew, empty, by
    the next connection."""
    original = error.orig
    if not isinstance(original, sqlite3.Error):
        return False
    code = getattr(original, "sqlite_errorcode", None)
    return (code is not None and (code & 0xFF) in SQLITE_DAMAGED) or str(original).startswith("no such table")


def is_away(error: DBAPIError) -> bool:
    """Whether the same work may succeed later as it is."""
    if error.connection_invalidated:
        return True
    original = error.orig
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", None)
        return code is not None and (code & 0xFF) in SQLITE_AWAY
    state = getattr(original, "sqlstate", None)
    if state is None:
        return type(original).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout")
    return str(state).startswith(AWAY_STATES)
