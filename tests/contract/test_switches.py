"""Operators' switches: the last word about each thing counts."""

from datetime import datetime

import pytest

from tests.contract.builders import NASTY, NOW, SECOND, MovableTime, rows_of
from triage.adapters.store.store import SqlStore
from triage.errors import Refused, WrongSettings
from triage.ports import Mute, Pause, Reading
from triage.service.pause import pause, resume

SOON, LATER = NOW + SECOND, NOW + 2 * SECOND


def mute(store: SqlStore, scope: str, value: str, until: object = SOON) -> Mute:
    said = Mute(scope, value, until)  # type: ignore[arg-type] # an instant
    with store.transaction() as tx:
        tx.switches.mute(said, at=NOW, who="王磊", why=NASTY)
    return said


def switched(reading: Reading, at: datetime) -> dict[str, float]:
    """The gauge of each switch."""
    return {labels["switch"]: value for name, labels, value in reading.gauges(at) if name == "switch_state"}


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
        assert (switched(reading, NOW)["mute"], switched(reading, SOON)["mute"]) == (1.0, 0.0)


def test_work_is_paused_until_its_instant_or_until_it_is_resumed(store: SqlStore) -> None:
    """In transactions and readings alike, by work, with who and why; an end that passes ends it by itself."""
    sweep, consume = Pause("sweep", NOW, SOON, "王磊", NASTY), Pause("consume", NOW, None, "li.na", "test")
    with store.transaction() as tx:
        assert tx.switches.pauses(NOW) == ()
        tx.switches.pause(sweep)
        tx.switches.pause(consume)
        assert tx.switches.pauses(NOW) == (consume, sweep)
        assert tx.switches.pauses(SOON) == (consume,)
        assert tx.switches.mutes(NOW) == ()
    with store.read() as reading:
        assert reading.switches.pauses(NOW) == (consume, sweep)
    with store.transaction() as tx:
        tx.switches.resume("consume", at=SOON, who="li.na", why="done")
        assert tx.switches.pauses(SOON) == ()


def test_a_later_pause_of_the_same_work_replaces_the_earlier(store: SqlStore, store_url: str) -> None:
    """With another end; mutes and other works stay as they are, and every word is kept."""
    muted = mute(store, "case", "sweep", LATER)
    longer = Pause("sweep", SOON, None, "li.na", "longer")
    with store.transaction() as tx:
        tx.switches.pause(Pause("sweep", NOW, SOON, "王磊", NASTY))
        tx.switches.pause(longer)
        assert tx.switches.pauses(LATER) == (longer,)
        assert tx.switches.mutes(SOON) == (muted,)
    assert [(row.switch, row.value, row.until) for row in rows_of(store_url, "switches")] == [
        ("mute", "sweep", LATER), ("pause", "sweep", SOON), ("pause", "sweep", None),
    ]  # fmt: skip


def test_pauses_are_audited_with_who_and_why(store: SqlStore, store_url: str, time: MovableTime) -> None:
    """What is refused changes nothing."""
    pause(store, "sweep", LATER, who="王磊", reason=NASTY)
    with pytest.raises(WrongSettings, match=r"is past; triage resume consume ends a pause$"):
        pause(store, "consume", NOW, who="li.na", reason="test")
    with pytest.raises(Refused, match=r"^consume is not paused$"):
        resume(store, "consume", who="li.na", reason="test")
    resume(store, "sweep", who="li.na", reason="done")
    with pytest.raises(Refused, match=r"^sweep is not paused$"):
        resume(store, "sweep", who="li.na", reason="twice")
    pause(store, "dispatch", SOON, who="li.na", reason="short")
    time.at = SOON
    with pytest.raises(Refused, match=r"^dispatch is not paused$"):
        resume(store, "dispatch", who="li.na", reason="too late")
    assert [(row.who, row.what, row.why) for row in rows_of(store_url, "audit")] == [
        ("王磊", "paused sweep until 2026-03-02T01:30:02Z", NASTY),
        ("li.na", "resumed sweep", "done"),
        ("li.na", "paused dispatch until 2026-03-02T01:30:01Z", "short"),
    ]


def test_gauges_tell_what_is_paused(store: SqlStore, time: MovableTime) -> None:
    """1 while it is, 0 else: an alert tells of a pause that was forgotten."""
    pause(store, "sweep", SOON, who="li.na", reason="test")
    for at, expected in ((NOW, 1.0), (SOON, 0.0)):
        with store.read() as reading:
            found = switched(reading, at)
        assert found == {"mute": 0.0, "pause_consume": 0.0, "pause_sweep": expected, "pause_dispatch": 0.0}
