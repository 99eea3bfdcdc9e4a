"""One revision is active at a time, every change of every revision is kept, and none is forgotten."""

from datetime import datetime

import pytest
import sqlalchemy.exc

from tests.contract.builders import NASTY, NOW, SECOND, a_rulebook, at_once, rows_of
from tests.contract.conftest import Open
from triage.adapters.store.store import SqlStore
from triage.ports import RulebookChange, Running, ShadowRun, ShadowTally, StoredRulebook
from triage.service.revision_states import APPROVED, AUTO, submit


def put(store: SqlStore, what: str, rulebook: StoredRulebook, at: datetime = NOW, who: str = "li.na") -> None:
    with store.transaction() as tx:
        tx.rulebooks.keep(rulebook)
        tx.rulebooks.change(what, rulebook.revision, at=at, who=who, why=NASTY)


def test_without_a_revision_none_is_active(store: SqlStore) -> None:
    """An empty store says so."""
    with store.transaction() as tx:
        assert tx.rulebooks.active() is None
        assert tx.rulebooks.active_revision() is None
        assert tx.rulebooks.running() == Running(None, None)
        assert tx.rulebooks.get("r1") is None
        assert (tx.rulebooks.states(), tx.rulebooks.changes(), tx.rulebooks.tallies(1)) == ({}, [], [])


def test_a_rulebook_comes_back_as_written(store: SqlStore) -> None:
    """Its name and the files' bytes, text or not; what is kept twice is there once, as it was first."""
    files = {"规则/route.yaml": NASTY.encode(), "tables/x.xlsx": bytes(range(256)) * 4000, "empty.csv": b""}
    rulebook = a_rulebook("r1", name=NASTY, files=files)
    put(store, "activated", rulebook)
    with store.transaction() as tx:
        tx.rulebooks.keep(a_rulebook("r1", name="another"))
        assert tx.rulebooks.active() == rulebook
        assert tx.rulebooks.get("r1") == rulebook


def test_every_change_is_kept_with_who_when_and_why(store: SqlStore) -> None:
    """In their order, beside the state in which they leave a revision; a reading sees the same."""
    put(store, "proposed", a_rulebook("r1"))
    put(store, "rejected", a_rulebook("r1"), NOW + SECOND, who="王磊")
    with store.transaction() as tx:
        tx.rulebooks.keep(a_rulebook("r2"))
    expected = [
        RulebookChange(no=1, revision="r1", name="rules r1", what="proposed", at=NOW, who="li.na", why=NASTY),
        RulebookChange(no=2, revision="r1", name="rules r1", what="rejected", at=NOW + SECOND, who="王磊", why=NASTY),
    ]
    with store.read() as reading:
        assert reading.rulebooks.changes() == expected
        assert reading.rulebooks.states() == {"r1": "rejected", "r2": "draft"}


def test_two_revisions_are_never_active_at_once(store: SqlStore, store_url: str) -> None:
    """The database itself refuses a second one: whoever forgets to retire the first changes nothing."""
    put(store, "activated", a_rulebook("r1"))
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        put(store, "activated", a_rulebook("r2"))
    assert [(row.revision, row.state) for row in rows_of(store_url, "rulebooks")] == [("r1", "active")]


def test_a_shadow_is_named_with_its_run(store: SqlStore) -> None:
    """Beside the active revision, until it is ended; each beginning is a run of its own."""
    put(store, "activated", a_rulebook("r1"))
    put(store, "shadow_on", a_rulebook("r2"))
    with store.transaction() as tx:
        assert tx.rulebooks.running() == Running("r1", ShadowRun(2, "r2"))
        assert tx.rulebooks.states()["r2"] == "draft"
    put(store, "shadow_off", a_rulebook("r2"))
    put(store, "shadow_on", a_rulebook("r1"))
    with store.read() as reading:
        assert reading.rulebooks.running() == Running("r1", ShadowRun(4, "r1"))


def test_each_instance_counts_for_itself(store: SqlStore) -> None:
    """A later tally replaces the earlier one of the same instance, run and live revision, and no other."""
    said = [ShadowTally(1, "r1", "a", "{}"), ShadowTally(1, "r1", "b", NASTY), ShadowTally(2, "r1", "a", "{}")]
    for one in (*said, ShadowTally(1, "r1", "a", '{"compared":2}')):
        with store.transaction() as tx:
            tx.rulebooks.put_tally(one)
    with store.read() as reading:
        assert reading.rulebooks.tallies(1) == [ShadowTally(1, "r1", "a", '{"compared":2}'), said[1]]
        assert reading.rulebooks.tallies(2) == [said[2]]


def submitted(store: SqlStore, revision: str, activation: str = AUTO, who: str = "li.na") -> str:
    with store.transaction() as tx:
        submit(tx, a_rulebook(revision), who, "", activation)
        return tx.rulebooks.states()[revision]


def test_instances_that_start_at_once_agree(store: SqlStore, open_another: Open, store_url: str) -> None:
    """Of several that hold the same revision one activates it; of different ones one is active at a time, each once."""
    stores = [store, *(open_another() for _ in range(3))]
    at_once(*(lambda own=own: submitted(own, "r1") for own in stores))
    with store.read() as reading:
        assert [one.what for one in reading.rulebooks.changes()] == ["activated"]
    at_once(*(lambda own=own, name=f"n{place}": submitted(own, name) for place, own in enumerate(stores)))
    assert sum(row.state == "active" for row in rows_of(store_url, "rulebooks")) == 1
    with store.read() as reading:
        whats = [one.what for one in reading.rulebooks.changes()]
    assert (whats.count("activated"), whats.count("retired")) == (5, 4)


def test_instances_that_propose_at_once_propose_once(store: SqlStore, open_another: Open) -> None:
    """A proposal that several folders hold waits once."""
    stores = [store, *(open_another() for _ in range(3))]
    states = at_once(*(lambda own=own: submitted(own, "r1", APPROVED) for own in stores))
    assert states == ["proposed"] * 4
    with store.read() as reading:
        assert [one.what for one in reading.rulebooks.changes()] == ["proposed"]
