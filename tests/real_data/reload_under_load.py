"""Events flow at a steady rate while rules change: for how long is nothing committed?

    python -m tests.real_data.reload_under_load DIRECTORY [EVENTS_A_SECOND [RULES]]

A daemon reads a growing file into SQLite under a rulebook of a thousand rules. Its folder is changed, then another
revision is proposed and approved beside it, then the first one is rolled back to after a restart of the daemon, which
has never seen it: the three ways in which a revision becomes active. Progress is the stored position, read every few
milliseconds by plain SQL; the age of an event is from its line to the position behind it. `calm` is the same time
without a change, on the same machine.
"""

import json
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.builders_rules import sound_rules
from tests.e2e.clock_desk import event
from tests.e2e.workers import Worker
from triage.adapters.store import schema
from triage.adapters.store.store import open_store
from triage.adapters.time_source import MachineTime
from triage.errors import StoreAway
from triage.service.approval import Word, approve, propose_files, roll_back

TICK = 0.02
WINDOW = 10.0
"""Seconds that each change is watched for."""

RULE = """\
  - id: rule-{number}
    title: {{en: Rule {number}, zh-Hans: 规则 {number}}}
    why: A desk has many rules that look alike, and each of them has its reason.
    when:
      all:
        - channel: [phone, email]
        - causes: {{contains_any: [claim_delay, medical_dispute]}}
        - amount_disputed: {{at_least: {amount} CNY}}
        - group_size: {size}
    then: {{tags: [tag-{number}]}}
    examples:
      - given: {{channel: phone, causes: [claim_delay], amount_disputed: {amount} CNY, group_size: {size}}}
        expect: {{tags: [tag-{number}]}}
      - given: {{channel: phone, group_size: 1}}
        expect: {{fires: false}}
"""


def rulebook(rules: int, name: str) -> dict[str, bytes]:
    """The tests' small folder with so many more rules."""
    many = (RULE.format(number=number, amount=1000 + number, size=number + 2) for number in range(rules))
    files = sound_rules() | {"triage/many.yaml": ("rules:\n" + "".join(many)).encode()}
    return files | {"rulebook.yaml": files["rulebook.yaml"].replace(b"name: small", f"name: {name}".encode())}


class Feed:
    """Appends events to the daemon's file at a steady rate, and remembers when each line was written."""

    def __init__(self, path: Path, rate: int) -> None:
        self.path, self.rate = path, rate
        self.written: list[tuple[int, float]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        began, number = time.monotonic(), 0
        with self.path.open("a", encoding="utf-8", buffering=1 << 20) as file:
            while not self._stopping.wait(TICK):
                due = int((time.monotonic() - began) * self.rate)
                for number in range(number, due):  # noqa: B020 # it goes on where it was
                    file.write(json.dumps(_event(number)) + "\n")
                number = due
                file.flush()
                self.written.append((file.tell(), time.monotonic()))


def _event(number: int) -> Mapping[str, object]:
    case, is_second = f"C-{number // 2}", number % 2
    now = datetime.now(UTC)
    if is_second:
        return event(case, "contacted", now, direction="to_customer")
    amount = {"value": 1500, "currency": "CNY"}
    return event(case, "registered", now, causes=["claim_delay"], amount_disputed=amount, group_size=number % 1000)


class Watch:
    """Looks at the stored position every few milliseconds."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self.seen: list[tuple[float, int]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=10)
        while not self._stopping.wait(0.005):
            row = connection.execute("SELECT max(next_offset) FROM offsets").fetchone()
            if row[0] is not None and (not self.seen or row[0] != self.seen[-1][1]):
                self.seen.append((time.monotonic(), row[0]))
        connection.close()

    def gap(self, start: float, end: float) -> float:
        """The longest time between two commits that were seen."""
        times = [start, *(at for at, _ in self.seen if start <= at <= end), end]
        return max(later - earlier for earlier, later in pairwise(times))

    def age(self, feed: Feed, start: float, end: float) -> float:
        """The greatest time from a line to the commit behind it."""
        ages, place = [0.0], 0
        for offset, at in feed.written:
            while place < len(self.seen) and self.seen[place][1] < offset:
                place += 1
            if place < len(self.seen) and start <= at <= end:
                ages.append(self.seen[place][0] - at)
        return max(ages)


class Desk:
    """One daemon after the other on one store and one growing file."""

    def __init__(self, directory: Path, rate: int) -> None:
        self.directory, self.url = directory, f"sqlite:///{directory}/desk.sqlite"
        self.feed = Feed(directory / "events.jsonl", rate)
        schema.upgrade(self.url)
        self.store = open_store(self.url, MachineTime(), create=False)  # as a verb opens it
        self.table = Table("change", "longest gap ms", "oldest event ms", "active after ms", box=None)

    def write(self, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            path = self.directory / "rules" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".tmp").write_bytes(content)
            path.with_suffix(".tmp").replace(path)

    def daemon(self) -> Worker:
        return Worker(self.directory, "run", "--source", "events.jsonl", "--store", self.url, "--rules", "rules")

    def active(self) -> str | None:
        with self.store.read() as reading:
            return reading.rulebooks.active_revision()

    def watch(self, name: str, change: Callable[[], object]) -> None:
        """Make a change, watch for a while, and add a row to the report."""
        watch, before = Watch(self.directory / "desk.sqlite"), self.active()
        time.sleep(0.5)
        start, activated = time.monotonic(), None
        change()
        changed = time.monotonic()
        while time.monotonic() < start + WINDOW:
            if activated is None and self.active() != before:
                activated = time.monotonic() - changed
            time.sleep(0.01)
        end = time.monotonic()
        time.sleep(1.0)
        watch.stop()
        gap, age = watch.gap(start, end), watch.age(self.feed, start, end)
        self.table.add_row(
            name, f"{gap * 1000:.0f}", f"{age * 1000:.0f}", f"{activated * 1000:.0f}" if activated else "-"
        )


def insist(word: Callable[[], object]) -> None:
    """Beside a busy daemon an embedded database may be locked for long."""
    while True:
        try:
            word()
        except StoreAway:
            continue
        return


def main(directory: Path, rate: int = 500, rules: int = 1000) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    desk = Desk(directory, rate)
    one, two, three = (rulebook(rules, f"book-{number}") for number in (1, 2, 3))
    desk.write(one)
    desk.feed.path.touch()
    word = Word(who="Wang Lei", why="measured")
    with desk.daemon() as worker:
        worker.logged("service.started")
        first = desk.active()
        desk.feed.start()
        time.sleep(3.0)
        desk.watch("calm", lambda: None)
        desk.watch("the folder is changed", lambda: desk.write(two))
        insist(lambda: propose_files(desk.store, three, Word(who="Li Na", why="measured")))
        time.sleep(3.0)
        desk.watch("a proposal is approved", lambda: insist(lambda: approve(desk.store, "proposed", word)))
        worker.stop()
    with desk.daemon() as worker:
        worker.logged("service.started")
        time.sleep(5.0)
        desk.watch("calm, after a restart", lambda: None)
        desk.watch("rolled back by one", lambda: insist(lambda: roll_back(desk.store, None, word)))
        desk.watch("rolled back to rules not loaded", lambda: insist(lambda: roll_back(desk.store, first, word)))
        worker.stop()
    desk.feed.stop()
    desk.store.close()
    Console().print(f"{rate} events/s, {rules} rules, {sum(map(len, one.values())) >> 10} KiB of rule files")
    Console().print(desk.table)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:4]))
