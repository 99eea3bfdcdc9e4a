"""Revisions on their way: four eyes where four are asked for, one active revision, and no way back but by somebody's
word."""

from collections.abc import Callable, Mapping

import pytest

from tests.builders_rules import changed, sound_rules
from tests.contract.builders import rows_of
from tests.contract.conftest import Open
from tests.unit.loops.fakes import Noted
from triage.adapters.store.store import SqlStore
from triage.errors import ActiveUnusable, FaultyRules, Refused
from triage.ports import StoredRulebook
from triage.rulebook.revision import revision
from triage.service.approval import (
    Word,
    approve,
    begin_shadow,
    begin_shadow_of_files,
    end_shadow,
    propose_files,
    reject,
    roll_back,
    shadow_folder,
)
from triage.service.release import Library
from triage.service.release_history import history, proposals
from triage.service.reload import FolderScan, Reloader
from triage.service.revision_states import APPROVED, AUTO

FIRST = sound_rules()
SECOND, THIRD, FOURTH = (changed("rulebook.yaml", "name: small", f"name: small-{n}") for n in (2, 3, 4))
FAILING = changed("triage/rules.yaml", "policies: [contact]}", "policies: [contact], handler: any}")
LI, WANG = Word(who="Li Na", why="the order of 2026"), Word(who="Wang Lei", why="read and compared")


class Instance:
    """One daemon's reload loop over its own folder."""

    def __init__(self, store: SqlStore, files: Mapping[str, bytes], activation: str, by: str = "deploy") -> None:
        self.store, self.files, self.by = store, files, by
        self.library = Library(Noted(), activation)
        self.restart()

    def restart(self) -> None:
        self.reloader = Reloader(self.store, self.library, lambda: FolderScan(dict(self.files)), self.by)
        self.reloader.start()

    def holds(self, files: Mapping[str, bytes]) -> None:
        """The folder is changed, and the loop looks twice."""
        self.files = files
        self.reloader.look()
        self.reloader.look()


def active(store: SqlStore) -> str | None:
    with store.read() as reading:
        return reading.rulebooks.active_revision()


def states(store: SqlStore) -> dict[str, str]:
    with store.read() as reading:
        return reading.rulebooks.states()


def whats(store: SqlStore) -> list[tuple[str, str]]:
    with store.read() as reading:
        return [(one.what, one.revision) for one in reading.rulebooks.changes()]


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.exit_code == 1
    return str(refused.value)


@pytest.fixture
def desk(store: SqlStore) -> Instance:
    """A desk on which changes are approved; the first rules run since Wang Lei approved them."""
    one = Instance(store, FIRST, APPROVED)
    approve(store, "proposed", WANG)
    one.reloader.look()
    return one


def test_a_folder_waits_for_somebody_else(store: SqlStore) -> None:
    """An empty store under `approved`: nothing is decided, and the instance says so, until an approval."""
    one = Instance(store, FIRST, APPROVED, by="Li Na")
    assert states(store) == {revision(FIRST): "proposed"}
    (trouble,) = one.reloader.troubles()
    assert "approve a proposal" in trouble
    assert "somebody else" in refusal(lambda: approve(store, "proposed", LI))
    assert "somebody else" in refusal(lambda: approve(store, "proposed", Word(who=" li na ", why="x")))
    assert approve(store, revision(FIRST)[:10], WANG) == active(store) == revision(FIRST)
    one.reloader.look()
    assert one.reloader.troubles() == ()


def test_a_change_is_active_when_it_was_approved_and_not_before(
    desk: Instance, store: SqlStore, store_url: str
) -> None:
    """Every change with who and why in history and audit, the newest first."""
    desk.holds(SECOND)
    assert active(store) == revision(FIRST)
    with store.read() as reading:
        (waiting,) = proposals(reading)
        assert (waiting.revision, waiting.name, waiting.who, waiting.state) == (
            revision(SECOND), "small-2", "deploy", "proposed",
        )  # fmt: skip
    approve(store, "proposed", WANG)
    assert active(store) == revision(SECOND)
    with store.read() as reading:
        told = [(one.what, one.revision, one.state, one.who, one.why) for one in history(reading)][:2]
    assert told == [
        ("approved", revision(SECOND), "active", "Wang Lei", "read and compared"),
        ("retired", revision(FIRST), "retired", "Wang Lei", f"{revision(SECOND)[:12]} became active"),
    ]
    audit = [(row.who, row.what, row.why) for row in rows_of(store_url, "audit")]
    assert ("Wang Lei", f"approved rulebook small-2 {revision(SECOND)}", "read and compared") in audit
    assert len(audit) == len(whats(store))


def test_a_refused_proposal_stays_refused_until_the_content_changes(desk: Instance, store: SqlStore) -> None:
    """Not by the loop, not by a start, not by a person."""
    desk.holds(SECOND)
    assert reject(store, "proposed", WANG) == revision(SECOND)
    desk.holds(FIRST)
    desk.holds(SECOND)
    desk.restart()
    assert states(store)[revision(SECOND)] == "rejected"
    assert "was rejected" in refusal(lambda: propose_files(store, SECOND, LI))
    assert "was rejected" in refusal(lambda: approve(store, revision(SECOND), WANG))
    assert "there is no stored revision" in refusal(lambda: approve(store, "proposed", WANG))
    Instance(store, SECOND, AUTO)
    assert active(store) == revision(FIRST)
    desk.holds(THIRD)
    assert states(store)[revision(THIRD)] == "proposed"


def test_a_person_proposes_whatever_the_setting(store: SqlStore) -> None:
    """Under `auto` too such a proposal waits, and only once."""
    Instance(store, FIRST, AUTO)
    assert propose_files(store, SECOND, LI) == revision(SECOND)
    assert active(store) == revision(FIRST)
    assert "is proposed already" in refusal(lambda: propose_files(store, SECOND, WANG))
    assert "is the active revision already" in refusal(lambda: propose_files(store, FIRST, WANG))
    with pytest.raises(FaultyRules):
        propose_files(store, FAILING, LI)
    assert len(states(store)) == 2


def test_a_newer_proposal_takes_the_place_of_the_same_persons_earlier_one(desk: Instance, store: SqlStore) -> None:
    """Others' proposals go on waiting; a folder that goes back proposes the earlier content again."""
    propose_files(store, FOURTH, LI)
    desk.holds(SECOND)
    desk.holds(THIRD)
    of = states(store)
    assert [of[revision(files)] for files in (SECOND, THIRD, FOURTH)] == ["superseded", "proposed", "proposed"]
    assert "may be any of" in refusal(lambda: approve(store, "proposed", WANG))
    desk.holds(SECOND)
    of = states(store)
    assert [of[revision(files)] for files in (SECOND, THIRD, FOURTH)] == ["proposed", "superseded", "proposed"]


def test_an_approval_sets_earlier_proposals_aside_and_leaves_later_ones(desk: Instance, store: SqlStore) -> None:
    """What was proposed before did not know of it. A folder does not bring it back; a person may."""
    desk.holds(SECOND)
    propose_files(store, THIRD, LI)
    propose_files(store, FOURTH, Word(who="Zhao Min", why="x"))
    approve(store, revision(THIRD), WANG)
    of = states(store)
    assert [of[revision(files)] for files in (SECOND, THIRD, FOURTH)] == ["superseded", "active", "proposed"]
    desk.restart()
    desk.holds(FIRST)
    desk.holds(SECOND)
    Instance(store, SECOND, AUTO)
    assert states(store)[revision(SECOND)] == "superseded"
    assert "waits for no decision" in refusal(lambda: approve(store, revision(SECOND), WANG))
    propose_files(store, SECOND, LI)
    assert states(store)[revision(SECOND)] == "proposed"


def test_an_approval_checks_again(desk: Instance, store: SqlStore) -> None:
    """What this version cannot load, or whose examples do not hold, does not become active; it goes on waiting."""
    name = revision(FAILING)
    with store.transaction() as tx:
        tx.rulebooks.keep(StoredRulebook(revision=name, name="older", files=FAILING))
        tx.rulebooks.change("proposed", name, at=tx.now(), who="Li Na", why="sound there")
    with pytest.raises(FaultyRules, match=r"is not sound for this version(.|\n)*example"):
        approve(store, name, WANG)
    assert (active(store), states(store)[name]) == (revision(FIRST), "proposed")


def test_a_rollback_is_the_one_way_back(desk: Instance, store: SqlStore) -> None:
    """To the one before by default, or to a named one; the folder, which holds the newer content, does not undo it,
    neither in the loop nor at a start."""
    for files in (SECOND, THIRD):
        desk.holds(files)
        approve(store, "proposed", WANG)
    assert roll_back(store, None, LI) == active(store) == revision(SECOND)
    desk.reloader.look()
    desk.restart()
    Instance(store, THIRD, AUTO)
    assert active(store) == revision(SECOND)
    assert roll_back(store, revision(FIRST)[:8], LI) == active(store) == revision(FIRST)
    assert "already" in refusal(lambda: roll_back(store, revision(FIRST), LI))
    assert whats(store)[-1] == ("rolled_back", revision(FIRST))
    desk.holds(FOURTH)
    assert "never active" in refusal(lambda: roll_back(store, revision(FOURTH), LI))
    assert states(store)[revision(FOURTH)] == "proposed"


def test_without_an_earlier_revision_there_is_no_way_back(desk: Instance, store: SqlStore) -> None:
    """The first one is the only one."""
    assert "no other revision" in refusal(lambda: roll_back(store, None, LI))


def test_an_answer_is_in_the_officers_language(desk: Instance, store: SqlStore) -> None:
    """Also when it is no."""
    word = Word(who="Li Na", why="x", language="zh-Hans")
    assert refusal(lambda: roll_back(store, None, word)) == "此前没有其他生效版本"


@pytest.mark.parametrize("activation", [AUTO, APPROVED])
def test_two_instances_with_different_folders_do_not_fight(
    store: SqlStore, open_another: Open, activation: str
) -> None:
    """A rolling deployment: the older instance and the newer one look in turns, are restarted in turns, and the newer
    rules become active once and stay."""
    older = Instance(store, FIRST, activation, by="host-1")
    if activation == APPROVED:
        approve(store, revision(FIRST), WANG)
    newer = Instance(open_another(), SECOND, activation, by="host-2")
    for turn in range(4):
        if turn == 1 and activation == APPROVED:
            assert active(store) == revision(FIRST)
            approve(store, "proposed", WANG)
        for one in (older, newer, older):
            one.reloader.look()
        if turn:
            older.restart()
            newer.restart()
    assert active(store) == revision(SECOND)
    activated = [name for what, name in whats(store) if what in ("activated", "approved")]
    assert activated == [revision(FIRST), revision(SECOND)]
    assert len(whats(store)) == (3 if activation == AUTO else 5)
    assert [one.reloader.troubles() for one in (older, newer)] == [(), ()]
    older.holds(SECOND)  # the deployment reaches it too
    assert active(store) == revision(SECOND)


@pytest.mark.parametrize("missing", [FolderScan({}), FolderScan(FAILING)])
def test_the_last_good_rules_run_on_over_a_cold_start(store: SqlStore, open_another: Open, missing: FolderScan) -> None:
    """With the folder gone or faulty, a process that never saw the active revision's files runs on it."""
    Instance(store, FIRST, AUTO)
    library = Library(Noted(), AUTO)
    cold = Reloader(open_another(), library, lambda: missing, "host-2")
    cold.start()
    assert cold.troubles() == ()
    with store.transaction() as tx:
        assert library.current(tx).active.rulebook.revision == revision(FIRST)


def test_an_instance_that_cannot_load_the_active_revision_stops_and_says_so(store: SqlStore) -> None:
    """It decides nothing by older rules."""
    one = Instance(store, FIRST, AUTO)
    with store.transaction() as tx:
        tx.rulebooks.keep(StoredRulebook(revision="r-9", name="newer", files={"rulebook.yaml": b"format: triage/9"}))
        tx.rulebooks.change("retired", revision(FIRST), at=tx.now(), who="x", why="x")
        tx.rulebooks.change("activated", "r-9", at=tx.now(), who="x", why="x")
    one.reloader.look()
    (trouble,) = one.reloader.troubles()
    assert "r-9" in trouble
    with pytest.raises(ActiveUnusable):
        one.library.with_rules(store, lambda: _ask(one, store))


def _ask(one: Instance, store: SqlStore) -> None:
    with store.transaction() as tx:
        one.library.current(tx)


def test_a_shadow_is_begun_and_ended_by_somebodys_word(desk: Instance, store: SqlStore) -> None:
    """One at a time; a stored revision or files that nobody proposed; it never becomes active by that."""
    desk.holds(SECOND)
    begin_shadow(store, "proposed", LI)
    begin_shadow_of_files(store, THIRD, LI)
    with store.read() as reading:
        shadow = reading.rulebooks.running().shadow
    assert shadow is not None
    assert shadow.revision == revision(THIRD)
    of = states(store)
    assert (of[revision(SECOND)], of[revision(THIRD)], active(store)) == ("proposed", "draft", revision(FIRST))
    assert end_shadow(store, LI) == revision(THIRD)
    assert end_shadow(store, LI) is None
    told = [what for what, _ in whats(store)]
    assert told[-4:] == ["shadow_on", "shadow_off", "shadow_on", "shadow_off"]


def test_a_folder_of_a_shadow_run_is_not_proposed(desk: Instance, store: SqlStore) -> None:
    """`triage run --shadow`: each content is put into the shadow once, the active one never; without an active revision
    there is nothing to compare with."""
    library = Library(Noted(), AUTO)
    for files in (SECOND, SECOND, FIRST, THIRD):
        shadow_folder(store, library, dict(files), "host-3")
    shadows = [(what, name) for what, name in whats(store) if what.startswith("shadow")]
    assert shadows == [
        ("shadow_on", revision(SECOND)), ("shadow_off", revision(SECOND)), ("shadow_on", revision(THIRD)),
    ]  # fmt: skip
    assert active(store) == revision(FIRST)


def test_a_shadow_needs_a_live_revision(store: SqlStore) -> None:
    """An empty store refuses it."""
    assert "no active revision" in refusal(lambda: shadow_folder(store, Library(Noted()), FIRST, "host-3"))
    assert states(store) == {}


def test_a_folder_that_becomes_active_sets_proposals_aside(store: SqlStore) -> None:
    """Under `auto`: who approved an older proposal afterwards would take the newer rules back without a word of it."""
    one = Instance(store, FIRST, AUTO)
    propose_files(store, SECOND, LI)
    one.holds(THIRD)
    assert (active(store), states(store)[revision(SECOND)]) == (revision(THIRD), "superseded")
