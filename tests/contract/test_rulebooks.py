"""One revision is active, each becomes it once, and none is forgotten."""

from tests.contract.builders import NASTY, NOW, SECOND, a_rulebook, at_once, rows_of
from tests.contract.conftest import Open
from triage.adapters.store.store import SqlStore
from triage.ports import StoredRulebook


def activate(store: SqlStore, rulebook: StoredRulebook) -> bool:
    with store.transaction() as tx:
        return tx.rulebooks.activate(rulebook)


def test_without_a_revision_none_is_active(store: SqlStore) -> None:
    """An empty store says so."""
    with store.transaction() as tx:
        assert tx.rulebooks.active() is None
        assert tx.rulebooks.active_revision() is None
        assert tx.rulebooks.get("r1") is None


def test_a_rulebook_comes_back_as_written(store: SqlStore) -> None:
    """Name, who and when, and the files' bytes, text or not."""
    files = {"规则/route.yaml": NASTY.encode(), "tables/x.xlsx": bytes(range(256)) * 4000, "empty.csv": b""}
    rulebook = a_rulebook("r1", name=NASTY, files=files, activated_at=NOW + SECOND / 1_000_000, by="王磊")
    assert activate(store, rulebook)
    with store.transaction() as tx:
        assert tx.rulebooks.active() == rulebook
        assert tx.rulebooks.get("r1") == rulebook


def test_a_revision_becomes_active_once(store: SqlStore, store_url: str) -> None:
    """The latest new one is active; one that was active before is not activated again, whoever proposes it."""
    assert [activate(store, a_rulebook(revision)) for revision in ("r1", "r1", "r2")] == [True, False, True]
    assert not activate(store, a_rulebook("r1", by="zhao.min", activated_at=NOW + SECOND))
    with store.transaction() as tx:
        assert tx.rulebooks.active() == a_rulebook("r2")
        assert tx.rulebooks.active_revision() == "r2"
        assert tx.rulebooks.get("r1") == a_rulebook("r1")
    assert [row.revision for row in rows_of(store_url, "rulebooks") if row.is_active] == ["r2"]


def test_instances_that_start_at_once_agree(store: SqlStore, open_another: Open, store_url: str) -> None:
    """Of several that propose the same revision one activates it; of different ones exactly one is active."""
    stores = [store, *(open_another() for _ in range(3))]
    same = at_once(*(lambda own=own: activate(own, a_rulebook("r1")) for own in stores))
    assert sorted(same) == [False, False, False, True]
    different = at_once(
        *(lambda own=own, name=f"n{place}": activate(own, a_rulebook(name)) for place, own in enumerate(stores))
    )
    assert different == [True] * 4
    assert sum(row.is_active for row in rows_of(store_url, "rulebooks")) == 1
