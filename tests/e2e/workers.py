"""The service as processes of their own, and what an independent reader finds in store and outputs."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg

from tests.services.postgres import libpq

ROOT = Path(__file__).parent.parent.parent
SECONDS = 120
TRIAGE = (sys.executable, "-m", "triage")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
"""How SQLite holds an instant; PostgreSQL gives it as one."""


class Worker:
    """One `triage` process. Its log goes to a file; it is gone when the block ends."""

    def __init__(self, directory: Path, *arguments: str, command: Sequence[str] = TRIAGE, **environment: str) -> None:
        self.log = directory / f"worker-{time.monotonic_ns()}.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, *arguments],
                cwd=directory,
                env={**kept, "PYTHONPATH": str(ROOT), "TRIAGE_HTTP__PORT": "0", **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def kill(self) -> None:
        """kill -9, and wait until it is dead."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=SECONDS)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """SIGSTOP within the block."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def finish(self, seconds: float = SECONDS) -> int:
        """Wait for its own end; gives the exit code."""
        return self.process.wait(timeout=seconds)

    def output(self) -> str:
        """What it has printed so far, on stdout and stderr."""
        return self.log.read_text()

    def logged(self, action: str) -> dict[str, Any]:
        """The first log line with this action, waited for."""
        found: dict[str, Any] = wait_for(lambda: next(iter(self.lines(action)), None))
        return found

    def lines(self, action: str) -> list[dict[str, Any]]:
        """The log lines with this action so far."""
        found = (json.loads(line) for line in whole_lines(self.output()) if line.startswith("{"))
        return [line for line in found if line.get("action") == action]

    def asks(self, path: str) -> tuple[int, str]:
        """Status and body of what its HTTP server answers; 0 when it does not."""
        return answer(self.logged("service.started")["port"], path)

    def await_ready(self, seconds: float = SECONDS, *, ready: bool = True) -> None:
        """Wait until it says that it is ready, or that it is not."""
        status = 200 if ready else 503
        wait_for(lambda: self.asks("/readyz")[0] == status, seconds)

    def metric(self, name: str) -> dict[str, float]:
        """The values of a metric now, by its labels."""
        lines = self.asks("/metrics")[1].splitlines()
        found = (line.removeprefix(name).rsplit(" ", 1) for line in lines if line.startswith(name))
        return {labels: float(value) for labels, value in found}


def stop_all(workers: Iterable[Worker]) -> list[int]:
    """SIGTERM to one after the other, each once it heeds a signal; gives the exit codes."""
    codes = []
    for worker in workers:
        worker.logged("service.started")
        codes.append(worker.stop())
    return codes


def whole_lines(text: str) -> list[str]:
    """Lines that somebody may still be writing: the last one does not count before its end is there."""
    return text.rpartition("\n")[0].splitlines()


def answer(port: int, path: str) -> tuple[int, str]:
    """Status and body of what an instance answers over HTTP; 0 and why when it does not."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as found:
            return found.status, found.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def wait_for(question: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """The first true answer; fails when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"no answer within {seconds} s")


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Plain SQL, past the service's own code."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as connection:
            found = connection.execute(statement).fetchall()
        connection.close()
        return found
    with psycopg.connect(libpq(url)) as reader:
        return reader.execute(statement).fetchall()


def wait_for_events(url: str, count: int, seconds: float = SECONDS) -> None:
    """Until so many events are committed."""
    wait_for(lambda: count_events(url) >= count, seconds)


def count_events(url: str) -> int:
    """Events on the timeline; 0 while the tables are not there."""
    try:
        return int(query(url, "SELECT count(*) FROM timeline WHERE kind = 'event'")[0][0])
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        return 0


DUMPS = {
    "cases": "SELECT id, status, priority, department, owner, version FROM cases ORDER BY id",
    "clocks": (
        "SELECT c.id, k.clock, k.cycle, k.state, k.breached, k.revision, k.next_step FROM clocks k "
        "JOIN cases c ON c.no = k.case_no ORDER BY c.id, k.clock, k.cycle"
    ),
    "due times": (
        "SELECT c.id, k.clock, k.due_at, k.ended_at FROM clocks k JOIN cases c ON c.no = k.case_no "
        "ORDER BY c.id, k.clock, k.cycle"
    ),
    "notices": (
        "SELECT c.id, n.clock, n.step, n.state, n.resolved FROM notices n JOIN cases c ON c.no = n.case_no "
        "ORDER BY c.id, n.clock, n.cycle, n.step"
    ),
    "outputs": "SELECT id, topic, key, sequence FROM outbox ORDER BY id",
}


def dump(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """What a run left, without the times at which it happened to be written."""
    return {name: [tuple(map(_plain, row)) for row in query(url, statement)] for name, statement in DUMPS.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, str) and INSTANT.fullmatch(value):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.timestamp()
    return bool(value) if value in (0, 1) else value


def published(out: Path) -> list[str]:
    """Ids of all published decisions and alerts; every line parses."""
    found = []
    for name in ("decisions.jsonl", "alerts.jsonl"):
        found += [json.loads(line)["id"] for line in whole_lines((out / name).read_text(encoding="utf-8"))]
    return found
