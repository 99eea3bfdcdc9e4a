"""A desk in this process: the real handler of events on SQLite, with a second engine or without."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from monitors.metrics.registry import Metrics
from tests.e2e.samples import sample_events
from tests.e2e.workers import query
from triage.adapters.durable_child.supervisor import DurableEngine, Patience
from triage.adapters.store.store import open_store
from triage.adapters.time_source import MachineTime
from triage.main.tools import rules_scanner
from triage.ports import Engine, Part, Record
from triage.rulebook.decide import CompiledRulebook
from triage.service.fire_due import DueFirer
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.release import Library

INPUT = "events"
PART = Part(INPUT, 0)
DEADLINE = 1.0
"""For the answers of a batch, in these tests: longer than the service's, for the machine may be busy."""

PATIENCE = Patience(answer=DEADLINE, start=30, load=30, pause=0.05, longest_pause=0.4)

Decisions = list[dict[str, Any]]


class Desk:
    """Handles batches of events; shows what it decided. The rules are the shipped ones unless told otherwise."""

    def __init__(self, directory: Path, engine: Engine | None = None) -> None:
        directory.mkdir(exist_ok=True)
        clock = MachineTime()
        self.metrics = Metrics()
        self._url = f"sqlite:///{directory}/desk.sqlite"
        self.store = open_store(self._url, clock)
        self.library = Library(self.metrics)
        self.rules_files = rules_scanner(None)().files
        self.library.propose(self.store, self.rules_files, "test")
        low_mark = LowMark((INPUT,), 900, clock)
        self.handler = EventHandler(self.store, self.library, self.metrics, low_mark, clock, engine)
        self.sweep = DueFirer(self.store, self.library, self.metrics, low_mark, 0, engine)
        with self.store.transaction() as tx:
            tx.offsets.begin(PART, None, 0)
        self._position = 0

    @property
    def rules(self) -> CompiledRulebook:
        """The active rulebook."""
        with self.store.transaction() as tx:
            return self.library.current(tx).active

    def handle(self, events: Sequence[dict[str, Any]]) -> float:
        """One batch; gives the seconds that it took."""
        records = [
            Record(offset=number, next_offset=number + 1, value=msgspec.json.encode(event))
            for number, event in enumerate(events, start=self._position)
        ]
        began = time.monotonic()
        self._position = self.handler.handle(PART, self._position, records)
        return time.monotonic() - began

    def all_is_read(self) -> None:
        """The input was read to its end just now."""
        with self.store.transaction() as tx:
            tx.offsets.caught_up({PART: tx.now()})

    def decisions(self) -> Decisions:
        """Everything told of decisions so far, in order."""
        told = [
            msgspec.json.decode(payload) for (payload,) in query(self._url, "SELECT payload FROM outbox ORDER BY no")
        ]
        return [one for one in told if one["type"] == "complaint.triaged"]

    def marks(self) -> list[str]:
        """The marks of the decisions so far."""
        return [one["data"]["engines"] for one in self.decisions()]


def batches(complaints: int, size: int = 25) -> Iterator[list[dict[str, Any]]]:
    """Generated events in batches."""
    events = sample_events(complaints)
    return (events[start : start + size] for start in range(0, len(events), size))


def without_marks(decisions: Decisions) -> Decisions:
    """The decisions without what the second engine said and when they were told."""
    return [one | {"time": None, "data": one["data"] | {"engines": None}} for one in decisions]


class WatchedEngine(DurableEngine):
    """A second engine whose metrics can be looked at."""

    def __init__(self, patience: Patience, **command: Callable[[], Sequence[str]]) -> None:
        self.metrics = Metrics()
        super().__init__(self.metrics, MachineTime(), patience, **command)


@contextmanager
def engine_of(
    patience: Patience = PATIENCE, command: Callable[[], Sequence[str]] | None = None
) -> Iterator[WatchedEngine]:
    """A second engine, closed at the end; no child of it is left then."""
    others = children()
    engine = WatchedEngine(patience, **({} if command is None else {"command": command}))
    try:
        yield engine
    finally:
        engine.close()
    assert children() <= others


def children() -> set[int]:
    """Process ids of our children, zombies too; some keep the servers of other folders' tests."""
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return {pid for pid in pids if stat_of(pid)[1:] == [str(os.getpid())]}


def stat_of(pid: int) -> list[str]:
    """State and parent of a process, nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return []


def is_gone(pid: int) -> bool:
    """Whether the process has ended; who reaps it is not ours to ask."""
    return stat_of(pid)[:1] in ([], ["Z"], ["X"])
