"""A real Apache Kafka for tests, started by deploy/kafka/broker, and a plain client of its own to look into it."""

import os
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
)

from tests.services.desk import DEPLOY, Guard, call, free_port

SCRIPT = DEPLOY / "kafka" / "broker"


class Record(NamedTuple):
    """One record as a plain consumer sees it. `timestamp`: milliseconds since 1970."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Broker:
    """One node with data and ports of its own, kept over `stop`, `kill` and `start`; `close` removes everything.

    Raises ServiceUnavailable from `start` when Java or Maven is missing or the node does not come up.
    """

    PORTS = 2
    """Neighbouring ports that it needs."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="triage-kafka-"))
        self._port = free_port(together=self.PORTS)
        self._guard = Guard(str(SCRIPT), "down", "--remove", "--data", str(self.data))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def bootstrap(self) -> str:
        """HOST:PORT, the same for the broker's whole life."""
        return f"127.0.0.1:{self._port}"

    @property
    def version(self) -> str:
        """What runs and where, as `Apache Kafka 4.3.1 at 127.0.0.1:20000`."""
        return call(SCRIPT, "status", "--data", str(self.data))

    @property
    def pid(self) -> int:
        """The node's process id while it runs."""
        return int((self.data / "broker.pid").read_text())

    def start(self) -> None:
        """Come up and answer; nothing to do when it does already."""
        settings = (word for name, value in self.settings().items() for word in ("--set", f"{name}={value}"))
        call(SCRIPT, "up", "--data", str(self.data), "--port", str(self._port), *settings)

    def settings(self) -> Mapping[str, str]:
        """What differs from deploy/kafka/server.properties."""
        return {}

    def stop(self) -> None:
        """Go down in good order."""
        call(SCRIPT, "down", "--data", str(self.data))

    def kill(self) -> None:
        """SIGKILL. The next start takes some 4 s: the controller waits for the dead node's session to end."""
        call(SCRIPT, "kill", "--data", str(self.data))

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Within the block the node keeps its connections and answers nothing."""
        pid = self.pid
        os.kill(pid, signal.SIGSTOP)
        while not all(state == "T" for state in _states(pid)):  # a busy machine stops its threads one after another
            time.sleep(0.001)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        self._guard.release()

    def create_topic(self, name: str, partitions: int, configs: Mapping[str, str] | None = None) -> None:
        """Create the topic and wait until each partition has a leader."""
        self.create_topics({name: partitions}, configs)

    def create_topics(self, partitions: Mapping[str, int], configs: Mapping[str, str] | None = None) -> None:
        """Create the topics, given with their numbers of partitions, and wait until each partition has a leader."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            options = {"replication_factor": 1, "configs": dict(configs or {})}
            wanted = {name: {"num_partitions": number, **options} for name, number in partitions.items()}
            admin.create_topics(wanted, wait_for_metadata=True)
        finally:
            admin.close()

    def configure(self, topic: str, configs: Mapping[str, str]) -> None:
        """Change settings of a topic."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, dict(configs))])
        finally:
            admin.close()

    def produce(
        self,
        topic: str,
        records: Iterable[tuple[bytes | None, bytes | None]],
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
        timestamp_ms: int | None = None,
    ) -> None:
        """Send (key, value) pairs in order and wait until the broker has all. No partition: by the key's hash."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap)
        try:
            sent = [
                producer.send(
                    topic, key=key, value=value, partition=partition, headers=list(headers), timestamp_ms=timestamp_ms
                )
                for key, value in records
            ]
            producer.flush()
            for each in sent:
                each.get(timeout=20)
        finally:
            producer.close()

    def read_all(self, topic: str, timeout: float = 20) -> list[Record]:
        """All committed records that are in the topic now, by partition and offset. Joins no group, commits nothing.

        Raises TimeoutError when they have not all come within so many seconds.
        """
        consumer = KafkaConsumer(
            bootstrap_servers=self.bootstrap, isolation_level="read_committed", enable_auto_commit=False
        )
        try:
            parts = [TopicPartition(topic, each) for each in sorted(consumer.partitions_for_topic(topic) or ())]
            if not parts:
                raise LookupError(f"there is no topic {topic}")
            consumer.assign(parts)
            consumer.seek_to_beginning(*parts)
            ends = consumer.end_offsets(parts)
            found: list[Record] = []
            deadline = time.monotonic() + timeout
            while any(consumer.position(part) < ends[part] for part in parts):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{topic}: {len(found)} records came within {timeout} s, ends are {ends}")
                for batch in consumer.poll(timeout_ms=200).values():
                    found += [
                        Record(r.partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in batch
                    ]
            return sorted(found, key=lambda record: (record.partition, record.offset))
        finally:
            consumer.close()


class GuardedBroker(Broker):
    """A node with a second door, `guarded`, where `SERVICE` may do what `allow` gave it and no more. At `bootstrap`
    everybody may do everything."""

    PORTS = 3
    SERVICE, PASSWORD = "triage", "not-a-secret"

    @property
    def guarded(self) -> str:
        """HOST:PORT, SASL_PLAINTEXT with PLAIN."""
        return f"127.0.0.1:{self._port + 2}"

    def settings(self) -> Mapping[str, str]:
        """Kafka's own authorizer; who comes in without a name is an administrator."""
        doors = {"PLAINTEXT": self.bootstrap, "SASL_PLAINTEXT": self.guarded}
        module = "org.apache.kafka.common.security.plain.PlainLoginModule"
        return {
            "listeners": ",".join(f"{name}://{at}" for name, at in doors.items())
            + f",CONTROLLER://127.0.0.1:{self._port + 1}",
            "listener.security.protocol.map": ",".join(f"{one}:{one}" for one in doors) + ",CONTROLLER:PLAINTEXT",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config": f'{module} required user_{self.SERVICE}="'
            f'{self.PASSWORD}";',
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }

    def allow(self, kind: ResourceType, name: str, *operations: ACLOperation) -> None:
        """Let the service do this to a topic or a group."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            where = ResourcePattern(kind, name)
            given = [ACL(f"User:{self.SERVICE}", "*", one, ACLPermissionType.ALLOW, where) for one in operations]
            assert not admin.create_acls(given)["failed"]
        finally:
            admin.close()

    def take_back(self, kind: ResourceType, name: str, operation: ACLOperation) -> None:
        """The service may do this no longer."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            where = ResourcePattern(kind, name)
            given = ACLFilter(f"User:{self.SERVICE}", "*", operation, ACLPermissionType.ALLOW, where)
            ((_, gone, _),) = admin.delete_acls([given])
            assert len(gone) == 1
        finally:
            admin.close()


def _states(pid: int) -> list[str]:
    """The state of each thread of a process, as /proc tells it."""
    stats = [stat.read_text() for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    return [stat.rpartition(")")[2].split()[0] for stat in stats]
