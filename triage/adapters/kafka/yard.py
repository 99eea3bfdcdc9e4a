"""A yardstick: what kafka-python reaches on this broker without any work of ours."""

from collections.abc import Iterable, Sequence
from uuid import uuid4

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from triage.adapters.kafka.options import KafkaOptions
from triage.errors import Unreachable

PARTITIONS = 6
POLL_MS = 500


def make_topics(options: KafkaOptions) -> KafkaOptions:
    """The options with four new topics of their own, which are created. Raises Unreachable."""
    prefix = f"bench-{uuid4().hex[:8]}"
    names = {field: f"{prefix}.{field.removeprefix('topic_')}" for field in TOPIC_FIELDS}
    try:
        admin = KafkaAdminClient(**options.connection())
        try:
            wanted = {name: {"num_partitions": PARTITIONS, "replication_factor": 1} for name in names.values()}
            admin.create_topics(wanted, wait_for_metadata=True)
        finally:
            admin.close()
    except KafkaError as error:
        raise Unreachable([f"kafka {options.bootstrap_servers}: {type(error).__name__}"]) from error
    given = {name: getattr(options, name) for name in KafkaOptions.__struct_fields__}
    return KafkaOptions(**{**given, **names, "group_id": prefix})


TOPIC_FIELDS = ("topic_events", "topic_decisions", "topic_alerts", "topic_dead_letters")


def drop_topics(options: KafkaOptions) -> None:
    """Delete the topics that `make_topics` created."""
    admin = KafkaAdminClient(**options.connection())
    try:
        admin.delete_topics(list(options.topics))
    finally:
        admin.close()


def produce(options: KafkaOptions, records: Iterable[tuple[bytes, bytes]]) -> None:
    """Send (key, value) pairs to the events' topic and wait for all."""
    producer = KafkaProducer(**options.connection(), linger_ms=20, batch_size=256 * 1024)
    for key, value in records:
        producer.send(options.topic_events, key=key, value=value)
    producer.flush()
    producer.close()


def echo(options: KafkaOptions, count: int) -> None:
    """Read so many records of the events' topic and send each to the decisions' topic, idempotent, all acknowledged."""
    consumer = KafkaConsumer(
        **options.connection(), enable_auto_commit=False, isolation_level="read_committed", max_poll_records=2000
    )
    producer = KafkaProducer(
        **options.connection(), acks="all", enable_idempotence=True, linger_ms=50, batch_size=512 * 1024
    )
    parts = [TopicPartition(options.topic_events, number) for number in range(PARTITIONS)]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    left = count
    while left > 0:
        for records in consumer.poll(timeout_ms=POLL_MS).values():
            _send_on(producer, options.topic_decisions, records)
            left -= len(records)
    producer.flush()
    consumer.close()
    producer.close()


def _send_on(producer: KafkaProducer, topic: str, records: Sequence[object]) -> None:
    for record in records:
        producer.send(topic, key=record.key, value=record.value)  # type: ignore[attr-defined] # kafka's, untyped
