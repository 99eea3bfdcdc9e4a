"""What a real Kafka answers to outputs, and what becomes of each of them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest
from kafka import KafkaAdminClient

from monitors.notices.message import ALERTS, DEAD_LETTERS, DECISIONS, LARGEST_DEAD_LETTER, Message
from monitors.ports import Delivery, Publisher
from tests.contract.sources.inputs import CLIENTS, options_for, until
from tests.integration.conftest import Topics
from tests.services.kafka import Broker, Record
from triage.errors import BrokerAway
from triage.main.kafka_clients import Client, client_named

Open = Callable[[Topics], Publisher]


@pytest.fixture
def connect(broker: Broker, client: Client) -> Iterator[Open]:
    """Gives a publisher to these topics that waits two seconds for an acknowledgement, closed after the test."""
    with ExitStack() as opened:

        def make(topics: Topics) -> Publisher:
            publisher = client.publisher(options_for(broker, topics), delivery_seconds=2.0)
            opened.callback(publisher.close)
            return publisher

        yield make


@pytest.fixture
def publisher(topics: Topics, connect: Open) -> Publisher:
    return connect(topics)


def message(no: int, topic: str = DECISIONS, key: str = "C-1", payload: bytes | None = None) -> Message:
    """An output unlike the others."""
    return Message(no=no, id=f"m-{no}", topic=topic, key=key, sequence=no, payload=payload or b'{"no":%d}' % no)


def results(deliveries: Sequence[Delivery]) -> dict[int, str]:
    return {one.no: one.result for one in deliveries}


def payloads(records: Sequence[Record], key: bytes = b"C-1") -> list[bytes | None]:
    return [record.value for record in records if record.key == key]


def test_outputs_are_in_order_for_each_key(broker: Broker, topics: Topics, publisher: Publisher) -> None:
    """Every output is acknowledged, goes to its topic with the complaint as key, and those of one complaint are in
    one partition, in order."""
    batch = [message(no, (DECISIONS, ALERTS)[no % 2], f"C-{no % 7}") for no in range(1000)]
    assert [(one.no, one.result) for one in publisher.publish(batch)] == [(one.no, "sent") for one in batch]
    for topic, name in ((DECISIONS, topics.decisions), (ALERTS, topics.alerts)):
        records = broker.read_all(name)
        assert len({record.partition for record in records}) == 2
        for key in {one.key for one in batch}:
            assert payloads(records, key.encode()) == [
                one.payload for one in batch if one.key == key and one.topic == topic
            ]
            assert len({record.partition for record in records if record.key == key.encode()}) == 1


def test_nothing_to_send_is_no_trouble(publisher: Publisher) -> None:
    """An empty batch has no deliveries."""
    assert list(publisher.publish([])) == []


def test_dead_letters_carry_bytes_and_headers(broker: Broker, topics: Topics, publisher: Publisher) -> None:
    """The exact bytes that came, and the headers to the byte."""
    letter = Message(
        no=1,
        id="d",
        topic=DEAD_LETTERS,
        key="C-9",
        sequence=0,
        payload=b"\xff\x00broken",
        headers=(("dlq_reason", b"not_json"), ("dlq_detail", "第一行".encode()), ("mark", b"\xff")),
    )
    assert results(publisher.publish([letter])) == {1: "sent"}
    (record,) = broker.read_all(topics.dead_letters)
    assert (record.key, record.value) == (b"C-9", b"\xff\x00broken")
    assert record.headers == letter.headers


@pytest.mark.parametrize("longer", [0, 1, 2_000_000])
def test_a_long_dead_letter_is_cut_and_says_so(
    broker: Broker, topics: Topics, publisher: Publisher, longer: int
) -> None:
    """Up to 900 KB a dead letter is published whole; a longer one is cut there and carries the sha256 of all of it."""
    payload = b"0123456789abcdef" * (LARGEST_DEAD_LETTER // 16) + b"x" * longer
    assert results(publisher.publish([message(1, DEAD_LETTERS, payload=payload)])) == {1: "sent"}
    (record,) = broker.read_all(topics.dead_letters)
    assert record.value == payload[:900_000]
    whole = hashlib.sha256(payload).hexdigest().encode()
    assert record.headers == ((("dlq_sha256", whole),) if longer else ())


def test_an_output_that_is_too_large_fails_alone(broker: Broker, topics: Topics, publisher: Publisher) -> None:
    """What the client can never send is failed; those before and behind it, of the same key too, are sent."""
    batch = [message(1), message(2, payload=b"x" * 2_000_000), message(3), message(4, key="C-2")]
    assert results(publisher.publish(batch)) == {1: "sent", 2: "failed", 3: "sent", 4: "sent"}
    records = broker.read_all(topics.decisions)
    assert payloads(records) == [batch[0].payload, batch[2].payload]
    assert payloads(records, b"C-2") == [batch[3].payload]


def test_an_output_that_the_topic_refuses_fails_alone(broker: Broker, topics: Topics, connect: Open) -> None:
    """What is too large for the topic's own limit is failed, also in one batch with small ones, which are sent."""
    small = f"{topics.decisions}.small"
    broker.create_topic(small, 1, {"max.message.bytes": "20000"})
    publisher = connect(Topics(topics.events, small, topics.alerts, topics.dead_letters))
    batch = [message(no, payload=b"x" * 3000) for no in range(20)]
    batch.insert(10, message(99, payload=b"y" * 40_000))
    assert results(publisher.publish(batch)) == dict.fromkeys(range(20), "sent") | {99: "failed"}
    assert payloads(broker.read_all(small)) == [b"x" * 3000] * 20


def test_an_unknown_topic_holds_its_rows_only(broker: Broker, topics: Topics, connect: Open) -> None:
    """Rows of a topic that is not there are held, all in one wait; rows of the others are sent. Nothing creates it.
    Once it is there, they go out."""
    unknown = f"{topics.alerts}.unknown"
    publisher = connect(Topics(topics.events, topics.decisions, unknown, topics.dead_letters))
    batch = [message(no, (ALERTS, DECISIONS)[no % 2]) for no in range(10)]
    expected = {no: ("held", "sent")[no % 2] for no in range(10)}
    assert results(publisher.publish(batch)) == expected
    broker.create_topic(unknown, 1)
    held = [one for one in batch if one.topic == ALERTS]
    assert results(publisher.publish(held)) == dict.fromkeys(range(0, 10, 2), "sent")
    assert payloads(broker.read_all(unknown)) == [one.payload for one in held]


def test_a_topic_that_was_deleted_holds_its_rows(broker: Broker, topics: Topics, publisher: Publisher) -> None:
    """A topic that goes while it is used ends as held too, and never as sent or failed."""
    publisher.publish([message(1, ALERTS)])
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_topics([topics.alerts])
    admin.close()
    seen: set[str] = set()

    def held() -> bool:
        try:
            seen.update(results(publisher.publish([message(2, ALERTS)])).values())
        except BrokerAway:
            seen.add("retry")
        return "held" in seen

    until(held, "held")
    assert seen <= {"held", "retry"}


def test_a_frozen_broker_keeps_rows_for_later(broker: Broker, topics: Topics, publisher: Publisher) -> None:
    """While the broker answers nothing, nothing counts as sent; later the same rows go out with the same bytes, in
    order, and what had arrived after all is only a duplicate."""
    publisher.publish([message(0)])
    batch = [message(no) for no in range(1, 6)]
    with broker.frozen(), pytest.raises(BrokerAway, match=r"(?i)time.?out|timed out"):
        publisher.publish(batch)
    broker.start()

    def sent() -> bool:
        try:
            return set(results(publisher.publish(batch)).values()) == {"sent"}
        except BrokerAway:
            return False

    until(sent, "all sent")
    found = payloads(broker.read_all(topics.decisions))
    assert set(found) == {one.payload for one in [message(0), *batch]}
    assert found[-5:] == [one.payload for one in batch]


def test_a_killed_broker_keeps_rows_for_later(broker: Broker, topics: Topics, publisher: Publisher) -> None:
    """With the broker dead nothing counts as sent; back again, the same publisher sends the same rows."""
    publisher.publish([message(0)])
    broker.kill()
    with pytest.raises(BrokerAway):
        publisher.publish([message(1), message(2)])
    broker.start()

    def sent() -> bool:
        try:
            return set(results(publisher.publish([message(1), message(2)])).values()) == {"sent"}
        except BrokerAway:
            return False

    until(sent, "all sent")
    assert payloads(broker.read_all(topics.decisions))[-2:] == [b'{"no":1}', b'{"no":2}']


def test_closing_with_the_broker_away_ends(broker: Broker, topics: Topics, client: Client) -> None:
    """A publisher closes in good order while the broker answers nothing."""
    publisher = client.publisher(options_for(broker, topics), delivery_seconds=2.0)
    publisher.publish([message(0)])
    with broker.frozen():
        with pytest.raises(BrokerAway):
            publisher.publish([message(1)])
        publisher.close()


def test_every_client_puts_a_complaint_into_the_same_partition(broker: Broker, topics: Topics) -> None:
    """Whoever changes the client keeps the order of each complaint's outputs."""
    batch = [message(no, key=f"投訴-{no}") for no in range(100)]
    records: list[Record] = []
    for number, name in enumerate(CLIENTS, 1):
        publisher = client_named(name).publisher(options_for(broker, topics))
        try:
            assert {one.result for one in publisher.publish(batch)} == {"sent"}
        finally:
            publisher.close()
        records = broker.read_all(topics.decisions)
        assert len(records) == number * len(batch)
        assert len({(record.key, record.partition) for record in records}) == len(batch)
    assert {record.partition for record in records} == {0, 1}
