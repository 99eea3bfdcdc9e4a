"""A store of a million open cases: does the daemon start, and do ten thousand steps of one second go out in time?

    python -m tests.real_data.million CASES DIRECTORY [postgresql | sqlite]

Some cases are made by the real service under rules with five clocks each; their rows are multiplied by COPY or
`executemany`. The daemon runs as a process of its own, the brake on notices off. Each store is removed at the end.
"""

import math
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
from psycopg.rows import dict_row

from monitors.metrics.collectors import FIGURES
from tests.e2e.clock_desk import event, instant, rules, run_at, write_events, write_rules
from tests.e2e.workers import Worker, query, wait_for
from tests.real_data import listings
from tests.services.postgres import Server, libpq
from triage.adapters.logs import set_up_logs
from triage.adapters.store import schema
from triage.adapters.store.store import open_store
from triage.adapters.time_source import MachineTime

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LIMITS = (100, 200, 300, 400, 500)
"""The clocks of each case, in hours."""

TEMPLATES = 200
AT_ONCE = 10_000
LEAD = timedelta(seconds=45)
"""From the making of the cases that are due at once to their due time."""

LONG = 3600.0
TABLES = {"cases": "no", "timeline": "case_no", "clocks": "case_no"}
"""Table to the column that holds the case's number."""

DUE = "SELECT case_no FROM clocks WHERE next_at IS NOT NULL AND next_at <= {until} ORDER BY next_at LIMIT 500"

BASE = 1_000_000_000
"""Copies are numbered from here, above those that the database gives next."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


CLOCK = """\
      - id: reply-{hours}
        start: complaint.registered
        stop: complaint.reply_sent
        deliver: any_time
        limit: {hours} hours
"""


def five_clocks() -> dict[str, bytes]:
    """The rules folder of the tests, with these clocks instead of its one."""
    files = rules("1 hours")
    head, _, rest = files["sla/desk.yaml"].decode().partition("      - id: reply\n")
    examples = rest[rest.index("    examples:") :].replace("{reply:", f"{{reply-{LIMITS[0]}:")
    clocks = "".join(CLOCK.format(hours=hours) for hours in LIMITS)
    return files | {"sla/desk.yaml": f"{head}{clocks}{examples}".encode()}


def name(number: int) -> str:
    """A template's case, a text that stands nowhere else."""
    return f"TEMPLATE-{number:03d}"


class Loader:
    """Writes copies of a case's rows, with numbers of their own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows_of(self, case: str) -> Rows:
        """The rows of one case."""
        number = query(self.url, f"SELECT no FROM cases WHERE id = '{case}'")[0][0]
        with self._reading() as fetch:
            return {table: fetch(f"SELECT * FROM {table} WHERE {key} = {number}") for table, key in TABLES.items()}

    def copy(self, templates: Sequence[tuple[str, Rows]], copies: int) -> None:
        """So many copies, taken from the templates in turn, table by table."""
        base = max(BASE, query(self.url, "SELECT max(no) FROM cases")[0][0] + 1)
        for table, key in TABLES.items():
            first = templates[0][1][table][0]
            self._write(table, list(first), _multiplied(templates, table, key, range(base, base + copies)))

    @contextmanager
    def _reading(self) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
        if self.url.startswith("sqlite"):
            with sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=60) as file:
                file.row_factory = sqlite3.Row
                yield lambda statement: [dict(row) for row in file.execute(statement)]
            file.close()
        else:
            with psycopg.connect(libpq(self.url), row_factory=dict_row) as server:
                yield lambda statement: server.execute(statement).fetchall()

    def _write(self, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
        names = ", ".join(columns)
        if self.url.startswith("sqlite"):
            marks = ", ".join("?" * len(columns))
            with sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=60) as file:
                file.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            file.close()
        else:
            copy = f"COPY {table} ({names}) FROM STDIN"
            with psycopg.connect(libpq(self.url)) as server, server.cursor().copy(copy) as copying:
                for row in rows:
                    copying.write_row(row)


def _multiplied(
    templates: Sequence[tuple[str, Rows]], table: str, key: str, numbers: range
) -> Iterator[tuple[Any, ...]]:
    for number in numbers:
        token, rows = templates[number % len(templates)]
        for row in rows[table]:
            changed = {
                column: value.replace(token, f"M-{number}") if isinstance(value, str) else value
                for column, value in row.items()
            }
            changed[key] = number
            yield tuple(changed.values())


def settings_of(directory: Path, url: str) -> dict[str, str]:
    return {
        "TRIAGE_STORE__URL": url,
        "TRIAGE_RULES__DIR": str(directory / "rules"),
        "TRIAGE_NOTICES__PER_MINUTE": "0",
    }


def load(directory: Path, url: str, cases: int) -> Loader:
    """The store with so many open cases, whose deadlines all lie ahead."""
    write_rules(directory, five_clocks())
    now = datetime.now(UTC)
    received = {name(number): now - number * 0.4 * HOUR for number in range(TEMPLATES)}
    write_events(directory / "events.jsonl", [event(case, "registered", at) for case, at in received.items()])
    run_at(now, settings_of(directory, url), str(directory / "events.jsonl"), directory / "out")
    loader = Loader(url)
    templates = [(case, loader.rows_of(case)) for case in received]
    began = time.monotonic()
    loader.copy(templates, cases)
    print(f"  loaded {cases} cases with {len(LIMITS)} clocks each in {time.monotonic() - began:.0f} s")
    return loader


def ready(daemon: Worker) -> bool:
    port = daemon.logged("service.started")["port"]
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60) as answer:
            return bool(answer.status == 200)
    except (URLError, TimeoutError):
        return False


def memory(daemon: Worker, line: str) -> float:
    """In MB, as the kernel tells it: `VmRSS` now, `VmHWM` at most."""
    status = Path(f"/proc/{daemon.process.pid}/status").read_text(encoding="utf-8")
    kilobytes = next(row.split()[1] for row in status.splitlines() if row.startswith(line))
    return int(kilobytes) / 1024


def measure(directory: Path, url: str, loader: Loader) -> None:
    """Start the daemon on the full store, and let ten thousand cases be due in the same second."""
    source = directory / "events.jsonl"
    began = time.monotonic()
    with Worker(directory, "run", "--source", str(source), **settings_of(directory, url)) as daemon:
        wait_for(lambda: ready(daemon), LONG)
        print(f"  restart until /readyz is 200: {time.monotonic() - began:.1f} s, RSS {memory(daemon, 'VmRSS'):.0f} MB")
        due = (datetime.now(UTC) + LEAD).replace(microsecond=0)
        write_events(source, [event("AT-ONCE", "registered", due - LIMITS[0] * HOUR)])
        wait_for(lambda: query(url, "SELECT no FROM cases WHERE id = 'AT-ONCE'"))
        loader.copy([("AT-ONCE", loader.rows_of("AT-ONCE"))], AT_ONCE - 1)
        print(f"  {AT_ONCE} cases due at once were written {(due - datetime.now(UTC)).total_seconds():.0f} s before")
        wait_for(lambda: query(url, "SELECT count(*) FROM notices")[0][0] >= AT_ONCE, LONG)
        done = (datetime.now(UTC) - due - SECOND).total_seconds()
        print(f"  last notice in the outbox: {done:.1f} s behind the first instant at which it may fire")
        print(f"  RSS {memory(daemon, 'VmRSS'):.0f} MB, at most {memory(daemon, 'VmHWM'):.0f} MB")
        if daemon.stop():
            raise SystemExit(daemon.output())
    lateness(url)


def lateness(url: str) -> None:
    late = sorted((instant(at) - instant(due) - SECOND).total_seconds() for at, due in query(url, NOTICES))
    p99 = late[math.ceil(len(late) * 0.99) - 1]
    print(f"  lateness by notices.at: median {late[len(late) // 2]:.2f} s, p99 {p99:.2f} s, most {late[-1]:.2f} s")
    outbox = query(url, "SELECT count(*) FROM outbox WHERE topic = 'alerts'")[0][0]
    print(f"  notices {len(late)}, alerts in the outbox {outbox}")


NOTICES = "SELECT at, due_at FROM notices WHERE state = 'fired'"


def finding(url: str) -> None:
    """How the next due cases are found, and what a listing shows: the plan, and the time."""
    tomorrow = datetime.now(UTC) + 24 * HOUR
    statement = DUE.format(until=f"'{tomorrow:%Y-%m-%dT%H:%M:%S.000000Z}'")
    if url.startswith("sqlite"):
        plan = query(url, f"EXPLAIN QUERY PLAN {statement}")[0][-1]
        began = time.perf_counter()
        found = len(query(url, statement))
        print(f"  the next {found} due: {1000 * (time.perf_counter() - began):.1f} ms, {plan}")
    else:
        print(*(f"  {line}" for (line,) in query(url, f"EXPLAIN ANALYZE {statement}")), sep="\n")
    listings.ask(url)


def figures(url: str) -> None:
    """What the gauges over the store cost, each group by itself."""
    store = open_store(url, MachineTime(), create=False)
    for name in FIGURES:
        with store.read() as reading:
            began = time.perf_counter()
            reading.gauges(datetime.now(UTC), name)
            print(f"  figures {name}: {1000 * (time.perf_counter() - began):.0f} ms")
    store.close()


def on_sqlite(directory: Path, cases: int) -> None:
    store = directory / "million.sqlite"
    url = f"sqlite:///{store}"
    loader = load(directory, url, cases)
    print(f"  disk: {store.stat().st_size / 1e9:.2f} GB")
    measure(directory, url, loader)
    finding(url)
    figures(url)


def on_postgres(directory: Path, cases: int) -> None:
    with Server(fsync=True) as server:
        url = server.fresh_database()
        schema.upgrade(url)
        loader = load(directory, url, cases)
        with psycopg.connect(libpq(url), autocommit=True) as connection:
            connection.execute("ANALYZE")
        size = query(url, "SELECT pg_database_size(current_database())")[0][0]
        print(f"  disk: {size / 1e9:.2f} GB")
        measure(directory, url, loader)
        finding(url)
        figures(url)


STORES = {"postgresql": on_postgres, "sqlite": on_sqlite}


def main() -> None:
    cases, directory = int(sys.argv[1]), Path(sys.argv[2]).resolve()
    set_up_logs("warning", "text")
    for store in sys.argv[3:] or STORES:
        print(store)
        place = directory / store
        place.mkdir(parents=True)
        try:
            STORES[store](place, cases)
        finally:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
