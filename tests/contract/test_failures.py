"""What is away is told apart from what is at fault: try again, refuse to start, or let the event count as failed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.contract.builders import MovableTime, a_case, a_message, at_once, changes, connection_of, row_counts, write
from tests.contract.conftest import Open
from tests.services.desk import DEPLOY, free_port
from tests.services.postgres import Server, libpq
from triage.adapters.store import schema
from triage.adapters.store.store import SqlStore, SqlTransaction, open_store
from triage.errors import StoreAway, TookTooLong, Unreachable, WrongSettings


def terminate(url: str, tx: SqlTransaction) -> None:
    """Have the server kill the connection of the transaction."""
    pid = connection_of(tx).exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with psycopg.connect(libpq(url), autocommit=True) as killer:
        killer.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.parametrize("at", ["statement", "commit"])
def test_a_connection_killed_within_a_transaction(postgresql_store: SqlStore, postgresql_url: str, at: str) -> None:
    """At the next statement or at the commit: StoreAway, nothing is kept, and the next transaction works."""

    def killed() -> None:
        with postgresql_store.transaction() as tx:
            tx.cases.write(changes(a_case()))
            terminate(postgresql_url, tx)
            if at == "statement":
                tx.cases.lock(["C-1"])

    with pytest.raises(StoreAway):
        killed()
    assert row_counts(postgresql_url) == {}
    write(postgresql_store, a_case())
    assert row_counts(postgresql_url) == {"cases": 1}


def test_a_database_that_goes_down_and_comes_back(
    mortal_server: Server, postgresql_store: SqlStore, postgresql_url: str, time: MovableTime
) -> None:
    """While it is down every way into the store says StoreAway and a start is refused; afterwards the same store
    goes on."""
    write(postgresql_store, a_case())

    def interrupted() -> None:
        with postgresql_store.transaction() as tx:
            tx.cases.write(changes(a_case("C-2")))
            mortal_server.stop("immediate")

    for call in (
        interrupted,
        lambda: write(postgresql_store, a_case("C-3")),
        lambda: postgresql_store.outbox.pending(1),
        postgresql_store.outbox.is_waiting,
        lambda: postgresql_store.lease.hold("duty", "a", 15),
        lambda: postgresql_store.read().__enter__().ping(),
    ):
        with pytest.raises(StoreAway):
            call()
    for start in (lambda: open_store(postgresql_url, time), lambda: schema.upgrade(postgresql_url)):
        with pytest.raises(Unreachable, match=r"store postgresql.*(refused|failed)") as refused:
            start()
        assert refused.value.exit_code == 3
    mortal_server.start()
    write(postgresql_store, a_case("C-4"))
    assert row_counts(postgresql_url) == {"cases": 2}


def test_idle_connections_that_a_restart_killed(mortal_server: Server, postgresql_store: SqlStore) -> None:
    """Trying again is enough, however many connections were idle."""
    at_once(*(lambda: postgresql_store.outbox.pending(1) for _ in range(4)))
    mortal_server.stop()
    mortal_server.start()
    outcomes = []
    for _ in range(5):
        outcomes += at_once(lambda: write(postgresql_store, messages=[]))
    assert {type(outcome) for outcome in outcomes} <= {StoreAway, type(None)}
    assert outcomes[-1] is None


def test_a_statements_own_time_out_counts_as_failed(postgresql_store: SqlStore) -> None:
    """A slow event is at fault itself: it must not be tried for ever."""

    def slow() -> None:
        with postgresql_store.transaction() as tx:
            connection_of(tx).exec_driver_sql("SET LOCAL statement_timeout = '20ms'")
            connection_of(tx).exec_driver_sql("SELECT pg_sleep(5)")

    with pytest.raises(TookTooLong, match="statement timeout"):
        slow()


def test_a_transaction_that_was_frozen_counts_as_failed(postgresql_store: SqlStore) -> None:
    """The database gives up what it held, so that others can go on; the next transaction works."""

    def frozen() -> None:
        with postgresql_store.transaction() as tx:
            tx.cases.write(changes(a_case()))
            connection_of(tx).exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '20ms'")
            time.sleep(0.1)
            tx.cases.lock(["C-1"])

    with pytest.raises(TookTooLong, match="idle-in-transaction"):
        frozen()
    write(postgresql_store, a_case("C-2"))


def test_a_connection_has_time_outs(postgresql_store: SqlStore) -> None:
    """No statement, lock or idle transaction holds the others up without end."""
    with postgresql_store.transaction() as tx:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
        found = [connection_of(tx).exec_driver_sql(f"SHOW {name}").scalar_one() for name in names]
    assert found == ["30s", "10s", "20s", "UTC"]


def test_a_locked_file_is_tried_again(sqlite_url: str, sqlite_store: SqlStore) -> None:
    """Another process that writes for longer than we wait: StoreAway, and afterwards it works."""
    with sqlite_store.transaction() as tx:
        connection_of(tx).exec_driver_sql("PRAGMA busy_timeout = 20")
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreAway, match="locked"):
            write(sqlite_store, a_case())
        with sqlite_store.read() as reading:
            assert reading.summary()["cases"] == 0
        writer.execute("ROLLBACK")
    finally:
        writer.close()
    write(sqlite_store, a_case())
    assert row_counts(sqlite_url) == {"cases": 1}


def test_a_full_disk_is_tried_again(sqlite_url: str, sqlite_store: SqlStore) -> None:
    """Nothing of the transaction is kept, and it works when there is room."""
    with sqlite_store.transaction() as tx:
        pages = connection_of(tx).exec_driver_sql("PRAGMA page_count").scalar_one()
        connection_of(tx).exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(StoreAway, match="full"):
        write(sqlite_store, a_case(), messages=[a_message(1, b"x" * 100_000)])
    assert row_counts(sqlite_url) == {}
    with sqlite_store.transaction() as tx:
        connection_of(tx).exec_driver_sql("PRAGMA max_page_count = 1000000")
    write(sqlite_store, a_case(), messages=[a_message(1, b"x" * 100_000)])


def test_the_log_of_an_embedded_database_stays_small(sqlite_url: str, sqlite_store: SqlStore) -> None:
    """Whatever is written, its write-ahead log is given back before it fills a small disk: 40 MB pass through 20."""
    log = Path(f"{sqlite_url.removeprefix('sqlite:///')}-wal")
    largest = 0
    for _ in range(40):
        with sqlite_store.transaction() as tx:
            tx.audit("test", "wrote", "x" * (1 << 20))
        largest = max(largest, log.stat().st_size)
    assert largest < 20 << 20


def test_an_embedded_database_survives_a_kill(sqlite_url: str, sqlite_store: SqlStore) -> None:
    """Commits reach the disk before they return: write-ahead log, full synchronisation."""
    with sqlite_store.transaction() as tx:
        found = [
            connection_of(tx).exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")
        ]
    assert found == ["wal", 2]


def test_one_daemon_on_an_embedded_database(open_another: Open, backend: str) -> None:
    """A second daemon on one SQLite file is refused with exit code 3, naming the holder; on PostgreSQL any number runs.
    Closing gives the claim back."""
    first, second = open_another(), open_another()
    first.claim()
    if backend == "sqlite":
        with pytest.raises(Unreachable, match=rf"another daemon \(process {os.getpid()}\)") as refused:
            second.claim()
        assert refused.value.exit_code == 3
        write(second, a_case())
    first.close()
    second.claim()


DAEMON = """
import sys
import time
from triage.adapters.store.store import open_store
from triage.adapters.time_source import MachineTime
store = open_store(sys.argv[1], MachineTime())
store.claim()
assert store.lease.hold("duty", "daemon", 3600)
print("claimed", flush=True)
sys.stdin.read()
"""


def test_a_killed_daemon_holds_nothing(sqlite_url: str, sqlite_store: SqlStore) -> None:
    """The claim is another process's while it lives; after SIGKILL the file and its duties are free at once."""
    command = [sys.executable, "-c", DAEMON, sqlite_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=DEPLOY.parent) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == b"claimed\n"
        with pytest.raises(Unreachable, match=rf"process {daemon.pid}\)"):
            sqlite_store.claim()
        assert not sqlite_store.lease.hold("duty", "next", 15)
        daemon.send_signal(signal.SIGKILL)
    sqlite_store.claim()
    assert sqlite_store.lease.hold("duty", "next", 15)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "store.db",
        "postgres//triage:secret@db/triage",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://triage:secret@db/triage",
        "postgresql://triage:secret@db/triage",
        "postgresql+asyncpg://triage:secret@db/triage",
        "postgresql+psycopg://triage:secret@db",
        "postgresql+psycopg://triage:secret@db:port/triage",
    ],
)
def test_a_wrong_url_is_a_wrong_setting(url: str, time: MovableTime) -> None:
    """It is refused with exit code 2 and the name of the setting, without the password, before anything is tried."""
    with pytest.raises(WrongSettings, match=r"^store\.url ") as refused:
        open_store(url, time)
    assert refused.value.exit_code == 2
    assert "secret" not in str(refused.value)


def test_an_unknown_server_or_database_is_unreachable(postgresql_url: str, time: MovableTime) -> None:
    """Exit code 3 and what was tried, without the password."""
    for url in (
        f"postgresql+psycopg://triage:secret@127.0.0.1:{free_port()}/triage",
        f"{postgresql_url}_unknown".replace("triage@", "triage:secret@"),
    ):
        with pytest.raises(Unreachable, match=r"^store postgresql\+psycopg://triage:\*\*\*@127") as refused:
            open_store(url, time)
        assert "secret" not in str(refused.value)
        assert len(refused.value.reasons) == 1


def test_a_file_that_cannot_be_a_database_is_unreachable(tmp_path: Path, time: MovableTime) -> None:
    """A directory, a place below a file, and a file of something else are refused with exit code 3; nothing is
    overwritten."""
    other = tmp_path / "notes.txt"
    other.write_text("no database " * 1000)
    for place in (tmp_path, other / "store.db", other):
        with pytest.raises(Unreachable, match=r"^store sqlite:///"):
            open_store(f"sqlite:///{place}", time)
    assert other.read_text() == "no database " * 1000


def test_a_new_directory_is_made_for_a_new_file(tmp_path: Path, time: MovableTime) -> None:
    """The folder of an embedded database need not exist."""
    store = open_store(f"sqlite:///{tmp_path}/var/lib/store.db", time)
    write(store, a_case())
    store.close()
