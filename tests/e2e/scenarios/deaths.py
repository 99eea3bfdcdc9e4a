"""Workers that die or freeze at any moment: nothing is lost, nothing counts twice."""

import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from kafka import KafkaAdminClient

from tests.e2e.clock_desk import event
from tests.e2e.judge import Figures
from tests.e2e.scenarios.desk import RECOVERY, Desk, lives
from tests.e2e.workers import Worker, count_events, dump, stop_all, wait_for
from tests.services.kafka import Broker
from tests.services.postgres import Server, libpq

SESSION = 15.0
"""Seconds: by then the group has surely taken a silent member for dead, which it does after ten."""

CAUSES = ("claim_delay", "medical_dispute", "claim_denial", "service_attitude")

EQUAL = ("cases", "clocks", "due times")


def kill_loop(
    directory: Path, broker: Broker, server: Server, *, complaints: int, seconds: float, every: float
) -> Figures:
    """Under steady load one of three workers is killed at random, again and again, another takes its place. `every`:
    seconds between two kills."""
    events = of_today(complaints)
    chance = random.Random(1)
    with Desk(directory, broker, server, files=None) as desk:
        workers = [desk.worker() for _ in range(3)]
        for worker in workers:
            worker.logged("service.started")
        load = desk.load(events, len(events) / seconds)
        kills = 0
        while not load.is_over:
            time.sleep(every)
            number = chance.randrange(len(workers))
            workers[number].kill()
            kills += 1
            workers[number] = desk.worker()
        load.finish()
        recovered = desk.read_all()
        drained = desk.drained()
        assert stop_all(workers) == [0, 0, 0]
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        desk.judge.nothing_quarantined()
        compare(desk)
    return {"kills": kills, **figures, "seconds to recover": recovered, "to drain": drained}


def of_today(complaints: int) -> list[dict[str, Any]]:
    """Complaints of different causes that come and are answered now, and some of last month of which nothing is heard
    again. What is told of the past piece by piece is judged as it stands when each piece is read: a clock that seems to
    be overdue between two of them raises the priority, in one run and not in another."""
    events = lives(complaints)
    for number, one in enumerate(one for one in events if one["type"] == "complaint.registered"):
        one["data"]["causes"] = [CAUSES[number % len(CAUSES)]]
    month_ago = datetime.now(UTC) - timedelta(days=30)
    silent = [event(f"SILENT-{number}", "registered", month_ago) for number in range(max(1, complaints // 10))]
    return silent + events


def compare(desk: Desk) -> None:
    """The same topic read into an empty store by one undisturbed worker gives equal cases, clocks and alerts."""
    url, group = desk.server.fresh_database(), f"{desk.topics.events}.again"
    try:
        again = desk.judge.anew(url)
        desk.upgrade(url)
        other = {"TRIAGE_STORE__URL": url, "TRIAGE_KAFKA__GROUP_ID": group, "TRIAGE_RUN__ROLES": "consume,sweep,http"}
        calm = desk.worker(**other)
        wait_for(lambda: count_events(url) >= len(desk.sent), 900)
        calm.await_ready()
        wait_for(lambda: again.standing() == desk.judge.standing())
        assert calm.stop() == 0
        ours, theirs = dump(desk.url), dump(url)
        for name in EQUAL:
            assert [row[:4] for row in ours[name]] == [row[:4] for row in theirs[name]], name
    finally:
        desk.server.drop_database(url)


class DiesBetweenCommits(Worker):
    """Dies behind the nth commit in the database, before Kafka is told of it."""

    def __init__(self, directory: Path, *arguments: str, **environment: str) -> None:
        command = (sys.executable, "-m", "tests.e2e.scenarios.dies_between_commits")
        super().__init__(directory, *arguments, command=command, **environment)


def between_commits(directory: Path, broker: Broker, server: Server, *, deaths: int) -> Figures:
    """After each death the position in the database is ahead of the one that Kafka knows, and reading goes on there."""
    chance = random.Random(2)
    again: dict[str, float] = {}
    with Desk(directory, broker, server) as desk:
        for death in range(deaths):
            desk.send(lives(12, prefix=f"D{death}"))
            dying = desk.start(DiesBetweenCommits, DIES_AT_COMMIT=str(chance.randrange(1, 4)))
            assert dying.finish() == -9, dying.output()
            assert behind(desk), "Kafka knows every position of the database: it did not die between the commits"
            desk.forget(desk.topics.events)
        last = desk.worker()
        recovered = desk.read_all()
        desk.drained()
        again = {labels: value for labels, value in last.metric("triage_events_total").items() if "dupl" in labels}
        assert last.stop() == 0
        assert not any(again.values()), f"events were read twice: {again}"
        in_order(desk)
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        desk.judge.nothing_quarantined()
    return {"deaths": deaths, **figures, "seconds to recover": recovered}


def behind(desk: Desk) -> list[int]:
    """Partitions whose position in Kafka is behind the one in the database."""
    group = desk.topics.events
    admin = KafkaAdminClient(bootstrap_servers=desk.broker.bootstrap)
    try:
        told = {part.partition: found.offset for part, found in admin.list_group_offsets(group)[group].items()}
    finally:
        admin.close()
    stored = desk.judge.rows("SELECT partition, next_offset FROM offsets")
    return [part for part, offset in stored if offset > max(0, told.get(part, 0))]


def in_order(desk: Desk) -> None:
    """Within each partition events were committed in the order of their offsets."""
    committed = dict(desk.judge.rows("SELECT event_id, recorded_at FROM timeline WHERE kind = 'event'"))
    times: dict[int, list[object]] = {}
    for record, one in desk.judge.records(desk.topics.events):
        times.setdefault(record.partition, []).append(committed[one["id"]])
    for partition, found in times.items():
        assert found == sorted(found), f"partition {partition} was not read in order"  # type: ignore[type-var]


def zombie(directory: Path, broker: Broker, server: Server, *, events: int, frozen: float) -> Figures:
    """A worker is stopped within a transaction for so many seconds, another takes its partitions over; woken up, it
    commits nothing of what it held, and works again."""
    with Desk(directory, broker, server) as desk:
        workers = [desk.worker() for _ in range(2)]
        wait_for(lambda: desk.members() == [3, 3])
        asleep = workers[0]
        with psycopg.connect(libpq(desk.url)) as blocker:
            blocker.execute("LOCK TABLE timeline IN SHARE MODE")
            desk.send(lives(events // 15))
            wait_for(lambda: len(desk.judge.rows(BLOCKED)) == 2)
            asleep.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        wait_for(lambda: desk.judge.rows(HELD))
        taken_over = desk.read_all(seconds=frozen)
        wait_for(lambda: desk.members() == [6], seconds=frozen)
        desk.send(lives(events // 15, prefix="L"))
        desk.read_all(seconds=frozen)
        time.sleep(max(0.0, frozen - (time.monotonic() - began)))
        written = desk.judge.rows(WRITTEN)
        asleep.process.send_signal(signal.SIGCONT)
        woke = time.monotonic()
        wait_for(lambda: desk.members() == [3, 3], RECOVERY)
        back = round(time.monotonic() - woke, 1)
        assert desk.judge.rows(WRITTEN) == written, "the woken worker committed what others had done"
        before = asleep.metric("triage_events_total")
        desk.send(lives(events // 15, prefix="Z"))
        desk.read_all()
        assert asleep.metric("triage_events_total") != before, "the woken worker reads nothing"
        desk.drained()
        assert stop_all(workers) == [0, 0]
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        desk.judge.nothing_quarantined()
    return {**figures, "taken over after": taken_over, "works again after": back}


BLOCKED = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
    "AND query LIKE 'INSERT INTO timeline%'"
)
"""Transactions that wait for the timeline."""

HELD = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' "
    "AND query LIKE 'INSERT INTO timeline%'"
)
"""Transactions that have written and wait for a worker that is frozen."""

WRITTEN = "SELECT (SELECT count(*) FROM timeline), (SELECT sum(version) FROM cases), (SELECT count(*) FROM outbox)"
