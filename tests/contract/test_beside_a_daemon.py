"""A verb beside a daemon on one embedded file: it waits for its turn, and asks for it often."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.builders import MovableTime
from triage.adapters.store import engine
from triage.adapters.store.store import SqlStore, open_store
from triage.errors import StoreAway


@pytest.fixture
def verb(sqlite_url: str, time: MovableTime) -> Iterator[SqlStore]:
    """The store as a verb opens it."""
    open_store(sqlite_url, time).close()
    opened = open_store(sqlite_url, time, create=False)
    yield opened
    opened.close()


@contextmanager
def locked(sqlite_url: str) -> Iterator[sqlite3.Connection]:
    """Another process holds the write lock."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    yield holder
    holder.close()


def test_a_verb_waits_for_its_turn(sqlite_url: str, verb: SqlStore) -> None:
    """Longer than one attempt takes, and until the lock is given back."""
    with locked(sqlite_url) as holder:
        threading.Timer(20 * engine.EAGER_MILLISECONDS / 1000, holder.rollback).start()
        with verb.transaction() as tx:
            tx.audit("li.na", "waited", "test")
        assert holder.execute("SELECT what FROM audit").fetchall() == [("waited",)]


def test_it_gives_up_at_last(sqlite_url: str, verb: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that is never given back is told."""
    monkeypatch.setattr(engine, "EAGER_TRIES", 3)
    with locked(sqlite_url), pytest.raises(StoreAway, match="locked"), verb.transaction():
        pass
