"""What sending means whichever client does it: what goes over the wire, what an answer makes of a row, and in which
order rows of one key may count as sent."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from monitors.notices.message import ALERTS, DEAD_LETTERS, DECISIONS, Message
from monitors.ports import Delivery
from triage.adapters.kafka.options import KafkaOptions
from triage.errors import BrokerAway

LARGEST_DEAD_LETTER = 900 * 1024
"""Bytes; a longer one is published cut, with its sha256; the store keeps the whole."""

LINGER_MS, BATCH_BYTES = 50, 512 * 1024

SENT, RETRY, FAILED = "sent", "retry", "failed"

DOUBTFUL = "doubtful"
"""Result, inside here, of a message that the broker refused: clients give the same error to every other message that
is under way with it."""

Cycle = Callable[[Sequence[Message]], list[Delivery]]
"""Sends and waits; a result may be DOUBTFUL."""


def topics_of(options: KafkaOptions) -> dict[str, str]:
    """The real topic of each of a message's."""
    return {
        DECISIONS: options.topic_decisions,
        ALERTS: options.topic_alerts,
        DEAD_LETTERS: options.topic_dead_letters,
    }


def wired(message: Message) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Value and headers as they are sent."""
    payload, headers = message.payload, list(message.headers)
    if message.topic == DEAD_LETTERS and len(payload) > LARGEST_DEAD_LETTER:
        headers.append(("dlq_sha256", hashlib.sha256(payload).hexdigest().encode()))
        payload = payload[:LARGEST_DEAD_LETTER]
    return payload, headers


def publish(messages: Sequence[Message], cycle: Cycle) -> Sequence[Delivery]:
    """Send all and look at each acknowledgement. Raises BrokerAway when every row has to be tried again."""
    deliveries: Sequence[Delivery] = cycle(messages)
    doubtful = {one.no for one in deliveries if one.result == DOUBTFUL}
    if doubtful:
        again = _singly([message for message in messages if message.no in doubtful], cycle)
        deliveries = [again.get(one.no, one) for one in deliveries]
    if deliveries and all(one.result == RETRY for one in deliveries):
        raise BrokerAway(deliveries[0].detail)
    return deliveries


def _singly(messages: Sequence[Message], cycle: Cycle) -> dict[int, Delivery]:
    """Each message alone, by its number, in order: only so does the broker's refusal speak of it alone. Behind one that
    has to be tried again, all have to."""
    found: dict[int, Delivery] = {}
    trouble = ""
    for message in messages:
        one = Delivery(message.no, RETRY, trouble) if trouble else cycle([message])[0]
        if one.result == DOUBTFUL:
            one = Delivery(one.no, FAILED, one.detail)
        elif one.result == RETRY:
            trouble = one.detail
        found[message.no] = one
    return found


def settled(answers: Iterable[tuple[Message, str, str]]) -> list[Delivery]:
    """Message, result and detail of each send, in order. Behind a row that has to be tried again, later rows of its key
    are tried again too, though they may have arrived: they keep id and bytes."""
    deliveries: list[Delivery] = []
    waiting_keys: set[tuple[str, str]] = set()
    for message, answer, detail in answers:
        key = (message.topic, message.key)
        result = RETRY if answer == SENT and key in waiting_keys else answer
        if result == RETRY:
            waiting_keys.add(key)
        deliveries.append(Delivery(message.no, result, detail))
    return deliveries
