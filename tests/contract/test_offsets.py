"""Positions move by compare-and-set alone, and remember a batch that somebody died in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.builders import (
    NOW,
    SECOND,
    a_case,
    a_message,
    a_timeline_row,
    at_once,
    changes,
    row_counts,
    rows_of,
)
from tests.contract.conftest import Open
from triage.adapters.store.store import SqlStore, SqlTransaction
from triage.errors import Fenced
from triage.ports import Part, Position


class Stop(Exception):
    """What a batch at fault raises."""


PART = Part("投诉/events.jsonl", 3)
OTHERS = (Part("投诉/events.jsonl", 2), Part("投诉/events", 3))


def begin(store: SqlStore, *parts: Part, at: int = 10) -> None:
    with store.transaction() as tx:
        for part in parts:
            tx.offsets.begin(part, "marker", at)


def position(store: SqlStore, part: Part = PART) -> Position | None:
    with store.transaction() as tx:
        return tx.offsets.place(part, None)


def test_the_first_position_is_kept(store: SqlStore, store_url: str) -> None:
    """A part has no position until it is begun; who begins it second gets what is stored."""
    assert position(store) is None
    with store.transaction() as tx:
        assert tx.offsets.begin(PART, "sha", 10) == Position(next_offset=10)
    with store.transaction() as tx:
        assert tx.offsets.begin(PART, "other", 0) == Position(next_offset=10)
    assert [row.marker for row in rows_of(store_url, "offsets")] == ["sha"]
    assert [position(store, other) for other in OTHERS] == [None, None]


def test_advancing_moves_one_part(store: SqlStore) -> None:
    """From the known position to any later one, gaps included; 64 bits are enough for the longest file."""
    begin(store, PART, *OTHERS)
    with store.transaction() as tx:
        tx.offsets.advance(PART, 10, 17)
    with store.transaction() as tx:
        tx.offsets.advance(PART, 17, 2**62)
    assert position(store) == Position(next_offset=2**62)
    assert [position(store, other) for other in OTHERS] == [Position(next_offset=10)] * 2


@pytest.mark.parametrize("known", [9, 11, 0])
def test_a_fenced_transaction_leaves_nothing(store: SqlStore, store_url: str, known: int) -> None:
    """A position that another worker has moved stops the whole transaction, also what was written before."""
    begin(store, PART)
    before = row_counts(store_url)

    def batch() -> None:
        with store.transaction() as tx:
            tx.cases.write(changes(a_case(), timeline=[a_timeline_row()], messages=[a_message(1)]))
            tx.offsets.advance(PART, known, 20)

    with pytest.raises(Fenced, match=f"投诉.*3.*{known}"):
        batch()
    assert row_counts(store_url) == before
    assert position(store) == Position(next_offset=10)


def test_a_part_without_a_position_is_fenced(store: SqlStore, store_url: str) -> None:
    """Nothing advances what was never begun."""
    with pytest.raises(Fenced), store.transaction() as tx:
        tx.offsets.advance(PART, 0, 1)
    assert row_counts(store_url) == {}


def test_of_two_workers_one_is_fenced(store: SqlStore, open_another: Open, store_url: str) -> None:
    """Both start from the same known position at once: one batch counts, the other leaves nothing."""
    begin(store, PART, at=0)
    stores = [store, open_another()]

    def batch(worker: int, round_: int) -> None:
        with stores[worker].transaction() as tx:
            tx.offsets.advance(PART, round_, round_ + 1)
            name = f"{worker}/{round_}"
            tx.cases.write(changes(a_case(name), timeline=[a_timeline_row(name)]))

    for round_ in range(10):
        outcomes = at_once(*(lambda worker=worker, round_=round_: batch(worker, round_) for worker in (0, 1)))
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Fenced", "NoneType"]
    assert row_counts(store_url) == {"offsets": 1, "cases": 10, "timeline": 10}


@pytest.mark.parametrize(
    ("trying", "after", "left"), [(None, 12, None), (15, 12, 15), (15, 15, 15), (15, 16, None), (15, 40, None)]
)
def test_a_bad_batch_is_tried_until_it_is_behind(
    store: SqlStore, trying: int | None, after: int, left: int | None
) -> None:
    """`trying` stays while its last offset is still ahead, so that single steps last exactly so long."""
    begin(store, PART)
    with store.transaction() as tx:
        if trying is not None:
            tx.offsets.mark_trying(PART, 10, trying)
        tx.offsets.count_try(PART, 10)
    with store.transaction() as tx:
        tx.offsets.advance(PART, 10, after)
    assert position(store) == Position(next_offset=after, trying=left, tries=0)


def test_tries_are_counted_and_forgiven(store: SqlStore) -> None:
    """Each attempt counts, of this part alone, by who knows the position; forgiving forgets them and the batch."""
    begin(store, PART, *OTHERS)
    counted = []
    for _ in range(3):
        with store.transaction() as tx:
            counted.append(tx.offsets.count_try(PART, 10))
    with store.transaction() as tx:
        tx.offsets.mark_trying(PART, 10, 19)
    assert counted == [1, 2, 3]
    assert position(store) == Position(next_offset=10, trying=19, tries=3)
    with store.transaction() as tx:
        tx.offsets.forgive(PART, 9)
    assert position(store) == Position(next_offset=10, trying=19, tries=3)
    with store.transaction() as tx:
        tx.offsets.forgive(PART, 10)
    assert position(store) == Position(next_offset=10)
    assert [position(store, other) for other in OTHERS] == [Position(next_offset=10)] * 2


def test_who_was_overtaken_counts_nothing(store: SqlStore) -> None:
    """A worker that was frozen must not charge the events of others with what happens to it."""
    begin(store, PART)
    calls: list[Callable[[SqlTransaction], object]] = [
        lambda tx: tx.offsets.count_try(PART, 9),
        lambda tx: tx.offsets.mark_trying(PART, 9, 19),
    ]
    for call in calls:
        with pytest.raises(Fenced), store.transaction() as tx:
            call(tx)
    assert position(store) == Position(next_offset=10)


def test_a_try_survives_the_batch_that_fails(store: SqlStore) -> None:
    """The count has a transaction of its own: what dies afterwards cannot take it back."""
    begin(store, PART)
    with store.transaction() as tx:
        tx.offsets.count_try(PART, 10)

    def batch() -> None:
        with store.transaction() as tx:
            tx.offsets.advance(PART, 10, 11)
            raise Stop

    with pytest.raises(Stop):
        batch()
    assert position(store) == Position(next_offset=10, tries=1)


def low_mark(store: SqlStore, *inputs: str) -> Any:
    with store.transaction() as tx:
        return tx.offsets.low_mark(inputs)


def test_the_low_mark_is_the_least_of_the_inputs_parts(store: SqlStore) -> None:
    """None while a part of the inputs was never caught up, or none is known; other inputs do not count."""
    first, second, other = Part("events", 0), Part("events", 1), Part("history", 0)
    assert low_mark(store, "events") is None
    begin(store, first, second, other)
    with store.transaction() as tx:
        tx.offsets.caught_up({first: NOW + SECOND, other: NOW - SECOND})
    assert low_mark(store, "events") is None
    with store.transaction() as tx:
        tx.offsets.caught_up({second: NOW + timedelta(microseconds=1)})
    assert low_mark(store, "events") == NOW + timedelta(microseconds=1)
    assert low_mark(store, "events", "history") == NOW - SECOND
    assert low_mark(store, "unknown") is None
    assert low_mark(store) is None


def test_caught_up_never_goes_backwards(store: SqlStore) -> None:
    """A slower instance that reports late does not pull the low mark back; unknown parts get no row."""
    begin(store, PART)
    for seconds in (5, 3, 7):
        with store.transaction() as tx:
            tx.offsets.caught_up({PART: NOW + seconds * SECOND, OTHERS[0]: NOW})
        assert low_mark(store, PART.input) == NOW + max(5, seconds) * SECOND
    assert position(store) == Position(next_offset=10, caught_up_at=NOW + 7 * SECOND)
    assert position(store, OTHERS[0]) is None
