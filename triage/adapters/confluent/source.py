"""Events from Kafka by confluent-kafka. Positions come from the store, as in `triage.adapters.kafka.source`."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_END,
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaError,
    KafkaException,
    TopicPartition,
)

from monitors.ports import TimeSource
from triage.adapters.confluent.client import ASK_SECONDS, connection, error_of, name_of
from triage.adapters.kafka.batches import MAX_RECORDS, batches
from triage.adapters.kafka.ends import Ends
from triage.adapters.kafka.options import MAX_POLL_INTERVAL_MS, METADATA_MAX_AGE_MS, SESSION_TIMEOUT_MS, KafkaOptions
from triage.errors import BrokerAway, PositionLost
from triage.ports import Part, Record

log = structlog.get_logger()

GONE = frozenset({KafkaError.OFFSET_OUT_OF_RANGE, KafkaError._AUTO_OFFSET_RESET, KafkaError._NO_OFFSET})
FOR_GOOD = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED})
"""Errors in a record's place that the client does not get over by itself; of the others it does."""

MOVED = frozenset({KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE})
"""Answers of a broker that does not lead a partition, any more or yet."""

ASK_TRIES, TRY_AGAIN_SECONDS = 50, 0.1
"""A partition without a leader is asked about for five seconds: a topic may just have been made, a broker just died."""

NOWHERE = 0
"""Where a partition stands, paused, until it is placed: a place of its own, so that Kafka's is not asked for."""


class ConfluentSource:
    """Implements `triage.ports.EventSource` with confluent-kafka."""

    def __init__(
        self, options: KafkaOptions, time: TimeSource, *, max_poll_interval_ms: int = MAX_POLL_INTERVAL_MS
    ) -> None:
        """`max_poll_interval_ms`: a member that does not poll for so long is put out of the group."""
        self._options, self._max_poll_interval_ms = options, max_poll_interval_ms
        self._consumer: Any = None
        self._fresh: set[Part] = set()
        self._positions: dict[Part, int] = {}
        self._held: set[Part] = set()
        self._targets: dict[Part, int] = {}
        self._ends = Ends(time, self._ask_ends, self._position)
        self._lost: list[PositionLost] = []

    @property
    def inputs(self) -> Sequence[str]:
        """The topic of the events."""
        return (self._options.topic_events,)

    def open(self) -> None:
        """Join the group. Raises BrokerAway."""
        self._forget()
        try:
            self._consumer = Consumer(
                {
                    **connection(self._options),
                    "group.id": self._options.group_id,
                    "auto.offset.reset": "error",
                    "enable.auto.commit": False,
                    "enable.auto.offset.store": False,
                    "isolation.level": "read_committed",
                    "max.poll.interval.ms": self._max_poll_interval_ms,
                    "session.timeout.ms": min(SESSION_TIMEOUT_MS, self._max_poll_interval_ms),
                    "topic.metadata.refresh.interval.ms": METADATA_MAX_AGE_MS,
                    "allow.auto.create.topics": False,
                    "partition.assignment.strategy": "cooperative-sticky",
                    "enable.partition.eof": True,  # positions pass the markers of transactions by it
                    "fetch.queue.backoff.ms": 10,
                    "fetch.wait.max.ms": 50,  # a broker answers in order: what is asked waits behind an idle fetch
                    "on_commit": _ignore,
                }
            )
            self._consumer.subscribe(
                [self._options.topic_events],
                on_assign=self._on_assign,
                on_revoke=self._on_revoke,
                on_lost=self._on_revoke,
            )
        except KafkaException as error:
            raise BrokerAway(f"{self._options.bootstrap_servers}: {name_of(error)}") from error

    def _on_assign(self, consumer: Any, assigned: Sequence[TopicPartition]) -> None:
        """Taken, and paused until they are placed."""
        consumer.incremental_assign([TopicPartition(one.topic, one.partition, NOWHERE) for one in assigned])
        consumer.pause(assigned)
        self._fresh.update(map(_part, assigned))

    def _on_revoke(self, _consumer: Any, revoked: Sequence[TopicPartition]) -> None:
        for part in map(_part, revoked):
            self._fresh.discard(part)
            self._held.discard(part)
            self._positions.pop(part, None)

    def unplaced(self) -> Sequence[tuple[Part, str | None]]:
        """Partitions that were assigned and have no position yet."""
        return [(part, None) for part in sorted(self._fresh)]

    def seek(self, part: Part, next_offset: int | None) -> int | None:
        """Continue the partition there, None: at its beginning. None when it is no longer ours. Raises BrokerAway."""
        ours = {_part(one) for one in self._consumer.assignment()}
        if part not in ours:
            self._fresh.discard(part)
            return None
        try:
            if next_offset is None:
                next_offset = self._offsets([part], OFFSET_BEGINNING)[part]
            target = self._offsets([part], OFFSET_END)[part]
            placed = TopicPartition(*part, next_offset)
            # Not by `seek`, which fails until the first fetch has begun: taken anew, what was fetched is dropped.
            self._consumer.incremental_unassign([placed])
            self._consumer.incremental_assign([placed])
            self._consumer.resume([placed])
        except KafkaException as error:
            raise BrokerAway(f"{part.input}/{part.partition}: {name_of(error)}") from error
        self._targets.setdefault(part, target)
        self._positions[part] = next_offset
        self._held.discard(part)
        self._fresh.discard(part)
        return next_offset

    def hold(self, parts: Collection[Part]) -> None:
        """Give no records of these partitions until they are sought again. They are fetched no more, and polled all the
        same: who does not poll loses them."""
        fresh = (set(parts) & self._positions.keys()) - self._held
        self._consumer.pause([TopicPartition(*part) for part in fresh])
        self._held |= fresh

    def _offsets(self, parts: Iterable[Part], which: int) -> dict[Part, int]:
        """The first or the end offset of each. Raises KafkaException."""
        asked = [TopicPartition(*part, which) for part in parts]
        for tries_left in range(ASK_TRIES - 1, -1, -1):
            try:
                found = self._consumer.offsets_for_times(asked, timeout=ASK_SECONDS)
                break
            except KafkaException as error:
                if tries_left == 0 or error_of(error).code() not in MOVED:
                    raise
                self._consumer.list_topics(self._options.topic_events, timeout=ASK_SECONDS)  # who leads now
                threading.Event().wait(TRY_AGAIN_SECONDS)
        for one in found:
            if one.error is not None:
                raise KafkaException(one.error)
        return {_part(one): one.offset for one in found}

    def poll(self, timeout: float) -> Sequence[tuple[Part, Sequence[Record]]]:
        """Records of placed partitions. Raises PositionLost, BrokerAway."""
        polled = self._consumer.consume(1, timeout)
        if polled:  # `consume` waits until it has as many as it was asked for
            polled += self._consumer.consume(MAX_RECORDS - 1, 0)
        found: dict[Part, list[Record]] = {}
        for one in polled:
            if one.error() is None:
                self._take(found, one)
            else:
                self._hear(one)
        if self._lost and not found:
            raise self._lost.pop(0)
        return [(part, batch) for part, records in found.items() for batch in batches(records)]

    def _take(self, found: dict[Part, list[Record]], one: Any) -> None:
        """What came of a partition that is not placed or is held, or from before its place, is dropped."""
        part = Part(one.topic(), one.partition())
        record = _record(one)
        if part in self._fresh | self._held or record.offset < self._positions.get(part, record.next_offset):
            return
        self._positions[part] = record.next_offset
        found.setdefault(part, []).append(record)

    def _hear(self, one: Any) -> None:
        """A partition's end, the loss of a place, or trouble. Raises BrokerAway."""
        error, part = one.error(), Part(one.topic() or "", one.partition())
        if error.code() == KafkaError._PARTITION_EOF:
            if part in self._positions:
                self._positions[part] = max(self._positions[part], one.offset())
        elif error.code() in GONE and part in self._positions:
            offset = self._positions.pop(part)
            self._held.discard(part)
            self._consumer.pause([TopicPartition(*part)])
            self._lost.append(PositionLost(f"{part.input}/{part.partition}: offset {offset} is gone", part))
        elif error.code() in FOR_GOOD:
            raise BrokerAway(error.str())
        else:
            log.debug("kafka consumer", action="source.trouble", error=error.name())

    def caught_up(self) -> Mapping[Part, datetime]:
        """See `triage.adapters.kafka.ends.Ends.caught_up`. Raises BrokerAway."""
        return self._ends.caught_up(self._positions, self._held)

    def _ask_ends(self, parts: Sequence[Part]) -> dict[Part, int]:
        try:
            return self._offsets(parts, OFFSET_END)
        except KafkaException as error:
            raise BrokerAway(name_of(error)) from error

    def _position(self, part: Part) -> int:
        return self._positions.get(part, -1)

    def parts(self) -> Sequence[Part]:
        """Every partition of the topic. Raises BrokerAway."""
        topic = self._options.topic_events
        try:
            numbers = self._consumer.list_topics(topic, timeout=ASK_SECONDS).topics[topic].partitions
        except KafkaException as error:
            raise BrokerAway(f"{topic}: {name_of(error)}") from error
        if not numbers:
            raise BrokerAway(f"{topic}: its partitions are not known")
        return [Part(topic, number) for number in sorted(numbers)]

    def drained(self) -> bool:
        """Whether everything that was there when our partitions were placed has been polled."""
        return not self._fresh and all(at >= self._targets[part] for part, at in self._positions.items())

    def lag(self) -> Mapping[Part, int]:
        """Records behind the end, by the last answer."""
        return self._ends.lag(self._positions)

    def note_committed(self, part: Part, next_offset: int) -> None:
        """Tell Kafka, without waiting; its errors do not matter here."""
        try:
            self._consumer.commit(offsets=[TopicPartition(*part, next_offset)], asynchronous=True)
        except KafkaException as error:
            log.debug("commit refused", action="source.commit", error=name_of(error))

    def close(self) -> None:
        """Leave the group."""
        if self._consumer is not None:
            with suppress(KafkaException, RuntimeError):
                self._consumer.close()
            self._consumer = None
        self._forget()

    def _forget(self) -> None:
        for kept in (self._fresh, self._positions, self._held, self._targets, self._lost, self._ends):
            kept.clear()


def _ignore(_error: Any, _offsets: Any) -> None:
    """Answers to commits are not needed."""


def _part(one: TopicPartition) -> Part:
    return Part(one.topic, one.partition)


def _record(one: Any) -> Record:
    kind, milliseconds = one.timestamp()
    offset: int = one.offset()
    return Record(
        offset=offset,
        next_offset=offset + 1,
        value=one.value() or b"",
        headers=tuple((name, content or b"") for name, content in one.headers() or ()),
        timestamp=datetime.fromtimestamp(milliseconds / 1000, UTC)
        if kind != TIMESTAMP_NOT_AVAILABLE and milliseconds > 0
        else None,
    )
