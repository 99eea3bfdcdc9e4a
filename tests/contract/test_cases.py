"""Cases are locked before they change, and due ones are found in order."""

import threading
from datetime import datetime

import pytest

from tests.contract.builders import (
    NOW,
    SECOND,
    a_case,
    a_clock,
    a_message,
    at_once,
    changes,
    connection_of,
    stored_case,
    write,
)
from tests.contract.conftest import POSTGRESQL, Open
from triage.adapters.store.store import SqlStore
from triage.errors import StoreAway

WAIT = 20


def due(store: SqlStore, *, until: datetime = NOW, now: datetime = NOW, limit: int = 100) -> list[str]:
    with store.transaction() as tx:
        return [case.id for case in tx.cases.lock_due(until, now, limit)]


def test_locking_gives_the_cases_that_exist(store: SqlStore) -> None:
    """Unknown ids are left out; no ids, no cases."""
    write(store, a_case("b"), a_case("a"), a_case("c"))
    with store.transaction() as tx:
        assert list(tx.cases.lock(["b", "unknown", "a"])) == ["a", "b"]
        assert tx.cases.lock([]) == {}


def test_due_cases_come_the_longest_due_first(store: SqlStore) -> None:
    """Whatever their ids and numbers; the limit takes the longest due ones; each case comes once."""
    delays = {"m": 3, "a": 1, "z": 2, "k": 0}
    clocks = [a_clock(name, next_at=NOW - seconds * SECOND) for name, seconds in delays.items()]
    write(store, *map(a_case, delays), clocks=[*clocks, a_clock("m", "回访", next_at=NOW)])
    assert due(store) == ["m", "z", "a", "k"]
    assert due(store, limit=2) == ["m", "z"]
    assert due(store, limit=0) == []


def test_a_case_is_due_at_its_very_instant(store: SqlStore) -> None:
    """Not a microsecond earlier, also beside instants without microseconds; clocks without a next time never are."""
    write(
        store,
        *map(a_case, ("exact", "later", "never")),
        clocks=[
            a_clock("exact", next_at=NOW),
            a_clock("later", next_at=NOW + SECOND / 1_000_000),
            a_clock("never", next_at=None, next_step=None),
        ],
    )
    assert due(store, until=NOW - SECOND / 1_000_000) == []
    assert due(store, until=NOW) == ["exact"]
    assert due(store, until=NOW + SECOND / 1_000_000) == ["exact", "later"]


def test_a_case_that_failed_waits(store: SqlStore) -> None:
    """Failures in a row are counted; it is passed over until its time, and a written clock starts from none."""
    clocks = [a_clock("bad", next_at=NOW - SECOND), a_clock("good", next_at=NOW)]
    write(store, a_case("bad"), a_case("good"), clocks=clocks)
    counted = []
    for _ in range(2):
        with store.transaction() as tx:
            counted.append(tx.cases.postpone("bad", NOW + 60 * SECOND))
    assert counted == [1, 2]
    assert due(store, until=NOW + 99 * SECOND, now=NOW + 59 * SECOND) == ["good"]
    assert due(store, now=NOW + 60 * SECOND) == ["bad", "good"]
    write(store, stored_case(store, "bad"), clocks=clocks[:1])
    assert due(store) == ["bad", "good"]
    with store.transaction() as tx:
        assert tx.cases.postpone("bad", NOW) == 1


def test_postponing_what_has_no_clock_counts_nothing(store: SqlStore) -> None:
    """A case that ended in between is no failure."""
    write(store, a_case(), clocks=[a_clock(state="met", next_at=None, next_step=None)])
    with store.transaction() as tx:
        assert tx.cases.postpone("C-1", NOW) == 0
        assert tx.cases.postpone("unknown", NOW) == 0


def test_writers_of_one_case_take_turns(store: SqlStore, open_another: Open) -> None:
    """Two instances change one case at once: each sees the other's version, and no change is lost."""
    write(store, a_case(), a_case("C-2"))

    def change(own: SqlStore, order: list[str]) -> None:
        for _ in range(20):
            with own.transaction() as tx:
                rows = tx.cases.lock(order)
                for row in rows.values():
                    row.version += 1
                tx.cases.write(changes(*rows.values()))

    outcomes = at_once(
        lambda: change(store, ["C-1", "C-2"]),
        lambda: change(open_another(), ["C-2", "C-1"]),
    )
    assert outcomes == [None, None]
    assert [stored_case(store, name).version for name in ("C-1", "C-2")] == [40, 40]


def test_who_waited_for_a_case_sees_what_was_committed(store: SqlStore, open_another: Open, backend: str) -> None:
    """The second transaction waits for the first, and reads the case only then. On PostgreSQL, where both have begun,
    other cases do not wait."""
    write(store, a_case(), a_case("free"))
    other = open_another()
    locked, free = threading.Event(), threading.Event()

    def first() -> None:
        with store.transaction() as tx:
            row = tx.cases.lock(["C-1"])["C-1"]
            locked.set()
            if backend == POSTGRESQL:
                assert free.wait(WAIT)
            row.status = "assigned"
            tx.cases.write(changes(row))

    def second() -> str:
        assert locked.wait(WAIT)
        with other.transaction() as tx:
            assert list(tx.cases.lock(["free"])) == ["free"]
            free.set()
            return tx.cases.lock(["C-1"])["C-1"].status

    assert at_once(first, second) == [None, "assigned"]


def test_sweepers_pass_over_each_others_cases(postgresql_store: SqlStore) -> None:
    """A second sweeper gets the due cases that nobody holds, at once."""
    names = ["a", "b", "c"]
    write(postgresql_store, *map(a_case, names), clocks=[a_clock(name, next_at=NOW) for name in names])
    with postgresql_store.transaction() as tx:
        tx.cases.lock(["b"])
        with postgresql_store.transaction() as other:
            assert {case.id for case in other.cases.lock_due(NOW, NOW, 100)} == {"a", "c"}
            assert due(postgresql_store) == []
    assert sorted(due(postgresql_store)) == names


def test_a_lock_that_does_not_come_is_tried_again(postgresql_store: SqlStore) -> None:
    """Waiting for a case ends with StoreAway: the same batch later, the event is not at fault."""
    write(postgresql_store, a_case())

    def impatient() -> None:
        with postgresql_store.transaction() as tx:
            connection_of(tx).exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            tx.cases.lock(["C-1"])

    with postgresql_store.transaction() as tx:
        tx.cases.lock(["C-1"])
        with pytest.raises(StoreAway, match="lock timeout"):
            impatient()
    impatient()


def test_of_two_in_a_deadlock_one_goes_on(postgresql_store: SqlStore, postgresql_url: str) -> None:
    """The other is told to try again, and has left nothing."""
    write(postgresql_store, a_case("a"), a_case("b"))
    both = threading.Barrier(2)

    def cross(first: str, second: str) -> None:
        with postgresql_store.transaction() as tx:
            connection_of(tx).exec_driver_sql("SET LOCAL deadlock_timeout = '50ms'")
            tx.cases.lock([first])
            tx.cases.write(changes(messages=[a_message(ord(first))]))
            both.wait(WAIT)
            tx.cases.lock([second])

    outcomes = at_once(lambda: cross("a", "b"), lambda: cross("b", "a"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "StoreAway"]
    assert len(postgresql_store.outbox.pending(10)) == 1
