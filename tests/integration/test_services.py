"""The real parts themselves keep what the other tests take for granted."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaProducer
from psycopg.errors import UndefinedTable

from tests.integration.conftest import Topics
from tests.services.desk import Guard, ServiceUnavailable, call
from tests.services.kafka import SCRIPT as BROKER_SCRIPT
from tests.services.kafka import Broker
from tests.services.postgres import Server, libpq


def test_records_come_back_as_sent(broker: Broker, topics: Topics) -> None:
    """Key, value, headers, time and order within a partition survive the broker; nothing leaks to another topic."""
    sent = [(b"c-1", "投诉".encode()), (None, b""), (b"c-1", None)]
    broker.produce(topics.events, sent, partition=4, headers=[("traceparent", b"00")], timestamp_ms=1_700_000_000_000)
    found = broker.read_all(topics.events)
    assert [(record.key, record.value) for record in found] == sent
    assert [record.offset for record in found] == [0, 1, 2]
    assert {(record.partition, record.timestamp, record.headers) for record in found} == {
        (4, 1_700_000_000_000, (("traceparent", b"00"),))
    }
    assert broker.read_all(topics.decisions) == []


def test_reading_sees_committed_records_only(broker: Broker, topics: Topics) -> None:
    """What an aborted transaction sent is not read, and does not keep the reader waiting."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=topics.events)
    producer.init_transactions()
    for value, end in ((b"aborted", producer.abort_transaction), (b"committed", producer.commit_transaction)):
        producer.begin_transaction()
        producer.send(topics.events, value=value, partition=0).get(timeout=20)
        end()
    producer.close()
    assert [record.value for record in broker.read_all(topics.events)] == [b"committed"]


def test_no_topic_appears_by_itself(broker: Broker, topics: Topics) -> None:
    """Asking for an unknown topic is an error and does not create it."""
    for _ in range(2):
        with pytest.raises(LookupError, match="there is no topic"):
            broker.read_all(f"{topics.events}x")


def test_a_killed_broker_comes_back_with_its_records(broker: Broker, topics: Topics) -> None:
    """Acknowledged records are there after SIGKILL, under the same address, and more can follow."""
    address = broker.bootstrap
    broker.produce(topics.events, [(b"c-1", b"before")], partition=0)
    broker.kill()
    with pytest.raises(ServiceUnavailable, match="not running"):
        _ = broker.version
    broker.start()
    assert broker.bootstrap == address
    broker.produce(topics.events, [(b"c-1", b"after")], partition=0)
    assert [record.value for record in broker.read_all(topics.events)] == [b"before", b"after"]


def test_a_restarted_broker_comes_back_with_its_records(broker: Broker, topics: Topics) -> None:
    """A stop in good order keeps records, and start of a running broker leaves it alone."""
    broker.produce(topics.events, [(b"c-1", b"before")])
    broker.restart()
    pid = broker.pid
    broker.start()
    assert broker.pid == pid
    assert [record.value for record in broker.read_all(topics.events)] == [b"before"]


def test_a_frozen_broker_says_nothing(broker: Broker, topics: Topics) -> None:
    """Frozen, the broker runs and does not answer; afterwards it serves as before."""
    with broker.frozen():
        assert broker.version.endswith("does not answer")
    broker.start()
    broker.produce(topics.events, [(b"c-1", b"after")])
    assert len(broker.read_all(topics.events)) == 1


def test_the_desk_gets_the_topics_of_the_service() -> None:
    """`broker topics` creates the four topics with the asked number of partitions; a second call changes nothing."""
    with Broker() as own:
        data = str(own.data)
        first = call(BROKER_SCRIPT, "topics", "--partitions", "2", "--data", data)
        again = call(BROKER_SCRIPT, "topics", "--partitions", "5", "--data", data)
        own.produce("complaints.dead-letters", [(None, b"x")], partition=1)
    assert first == again
    assert first.splitlines() == [
        "complaints.events: 2 partitions",
        "complaints.decisions: 2 partitions",
        "complaints.alerts: 2 partitions",
        "complaints.dead-letters: 2 partitions",
    ]
    assert not Path(data).exists()


def test_fresh_databases_are_isolated(postgres_server: Server, postgres_url: str) -> None:
    """A table in one fresh database does not exist in another."""
    other = postgres_server.fresh_database()
    with psycopg.connect(libpq(postgres_url)) as connection:
        connection.execute("CREATE TABLE cases (id text)")
    with psycopg.connect(libpq(other)) as connection, pytest.raises(UndefinedTable):
        connection.execute("SELECT FROM cases")
    postgres_server.drop_database(other)


def test_a_killed_postgres_keeps_committed_rows_only(postgres_server: Server, postgres_url: str) -> None:
    """After SIGKILL of all server processes committed rows are there and open transactions are gone."""
    open_one = psycopg.connect(libpq(postgres_url))
    with psycopg.connect(libpq(postgres_url), autocommit=True) as connection:
        connection.execute("CREATE TABLE cases (id text)")
        connection.execute("INSERT INTO cases VALUES ('committed')")
        open_one.execute("INSERT INTO cases VALUES ('open')")
        postgres_server.kill()
    with pytest.raises(psycopg.OperationalError):
        open_one.commit()
    open_one.close()
    postgres_server.start()
    with psycopg.connect(libpq(postgres_url)) as connection:
        assert connection.execute("SELECT id FROM cases").fetchall() == [("committed",)]


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_stopped_postgres_keeps_committed_rows(postgres_server: Server, postgres_url: str, mode: str) -> None:
    """Both a clean stop and an immediate one, which leaves a recovery, keep what was committed."""
    with psycopg.connect(libpq(postgres_url)) as connection:
        connection.execute("CREATE TABLE cases AS SELECT 1 AS no")
    postgres_server.stop("fast" if mode == "fast" else "immediate")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(libpq(postgres_url))
    postgres_server.start()
    with psycopg.connect(libpq(postgres_url)) as connection:
        assert connection.execute("SELECT no FROM cases").fetchall() == [(1,)]


def is_running(pid: int) -> bool:
    """Whether the process is there; one that ended and that nobody has reaped yet has no arguments."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_nothing_stays_when_the_tests_are_killed(tmp_path: Path) -> None:
    """SIGKILL of the process that started a server ends the server and removes its data."""
    code = (
        "import os, signal; from tests.services.postgres import Server; server = Server(); server.start();"
        "print(server.data, server.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    data, pid = done.stdout.split()
    deadline = time.monotonic() + 20
    while Path(data).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(data).exists()
    assert not is_running(int(pid))


def test_a_guard_runs_its_command_once(tmp_path: Path) -> None:
    """Release runs the command and waits for it; a second release does nothing."""
    mark = tmp_path / "mark"
    guard = Guard("sh", "-c", f"echo ran >> {mark}")
    assert not mark.exists()
    guard.release()
    guard.release()
    assert mark.read_text() == "ran\n"


def test_a_missing_program_is_named_with_its_package(tmp_path: Path) -> None:
    """Without Java and Maven the broker does not start, and says what to install."""
    done = subprocess.run(
        [sys.executable, BROKER_SCRIPT, "up", "--data", tmp_path / "data"],
        env={"PATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "apt-get install default-jdk-headless maven" in done.stderr
