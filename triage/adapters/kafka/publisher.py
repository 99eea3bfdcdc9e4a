"""Outputs to Kafka: in order per key, acknowledged one by one."""

import hashlib
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

from monitors.notices.message import ALERTS, DEAD_LETTERS, DECISIONS, TRACEPARENT, Message, traceparent_of
from monitors.ports import Delivery
from triage.adapters.kafka.checks import missing_topics
from triage.adapters.kafka.options import BOOTSTRAP_TIMEOUT_MS, KafkaOptions
from triage.errors import BrokerAway

LARGEST_DEAD_LETTER = 900 * 1024
"""Bytes; a longer one is published cut, with its sha256; the store keeps the whole."""

ASK_TIMEOUT_MS = 3000

CLOUD_EVENT = b"application/cloudevents+json; charset=utf-8"

DOUBTFUL = "doubtful"
"""Result, inside here, of a message that the broker refused: kafka-python then gives up with the same error on every
other message under way."""

BESIDE = "beside"
"""Result, inside here, of a message that was given up with the refusal of another topic."""

NEVER = (MessageSizeTooLargeError, RecordListTooLargeError)
HELD = (AuthorizationError, TopicAuthorizationFailedError, InvalidTopicError, UnknownTopicOrPartitionError)


class KafkaPublisher:
    """Implements `monitors.ports.Publisher`."""

    def __init__(self, options: KafkaOptions, *, delivery_seconds: float = 30.0) -> None:
        """`delivery_seconds`: after so long without an acknowledgement a message is to be tried again. Raises
        BrokerAway."""
        self._options, self._delivery_seconds = options, delivery_seconds
        self._topics = {
            DECISIONS: options.topic_decisions,
            ALERTS: options.topic_alerts,
            DEAD_LETTERS: options.topic_dead_letters,
        }
        self._refusing: set[str] = set()
        self._producer: Any = self._connect()

    def _connect(self) -> Any:
        try:
            return KafkaProducer(
                **self._options.connection(),
                acks="all",
                enable_idempotence=True,
                linger_ms=50,
                batch_size=512 * 1024,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
                max_block_ms=5000,
                delivery_timeout_ms=int(self._delivery_seconds * 1000),
                request_timeout_ms=int(self._delivery_seconds * 1000 / 3),
                metrics_enabled=False,
            )
        except KafkaError as error:
            raise BrokerAway(f"{self._options.bootstrap_servers}: {error}") from error

    def publish(self, messages: Sequence[Message]) -> Sequence[Delivery]:
        """Send all and look at each acknowledgement. Behind a row that has to be tried again, later rows of its key
        are tried again too, though they may have arrived: they keep id and bytes. Topics that refused us last time are
        asked behind the others. Raises BrokerAway."""
        deliveries = self._settle([one for one in messages if one.topic not in self._refusing])
        deliveries += self._settle([one for one in messages if one.topic in self._refusing])
        if deliveries and all(one.result == "retry" for one in deliveries):
            raise BrokerAway(deliveries[0].detail)
        held = {one.no for one in deliveries if one.result == "held"}
        self._refusing -= {one.topic for one in messages}
        self._refusing |= {one.topic for one in messages if one.no in held}
        return deliveries

    def _settle(self, messages: Sequence[Message]) -> list[Delivery]:
        """Send all; what was given up for the sake of others is sent again without these."""
        if not messages:
            return []
        deliveries = self._cycle(messages)
        results = {one.no: one.result for one in deliveries}
        beside = self._settle([one for one in messages if results.get(one.no) == BESIDE])
        again = {one.no: one for one in beside}
        again |= self._singly([one for one in messages if results.get(one.no) == DOUBTFUL])
        return [again.get(one.no, one) for one in deliveries]

    def _singly(self, messages: Sequence[Message]) -> dict[int, Delivery]:
        """Each message alone, by its number, in order: only so does the broker's refusal speak of it alone. Behind one
        that has to be tried again, all have to."""
        found: dict[int, Delivery] = {}
        trouble = ""
        for message in messages:
            one = Delivery(message.no, "retry", trouble) if trouble else self._cycle([message])[0]
            if one.result == DOUBTFUL:
                one = Delivery(one.no, "failed", one.detail)
            elif one.result == "retry":
                trouble = one.detail
            found[message.no] = one
        return found

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
            if isinstance(future, KafkaError) and _result(future) == "retry":
                break  # the first time-out ends the cycle
        deliveries = self._await(futures)
        if any(one.result != "sent" for one in deliveries):
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
        deliveries: list[Delivery] = []
        waiting_keys: set[tuple[str, str]] = set()
        for message, future in futures:
            error = _error_of(future, patience)
            if isinstance(error, KafkaTimeoutError):
                patience = 0.001
            result = "sent" if error is None else _result(error)
            if result == "failed" and error is not future:
                result = DOUBTFUL
            elif result == "held" and self._speaks_of_another(error, message, futures):
                result = BESIDE
            if (message.topic, message.key) in waiting_keys and result == "sent":
                result = "retry"
            if result == "retry":
                waiting_keys.add((message.topic, message.key))
            deliveries.append(Delivery(message.no, result, type(error).__name__ if error else ""))
        return deliveries

    def _speaks_of_another(
        self, error: KafkaError | None, message: Message, futures: Sequence[tuple[Message, Any]]
    ) -> bool:
        """Whether a refusal names another topic of this cycle."""
        named = error.args[0] if error is not None and error.args else None
        return named != self._topics[message.topic] and named in {self._topics[one.topic] for one, _ in futures}

    def _is_missing(self, topic: str) -> bool:
        """Whether the broker answers and lacks the topic: the producer itself only says that time is over."""
        try:
            return bool(missing_topics(self._options, [self._topics[topic]], timeout_ms=ASK_TIMEOUT_MS))
        except BrokerAway:
            return False

    def _send(self, message: Message) -> Any:
        payload, headers = message.payload, [*_envelope_headers(message), *message.headers]
        if message.topic == DEAD_LETTERS and len(payload) > LARGEST_DEAD_LETTER:
            headers.append(("dlq_sha256", hashlib.sha256(payload).hexdigest().encode()))
            payload = payload[:LARGEST_DEAD_LETTER]
        try:
            return self._producer.send(
                self._topics[message.topic], key=message.key.encode(), value=payload, headers=headers
            )
        except KafkaError as error:
            return error


def _envelope_headers(message: Message) -> list[tuple[str, bytes]]:
    """What the Kafka binding of CloudEvents asks for, and the trace context where other systems look for it. A dead
    letter keeps its sender's headers."""
    if message.topic == DEAD_LETTERS:
        return []
    traceparent = traceparent_of(message)
    is_there = any(name == TRACEPARENT for name, _ in message.headers)
    traced = [(TRACEPARENT, traceparent.encode())] if traceparent is not None and not is_there else []
    return [("content-type", CLOUD_EVENT), *traced]


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
        return "failed"
    return "held" if isinstance(error, HELD) else "retry"
