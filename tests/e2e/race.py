"""Replies that come while their deadlines pass, under several sweepers, on PostgreSQL.

Everybody believes that all is read until now, so that nothing but the locks holds: a breach may fire a moment before
the reply that was in time. What is left afterwards is judged by plain SQL and the outbox alone.

    python -m tests.e2e.race CASES
"""

import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitors.metrics.registry import Metrics
from tests.e2e.clock_desk import event, instant, rules, told
from tests.e2e.workers import query
from tests.services.postgres import Server
from triage.adapters.store import schema
from triage.adapters.store.store import SqlStore, open_store
from triage.adapters.time_source import MachineTime
from triage.ports import Part, Record
from triage.service.fire_due import DueFirer
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.release import Library

INPUT, PARTS = "race", 2
SWEEPERS = (500, 100, 20, 5)
"""Due cases that each of them takes at most in one transaction."""

LIMIT = timedelta(hours=1)
DUE_A_SECOND = 150
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Reply:
    """The case is due at the whole second `due`; the reply is of `at`, and comes in at `arrival`."""

    case: str
    due: datetime
    at: datetime
    arrival: datetime

    @property
    def in_time(self) -> bool:
        """Whether it counts: its time, cut to seconds, is not later than the due time."""
        return self.at.replace(microsecond=0) <= self.due


def planned(cases: int, first_due: datetime) -> list[Reply]:
    """Replies 50 ms around the due time and around the breach, which is a second later; all come in around that."""
    chance = random.Random(13)
    replies = []
    for number in range(cases):
        due = first_due + timedelta(seconds=number // DUE_A_SECOND)
        at = due + chance.choice((timedelta(0), ONE_SECOND)) + timedelta(seconds=chance.uniform(-0.05, 0.05))
        arrival = due + ONE_SECOND + timedelta(seconds=chance.uniform(-0.05, 0.05))
        replies.append(Reply(f"R-{number:05d}", due, at, arrival))
    return replies


class Reader:
    """Hands the events of one part to the real handler, as the consumer does."""

    def __init__(self, store: SqlStore, number: int) -> None:
        clock = MachineTime()
        self.handler = EventHandler(store, Library(Metrics()), Metrics(), LowMark((INPUT,), 900, clock), clock)
        self.part, self.position = Part(INPUT, number), 0
        with store.transaction() as tx:
            tx.offsets.begin(self.part, None, 0)
            tx.offsets.caught_up({self.part: END_OF_TIME})

    def take(self, events: Sequence[Mapping[str, object]]) -> None:
        """Apply them in one transaction."""
        records = [
            Record(offset=at, next_offset=at + 1, value=json.dumps(one).encode())
            for at, one in enumerate(events, start=self.position)
        ]
        self.position = self.handler.handle(self.part, self.position, records)


def race(url: str, cases: int) -> list[Reply]:
    """Run it to the end, when nothing is due any more; gives what was replied. Raises what a thread raised: a deadlock
    would."""
    with ExitStack() as stack:
        stores = [open_store(url, MachineTime()) for _ in range(PARTS + len(SWEEPERS))]
        for store in stores:
            stack.callback(store.close)
        Library(Metrics()).propose(stores[0], rules("1 hours"), "test")
        readers = [Reader(store, number) for number, store in enumerate(stores[:PARTS])]
        soon = datetime.now(UTC) + timedelta(seconds=2 + cases / 200)
        replies = planned(cases, soon.replace(microsecond=0))
        shares = [replies[number::PARTS] for number in range(PARTS)]
        for reader, share in zip(readers, shares, strict=True):
            for at in range(0, len(share), 500):
                reader.take([event(one.case, "registered", one.due - LIMIT) for one in share[at : at + 500]])
        run_threads(stores[PARTS:], readers, shares)
    return replies


def run_threads(stores: Sequence[SqlStore], readers: Sequence[Reader], shares: Sequence[Sequence[Reply]]) -> None:
    read = threading.Event()
    with ThreadPoolExecutor(len(stores) + len(readers)) as pool:
        sweeping = [pool.submit(sweep, store, limit, read) for store, limit in zip(stores, SWEEPERS, strict=True)]
        reading = [pool.submit(reply, reader, share) for reader, share in zip(readers, shares, strict=True)]
        try:
            for thread in reading:
                thread.result()
        finally:
            read.set()
        for thread in sweeping:
            thread.result()


def reply(reader: Reader, replies: Sequence[Reply]) -> None:
    """Each at its moment; those that have come in meanwhile are one batch."""
    waiting = sorted(replies, key=lambda one: one.arrival)
    while waiting:
        now = datetime.now(UTC)
        batch = [one for one in waiting if one.arrival <= now][:20]
        if not batch:
            time.sleep((waiting[0].arrival - now).total_seconds())
            continue
        reader.take([event(one.case, "reply_sent", one.at, kind="final") for one in batch])
        waiting = waiting[len(batch) :]


def sweep(store: SqlStore, limit: int, read: threading.Event) -> None:
    """Without a pause between two looks, until all is read and nothing is due."""
    firer = DueFirer(store, Library(Metrics()), Metrics(), LowMark((INPUT,), 900, MachineTime()), 0)
    while firer(limit).more or not read.is_set():
        pass


def judge(url: str, replies: Sequence[Reply]) -> dict[str, int]:
    """What an independent reader finds; the promises are asserted, figures are given."""
    rows = query(url, "SELECT c.id, k.state, k.breached, k.due_at FROM cases c JOIN clocks k ON k.case_no = c.no")
    clocks = {case: (state, bool(breached), instant(due)) for case, state, breached, due in rows}
    assert clocks == {one.case: ("stopped", not one.in_time, one.due) for one in replies}

    breached, resolved = (told(url, "alerts", kind) for kind in ("clock_breached", "alert_resolved"))
    notices, answers = (Counter(one["subject"] for one in found) for found in (breached, resolved))
    assert max(notices.values()) == 1, "a breach fires once"
    assert notices == answers, "each breach notice is taken back once its clock is stopped"
    in_time = {one.case for one in replies if one.in_time}
    for one in resolved:
        reason = "late_evidence" if one["subject"] in in_time else "met"
        assert (one["data"]["reason"], one["sequence"]) == (reason, 2)
    standing = query(url, "SELECT count(*) FROM notices WHERE state = 'fired' AND resolved IS NULL")
    assert standing == [(0,)]
    deadlocks = query(url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks == [(0,)]
    return {
        "cases": len(replies),
        "in time": len(in_time),
        "in time, first breached": len(in_time & notices.keys()),
        "late, breached": len(notices.keys() - in_time),
    }


def main() -> None:
    with Server() as server:
        url = server.fresh_database()
        schema.upgrade(url)
        began = time.monotonic()
        print(judge(url, race(url, int(sys.argv[1]))), f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
