"""What changes around the consumer group: the database goes at the wrong moment, workers come and go, partitions are
added.
"""

import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer

from tests.e2e.judge import Figures
from tests.e2e.scenarios.desk import RECOVERY, Desk, Event, Sending, lives, record
from tests.e2e.workers import stop_all, wait_for
from tests.services.kafka import Broker
from tests.services.postgres import Server


def database_gone(directory: Path, broker: Broker, server: Server, *, cases: int, seconds: float) -> Figures:
    """A worker joins the group while PostgreSQL is stopped: nobody skips an offset, nobody has to be started again."""
    with Desk(directory, broker, server) as desk:
        first = desk.worker()
        desk.send(lives(cases))
        desk.read_all()
        second = desk.worker()
        second.logged("service.started")
        second.process.send_signal(signal.SIGSTOP)
        server.stop("immediate")
        second.process.send_signal(signal.SIGCONT)
        began = time.monotonic()
        desk.send(lives(cases, prefix="G"))
        for worker in (first, second):
            worker.logged("consumer.retry")
            assert worker.asks("/readyz")[0] == 503
        with desk.worker() as third:
            assert third.finish() == 3, "a start without a database is refused"
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        assert {worker.asks("/healthz")[0] for worker in (first, second)} == {200}
        server.start()
        recovered = desk.read_all(RECOVERY)
        wait_for(lambda: desk.members() == [3, 3], RECOVERY)
        for worker in (first, second):
            worker.await_ready(RECOVERY)
        before = [worker.metric("triage_events_total") for worker in (first, second)]
        desk.send(lives(cases, prefix="L"))
        desk.read_all()
        after = [worker.metric("triage_events_total") for worker in (first, second)]
        assert all(one != other for one, other in zip(before, after, strict=True)), "a worker reads nothing"
        desk.drained()
        assert stop_all((first, second)) == [0, 0]
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        desk.judge.nothing_quarantined()
    return {"seconds away": seconds, **figures, "seconds to recover": recovered}


def storm(
    directory: Path, broker: Broker, server: Server, *, seconds: float, per_second: float, every: float
) -> Figures:
    """Under load a worker joins or leaves every few seconds, one always stays."""
    chance = random.Random(5)
    with Desk(directory, broker, server) as desk:
        workers = [desk.worker()]
        load = desk.load(lives(int(seconds * per_second / 5)), per_second)
        changes = 0
        while not load.is_over:
            time.sleep(every)
            if len(workers) < 2 or (len(workers) < 4 and chance.random() < 0.5):
                workers.append(desk.worker())
            else:
                gone = workers.pop(chance.randrange(len(workers)))
                gone.logged("service.started")
                assert gone.stop() == 0, gone.output()
            changes += 1
        load.finish()
        recovered = desk.read_all(seconds=60)
        drained = desk.drained()
        assert stop_all(workers) == [0] * len(workers)
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        desk.judge.nothing_quarantined()
    return {"joined or left": changes, **figures, "seconds to recover": recovered, "to drain": drained}


def more_partitions(directory: Path, broker: Broker, server: Server, *, cases: int, per_second: float) -> Figures:
    """Three partitions become six while producers commit and abort transactions; the keys of half of the cases move
    in the middle of their lives."""
    with Desk(directory, broker, server, partitions=3) as desk:
        workers = [desk.worker() for _ in range(2)]
        wait_for(lambda: sum(desk.members()) == 3)
        committed = Transactions(desk, lives(cases, together=cases), commits=True, per_second=per_second)
        aborted = Transactions(desk, lives(cases // 4, prefix="ABORTED"), commits=False, per_second=per_second / 4)
        wait_for(lambda: len(committed.sent) >= 2 * cases)
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
        admin.create_partitions({desk.topics.events: 6})
        admin.close()
        committed.finish()
        aborted.finish()
        desk.sent += committed.sent
        recovered = desk.read_all(seconds=60)
        wait_for(lambda: desk.members() == [3, 3], RECOVERY)
        desk.drained()
        assert stop_all(workers) == [0, 0]
        moved, placed = whereabouts(desk)
        assert moved > cases // 10, "hardly a key has moved"
        assert placed == set(range(6))
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        desk.judge.nothing_quarantined()
        assert desk.judge.rows("SELECT DISTINCT status FROM cases") == [("followed_up",)]
        assert desk.judge.deadlocks() == 0
    return {**figures, "aborted": len(aborted.sent), "cases moved": moved, "seconds to recover": recovered}


def whereabouts(desk: Desk) -> tuple[int, set[int]]:
    """How many cases have events in two partitions, and the partitions that hold an event."""
    places: dict[str, set[int]] = {}
    for found, event in desk.judge.records(desk.topics.events):
        places.setdefault(event["subject"], set()).add(found.partition)
    return sum(len(one) > 1 for one in places.values()), set().union(*places.values())


class Transactions(Sending):
    """Sends in transactions of fifty."""

    def __init__(self, desk: Desk, events: Sequence[Event], *, commits: bool, per_second: float) -> None:
        self.sent: list[Event] = []
        self._topic, self._commits = desk.topics.events, commits
        self._producer: Any = KafkaProducer(
            bootstrap_servers=desk.broker.bootstrap,
            transactional_id=f"{desk.topics.events}.{commits}",
            metadata_max_age_ms=1000,
        )
        self._producer.init_transactions()
        super().__init__(events, per_second)

    def _send_all(self) -> None:
        for at in range(0, len(self._events), 50):
            if not self._keep_pace(at):
                break
            self._send(self._events[at : at + 50])
        self._producer.close()

    def _send(self, events: Sequence[Event]) -> None:
        self._producer.begin_transaction()
        for one in events:
            key, value = record(one)
            self._producer.send(self._topic, key=key, value=value)
        self._producer.flush()
        (self._producer.commit_transaction if self._commits else self._producer.abort_transaction)()
        self.sent += events
