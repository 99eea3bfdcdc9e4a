"""A real PostgreSQL for tests, started by deploy/postgres/postgres."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import psycopg
from psycopg import sql

from tests.services.desk import DEPLOY, Guard, as_root, call, free_port

SCRIPT = DEPLOY / "postgres" / "postgres"


def libpq(url: str) -> str:
    """The SQLAlchemy URL as psycopg and psql take it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


class Server:
    """One server with data and a port of its own, kept over `stop`, `kill` and `start`; `close` removes everything.

    `fsync`: off by default, which is quicker and safe against the death of processes, not of the machine; turn it on
    to measure. Raises ServiceUnavailable from `start` when PostgreSQL is missing or does not come up.
    """

    def __init__(self, *, fsync: bool = False) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="triage-postgres-"))
        self.port = free_port()
        self._fsync = "on" if fsync else "off"
        self._guard = Guard(str(SCRIPT), "down", "--mode", "immediate", "--remove", "--data", str(self.data))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def version(self) -> str:
        """What runs and where, as `PostgreSQL 15.18 at 127.0.0.1:20000`."""
        return call(SCRIPT, "status", "--data", str(self.data))

    @property
    def pid(self) -> int:
        """The process id of the server's first process while it runs."""
        return int((self.data / "db" / "postmaster.pid").read_text().split("\n", 1)[0])

    def start(self) -> None:
        """Come up and answer; nothing to do when it does already."""
        call(SCRIPT, "up", "--data", str(self.data), "--port", str(self.port), "--set", f"fsync={self._fsync}")

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Go down: `smart` waits for the clients, `fast` rolls them back, `immediate` leaves a crash to recover."""
        call(SCRIPT, "down", "--mode", mode, "--data", str(self.data))

    def kill(self) -> None:
        """SIGKILL to all its processes; returns when they are gone."""
        call(SCRIPT, "kill", "--data", str(self.data))

    def close(self) -> None:
        self._guard.release()

    def fresh_database(self, tablespace: str = "pg_default") -> str:
        """Create an empty database with a random name and give its URL, for SQLAlchemy."""
        name = f"test_{uuid.uuid4().hex}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 TABLESPACE {}")
        self._administer(statement.format(sql.Identifier(name), sql.Identifier(tablespace)))
        return self._url(name)

    @contextmanager
    def small_tablespace(self, size: str) -> Iterator[tuple[str, Path]]:
        """A tablespace on a file system of its own, so large (`64m`), and where that is mounted. Needs the right to
        mount: root, or `sudo` without a password. Raises ServiceUnavailable."""
        name = f"small_{uuid.uuid4().hex[:12]}"
        place = self.data / name
        place.mkdir()
        as_root("mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", str(place))
        try:
            home = place / "tables"
            home.mkdir()
            owner = (self.data / "db").stat()
            as_root("chown", f"{owner.st_uid}:{owner.st_gid}", str(home))
            at = sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(sql.Identifier(name), sql.Literal(str(home)))
            self._administer(at)
            yield name, place
            self._administer(sql.SQL("DROP TABLESPACE {}").format(sql.Identifier(name)))
        finally:
            as_root("umount", "--lazy", str(place))
            place.rmdir()

    def drop_database(self, url: str) -> None:
        """Drop it, whoever is connected."""
        name = url.rsplit("/", 1)[1]
        self._administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(libpq(self._url("postgres")), autocommit=True) as connection:
            connection.execute(statement)

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://triage@127.0.0.1:{self.port}/{database}"
