"""How much room a complaint takes: tables, indexes, write-ahead log and backup, measured on a filled PostgreSQL.

    python -m tests.real_data.sizes COMPLAINTS TIMES

So many complaints go through the real service; their rows are then multiplied in the database so many times, with names
of their own, so that the figures are those of a large store. Prints bytes a complaint.
"""

import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg

from tests.services.postgres import Server, libpq
from triage.adapters.logs import set_up_logs
from triage.adapters.store import schema
from triage.main.bench import SEED, START
from triage.main.parts import RunOptions
from triage.main.running import Service
from triage.service.sample_complaints import SampleComplaints
from triage.settings import load_settings

APART = 10_000_000
"""Between the numbers of a row and of its copy."""

KEYS = {"cases": "no", "timeline": "case_no", "clocks": "case_no", "notices": "case_no", "outbox": "no"}
UNIQUE = {"cases": ("id",), "timeline": ("event_id",), "outbox": ("id", "key")}
"""Columns of which a copy has values of its own."""

ROOM = """
SELECT c.relname, pg_relation_size(c.oid), pg_indexes_size(c.oid),
       pg_total_relation_size(c.oid) - pg_relation_size(c.oid) - pg_indexes_size(c.oid), c.reltuples
FROM pg_class c WHERE c.relname = ANY(%s) ORDER BY 2 + 3 DESC
"""


def fill(url: str, complaints: int) -> int:
    """Through the real service; gives the number of events."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "events.jsonl"
        events = SampleComplaints(SEED, START, timedelta(minutes=2)).events(complaints)
        source.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in events))
        flags = {"store.url": url, "log.level": "error", "http.port": 0, "engine.mode": "compiled"}
        settings = load_settings(environment={}, flags=flags)
        Service(settings, RunOptions(source=str(source), out=Path(name) / "out", once=True)).run()
    return len(events)


def multiply(connection: psycopg.Connection, times: int) -> None:
    """Copy every row so often."""
    for table, key in KEYS.items():
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
                (table,),
            )
        ]
        own = UNIQUE.get(table, ())
        changed = {key: f'"{key}" + copy * {APART}'} | {name: f"\"{name}\" || '-' || copy" for name in own}
        chosen = ", ".join(changed.get(name, f'"{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        connection.execute(
            f"INSERT INTO {table} ({names}) SELECT {chosen} FROM generate_series(1, {times - 1}) copy, "
            f"(SELECT * FROM {table} ORDER BY {key}) filled"
        )


def report(url: str, complaints: int, events: int, times: int) -> None:
    total = complaints * times
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        multiply(connection, times)
        connection.execute("VACUUM ANALYZE")
        print(f"{total:,} complaints, {events * times:,} events; bytes a complaint")
        print(f"{'table':10} {'rows':>6} {'heap':>7} {'indexes':>8} {'toast':>7}")
        for table, heap, indexes, toast, rows in connection.execute(ROOM, (list(KEYS),)):
            print(f"{table:10} {rows / total:6.1f} {heap / total:7.0f} {indexes / total:8.0f} {toast / total:7.0f}")
        for index, size in connection.execute(
            "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'i' AND pg_relation_size(oid) > %s "
            "AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC",
            (total,),
        ):
            print(f"  {index:40} {size / total:6.0f}")
    dump = subprocess.run(["pg_dump", "-Fc", libpq(url)], capture_output=True, check=False)
    print(f"backup (pg_dump -Fc): {len(dump.stdout) / total:.0f}" if dump.returncode == 0 else dump.stderr.decode())


def main(complaints: int, times: int) -> None:
    set_up_logs("error", "text")
    with Server(fsync=True) as server:
        url = server.fresh_database()
        schema.upgrade(url)
        with psycopg.connect(libpq(url)) as connection:
            before = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
        events = fill(url, complaints)
        with psycopg.connect(libpq(url)) as connection:
            wal = connection.execute("SELECT pg_current_wal_lsn() - %s::pg_lsn", before).fetchone()
        print(f"write-ahead log: {int(wal[0]) / events if wal else 0:.0f} bytes an event")
        report(url, complaints, events, times)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
