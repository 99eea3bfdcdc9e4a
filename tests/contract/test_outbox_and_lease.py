"""What was committed waits in order until it is sent; one instance at a time holds a duty."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.ports import Delivery
from tests.contract.builders import (
    NASTY,
    MovableTime,
    a_case,
    a_message,
    at_once,
    changes,
    rows_of,
    write,
)
from tests.contract.conftest import Open
from triage.adapters.store.store import SqlStore


def ids(store: SqlStore, limit: int = 100) -> list[str]:
    return [message.id for message in store.outbox.pending(limit)]


def numbers(store: SqlStore) -> dict[str, int]:
    return {message.id: message.no for message in store.outbox.pending(100)}


def test_messages_wait_in_the_order_of_their_numbers(store: SqlStore) -> None:
    """The order of the writing, over transactions and within one; the limit takes the oldest."""
    write(store, messages=[a_message(number) for number in (5, 1, 9)])
    write(store, messages=[a_message(2)])
    found = store.outbox.pending(100)
    assert [message.id for message in found] == ["m5", "m1", "m9", "m2"]
    assert sorted({message.no for message in found}) == [message.no for message in found]
    assert ids(store, 2) == ["m5", "m1"]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        '{"投诉": "’"}'.encode(),
        NASTY.encode(),
        b"\x00",
        '{"text": "\u0000投诉"}'.encode(),
        b'{"text": "\\u0000"}',
        "投诉".encode("gb18030"),
        b"\xff\xfe" + bytes(range(256)),
        b"\xed\xa0\x80",
        "诉".encode() * 700_000,
        b"\xd8" * 2_000_000,
    ],
    ids=[
        "empty",
        "json",
        "nasty",
        "nul",
        "nul-in-json",
        "escaped",
        "gb18030",
        "bytes",
        "surrogate",
        "2MB",
        "2MB-bytes",
    ],
)
def test_any_payload_comes_back(store: SqlStore, payload: bytes) -> None:
    """To the byte, UTF-8 or not, with its key and headers."""
    headers = (("dlq_reason", NASTY.encode()), (NASTY, b"\xff"))
    message = a_message(1, payload, key=NASTY, sequence=0, topic="dead_letters", headers=headers)
    write(store, messages=[message])
    (found,) = store.outbox.pending(1)
    with store.read() as reading:
        assert reading.recent_messages("dead_letters", 5) == [found]
    assert found == a_message(
        1, payload, no=found.no, key=NASTY, sequence=0, topic="dead_letters", headers=message.headers
    )


def test_results_are_recorded(store: SqlStore, store_url: str) -> None:
    """Sent and failed messages are done; held ones and those to be tried again keep their place."""
    write(store, messages=[a_message(number) for number in range(5)])
    known = numbers(store)
    results = {"m0": "sent", "m1": "failed", "m2": "held", "m3": "retry"}
    store.outbox.mark(
        [Delivery(known[name], result, "too large" * (result == "failed")) for name, result in results.items()]
    )
    assert ids(store) == ["m2", "m3", "m4"]
    assert {row.id: row.detail for row in rows_of(store_url, "outbox") if row.detail} == {"m1": "too large"}
    store.outbox.mark([Delivery(known[name], "sent") for name in ("m2", "m3", "m4")])
    store.outbox.mark([])
    assert ids(store) == []
    with store.read() as reading:
        assert reading.summary()["outbox"] == {"failed": 1, "sent": 4}
        assert [message.id for message in reading.recent_messages("decisions", 2)] == ["m4", "m3"]


def test_waiting_messages_are_told_from_refused_ones(store: SqlStore) -> None:
    """A held message waits for an operator, not for the dispatcher."""
    assert not store.outbox.is_waiting()
    write(store, messages=[a_message(1), a_message(2)])
    known = numbers(store)
    store.outbox.mark([Delivery(known["m1"], "held"), Delivery(known["m2"], "retry")])
    assert store.outbox.is_waiting()
    store.outbox.mark([Delivery(known["m2"], "sent")])
    assert not store.outbox.is_waiting()


def test_a_message_that_commits_late_is_not_passed_over(postgresql_store: SqlStore) -> None:
    """Numbers commit out of order: a lower one that comes after a higher one was sent is sent all the same."""
    with postgresql_store.transaction() as slow:
        slow.cases.write(changes(messages=[a_message(1)]))
        write(postgresql_store, messages=[a_message(2)])
        (sent,) = postgresql_store.outbox.pending(10)
        postgresql_store.outbox.mark([Delivery(sent.no, "sent")])
    (late,) = postgresql_store.outbox.pending(10)
    assert late.id == "m1"
    assert late.no < sent.no


def test_one_holder_at_a_time(store: SqlStore, time: MovableTime) -> None:
    """Another gets a duty only when it was given back; different duties are different leases."""
    assert store.lease.hold("duty", "a", 15)
    assert not store.lease.hold("duty", "b", 15)
    assert store.lease.hold("other", "b", 15)
    store.lease.release("duty", "b")
    assert not store.lease.hold("duty", "b", 15)
    store.lease.release("duty", "a")
    assert store.lease.hold("duty", "b", 15)
    assert not store.lease.hold("duty", "a", 15)


def test_a_lease_is_renewed_and_expires(store: SqlStore, time: MovableTime) -> None:
    """A holder that renews in time stays; one that falls silent is replaced, and cannot come back at once."""
    assert store.lease.hold("duty", "a", 15)
    time.forward(14)
    assert store.lease.hold("duty", "a", 15)
    time.forward(14)
    assert not store.lease.hold("duty", "b", 15)
    time.forward(1.000001)
    assert store.lease.hold("duty", "b", 15)
    assert not store.lease.hold("duty", "a", 15)
    time.forward(16)
    store.lease.release("duty", "a")
    assert store.lease.hold("duty", "b", 15)


def test_of_many_that_ask_at_once_one_holds(store: SqlStore, open_another: Open, time: MovableTime) -> None:
    """Free, expired or given back: never two holders."""
    stores = [store, *(open_another() for _ in range(3))]
    for _ in range(5):
        asked = at_once(
            *(
                lambda own=own, holder=f"h{place}": own.lease.hold("duty", holder, 15)
                for place, own in enumerate(stores)
            )
        )
        assert sorted(asked) == [False, False, False, True]
        time.forward(16)


def test_a_lease_goes_by_the_databases_clock(postgresql_store: SqlStore, time: MovableTime) -> None:
    """Instances with different wall clocks agree: PostgreSQL's time is asked at every call."""
    for _ in range(2):
        assert postgresql_store.lease.hold("duty", "a", 15)
    first, second = time.reals
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)
    assert first < second < first + timedelta(minutes=1)


def test_a_message_leaves_with_its_cause_or_not_at_all(store: SqlStore) -> None:
    """An uncommitted message is not pending."""
    with store.transaction() as tx:
        tx.cases.write(changes(a_case(), messages=[a_message(1)]))
        with store.read() as reading:
            assert reading.recent_messages("decisions", 1) == []
    assert ids(store) == ["m1"]
