"""Batches and revisions: one revision a batch, the one that is active; and a shadow that looks after the commit."""

import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import cast

import pytest

from tests.builders_rules import changed, sound_rules
from tests.contract.builders import NOW, MovableTime, rows_of
from tests.contract.conftest import Open
from tests.unit.loops.fakes import Noted
from triage.adapters.store.store import SqlStore, open_store
from triage.ports import Part, Record, ShadowRun
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.revision import revision
from triage.service.approval import Word, begin_shadow_of_files, roll_back
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.release import Library
from triage.service.shadow import Shadow

FIRST = sound_rules()
SECOND = changed("rulebook.yaml", "name: small", "name: small-2")
PART = Part("events", 0)
WORD = Word(who="Wang Lei", why="test")


class Instance:
    """The consuming part of one daemon."""

    def __init__(self, store: SqlStore, time: MovableTime) -> None:
        self.store, self.noted = store, Noted()
        self.shadow = Shadow(self.noted, time, "desk-1")
        self.library = Library(self.noted, shadow=self.shadow)
        mark = LowMark([PART.input], 900.0, time, None)
        self.handler = EventHandler(store, self.library, self.noted, mark, time)

    def handles(self, known: int, count: int = 5) -> int:
        """A batch of so many registrations."""
        with self.store.transaction() as tx:
            tx.offsets.begin(PART, None, 0)
        return self.handler.handle(PART, known, [_record(known + number) for number in range(count)])


def _record(offset: int) -> Record:
    envelope = {
        "specversion": "1.0", "id": str(offset), "source": "/test", "type": "complaint.registered",
        "subject": f"C-{offset:03}", "time": (NOW - timedelta(minutes=1)).isoformat(),
        "data": {"channel": "phone", "customer": {"id": f"K-{offset}"}, "causes": ["medical_dispute"]},
    }  # fmt: skip
    return Record(offset=offset, next_offset=offset + 1, value=json.dumps(envelope).encode())


def proposed(store: SqlStore, files: Mapping[str, bytes]) -> None:
    """Another instance's folder, under `auto`."""
    Library(Noted()).propose(store, dict(files), "deploy")


def decided_by(url: str) -> list[str]:
    """The revision of each decision in the order of the cases."""
    return [
        json.loads(row.decision)["revision"] for row in sorted(rows_of(url, "timeline"), key=lambda row: row.case_no)
    ]


@pytest.fixture
def one(store: SqlStore, time: MovableTime) -> Instance:
    """It has loaded nothing yet; the first rules are active."""
    proposed(store, FIRST)
    return Instance(store, time)


def test_a_batch_is_decided_by_the_active_revision_and_the_next_by_the_new_one(
    one: Instance, open_another: Open, store_url: str
) -> None:
    """Also when another instance has activated it and this one has never seen its files; and after a rollback."""
    after = one.handles(0)
    proposed(open_another(), SECOND)
    after = one.handles(after)
    roll_back(open_another(), None, WORD)
    one.handles(after)
    assert decided_by(store_url) == [*[revision(FIRST)] * 5, *[revision(SECOND)] * 5, *[revision(FIRST)] * 5]


def test_an_activation_waits_for_the_batch_under_way(one: Instance, open_another: Open) -> None:
    """A batch never ends under another revision than it began with."""
    other = open_another()
    activating = threading.Thread(target=proposed, args=(other, SECOND))
    with one.store.transaction() as tx:
        assert tx.rulebooks.active_revision() == revision(FIRST)
        activating.start()
        activating.join(0.5)
        assert activating.is_alive()
        assert tx.rulebooks.active_revision() == revision(FIRST)
    activating.join(10)
    with other.read() as reading:
        assert reading.rulebooks.active_revision() == revision(SECOND)


def test_an_instance_with_the_active_rules_starts_beside_a_batch_that_does_not_end(
    postgresql_store: SqlStore, postgresql_url: str, time: MovableTime
) -> None:
    """Its folder changes nothing, so it waits for nobody: the other worker may be slow, or frozen."""
    proposed(postgresql_store, FIRST)
    with postgresql_store.transaction() as tx:
        assert tx.rulebooks.active_revision() == revision(FIRST)
        other = open_store(postgresql_url, time)
        starting = threading.Thread(target=proposed, args=(other, FIRST))
        starting.start()
        starting.join(5)
        assert not starting.is_alive()
    other.close()


def test_each_decision_of_a_committed_batch_is_compared(one: Instance, store_url: str) -> None:
    """From the batch on at which the store names the shadow and this instance has loaded it."""
    begin_shadow_of_files(one.store, SECOND, WORD)
    after = one.handles(0)
    assert ("shadow_decisions_total",) not in one.noted.counts
    one.library.look_ahead(one.store)
    one.handles(after)
    assert one.noted.counts[("shadow_decisions_total",)] == 5
    one.library.look_ahead(one.store)
    (tally,) = rows_of(store_url, "shadow_tallies")
    assert json.loads(tally.tally)["compared"] == 5
    assert set(decided_by(store_url)) == {revision(FIRST)}


class Broken:
    """A revision that raises whatever is asked of it."""

    def __getattr__(self, name: str) -> object:
        raise MemoryError(name)


def test_a_broken_shadow_harms_no_batch(one: Instance, store_url: str) -> None:
    """The batch is committed, its position moves on, and the failure is counted."""
    begin_shadow_of_files(one.store, SECOND, WORD)
    with one.store.read() as reading:
        run = reading.rulebooks.running().shadow
    assert isinstance(run, ShadowRun)
    one.shadow.set(run, cast(CompiledRulebook, Broken()))
    assert one.handles(0) == 5
    assert len(decided_by(store_url)) == 5
    assert one.noted.counts[("shadow_failures_total",)] == 1
