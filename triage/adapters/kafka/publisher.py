"""Outputs to Kafka: in order per key, acknowledged one by one."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import (
    AuthorizationError,
    InvalidTopicError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from monitors.notices.message import Message
from monitors.ports import Delivery
from triage.adapters.kafka.checks import missing_topics
from triage.adapters.kafka.options import BOOTSTRAP_TIMEOUT_MS, KafkaOptions
from triage.adapters.kafka.sending import (
    BATCH_BYTES,
    BESIDE,
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

NEVER = (MessageSizeTooLargeError, RecordListTooLargeError)
REFUSED = (AuthorizationError, TopicAuthorizationFailedError, InvalidTopicError, UnknownTopicOrPartitionError)


class KafkaPublisher:
    """Implements `monitors.ports.Publisher`."""

    def __init__(self, options: KafkaOptions, *, delivery_seconds: float = 30.0) -> None:
        """`delivery_seconds`: after so long without an acknowledgement a message is to be tried again. Raises
        BrokerAway."""
        self._options, self._delivery_seconds = options, delivery_seconds
        self._topics = topics_of(options)
        self._refusing: set[str] = set()
        self._producer: Any = self._connect()

    def _connect(self) -> Any:
        try:
            return KafkaProducer(
                **self._options.connection(),
                acks="all",
                enable_idempotence=True,
                linger_ms=LINGER_MS,
                batch_size=BATCH_BYTES,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
                max_block_ms=5000,
                delivery_timeout_ms=int(self._delivery_seconds * 1000),
                request_timeout_ms=int(self._delivery_seconds * 1000 / 3),
                metrics_enabled=False,
            )
        except KafkaError as error:
            raise BrokerAway(f"{self._options.bootstrap_servers}: {error}") from error

    def publish(self, messages: Sequence[Message]) -> Sequence[Delivery]:
        """See `triage.adapters.kafka.sending.publish`. Raises BrokerAway."""
        return publish(messages, self._cycle, self._refusing)

    def _cycle(self, messages: Sequence[Message]) -> list[Delivery]:
        if self._producer is None:
            self._producer = self._connect()
        futures: list[tuple[Message, Any]] = []
        refused: dict[str, KafkaError] = {}
        for message in messages:
            future = refused.get(message.topic) or self._send(message)
            if isinstance(future, KafkaTimeoutError) and self._is_missing(message.topic):
                refused[message.topic] = future = UnknownTopicOrPartitionError(self._topics[message.topic])
            futures.append((message, future))
            if isinstance(future, KafkaError) and _result(future) == RETRY:
                break  # the first time-out ends the cycle
        deliveries = self._await(futures)
        if any(one.result != SENT for one in deliveries):
            self.close()  # after an expired or refused batch kafka-python's producer may never send again
        return deliveries

    def close(self) -> None:
        """Wait shortly for what is under way."""
        if self._producer is not None:
            with suppress(KafkaError):
                self._producer.close(timeout=5)
        self._producer = None

    def _await(self, futures: Sequence[tuple[Message, Any]]) -> list[Delivery]:
        """How each send ended. What is not done when the first wait is over is to be tried again."""
        patience = self._delivery_seconds + 5
        with suppress(KafkaError):  # also says so of a batch that was split and is under way
            self._producer.flush(timeout=patience)
        answers: list[tuple[Message, str, str]] = []
        for message, future in futures:
            error = _error_of(future, patience)
            if isinstance(error, KafkaTimeoutError):
                patience = 0.001
            result = SENT if error is None else _result(error)
            if result == FAILED and error is not future:
                result = DOUBTFUL
            elif result == HELD and self._speaks_of_another(error, message, futures):
                result = BESIDE
            answers.append((message, result, type(error).__name__ if error else ""))
        return settled(answers)

    def _speaks_of_another(
        self, error: KafkaError | None, message: Message, futures: Sequence[tuple[Message, Any]]
    ) -> bool:
        """Whether a refusal names another topic of this cycle: kafka-python gives up with it everything under way."""
        named = error.args[0] if error is not None and error.args else None
        return named != self._topics[message.topic] and named in {self._topics[one.topic] for one, _ in futures}

    def _is_missing(self, topic: str) -> bool:
        """Whether the broker answers and lacks the topic: the producer itself only says that time is over."""
        try:
            return bool(missing_topics(self._options, [self._topics[topic]], timeout_ms=ASK_TIMEOUT_MS))
        except BrokerAway:
            return False

    def _send(self, message: Message) -> Any:
        payload, headers = wired(message)
        try:
            return self._producer.send(
                self._topics[message.topic], key=message.key.encode(), value=payload, headers=headers
            )
        except KafkaError as error:
            return error


def _error_of(future: Any, patience: float) -> KafkaError | None:
    """What a send ended with, waiting so many seconds."""
    if isinstance(future, KafkaError):
        return future
    try:
        future.get(timeout=patience)
    except KafkaError as error:
        return error
    return None


def _result(error: KafkaError) -> str:
    if isinstance(error, NEVER):
        return FAILED
    return HELD if isinstance(error, REFUSED) else RETRY
