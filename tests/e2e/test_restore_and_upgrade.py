"""What the documents promise of a restored backup and of an upgrade, tried on real PostgreSQL and Kafka."""

import json
import shutil
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from tests.e2e.samples import sample_events
from tests.e2e.test_kafka_and_postgres import environment, upgrade
from tests.e2e.workers import Worker, count_events, dump, query, wait_for_events
from tests.fixtures import Topics
from tests.services.kafka import Broker
from tests.services.postgres import Server, libpq
from triage.adapters.store import schema
from triage.adapters.store.engine import make_engine, parse_url


def client(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs."""
    path = shutil.which(program)
    assert path, f"apt-get install postgresql-client: there is no {program}"
    subprocess.run([path, *arguments], check=True, capture_output=True)


def decisions(broker: Broker, topics: Topics) -> list[dict[str, Any]]:
    return [json.loads(record.value or b"") for record in broker.read_all(topics.decisions)]


def run_once(directory: Path, env: dict[str, str]) -> None:
    with Worker(directory, "run", "--once", **env) as worker:
        assert worker.finish() == 0, worker.output()


def test_a_restored_dump_reads_on_from_its_own_positions(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_server: Server, postgres_url: str
) -> None:
    """What came since the dump is decided again, once; its outputs come again with the same ids and sequences; the end
    is what it was before the loss."""
    events = sample_events(16)
    half = len(events) // 2
    upgrade(tmp_path, postgres_url)
    env = environment(broker, topics, postgres_url) | {"TRIAGE_ENGINE__MODE": "compiled"}
    broker.produce(topics.events, ((one["subject"].encode(), msgspec.json.encode(one)) for one in events[:half]))
    run_once(tmp_path, env)
    dumped = str(tmp_path / "triage.dump")
    client("pg_dump", "--format=custom", f"--file={dumped}", libpq(postgres_url))
    told_before = Counter(one["id"] for one in decisions(broker, topics))
    broker.produce(topics.events, ((one["subject"].encode(), msgspec.json.encode(one)) for one in events[half:]))
    run_once(tmp_path, env)
    lost = dump(postgres_url)
    assert count_events(postgres_url) == len(events)

    restored = postgres_server.fresh_database()
    client("pg_restore", "--no-owner", f"--dbname={libpq(restored)}", dumped)
    assert count_events(restored) == half
    run_once(tmp_path, env | {"TRIAGE_STORE__URL": restored})

    ours = dump(restored)
    for name in ("cases", "clocks", "due times"):
        assert [row[:4] for row in ours[name]] == [row[:4] for row in lost[name]], name
    sent: dict[str, set[int]] = {}
    for one in decisions(broker, topics):
        sent.setdefault(one["id"], set()).add(one["sequence"])
    again = Counter(one["id"] for one in decisions(broker, topics))
    caused = {one["id"] for one in decisions(broker, topics) if one["type"] == "complaint.triaged"} - set(told_before)
    assert caused
    assert {name for name in caused if again[name] != 2} == set()
    assert {name for name in told_before if again[name] != 1} == set()
    assert {name: numbers for name, numbers in sent.items() if name in caused and len(numbers) > 1} == {}
    with Worker(tmp_path, "verify", "--store", restored) as verified:
        assert verified.finish() == 0, verified.output()
    postgres_server.drop_database(restored)


def test_an_online_copy_of_sqlite_is_whole(tmp_path: Path) -> None:
    """Taken beside a daemon that writes: it is sound, and a run on it ends where the original ended."""
    events = sample_events(16)
    source = tmp_path / "events.jsonl"
    half = len(events) // 2
    source.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in events[:half]))
    store = f"sqlite:///{tmp_path}/desk.sqlite"
    with Worker(tmp_path, "run", "--source", str(source), "--store", store, TRIAGE_ENGINE__MODE="compiled") as daemon:
        wait_for_events(store, 1)
        with (
            closing(sqlite3.connect(tmp_path / "desk.sqlite")) as one,
            closing(sqlite3.connect(tmp_path / "c.sqlite")) as two,
        ):
            one.backup(two)
            assert two.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with source.open("ab") as more:
            more.write(b"".join(msgspec.json.encode(one) + b"\n" for one in events[half:]))
        wait_for_events(store, len(events))
        assert daemon.stop() == 0
    copy = f"sqlite:///{tmp_path}/c.sqlite"
    with Worker(tmp_path, "run", "--source", str(source), "--store", copy, "--once") as worker:
        assert worker.finish() == 0, worker.output()
    assert [row[:4] for row in dump(copy)["cases"]] == [row[:4] for row in dump(store)["cases"]]
    assert count_events(copy) == len(events)


def test_an_instance_waits_for_the_schema_to_be_upgraded(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """On a schema that is one revision behind: status says so, a start is refused with exit 3 and the command; after
    that command it runs. On a newer schema than its own it refuses too."""
    engine = make_engine(parse_url(postgres_url))
    with engine.begin() as connection:
        schema.migrate(connection, "0001")
    env = environment(broker, topics, postgres_url) | {"TRIAGE_ENGINE__MODE": "compiled"}
    with Worker(tmp_path, "db", "status", "--store", postgres_url) as status:
        status.finish()
        assert "behind" in status.output()
    with Worker(tmp_path, "db", "status", "--json", "--store", postgres_url) as status:
        assert status.finish() == 3
        told = json.loads(status.output().splitlines()[0])
        assert told == {"state": "behind", "revision": "0001", "newest": schema.HEAD}
    with Worker(tmp_path, "run", "--once", **env) as early:
        assert early.finish() == 3
        assert "triage db upgrade" in early.output()
    upgrade(tmp_path, postgres_url)
    assert query(postgres_url, "SELECT count(*) FROM cases") == [(0,)]
    run_once(tmp_path, env)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with Worker(tmp_path, "run", "--once", **env) as old:
        assert old.finish() == 3
        assert "newer" in old.output()
