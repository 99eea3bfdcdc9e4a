"""What sending means whichever client does it: what goes over the wire, what an answer makes of a row, and in which
order rows of one key may count as sent."""

from collections.abc import Callable, Iterable, Sequence

from monitors.notices.message import ALERTS, DEAD_LETTERS, DECISIONS, TRACEPARENT, Message, published, traceparent_of
from monitors.ports import Delivery
from triage.adapters.kafka.options import KafkaOptions
from triage.errors import BrokerAway

CLOUD_EVENT = b"application/cloudevents+json; charset=utf-8"

LINGER_MS, BATCH_BYTES = 50, 512 * 1024

SENT, RETRY, FAILED, HELD = "sent", "retry", "failed", "held"

DOUBTFUL = "doubtful"
"""Result, inside here, of a message that the broker refused: clients give the same error to every other message that
is under way with it."""

BESIDE = "beside"
"""Result, inside here, of a message that was given up with the refusal of another topic."""

Cycle = Callable[[Sequence[Message]], list[Delivery]]
"""Sends and waits; a result may be DOUBTFUL or BESIDE."""


def topics_of(options: KafkaOptions) -> dict[str, str]:
    """The real topic of each of a message's."""
    return {
        DECISIONS: options.topic_decisions,
        ALERTS: options.topic_alerts,
        DEAD_LETTERS: options.topic_dead_letters,
    }


def wired(message: Message) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Value and headers as they are sent."""
    sent = published(message)
    return sent.payload, [*_envelope_headers(sent), *sent.headers]


def _envelope_headers(message: Message) -> list[tuple[str, bytes]]:
    """What the Kafka binding of CloudEvents asks for, and the trace context where other systems look for it. A dead
    letter keeps its sender's headers."""
    if message.topic == DEAD_LETTERS:
        return []
    traceparent = traceparent_of(message)
    is_there = any(name == TRACEPARENT for name, _ in message.headers)
    traced = [(TRACEPARENT, traceparent.encode())] if traceparent is not None and not is_there else []
    return [("content-type", CLOUD_EVENT), *traced]


def publish(messages: Sequence[Message], cycle: Cycle, refusing: set[str]) -> Sequence[Delivery]:
    """Send all and look at each acknowledgement. `refusing`: topics that refused us last time, kept from call to call;
    they are asked behind the others. Raises BrokerAway when every row has to be tried again."""
    deliveries = _settle([one for one in messages if one.topic not in refusing], cycle)
    deliveries += _settle([one for one in messages if one.topic in refusing], cycle)
    if deliveries and all(one.result == RETRY for one in deliveries):
        raise BrokerAway(deliveries[0].detail)
    held = {one.no for one in deliveries if one.result == HELD}
    refusing -= {one.topic for one in messages}
    refusing |= {one.topic for one in messages if one.no in held}
    return deliveries


def _settle(messages: Sequence[Message], cycle: Cycle) -> list[Delivery]:
    """Send all; what was given up for the sake of others is sent again without these."""
    if not messages:
        return []
    deliveries = cycle(messages)
    results = {one.no: one.result for one in deliveries}
    beside = _settle([one for one in messages if results.get(one.no) == BESIDE], cycle)
    again = {one.no: one for one in beside}
    again |= _singly([one for one in messages if results.get(one.no) == DOUBTFUL], cycle)
    return [again.get(one.no, one) for one in deliveries]


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
