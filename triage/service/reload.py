"""Reload: a changed rules folder is proposed after two equal scans; a faulty one leaves the last good running."""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from triage.errors import FaultyRules, RevisionUnusable
from triage.ports import PROPOSED, REJECTED, RETIRED, SUPERSEDED, Store
from triage.rulebook.faults import Finding
from triage.rulebook.model import Rulebook
from triage.rulebook.revision import revision as revision_of
from triage.service.release import Library

log = structlog.get_logger()

SET_ASIDE = (RETIRED, REJECTED, SUPERSEDED)
"""States from which no folder brings a revision back."""

Take = Callable[[Store, dict[str, bytes], str], object]
"""What is done with the files of a folder in somebody's name. Raises FaultyRules."""


class FolderScan(msgspec.Struct, frozen=True):
    """The rule files of a folder as one look found them, and what was wrong with the folder itself. `owner`: who wrote
    the newest of them, as far as the machine can tell."""

    files: dict[str, bytes]
    findings: tuple[Finding, ...] = ()
    owner: str = ""


class Reloader:
    """Looks at the folder and proposes what it holds, each content once."""

    def __init__(
        self,
        store: Store,
        library: Library,
        scan: Callable[[], FolderScan],
        by: str | None = None,
        take: Take | None = None,
    ) -> None:
        """`by`: in whose name the folder proposes; None: in its owner's. `take`: what is done with it; None: it is
        proposed."""
        self._store, self._library, self._scan, self._by = store, library, scan, by
        self._take = take or library.propose
        self._seen: FolderScan | None = None
        self._judged: FolderScan | None = None
        self._folder: str | None = None
        self._told: tuple[str | None, str] = (None, "")
        self._unusable: tuple[str, ...] = ()

    def start(self) -> None:
        """Propose the folder at a start. Raises FaultyRules when it has faults and the store holds no active
        revision; else that one runs on."""
        while self._scan_twice() is None:
            pass
        try:
            self._propose()
        except FaultyRules as error:
            with self._store.read() as reading:
                active = reading.rulebooks.active_revision()
            if active is None:
                raise
            log.error("rules are faulty, the active revision runs on", action="rules.kept", faults=error.reasons)
        self._check_active()

    def look(self) -> None:
        """One look of the loop: a content seen twice in a row and not yet judged is proposed."""
        if self._scan_twice() is not None and self._seen != self._judged:
            try:
                self._propose()
            except FaultyRules as error:
                log.error("rules are faulty, the last good ones run on", action="rules.kept", faults=error.reasons)
        active = self._check_active()
        if active is not None:
            log.info("rules are active", action="rules.active", name=active.name, revision=active.revision)

    def troubles(self) -> Sequence[str]:
        """Why this instance cannot decide; nothing when it can."""
        return self._unusable

    def _scan_twice(self) -> FolderScan | None:
        """The folder's content when this look equals the last one, else None: a half-copied folder never is."""
        before, self._seen = self._seen, self._scan()
        return self._seen if self._seen == before else None

    def _propose(self) -> None:
        found = self._seen
        assert found is not None, "a proposal follows two scans"
        if found.findings:
            self._judged = found
            self._library.reload_failed()
            raise FaultyRules([str(finding) for finding in found.findings])
        try:
            self._take(self._store, found.files, self._by or found.owner)
        except FaultyRules:
            self._judged = found
            raise
        self._judged = found  # only now: with the store away the content is proposed again
        self._folder = revision_of(found.files)

    def _tell(self, state: str) -> None:
        """What is the matter with the folder when its rules are not the active ones; once, until that changes."""
        if self._told == (self._folder, state):
            return
        self._told = (self._folder, state)
        if state == PROPOSED:
            log.warning("the folder's rules wait for an approval", action="rules.proposed", revision=self._folder)
        elif state in SET_ASIDE:
            log.warning(
                "the folder holds a revision that is not taken up by itself; triage rules history says why",
                action="rules.old",
                revision=self._folder,
                state=state,
            )

    def _check_active(self) -> Rulebook | None:
        """See to it that this instance can decide; gives the active rulebook when it is another than before."""
        self._library.look_ahead(self._store)
        if self._folder is not None:
            with self._store.read() as reading:
                self._tell(reading.rulebooks.states().get(self._folder, ""))
        try:
            self._library.with_rules(self._store, self._ask_active)
            self._unusable = ()
        except RevisionUnusable as error:
            self._unusable = (str(error),)
            return None
        return self._library.show_active()

    def _ask_active(self) -> None:
        with self._store.read() as reading:
            self._library.current(reading)
