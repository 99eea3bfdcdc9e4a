"""A yardstick: what confluent-kafka reaches on a broker without any work of ours. See `triage.adapters.kafka.yard`."""

from confluent_kafka import Consumer, Producer, TopicPartition

from triage.adapters.confluent.client import connection
from triage.adapters.kafka.options import KafkaOptions
from triage.adapters.kafka.sending import BATCH_BYTES, LINGER_MS
from triage.adapters.kafka.yard import PARTITIONS, POLL_MS

RECORDS = 2000


def echo(options: KafkaOptions, count: int) -> None:
    """Read so many records of the events' topic and send each to the decisions' topic, idempotent, all acknowledged."""
    consumer = Consumer(
        {
            **connection(options),
            "group.id": f"{options.group_id}.echo",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
        }
    )
    producer = Producer(
        {
            **connection(options),
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": LINGER_MS,
            "batch.size": BATCH_BYTES,
        }
    )
    consumer.assign([TopicPartition(options.topic_events, number, 0) for number in range(PARTITIONS)])
    left = count
    while left > 0:
        for record in consumer.consume(RECORDS, POLL_MS / 1000):
            producer.produce(options.topic_decisions, key=record.key(), value=record.value())
            left -= 1
        producer.poll(0)
    producer.flush()
    consumer.close()
