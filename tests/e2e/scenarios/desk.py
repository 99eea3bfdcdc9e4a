"""A desk for one scenario: topics, a database, a rules folder, and the workers that were started on them."""

import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import MemberToRemove
from kafka.errors import CoordinatorNotAvailableError

from tests.e2e.clock_desk import event, rules, write_rules
from tests.e2e.judge import Judge
from tests.e2e.test_kafka_and_postgres import environment
from tests.e2e.workers import Worker, count_events, wait_for
from tests.fixtures import Topics
from tests.services.kafka import Broker
from tests.services.postgres import Server
from triage.adapters.store import schema

Event = Mapping[str, Any]

QUIET_RULES = rules("10 working days")
"""Nothing is due while a scenario runs."""

KINDS = ("registered", "contacted", "investigated", "reply_sent", "followup_completed")
"""The events of a life, in order."""

PATIENCE = 300.0
"""Seconds for work that no promise gives a time, on a machine that has other work too."""

RECOVERY = 30.0
"""Seconds in which the service is to go on by itself once what was away is back."""


class Desk:
    """Everything of one scenario; all workers are gone when the block ends."""

    def __init__(
        self,
        directory: Path,
        broker: Broker,
        server: Server,
        files: Mapping[str, bytes] | None = QUIET_RULES,
        partitions: int = 6,
        tablespace: str = "pg_default",
    ) -> None:
        """`files`: the rules folder, None: the shipped rules. `tablespace`: where the tables are."""
        broker.start()
        server.start()
        self.directory, self.broker, self.server = directory, broker, server
        prefix = f"scenario-{uuid.uuid4().hex[:12]}"
        self.topics = Topics(*(f"{prefix}.{name}" for name in ("events", "decisions", "alerts", "dead-letters")))
        outputs = (self.topics.decisions, self.topics.alerts, self.topics.dead_letters)
        broker.create_topics({self.topics.events: partitions})
        broker.create_topics(dict.fromkeys(outputs, 2), {"message.timestamp.type": "LogAppendTime"})
        self.url = server.fresh_database(tablespace)
        schema.upgrade(self.url)
        self.environment = environment(broker, self.topics, self.url)
        if files is not None:
            write_rules(directory, files)
            self.environment["TRIAGE_RULES__DIR"] = str(directory / "rules")
        self.judge = Judge(broker, self.topics, self.url)
        self.sent: list[Event] = []
        self._workers = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.close()
        self.server.start()
        self.server.drop_database(self.url)

    def worker(self, *arguments: str, **environment: str) -> Worker:
        """Start an instance."""
        return self.start(Worker, *arguments, **environment)

    def start(self, kind: type[Worker], *arguments: str, **environment: str) -> Worker:
        """Start an instance of this kind."""
        started = kind(self.directory, *(arguments or ("run",)), **(self.environment | environment))
        return self._workers.enter_context(started)

    def send(self, events: Sequence[Event]) -> None:
        """Send them at once, keyed by case, and remember them."""
        self.broker.produce(self.topics.events, map(record, events))
        self.sent += events

    def load(self, events: Sequence[Event], per_second: float) -> "Load":
        """Begin to send them at a steady pace; they are remembered."""
        self.sent += events
        load = Load(self.broker, self.topics.events, events, per_second)
        self._workers.callback(load.give_up)
        return load

    def read_all(self, seconds: float = PATIENCE) -> float:
        """Wait until as many events as were sent are committed; gives the seconds that it took."""
        began = time.monotonic()
        try:
            wait_for(lambda: count_events(self.url) >= len(self.sent), seconds)
        except AssertionError:
            raise AssertionError(f"{count_events(self.url)} of {len(self.sent)} events after {seconds} s") from None
        return round(time.monotonic() - began, 1)

    def upgrade(self, url: str) -> None:
        """Create the tables."""
        schema.upgrade(url)

    def drained(self, seconds: float = PATIENCE) -> float:
        """Wait until no output waits; gives the seconds that it took."""
        began = time.monotonic()
        wait_for(lambda: self.unsent() == 0, seconds)
        return round(time.monotonic() - began, 1)

    def unsent(self) -> int:
        """Outputs that wait to be published."""
        return len(self.judge.rows("SELECT id FROM outbox WHERE state = 'pending'"))

    def forget(self, group: str) -> None:
        """Have the group forget its members that are dead, instead of waiting for their sessions to end."""
        admin = KafkaAdminClient(bootstrap_servers=self.broker.bootstrap)
        try:
            members = admin.describe_groups([group])[group]["members"]
            if members:
                admin.remove_group_members(group, [MemberToRemove(member_id=one["member_id"]) for one in members])
        finally:
            admin.close()

    def members(self) -> list[int]:
        """How many partitions each member of the group has, in order; empty while the group is changing."""
        admin = KafkaAdminClient(bootstrap_servers=self.broker.bootstrap)
        try:
            group = admin.describe_groups([self.topics.events])[self.topics.events]
        except CoordinatorNotAvailableError:  # the broker has never had a group
            return []
        finally:
            admin.close()
        if group["group_state"] != "Stable":
            return []
        return sorted(
            sum(len(topic["partitions"]) for topic in one["member_assignment"]["assigned_partitions"])
            for one in group["members"]
        )


def record(event: Event) -> tuple[bytes, bytes]:
    """Key and value of an event in Kafka."""
    return event["subject"].encode(), msgspec.json.encode(event)


def lives(cases: int, prefix: str = "C", together: int = 20, began: datetime | None = None) -> list[dict[str, Any]]:
    """Five events of each case, those of so many cases in turns, a millisecond apart and just over."""
    ids = [f"{prefix}-{number:06d}" for number in range(cases)]
    first = began or datetime.now(UTC) - timedelta(milliseconds=cases * len(KINDS))
    told = ((case, kind) for at in range(0, cases, together) for kind in KINDS for case in ids[at : at + together])
    return [event(case, kind, first + timedelta(milliseconds=at), **DATA[kind]) for at, (case, kind) in enumerate(told)]


DATA: dict[str, dict[str, Any]] = {
    "registered": {},
    "contacted": {"direction": "to_customer"},
    "investigated": {"by": "desk"},
    "reply_sent": {"kind": "final"},
    "followup_completed": {"satisfied": True},
}


class Sending:
    """Sends events from a thread of its own, at a steady pace."""

    def __init__(self, events: Sequence[Event], per_second: float) -> None:
        self._events, self._per_second = events, per_second
        self._given_up = threading.Event()
        self._began = time.monotonic()
        pool = ThreadPoolExecutor(1)
        self._done = pool.submit(self._send_all)
        pool.shutdown(wait=False)

    def finish(self, seconds: float = 900) -> None:
        """Wait until all is sent and acknowledged. Raises what a sending raised."""
        self._done.result(seconds)

    @property
    def is_over(self) -> bool:
        """Whether all is sent, or the sending has failed."""
        return self._done.done()

    def give_up(self) -> None:
        """Send no more."""
        self._given_up.set()

    def _keep_pace(self, sent: int) -> bool:
        """Wait for the turn of the next event; False when it is not wanted any more."""
        ahead = sent / self._per_second - (time.monotonic() - self._began)
        return not (ahead > 0.02 and self._given_up.wait(ahead)) and not self._given_up.is_set()

    def _send_all(self) -> None:
        raise NotImplementedError


class Load(Sending):
    """Sends one by one, and outlives a broker that is away."""

    def __init__(self, broker: Broker, topic: str, events: Sequence[Event], per_second: float) -> None:
        self._topic = topic
        self._producer: Any = KafkaProducer(
            bootstrap_servers=broker.bootstrap, delivery_timeout_ms=900_000, max_block_ms=900_000, linger_ms=10
        )
        super().__init__(events, per_second)

    def _send_all(self) -> None:
        futures = []
        for number, one in enumerate(self._events):
            if not self._keep_pace(number):
                break
            key, value = record(one)
            futures.append(self._producer.send(self._topic, key=key, value=value))
        else:
            for future in futures:
                future.get(timeout=300)
        self._producer.close(timeout=5)


class HealthWatch:
    """Asks the workers for their health a few times a second, within the block; their answers are kept."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self.answers: list[tuple[int, str]] = []
        self._workers, self._over = workers, threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(0.3):
            self.answers += [worker.asks("/healthz") for worker in self._workers]

    def never_ill(self) -> int:
        """Gives the number of answers, all of which were 200."""
        ill = [answer for answer in self.answers if answer[0] != 200]
        assert not ill, f"{len(ill)} of {len(self.answers)} answers: {ill[:3]}"
        return len(self.answers)
