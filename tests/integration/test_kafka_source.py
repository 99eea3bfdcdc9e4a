"""What a real Kafka does behind a consumer's back, and what the source makes of it."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.contract.sources.inputs import (
    EagerTime,
    is_caught_up,
    options_for,
    place,
    read,
    read_all,
    start,
    until,
    values,
)
from tests.fixtures import new_topics
from tests.integration.conftest import Topics
from tests.services.desk import free_port
from tests.services.kafka import Broker
from triage.adapters.kafka.checks import check_topics
from triage.adapters.kafka.options import KafkaOptions
from triage.errors import BrokerAway, PositionLost, Unreachable
from triage.main.kafka_clients import Client, client_named
from triage.ports import EventSource, Part, Record

Open = Callable[[], EventSource]
INTERVAL_MS = 7000
"""A member may be silent for so long: at least as long as a session of the broker lasts."""

GROUPS = 5
"""Who joins too early is now and then lucky."""


@pytest.fixture
def another(broker: Broker, topics: Topics, client: Client) -> Iterator[Open]:
    """Gives one more member of the test's group, closed after the test."""
    with ExitStack() as opened:

        def make() -> EventSource:
            source = client.source(options_for(broker, topics), EagerTime())
            opened.callback(source.close)
            return source

        yield make


def produce(broker: Broker, topics: Topics, contents: dict[int, list[bytes]]) -> None:
    """These values to these partitions."""
    for partition, each in contents.items():
        broker.produce(topics.events, [(None, value) for value in each], partition=partition)


def test_kafkas_own_offsets_count_for_nothing(broker: Broker, topics: Topics, another: Open) -> None:
    """The group's committed offset, higher or lower than the stored one, moves nothing: the stored one is taken, and
    a partition without one starts at its beginning."""
    produce(broker, topics, {0: [b"a0", b"a1", b"a2", b"a3"], 1: [b"b0", b"b1"], 2: [b"c0", b"c1"]})
    committed = {0: 3, 1: 2, 2: 0}
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=topics.events, enable_auto_commit=False)
    consumer.commit(
        {TopicPartition(topics.events, one): OffsetAndMetadata(at, "", -1) for one, at in committed.items()}
    )
    consumer.close()
    source = another()
    placed = start(source, {Part(topics.events, 0): 1, Part(topics.events, 2): 1})
    assert [placed[Part(topics.events, one)] for one in range(4)] == [1, 0, 1, 0]
    assert sorted(values(read_all(source))) == [b"a1", b"a2", b"a3", b"b0", b"b1", b"c1"]


def test_committed_positions_are_told_to_dashboards(broker: Broker, topics: Topics, another: Open) -> None:
    """What is noted as committed shows as the group's offset."""
    produce(broker, topics, {0: [b"a0", b"a1"]})
    source = another()
    start(source)
    part, record = read(source, 2)[-1]
    source.note_committed(part, record.next_offset)
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=topics.events, enable_auto_commit=False)
    try:
        until(lambda: not source.poll(0.05) and consumer.committed(TopicPartition(*part)) == 2, "committed")
    finally:
        consumer.close()


def test_keys_headers_and_times_come_along(broker: Broker, topics: Topics, another: Open) -> None:
    """A record has the broker's time and its headers; one without a value is an empty one."""
    broker.produce(topics.events, [(b"k", None)], partition=0, headers=[("h", b"\xff")], timestamp_ms=1_750_000_000_123)
    source = another()
    start(source)
    ((_, record),) = read_all(source)
    assert (record.value, record.headers) == (b"", (("h", b"\xff"),))
    assert record.timestamp is not None
    assert record.timestamp.isoformat() == "2025-06-15T15:06:40.123000+00:00"


def test_aborted_transactions_are_not_delivered(broker: Broker, topics: Topics, another: Open) -> None:
    """Of transactions only what was committed comes; positions pass the markers, so that a partition that ends in an
    aborted one is caught up and drained. What is still open holds back only what is behind it."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=topics.events)
    try:
        producer.init_transactions()
        for value, commit in ((b"no0", False), (b"yes", True), (b"no1", False)):
            producer.begin_transaction()
            for number in range(3):
                producer.send(topics.events, b"%s-%d" % (value, number), partition=0)
            producer.flush()
            (producer.commit_transaction if commit else producer.abort_transaction)()
        source = another()
        start(source)
        assert not source.drained()
        assert values(read_all(source)) == [b"yes-0", b"yes-1", b"yes-2"]
        assert source.drained()
        assert sum(source.lag().values()) == 0
        producer.begin_transaction()
        producer.send(topics.events, b"later", partition=0)
        producer.flush()
        assert not source.poll(0.3)
        producer.commit_transaction()
        assert values(read(source, 1)) == [b"later"]
    finally:
        producer.close()


def test_only_an_aborted_transaction_is_an_end_too(broker: Broker, topics: Topics, another: Open) -> None:
    """A partition that holds nothing but an aborted transaction is drained and caught up."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=topics.events)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(topics.events, b"no", partition=0)
    producer.flush()
    producer.abort_transaction()
    producer.close()
    source = another()
    start(source)
    assert read_all(source) == []
    assert source.drained()


def test_batches_are_bounded(broker: Broker, topics: Topics, another: Open) -> None:
    """A batch holds at most 2,000 records and 4 MB."""
    produce(broker, topics, {0: [b"%d" % number for number in range(4500)], 1: [b"x" * 900_000] * 6})
    source = another()
    start(source)
    sizes: list[tuple[int, int]] = []

    def all_read() -> bool:
        sizes.extend((len(batch), sum(len(one.value) for one in batch)) for _, batch in source.poll(0.1))
        return sum(records for records, _ in sizes) == 4506

    until(all_read, "all records came")
    assert max(records for records, _ in sizes) <= 2000
    assert max(size for _, size in sizes) <= 4 * 1024 * 1024


def test_a_second_worker_takes_partitions_over(broker: Broker, topics: Topics, another: Open) -> None:
    """With two workers, moved partitions have to be placed before they give a record, kept ones go on from where
    they were, and together they read all. When one leaves, its partitions come back unplaced."""
    produce(broker, topics, {number: [b"%d-0" % number] for number in range(6)})
    one, other = another(), another()
    start(one)
    assert len(read_all(one)) == 6
    produce(broker, topics, {number: [b"%d-1" % number] for number in range(6)})
    other.open()
    taken: list[tuple[Part, Record]] = []
    kept: list[tuple[Part, Record]] = []

    def moved() -> bool:
        kept.extend((part, record) for part, batch in one.poll(0.05) for record in batch)
        assert not one.unplaced(), "a worker that only gives partitions away keeps the places of the others"
        assert not other.poll(0.05), "no record comes before its part is placed"
        return len(other.unplaced()) == 3

    until(moved, "three partitions moved")
    places = {part: 1 for part, _ in other.unplaced()}
    assert place(other, dict(places)) == places
    assert [one.seek(part, 0) for part in places] == [None] * 3

    def all_read() -> bool:
        kept.extend((part, record) for part, batch in one.poll(0.05) for record in batch)
        taken.extend((part, record) for part, batch in other.poll(0.05) for record in batch)
        everything = {record.value for _, record in kept + taken}
        return len(everything) == 6 and len(taken) == 3  # what the first had read before they moved comes again

    until(all_read, "all was read")
    assert {part for part, _ in taken} == set(places)
    assert sorted(values(taken)) == sorted(b"%d-1" % part.partition for part in places)
    assert len(kept) == len(set(values(kept)))
    other.close()
    until(lambda: not one.poll(0.05) and {part for part, _ in one.unplaced()} == set(places), "partitions came back")
    produce(broker, topics, {number: [b"%d-2" % number] for number in range(6)})
    place(one, dict.fromkeys(places, 2))
    assert sorted(values(read(one, 6))) == [b"%d-2" % number for number in range(6)]


def test_a_position_that_was_deleted_is_lost_for_its_partition_only(
    broker: Broker, topics: Topics, another: Open
) -> None:
    """Where records up to behind the stored position were deleted, the partition stops, once and by name; the others
    go on, and it continues when it is placed where records are."""
    produce(broker, topics, {number: [b"%d-%d" % (number, each) for each in range(4)] for number in range(3)})
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_records({TopicPartition(topics.events, 1): 2})
    admin.close()
    source = another()
    lost = Part(topics.events, 1)
    start(source, {lost: 1})
    found: list[bytes] = []
    losses: list[PositionLost] = []

    def poll() -> bool:
        try:
            found.extend(one.value for _, batch in source.poll(0.1) for one in batch)
        except PositionLost as error:
            losses.append(error)
        return len(found) == 8 and bool(losses)

    until(poll, "two partitions were read and one was lost")
    assert [error.part for error in losses] == [lost]
    assert str(losses[0]) == f"{topics.events}/1: offset 1 is gone"
    produce(broker, topics, {0: [b"0-4"], 1: [b"1-4"]})
    assert values(read(source, 1)) == [b"0-4"]
    assert lost not in source.caught_up()
    assert source.seek(lost, None) == 2
    assert values(read_all(source)) == [b"1-2", b"1-3", b"1-4"]


def test_a_position_beyond_the_end_is_lost(broker: Broker, topics: Topics, another: Open) -> None:
    """A stored position that the topic has not reached (it was created anew) is no place to wait at."""
    produce(broker, topics, {0: [b"a"]})
    source = another()
    start(source, {Part(topics.events, 0): 50})
    with pytest.raises(PositionLost, match="offset 50 is gone"):
        until(lambda: bool(source.poll(0.1)), "lost")


def test_a_killed_broker_comes_back_without_loss(broker: Broker, topics: Topics, another: Open) -> None:
    """While the broker is dead nothing comes, and asking for the ends tells so; soon after its return reading goes on
    at the same place."""
    produce(broker, topics, {0: [b"a0", b"a1"], 1: [b"b0"]})
    source = another()
    start(source)
    found = values(read_all(source))
    broker.kill()
    assert not source.poll(0.2)
    with pytest.raises(BrokerAway):
        until(lambda: bool(source.caught_up()), "caught up")
    source.note_committed(Part(topics.events, 0), 2)
    broker.start()
    produce(broker, topics, {0: [b"a2"], 1: [b"b1"]})
    again: list[bytes] = []

    def come() -> bool:
        place(source, {Part(topics.events, 0): 2, Part(topics.events, 1): 1})
        again.extend(one.value for _, batch in source.poll(0.1) for one in batch)
        with suppress(BrokerAway):
            return len(again) >= 2 and is_caught_up(source)
        return False

    until(come, "the new records came")
    assert sorted(found) == [b"a0", b"a1", b"b0"]
    assert sorted(again) == [b"a2", b"b1"]


def test_a_member_joins_when_it_knows_the_partitions(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    """Who joins earlier is assigned none, and has to join again."""
    with caplog.at_level(logging.INFO, "kafka.coordinator"):
        for _ in range(GROUPS):
            source = client_named("kafka-python").source(options_for(broker, new_topics(broker)), EagerTime())
            start(source)
            source.close()
    assigned = [record.getMessage() for record in caplog.records if "rebalance complete" in record.msg]
    assert len(assigned) >= GROUPS
    assert [one for one in assigned if "assigned=set()" in one] == []


def test_missing_topics_are_named(broker: Broker, topics: Topics) -> None:
    """The start is refused with each topic that is not there; with all there it is not."""
    options = options_for(broker, topics)
    check_topics(options)
    others = KafkaOptions(bootstrap_servers=broker.bootstrap, group_id="g", topic_events=topics.events)
    with pytest.raises(Unreachable) as refused:
        check_topics(others)
    assert len(refused.value.reasons) == 3
    assert all("is missing or hidden" in reason for reason in refused.value.reasons)


def test_no_broker_is_named() -> None:
    """The start is refused with the address that was tried and the seconds waited."""
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match=rf"kafka {address}: no answer within 1 s"):
        check_topics(KafkaOptions(bootstrap_servers=address, group_id="g"), timeout_ms=1000)


def test_a_held_partition_is_kept_for_longer_than_a_member_may_be_silent(
    broker: Broker, topics: Topics, client: Client
) -> None:
    """Polled all the while, the member keeps its partitions beyond `max_poll_interval_ms`: nobody else is given them,
    and nothing is assigned anew. One that does not poll loses them, so the interval was short enough to tell."""
    produce(broker, topics, {0: [b"a0"]})
    source = client.source(options_for(broker, topics), EagerTime(), max_poll_interval_ms=INTERVAL_MS)
    other = client.source(options_for(broker, topics), EagerTime(), max_poll_interval_ms=INTERVAL_MS)
    try:
        placed = start(source)
        source.hold(placed.keys())
        until_over = time.monotonic() + 1.5 * INTERVAL_MS / 1000
        while time.monotonic() < until_over:
            assert not source.poll(0.2)
            assert not source.unplaced()
        assert [source.seek(part, offset) for part, offset in placed.items()] == [0] * len(placed)
        assert values(read_all(source)) == [b"a0"]
        other.open()
        given: set[Part] = set()

        def has_all() -> bool:
            other.poll(0.2)
            given.update(place(other))
            return given >= placed.keys()

        until(has_all, "a member that polls has what the silent one had")
    finally:
        other.close()
        source.close()
