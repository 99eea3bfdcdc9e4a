"""A whole revision in the shadow of the live one: it is compared after the commit, counted, and can harm nobody."""

from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import pytest

from tests.builders_rules import changed, compiled, sound_rules
from tests.contract.builders import NOW, MovableTime
from tests.unit.loops.fakes import Noted
from tests.unit.service.desk import Desk
from tests.unit.service.revisions import Revisions
from triage.errors import StoreAway
from triage.ports import Reading, ShadowRun, Store, StoredRulebook
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Considered
from triage.service.release_history import shadow_shown
from triage.service.shadow import Shadow
from triage.service.shadow_tally import SAMPLES, Tally, together

LIVE = compiled(sound_rules())
OTHER = compiled(
    changed("triage/rules.yaml", "priority: high\n      department: claims\n      team: medical",
            "priority: urgent\n      department: care")
)  # fmt: skip
RUN = ShadowRun(7, OTHER.rulebook.revision)


class Failing:
    """A revision whose facts cannot be computed."""

    @property
    def facts(self) -> object:
        raise ZeroDivisionError


def considered(case: str = "C-1", **data: Any) -> Considered:
    """What a registration's decision was made of."""
    effects = Desk(LIVE).is_registered(**data)
    assert effects.considered is not None
    one = effects.considered
    return msgspec.structs.replace(one, case=msgspec.structs.replace(one.case, id=case))


MEDICAL = considered(causes=["medical_dispute"])
PLAIN = considered("C-2")


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def shadow(noted: Noted) -> Shadow:
    """It runs."""
    one = Shadow(noted, MovableTime(), "desk-1")
    one.set(RUN, OTHER)
    return one


def tally(store: Revisions, run: ShadowRun = RUN) -> Tally:
    return together(msgspec.json.decode(row.tally, type=Tally) for row in store.tallies(run.no))


def written(shadow: Shadow) -> Revisions:
    store = Revisions()
    shadow.write(cast(Store, store))
    return store


def test_differences_are_counted_by_field_rule_and_department(shadow: Shadow, noted: Noted) -> None:
    """The tally, the latest cases, and the metrics say the same."""
    shadow.compare(RUN, [MEDICAL, PLAIN, MEDICAL])
    found = tally(written(shadow))
    fields = {"priority": 2, "department": 2, "team": 2, "owner": 2}
    assert (found.compared, found.differ, found.fields) == (3, 2, fields)
    assert found.departments == {"claims → care": 2}
    assert found.rules == {}
    assert [sample.case for sample in found.samples] == ["C-1", "C-1"]
    assert found.samples[0].fields["priority"] == ("high", "urgent")
    assert noted.counts[("shadow_decisions_total",)] == 3
    assert noted.counts[("shadow_differences_total", "department")] == 2


def test_a_rule_that_fires_in_one_of_them_alone_is_named(noted: Noted) -> None:
    """Under the side on which it fires; a rule may differ where the outcome does not."""
    renamed = compiled(changed("triage/rules.yaml", "id: medical-is-high", "id: medical-first"))
    one = Shadow(noted, MovableTime(), "desk-1")
    one.set(RUN, renamed)
    one.compare(RUN, [MEDICAL])
    found = tally(written(one))
    assert (found.compared, found.differ) == (1, 0)
    assert {rule: (each.live_only, each.shadow_only) for rule, each in found.rules.items()} == {
        "medical-is-high": (1, 0),
        "medical-first": (0, 1),
    }


@pytest.mark.parametrize("wanted", [None, ShadowRun(8, RUN.revision), ShadowRun(7, "other")])
def test_a_batch_is_compared_by_the_shadow_that_the_store_named_for_it(
    shadow: Shadow, noted: Noted, wanted: ShadowRun | None
) -> None:
    """One that was ended, or begun anew and is not loaded yet, counts nothing."""
    shadow.compare(wanted, [MEDICAL])
    assert noted.counts == {}
    shadow.set(None, None)
    shadow.compare(RUN, [MEDICAL])
    assert noted.counts == {}


def test_a_shadow_that_fails_is_left_out_of_that_batch_and_no_other(noted: Noted) -> None:
    """Whatever it raises, nothing comes out of it; the failure is counted once a batch."""
    one = Shadow(noted, MovableTime(), "desk-1")
    one.set(RUN, cast(CompiledRulebook, Failing()))
    one.compare(RUN, [MEDICAL, PLAIN])
    one.compare(RUN, [MEDICAL])
    assert noted.counts == {("shadow_failures_total",): 2}
    assert tally(written(one)).failed == 2
    one.set(RUN, OTHER)
    one.compare(RUN, [MEDICAL])
    assert noted.counts[("shadow_decisions_total",)] == 1


def test_each_run_counts_anew(shadow: Shadow) -> None:
    """What was not written of the one before is still written."""
    shadow.compare(RUN, [MEDICAL])
    again = ShadowRun(9, RUN.revision)
    shadow.set(again, OTHER)
    shadow.compare(again, [MEDICAL, MEDICAL])
    store = written(shadow)
    assert (tally(store).compared, tally(store, again).compared) == (1, 2)


class Away(Revisions):
    """A store that does not answer."""

    def transaction(self) -> None:  # type: ignore[override]
        raise StoreAway("no answer")


def test_counts_wait_for_a_store_that_is_away(shadow: Shadow) -> None:
    """They are written the next time; and a second time only when there is more."""
    shadow.compare(RUN, [MEDICAL])
    with pytest.raises(StoreAway):
        shadow.write(cast(Store, Away()))
    assert tally(written(shadow)).compared == 1
    assert written(shadow).counted == {}
    shadow.compare(RUN, [MEDICAL])
    assert tally(written(shadow)).compared == 2


def test_the_latest_differences_are_kept(shadow: Shadow) -> None:
    """So many and no more, also of several instances together."""
    cases = [
        msgspec.structs.replace(MEDICAL, case=msgspec.structs.replace(MEDICAL.case, id=f"C-{n}")) for n in range(70)
    ]
    shadow.compare(RUN, cases)
    found = tally(written(shadow))
    assert [sample.case for sample in found.samples] == [f"C-{n}" for n in range(70 - SAMPLES, 70)]
    both = together([found, found])
    assert (both.compared, len(both.samples)) == (140, SAMPLES)


def test_what_was_counted_is_shown_for_each_live_revision(shadow: Shadow) -> None:
    """Over all instances; also when the run is over."""
    store = Revisions()
    for revision in ("live-1", RUN.revision):
        store.keep(StoredRulebook(revision=revision, name="desk", files={}))
    store.change("activated", "live-1", at=NOW, who="x", why="x")
    assert shadow_shown(cast(Reading, store)) == []
    store.change("shadow_on", RUN.revision, at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC), who="x", why="x")
    (empty,) = shadow_shown(cast(Reading, store))
    assert (empty.against, empty.tally.compared, empty.on, empty.since) == ("live-1", 0, True, "2026-03-02T09:30:00Z")
    run = store.running().shadow
    assert run is not None
    for instance in ("desk-1", "desk-2"):
        one = Shadow(Noted(), MovableTime(), instance)
        one.set(run, OTHER)
        one.compare(run, [MEDICAL])
        one.write(cast(Store, store))
    store.change("shadow_off", RUN.revision, at=NOW, who="x", why="x")
    (shown,) = shadow_shown(cast(Reading, store))
    assert (shown.revision, shown.against, shown.on) == (RUN.revision, LIVE.rulebook.revision, False)
    assert (shown.tally.compared, shown.tally.differ) == (2, 2)
