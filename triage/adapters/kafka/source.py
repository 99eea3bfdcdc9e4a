"""Events from Kafka. Positions come from the store; Kafka's own committed offsets only serve lag dashboards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from kafka.structs import OffsetAndMetadata

from monitors.ports import TimeSource
from triage.adapters.kafka.batches import MAX_RECORDS, batches
from triage.adapters.kafka.ends import Ends
from triage.adapters.kafka.options import (
    BOOTSTRAP_TIMEOUT_MS,
    MAX_POLL_INTERVAL_MS,
    METADATA_MAX_AGE_MS,
    SESSION_TIMEOUT_MS,
    KafkaOptions,
)
from triage.errors import BrokerAway, PositionLost
from triage.ports import Part, Record

log = structlog.get_logger()

ASK_TIMEOUT_MS = 5000


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python ships no types
    """Only notes partitions: a blocking call here would stop the heartbeats, and one that raises would leave a
    partition assigned and unplaced."""

    def __init__(self) -> None:
        self.fresh: set[TopicPartition] = set()
        self.gone: set[TopicPartition] = set()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self.fresh |= set(assigned)
        self.gone -= set(assigned)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.gone |= set(revoked)
        self.fresh -= set(revoked)

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self.on_partitions_revoked(lost)


class KafkaSource:
    """Implements `triage.ports.EventSource` with kafka-python."""

    def __init__(
        self, options: KafkaOptions, time: TimeSource, *, max_poll_interval_ms: int = MAX_POLL_INTERVAL_MS
    ) -> None:
        """`max_poll_interval_ms`: a member that does not poll for so long is put out of the group."""
        self._options, self._max_poll_interval_ms = options, max_poll_interval_ms
        self._consumer: Any = None
        self._assignment = _Assignment()
        self._placed: set[TopicPartition] = set()
        self._held: set[TopicPartition] = set()
        self._targets: dict[TopicPartition, int] = {}
        self._ends = Ends(time, self._ask_ends, lambda part: self._position(TopicPartition(*part)))

    @property
    def inputs(self) -> Sequence[str]:
        """The topic of the events."""
        return (self._options.topic_events,)

    def open(self) -> None:
        """Join the group. Raises BrokerAway."""
        self._assignment = _Assignment()
        try:
            self._consumer = KafkaConsumer(
                **self._options.connection(),
                group_id=self._options.group_id,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
                auto_offset_reset="none",
                enable_auto_commit=False,
                isolation_level="read_committed",
                max_poll_interval_ms=self._max_poll_interval_ms,
                session_timeout_ms=SESSION_TIMEOUT_MS,
                metadata_max_age_ms=METADATA_MAX_AGE_MS,
                max_poll_records=MAX_RECORDS,
                partition_assignment_strategy=[CooperativeStickyAssignor],
                metrics_enabled=False,
            )
            self._consumer.subscribe([self._options.topic_events], listener=self._assignment)
            # Who joins before it knows the partitions is assigned none and joins again, waiting in a busy loop.
            self._consumer.partitions_for_topic(self._options.topic_events)
        except KafkaError as error:
            raise BrokerAway(f"{self._options.bootstrap_servers}: {error}") from error

    def unplaced(self) -> Sequence[tuple[Part, str | None]]:
        """Partitions that were assigned and have no position yet."""
        return [(_part(one), None) for one in sorted(self._assignment.fresh)]

    def seek(self, part: Part, next_offset: int | None) -> int | None:
        """Continue the partition there, None: at its beginning. None when it is no longer ours. Raises BrokerAway."""
        partition = TopicPartition(*part)
        if partition not in self._consumer.assignment():
            self._assignment.fresh.discard(partition)
            return None
        try:
            if next_offset is None:
                next_offset = self._consumer.beginning_offsets([partition], timeout_ms=ASK_TIMEOUT_MS)[partition]
            target = self._consumer.end_offsets([partition], timeout_ms=ASK_TIMEOUT_MS)[partition]
        except KafkaError as error:
            raise BrokerAway(f"{part.input}/{part.partition}: {error}") from error
        self._consumer.seek(partition, next_offset)
        self._consumer.resume(partition)
        self._targets.setdefault(partition, target)
        self._placed.add(partition)
        self._held.discard(partition)
        self._assignment.fresh.discard(partition)
        return int(next_offset)

    def hold(self, parts: Collection[Part]) -> None:
        """Give no records of these partitions until they are sought again. They are fetched no more, and polled all the
        same: who does not poll loses them."""
        fresh = {TopicPartition(*part) for part in parts} - self._held
        for partition in fresh & self._consumer.assignment():
            self._consumer.pause(partition)
            self._held.add(partition)

    def poll(self, timeout: float) -> Sequence[tuple[Part, Sequence[Record]]]:
        """Records of placed partitions; what the same poll returned for others is dropped, their place is sought
        first. Raises PositionLost, BrokerAway."""
        try:
            polled = self._consumer.poll(timeout_ms=int(timeout * 1000))
        except NoOffsetForPartitionError:
            return []  # a partition was assigned and is not placed yet
        except OffsetOutOfRangeError as error:
            raise self._lost(error) from error
        except KafkaError as error:
            raise BrokerAway(str(error)) from error
        self._placed -= self._assignment.gone | self._assignment.fresh
        self._held &= self._placed
        return [
            (_part(partition), batch)
            for partition, records in polled.items()
            if partition in self._placed - self._held
            for batch in batches(list(map(_record, records)))
        ]

    def _lost(self, error: OffsetOutOfRangeError) -> PositionLost:
        partition, offset = next(iter(error.args[0].items()))
        self._consumer.pause(partition)
        self._placed.discard(partition)
        return PositionLost(f"{partition.topic}/{partition.partition}: offset {offset} is gone", _part(partition))

    def caught_up(self) -> Mapping[Part, datetime]:
        """See `triage.adapters.kafka.ends.Ends.caught_up`. Raises BrokerAway."""
        return self._ends.caught_up(_parts(self._placed), _parts(self._held))

    def _ask_ends(self, parts: Sequence[Part]) -> dict[Part, int]:
        asked = [TopicPartition(*part) for part in parts]
        try:
            ends = self._consumer.end_offsets(asked, timeout_ms=ASK_TIMEOUT_MS)
        except KafkaError as error:
            raise BrokerAway(type(error).__name__) from error
        return {_part(one): end for one, end in ends.items()}

    def _position(self, partition: TopicPartition) -> int:
        try:
            return int(self._consumer.position(partition, timeout_ms=ASK_TIMEOUT_MS) or 0)
        except KafkaError:
            return -1

    def parts(self) -> Sequence[Part]:
        """Every partition of the topic. Raises BrokerAway."""
        topic = self._options.topic_events
        try:
            numbers = self._consumer.partitions_for_topic(topic)
        except KafkaError as error:
            raise BrokerAway(f"{topic}: {error}") from error
        if not numbers:
            raise BrokerAway(f"{topic}: its partitions are not known")
        return [Part(self._options.topic_events, number) for number in sorted(numbers)]

    def drained(self) -> bool:
        """Whether everything that was there when our partitions were placed has been polled."""
        return not self._assignment.fresh and all(self._position(one) >= self._targets[one] for one in self._placed)

    def lag(self) -> Mapping[Part, int]:
        """Records behind the end, by the last answer."""
        return self._ends.lag(_parts(self._placed))

    def note_committed(self, part: Part, next_offset: int) -> None:
        """Tell Kafka, without waiting; its errors do not matter here."""
        offsets = {TopicPartition(*part): OffsetAndMetadata(next_offset, "", -1)}
        try:
            self._consumer.commit_async(offsets, callback=_ignore)
        except KafkaError as error:
            log.debug("commit refused", action="source.commit", error=type(error).__name__)

    def close(self) -> None:
        """Leave the group."""
        if self._consumer is not None:
            self._consumer.close(autocommit=False, timeout_ms=2000)
            self._consumer = None
        self._placed.clear()
        self._held.clear()
        self._targets.clear()
        self._ends.clear()


def _ignore(_offsets: Any, _answer: Any) -> None:
    """Answers to commits are not needed."""


def _part(partition: TopicPartition) -> Part:
    return Part(partition.topic, partition.partition)


def _parts(partitions: Iterable[TopicPartition]) -> set[Part]:
    return set(map(_part, partitions))


def _record(one: Any) -> Record:
    return Record(
        offset=one.offset,
        next_offset=one.offset + 1,
        value=one.value or b"",
        headers=tuple((name, content or b"") for name, content in one.headers),
        timestamp=datetime.fromtimestamp(one.timestamp / 1000, UTC) if one.timestamp > 0 else None,
    )
