"""Operators' switches: the last word about each thing counts."""

from tests.contract.builders import NASTY, NOW, SECOND, rows_of
from triage.adapters.store.store import SqlStore
from triage.ports import Mute

SOON, LATER = NOW + SECOND, NOW + 2 * SECOND


def mute(store: SqlStore, scope: str, value: str, until: object = SOON) -> Mute:
    said = Mute(scope, value, until)  # type: ignore[arg-type] # an instant
    with store.transaction() as tx:
        tx.switches.mute(said, at=NOW, who="王磊", why=NASTY)
    return said


def test_what_is_muted_is_so_until_its_instant(store: SqlStore) -> None:
    """In transactions and readings alike, by scope and value; from the instant on it is heard again."""
    with store.transaction() as tx:
        assert tx.switches.mutes(NOW) == ()
    said = [mute(store, "policy", "b", LATER), mute(store, "case", NASTY), mute(store, "policy", "a")]
    with store.transaction() as tx:
        assert tx.switches.mutes(NOW) == (said[1], said[2], said[0])
        assert tx.switches.mutes(SOON) == (said[0],)
        assert tx.switches.mutes(LATER) == ()
    with store.read() as reading:
        assert reading.switches.mutes(NOW) == (said[1], said[2], said[0])


def test_a_later_word_about_the_same_replaces_the_earlier(store: SqlStore, store_url: str) -> None:
    """Longer, shorter, or ended at once; every word is kept with who said it and why."""
    mute(store, "case", "C-1")
    longer = mute(store, "case", "C-1", LATER)
    other = mute(store, "department", "C-1")
    with store.transaction() as tx:
        assert tx.switches.mutes(NOW) == (longer, other)
    mute(store, "case", "C-1", NOW)
    with store.transaction() as tx:
        assert tx.switches.mutes(NOW) == (other,)
    rows = rows_of(store_url, "switches")
    assert [(row.who, row.why, row.switch) for row in rows] == [("王磊", NASTY, "mute")] * 4


def test_how_much_is_muted_is_a_gauge(store: SqlStore) -> None:
    """An operator who forgot it sees it."""
    mute(store, "case", "C-1")
    with store.read() as reading:
        gauges = {name: value for name, _, value in reading.gauges(NOW)}
        after = {name: value for name, _, value in reading.gauges(SOON)}
    assert (gauges["switch_state"], after["switch_state"]) == (1.0, 0.0)
