"""Outputs to Kafka by confluent-kafka: in order per key, the delivery report of each looked at."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from monitors.notices.message import Message
from monitors.ports import Delivery
from triage.adapters.confluent.client import connection, error_of, name_of
from triage.adapters.kafka.checks import missing_topics
from triage.adapters.kafka.options import KafkaOptions
from triage.adapters.kafka.sending import (
    BATCH_BYTES,
    DOUBTFUL,
    FAILED,
    HELD,
    LINGER_MS,
    RETRY,
    SENT,
    publish,
    settled,
    topics_of,
    wired,
)
from triage.errors import BrokerAway

ASK_TIMEOUT_MS = 3000

TOO_LARGE = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})
REFUSED = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_EXCEPTION,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
    }
)

TOPIC_WAIT_MS = 1000
"""After so long without a topic in the broker's answers its messages are given up: they are held and tried again."""

UNSETTLED = frozenset({RETRY, DOUBTFUL, HELD})
"""Results behind which a new producer sends: the old one also goes on believing that a topic is not there."""

Report = KafkaError | None
UNREPORTED = "no delivery report, Timeout"


class ConfluentPublisher:
    """Implements `monitors.ports.Publisher`."""

    def __init__(self, options: KafkaOptions, *, delivery_seconds: float = 30.0) -> None:
        """`delivery_seconds`: after so long without an acknowledgement a message is to be tried again. Raises
        BrokerAway."""
        self._options, self._delivery_seconds = options, delivery_seconds
        self._topics = topics_of(options)
        self._refusing: set[str] = set()
        self._producer: Producer | None = self._connect()

    def _connect(self) -> Producer:
        try:
            return Producer(
                {
                    **connection(self._options),
                    "acks": "all",
                    "enable.idempotence": True,
                    "linger.ms": LINGER_MS,
                    "batch.size": BATCH_BYTES,
                    "delivery.timeout.ms": int(self._delivery_seconds * 1000),
                    "request.timeout.ms": int(self._delivery_seconds * 1000 / 3),
                    "topic.metadata.propagation.max.ms": TOPIC_WAIT_MS,
                    "allow.auto.create.topics": False,
                    "partitioner": "murmur2_random",  # a complaint stays in the partition where kafka-python puts it
                }
            )
        except KafkaException as error:
            raise BrokerAway(f"{self._options.bootstrap_servers}: {name_of(error)}") from error

    def publish(self, messages: Sequence[Message]) -> Sequence[Delivery]:
        """See `triage.adapters.kafka.sending.publish`. Raises BrokerAway."""
        return publish(messages, self._cycle, self._refusing)

    def _cycle(self, messages: Sequence[Message]) -> list[Delivery]:
        if self._producer is None:
            self._producer = self._connect()
        producer = self._producer
        reports: dict[int, Report] = {}
        refused: dict[int, KafkaError] = {}
        for place, message in enumerate(messages):
            error = self._send(producer, message, partial(_note, reports, place))
            if error is not None:
                refused[place] = error
        if messages:
            producer.flush(self._delivery_seconds + 5)
        missing: dict[str, bool] = {}
        answers = [
            (message, *self._answer(message, refused.get(place), reports, place, missing))
            for place, message in enumerate(messages)
        ]
        if any(result in UNSETTLED for _, result, _ in answers):
            self.close()  # nothing that has timed out may arrive behind what is sent later
        return settled(answers)

    def _send(self, producer: Producer, message: Message, report: Any) -> KafkaError | None:
        payload, headers = wired(message)
        try:
            producer.produce(
                self._topics[message.topic],
                key=message.key.encode(),
                value=payload,
                headers=headers,  # type: ignore[arg-type] # a list of pairs is one of its forms
                on_delivery=report,
            )
        except KafkaException as error:
            return error_of(error)
        except BufferError:
            return KafkaError(KafkaError._QUEUE_FULL)
        return None

    def _answer(
        self,
        message: Message,
        refused: KafkaError | None,
        reports: dict[int, Report],
        place: int,
        missing: dict[str, bool],
    ) -> tuple[str, str]:
        """Result and detail. A message of which nothing is reported has to be tried again."""
        if refused is None and place not in reports:
            return RETRY, UNREPORTED
        error = refused or reports[place]
        if error is None:
            return SENT, ""
        if error.code() in TOO_LARGE:
            return (FAILED if refused else DOUBTFUL), error.name()
        if error.code() in REFUSED or self._is_missing(message.topic, missing):
            return HELD, error.name()
        return RETRY, f"{error.name()}: {error.str()}"

    def _is_missing(self, topic: str, known: dict[str, bool]) -> bool:
        """Whether the broker answers and lacks the topic: the client may only say that time is over."""
        if topic not in known:
            try:
                wanted = [self._topics[topic]]
                known[topic] = bool(missing_topics(self._options, wanted, timeout_ms=ASK_TIMEOUT_MS))
            except BrokerAway:
                known[topic] = False
        return known[topic]

    def close(self) -> None:
        """Give up what is under way: it is sent again."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(0)
        self._producer = None


def _note(reports: dict[int, Report], place: int, error: Report, _message: object) -> None:
    reports[place] = error
