"""Revisions of the rules: a folder that stands still proposes them, sound or not at all; the last good one runs on."""

from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from tests.builders_rules import changed, sound_rules
from tests.contract.builders import NOW, a_rulebook
from tests.unit.loops.fakes import Noted
from tests.unit.service.revisions import Revisions
from triage.domain.document import Attachment, Document
from triage.errors import FaultyRules, RevisionUnusable
from triage.ports import Store, StoredRulebook, Transaction
from triage.rulebook.faults import FAULT, Finding
from triage.rulebook.revision import revision
from triage.service.draft import Rules
from triage.service.release import Library, compile_files, inspect_files
from triage.service.reload import FolderScan, Reloader
from triage.wording.text import say

SOUND = sound_rules()
OTHER = changed("triage/rules.yaml", "handler: dedicated", "handler: personal_adviser")
FAULTY = changed("triage/rules.yaml", "priority: high\n      department", "priority: hihg\n      departement")
FAILING = changed("triage/rules.yaml", "policies: [contact]}", "policies: [contact], handler: any}")
"""It loads, but an example does not hold."""

RELOADED = ("rulebook_last_reload_success",)


class Desk:
    """A store, a library, and a folder that a test changes."""

    def __init__(self, files: Mapping[str, bytes] = SOUND, shelf: Revisions | None = None) -> None:
        self.shelf, self.noted = shelf or Revisions(), Noted()
        self.library = Library(self.noted)
        self.folder = FolderScan(dict(files))
        self.looks: list[FolderScan] = []
        self.reloader = Reloader(cast(Store, self.shelf), self.library, self._scan, by="desk-1")

    def _scan(self) -> FolderScan:
        return self.looks.pop(0) if self.looks else self.folder

    def propose(self, files: Mapping[str, bytes]) -> str:
        """The folder's revision, after it was proposed."""
        self.state = self.library.propose(cast(Store, self.shelf), dict(files), "desk-1")
        return revision(files)

    def current(self, *documents: Document) -> set[str]:
        """The revisions at hand for a batch with these documents, the active one among them."""
        rules = self.rules(*documents)
        assert rules.active.rulebook.revision == self.shelf.active
        return {rules.active.rulebook.revision, *rules.held}

    def rules(self, *documents: Document) -> Rules:
        """As a batch with these documents asks for them."""
        return self.library.with_rules(cast(Store, self.shelf), lambda: self._ask(documents))

    def _ask(self, documents: Sequence[Document]) -> Rules:
        with self.shelf.transaction():
            return self.library.current(cast(Transaction, self.shelf), documents)

    def changes_to(self, files: Mapping[str, bytes], *findings: Finding, looks: int = 2) -> None:
        """The folder is changed, and looked at so often."""
        self.folder = FolderScan(dict(files), findings)
        for _ in range(looks):
            self.reloader.look()


@pytest.fixture
def desk() -> Desk:
    """A desk on which the sound rules run."""
    one = Desk()
    one.reloader.start()
    return one


def test_a_new_revision_becomes_active_and_is_stored_whole() -> None:
    """Its files, who brought it and when; the audit names it; the metric says that the reload was good."""
    one = Desk()
    active = one.propose(SOUND)
    assert active == one.shelf.active == revision(SOUND)
    assert one.state == "active"
    stored = one.shelf.stored[active]
    assert (stored.name, stored.files) == ("small", SOUND)
    (change,) = one.shelf.noted
    assert (change.what, change.who, change.at) == ("activated", "desk-1", NOW)
    assert one.shelf.audits == [("desk-1", f"activated rulebook small {active}", "activation: auto")]
    assert one.noted.gauges[RELOADED] == 1


def test_the_same_files_are_activated_once() -> None:
    """A second instance that proposes them changes nothing and audits nothing."""
    one = Desk()
    one.propose(SOUND)
    assert Desk(shelf=one.shelf).propose(dict(reversed(SOUND.items()))) == one.shelf.active
    assert len(one.shelf.audits) == 1


def test_a_revision_that_was_active_before_stays_in_the_past() -> None:
    """An instance whose folder is old does not take the rules back: the newer ones stay active."""
    one = Desk()
    one.propose(SOUND)
    one.propose(OTHER)
    one.propose(SOUND)
    assert (one.state, one.shelf.active) == ("retired", revision(OTHER))
    assert [what for _, what, _ in one.shelf.audits] == [
        f"activated rulebook small {revision(SOUND)}",
        f"retired rulebook small {revision(SOUND)}",
        f"activated rulebook small {revision(OTHER)}",
    ]


@pytest.mark.parametrize("files", [FAULTY, FAILING, {}, SOUND | {"rulebook.yaml": b"\xff"}])
def test_a_faulty_folder_is_refused_as_a_whole(files: Mapping[str, bytes]) -> None:
    """The active revision stays, nothing is stored, the metric says so until a sound one comes."""
    one = Desk()
    one.propose(SOUND)
    with pytest.raises(FaultyRules) as refused:
        one.propose(files)
    assert refused.value.exit_code == 1
    assert refused.value.reasons
    assert (one.shelf.active, set(one.shelf.stored)) == (revision(SOUND), {revision(SOUND)})
    assert one.noted.gauges[RELOADED] == 0
    one.propose(SOUND)
    assert one.noted.gauges[RELOADED] == 1


def test_every_fault_is_told_with_its_place() -> None:
    """One line each, as `triage check` tells them."""
    with pytest.raises(FaultyRules) as refused:
        compile_files(FAULTY)
    told = [str(finding) for finding in inspect_files(FAULTY) if finding.is_fault]
    assert list(refused.value.reasons) == told
    assert len(told) >= 2
    assert all("triage/rules.yaml:" in line for line in told)


def test_an_example_that_does_not_hold_is_a_fault() -> None:
    """It is found at its place, and rules that do not do what their author says never run."""
    (finding,) = inspect_files(FAILING)
    assert (finding.code, finding.file, finding.is_fault) == ("example-fails", "triage/rules.yaml", True)
    assert finding.line > 1
    assert inspect_files(SOUND) == []


def test_without_an_active_revision_nothing_is_decided() -> None:
    """Events wait: the error is one to try again after."""
    with pytest.raises(RevisionUnusable, match="no active rulebook"):
        Desk().current()


def test_a_case_has_the_revisions_that_it_holds() -> None:
    """Those of its clocks, its policies and its department, beside the active one; each compiled once."""
    one = Desk()
    books = [SOUND, OTHER, *(changed("rulebook.yaml", "name: small", f"name: small-{n}") for n in (1, 2))]
    names = [one.propose(files) for files in books]
    first, second, third, active = names
    documents = [
        Document(pins={"decision/answer": first}, revision=second),
        Document(attached={"decision": Attachment(third, NOW)}, revision=active),
    ]
    fresh = Desk(shelf=one.shelf)
    assert fresh.current() == {active}
    assert fresh.current(*documents) == {first, second, third, active}
    rules = [fresh.rules(*documents) for _ in range(2)]
    assert rules[0].active is rules[1].active
    assert rules[0].at(first) is rules[1].at(first)


@pytest.mark.parametrize("stored", [None, a_rulebook("r-9", files={"rulebook.yaml": b"format: triage/9"})])
def test_a_held_revision_that_cannot_be_had_stops_deciding(desk: Desk, stored: StoredRulebook | None) -> None:
    """Lost or unreadable: a case is never judged by other rules than it holds."""
    if stored is not None:
        desk.shelf.stored["r-9"] = stored
    with pytest.raises(RevisionUnusable, match="r-9"):
        desk.current(Document(pins={"decision/answer": "r-9"}))


def test_a_folder_that_stands_still_is_taken(desk: Desk) -> None:
    """Seen twice in a row, not before: a folder that is being copied is not read half."""
    desk.changes_to(OTHER, looks=1)
    assert desk.shelf.active == revision(SOUND)
    desk.reloader.look()
    assert desk.shelf.active == revision(OTHER)


def test_a_folder_that_changes_with_every_look_is_never_taken(desk: Desk) -> None:
    """Though each content by itself would be sound."""
    desk.looks = [FolderScan(OTHER), FolderScan(SOUND)] * 5
    for _ in range(10):
        desk.reloader.look()
    assert desk.shelf.active == revision(SOUND)
    assert len(desk.shelf.audits) == 1


def test_a_start_waits_until_the_folder_stands_still() -> None:
    """Also the first content is one that was seen twice."""
    one = Desk(OTHER)
    one.looks = [FolderScan({}), FolderScan(SOUND), FolderScan(OTHER)]
    one.reloader.start()
    assert list(one.shelf.stored) == [revision(OTHER)]


FINDING = Finding(
    severity=FAULT, file="terms/x.yml", line=1, column=1, code="wrong-ending", message=say("nothing in this file")
)


@pytest.mark.parametrize(("files", "findings"), [(FAULTY, ()), (FAILING, ()), ({}, ()), (OTHER, (FINDING,))])
def test_the_last_good_rules_run_on_until_the_folder_is_sound_again(
    desk: Desk, files: Mapping[str, bytes], findings: tuple[Finding, ...]
) -> None:
    """The loop raises nothing, the instance stays ready, the metric tells; a corrected folder is taken."""
    desk.changes_to(files, *findings)
    assert desk.shelf.active == revision(SOUND)
    assert desk.current() == {revision(SOUND)}
    assert desk.reloader.troubles() == ()
    assert desk.noted.gauges[RELOADED] == 0
    desk.changes_to(OTHER)
    assert desk.shelf.active == revision(OTHER)
    assert desk.noted.gauges[RELOADED] == 1


def test_a_faulty_folder_taken_back_is_sound_again(desk: Desk) -> None:
    """The rules that run are in the folder again: nothing is activated anew, and the metric says that all is well."""
    desk.changes_to(FAULTY)
    desk.changes_to(SOUND)
    assert desk.noted.gauges[RELOADED] == 1
    assert len(desk.shelf.audits) == 1


def test_each_content_is_judged_once(desk: Desk) -> None:
    """A faulty folder that nobody touches is not read aloud every two seconds."""
    desk.changes_to(FAULTY)
    desk.noted.gauges.clear()
    desk.changes_to(FAULTY, looks=5)
    assert RELOADED not in desk.noted.gauges


@pytest.mark.parametrize("folder", [FolderScan(FAULTY), FolderScan(SOUND, (FINDING,)), FolderScan({})])
def test_a_first_start_with_faulty_rules_is_refused(folder: FolderScan) -> None:
    """There is nothing to run on; every fault is a line."""
    one = Desk()
    one.folder = folder
    with pytest.raises(FaultyRules) as refused:
        one.reloader.start()
    assert refused.value.reasons
    assert one.shelf.active is None


def test_a_later_start_with_faulty_rules_runs_on_the_active_ones(desk: Desk) -> None:
    """A restart in a bad moment does not stop the desk."""
    again = Desk(FAULTY, desk.shelf)
    again.reloader.start()
    assert again.current() == {revision(SOUND)}
    assert again.reloader.troubles() == ()
    assert again.noted.gauges[RELOADED] == 0


def test_an_instance_without_usable_rules_says_so(desk: Desk) -> None:
    """It is not ready, until it is."""
    active = desk.shelf.stored.pop(revision(SOUND))
    again = Desk(FAULTY, desk.shelf)
    again.reloader.look()
    (trouble,) = again.reloader.troubles()
    assert revision(SOUND) in trouble
    desk.shelf.stored[revision(SOUND)] = active
    again.reloader.look()
    assert again.reloader.troubles() == ()


def test_the_metric_names_the_active_revision_alone(desk: Desk) -> None:
    """1 for the one that runs, 0 for the one that ran before."""

    def shown() -> dict[str, float]:
        return {key[2]: value for key, value in desk.noted.gauges.items() if key[:2] == ("rulebook_info", "small")}

    assert shown() == {revision(SOUND): 1}
    desk.changes_to(OTHER)
    assert shown() == {revision(SOUND): 0, revision(OTHER): 1}
