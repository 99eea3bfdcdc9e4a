"""Which revision of the rulebook runs: one active row in the store, compiled once in each process, never while a
transaction waits."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from monitors.ports import Observer
from triage.domain.document import Document
from triage.errors import ActiveUnusable, FaultyRules, NotAtHand, RevisionUnusable
from triage.ports import Reading, Rulebooks, Running, Store, StoredRulebook, Transaction
from triage.rulebook.analysis.analyse import Asked, analyse
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.durable import beyond_second_engine
from triage.rulebook.faults import FAULT, Finding, finding_at
from triage.rulebook.judge import judge
from triage.rulebook.load import load
from triage.rulebook.model import Rulebook
from triage.rulebook.syntax import line_of
from triage.service.draft import Considered, Rules
from triage.service.from_zero import show_from_zero
from triage.service.revision_states import AUTO, active_before, pending, submit
from triage.wording.text import say

if TYPE_CHECKING:  # only the daemon has one: verbs that read rules start without what it needs
    from triage.service.shadow import Shadow

T = TypeVar("T")

_KINDS = {"rule": say("rule"), "table": say("table"), "term": say("term list"), "policy": say("policy")}


def load_files(files: dict[str, bytes], language: str = "en") -> Rulebook:
    """The rule files as a rulebook. Raises FaultyRules with a line a fault, in the language."""
    loaded = load(files)
    if loaded.rulebook is None:
        raise FaultyRules([found.said(language) for found in loaded.findings if found.is_fault])
    return loaded.rulebook


def compile_files(files: dict[str, bytes], language: str = "en") -> CompiledRulebook:
    """The rule files, ready to decide. Raises FaultyRules with a line a fault, in the language."""
    return CompiledRulebook(load_files(files, language))


def inspect_files(files: dict[str, bytes], asked: Asked | None = None) -> list[Finding]:
    """Every finding of the files: of the loader; when it found no fault, of the examples that do not hold; and when
    all of them hold, the warnings that are asked for."""
    loaded = load(files)
    if loaded.rulebook is None:
        return list(loaded.findings)
    compiled = CompiledRulebook(loaded.rulebook)
    further = [*beyond_second_engine(loaded.rulebook.rules), *failing_examples(compiled)]
    if asked is not None and not any(one.is_fault for one in (*loaded.findings, *further)):
        further += analyse(compiled, files, asked)
    return [*loaded.findings, *(_with_line(files, one) for one in further)]


def _with_line(files: dict[str, bytes], found: Finding) -> Finding:
    return msgspec.structs.replace(found, line_text=line_of(files, found.file, found.line))


Read = Callable[[dict[str, bytes], bool], Rulebook]
"""Rule files to their rulebook; with True every example has to hold. Raises FaultyRules, TryAgain."""


def read_here(files: dict[str, bytes], is_judged: bool) -> Rulebook:
    """In this process, whose other threads are slow meanwhile."""
    return sound_files(files).rulebook if is_judged else load_files(files)


def sound_files(files: dict[str, bytes], language: str = "en") -> CompiledRulebook:
    """The rule files, ready to decide, every example held. Raises FaultyRules, in the language."""
    compiled = compile_files(files, language)
    failing = failing_examples(compiled)
    if failing:
        raise FaultyRules([found.said(language) for found in failing])
    return compiled


def failing_examples(rules: CompiledRulebook) -> list[Finding]:
    """A fault for each example of the rulebook that does not hold."""
    return [
        finding_at(
            "example-fails",
            one.at,
            say("{kind} {subject}: {message}", kind=_KINDS[one.kind], subject=one.subject, message=one.message),
            severity=FAULT,
        )
        for one in judge(rules)
        if not one.passed
    ]


class Shelf:
    """The compiled revisions of one process, each made once; the store says which one is active."""

    def __init__(self) -> None:
        self.read: Read = read_here
        self._compiled: dict[str, CompiledRulebook] = {}
        self._loading = threading.Lock()

    def put(self, revision: str, compiled: CompiledRulebook) -> None:
        """Keep a revision that was compiled elsewhere."""
        self._compiled.setdefault(revision, compiled)

    def rules(self, rulebooks: Rulebooks, documents: Iterable[Document] = ()) -> Rules:
        """The active revision, and those that the documents hold, loaded when they are not at hand. Raises
        ActiveUnusable, RevisionUnusable."""
        active, held = _wanted(rulebooks.active_revision(), documents)
        try:
            compiled = self.get(rulebooks, active)
        except RevisionUnusable as error:
            raise ActiveUnusable(str(error)) from error
        return Rules(compiled, {name: self.get(rulebooks, name) for name in held})

    def at_hand(self, active_revision: str | None, documents: Iterable[Document] = ()) -> Rules:
        """The same, of what is loaded. Raises NotAtHand, ActiveUnusable."""
        active, held = _wanted(active_revision, documents)
        missing = sorted({active, *held} - self._compiled.keys())
        if missing:
            raise NotAtHand(missing)
        return Rules(self._compiled[active], {name: self._compiled[name] for name in held})

    def get(self, rulebooks: Rulebooks, revision: str) -> CompiledRulebook:
        """A revision, loaded when it is not at hand. Raises RevisionUnusable, TryAgain."""
        with self._loading:  # whoever wants the same one waits for it, and does not make it twice
            if revision not in self._compiled:
                stored = rulebooks.get(revision)
                if stored is None:
                    raise RevisionUnusable(f"rulebook revision {revision} is not in the store")
                try:
                    self._compiled[revision] = CompiledRulebook(self.read(stored.files, False))
                except FaultyRules as error:
                    raise RevisionUnusable(f"rulebook revision {revision} cannot be loaded: {error}") from error
            return self._compiled[revision]


class Library:
    """The daemon's shelf: folders are proposed to it, and it shows which revision is active."""

    def __init__(self, observer: Observer, activation: str = AUTO, shadow: "Shadow | None" = None) -> None:
        """`activation`: whether a sound new folder becomes active by itself (`auto`) or waits for somebody other than
        its proposer (`approved`)."""
        self._observer, self._activation, self._shadow = observer, activation, shadow
        self.shelf = Shelf()
        self._active: CompiledRulebook | None = None
        self._shown: CompiledRulebook | None = None
        self._running = Running(None)

    def read_by(self, read: Read) -> None:
        """From here on rules are read so."""
        self.shelf.read = read

    @property
    def active(self) -> CompiledRulebook | None:
        """The active revision as it was last seen, None while it never was."""
        return self._active

    def current(self, tx: Transaction | Reading, documents: Iterable[Document] = ()) -> Rules:
        """The active revision, and those that the documents hold. Raises NotAtHand, ActiveUnusable."""
        self._running = tx.rulebooks.running()
        rules = self.shelf.at_hand(self._running.active, documents)
        self._active = rules.active
        return rules

    def with_rules(self, store: Store, work: Callable[[], T]) -> T:
        """Do the work, and do it again when it was rolled back for a revision that is not at hand: that one is loaded
        in between, while no transaction and no lock waits for it. Raises ActiveUnusable, RevisionUnusable."""
        while True:
            try:
                return work()
            except NotAtHand as missing:
                self._load(store, missing.revisions)

    def _load(self, store: Store, revisions: Iterable[str]) -> None:
        with store.read() as reading:
            active = reading.rulebooks.active_revision()
            for revision in revisions:
                try:
                    self.shelf.get(reading.rulebooks, revision)
                except RevisionUnusable as error:
                    raise (ActiveUnusable(str(error)) if revision == active else error) from error

    def look_ahead(self, store: Store) -> None:
        """Load what may soon run, so that no batch waits for it: the active revision, the shadow, the proposals, where
        a rollback leads. One that cannot be loaded here is passed over. Then store what the shadow has counted."""
        with store.read() as reading:
            running = reading.rulebooks.running()
            shadow = running.shadow.revision if running.shadow else None
            waiting = [one.revision for one in pending(reading.rulebooks)]
            waiting += active_before(reading.rulebooks)[:1]
            found = {
                revision: self._if_usable(reading.rulebooks, revision)
                for revision in filter(None, [running.active, shadow, *waiting])
            }
        if self._shadow is not None:
            self._shadow.set(running.shadow, found.get(shadow) if shadow else None)
            self._shadow.write(store)

    def _if_usable(self, rulebooks: Rulebooks, revision: str) -> CompiledRulebook | None:
        try:
            return self.shelf.get(rulebooks, revision)
        except RevisionUnusable:
            return None

    def compare(self, considered: Sequence[Considered]) -> None:
        """What a committed batch has decided, decided again by the shadow revision when there is one."""
        if self._shadow is not None and considered:
            self._shadow.compare(self._running.shadow, considered)

    def show_active(self) -> Rulebook | None:
        """Export which revision is active, once it changed; gives it then."""
        if self._shown is self._active:
            return None
        for compiled, value in ((self._shown, 0), (self._active, 1)):
            if compiled is not None:
                book = compiled.rulebook
                self._observer.gauge("rulebook_info", value, name=book.name, revision=book.revision)
        self._shown = self._active
        if self._active is None:
            return None
        show_from_zero(self._observer, self._active.rulebook)
        return self._active.rulebook

    def check(self, files: dict[str, bytes]) -> CompiledRulebook:
        """The files, loaded, every example held; kept at hand. Raises FaultyRules, which the metric shows, TryAgain."""
        try:
            compiled = CompiledRulebook(self.shelf.read(files, True))
        except FaultyRules:
            self.reload_failed()
            raise
        self.shelf.put(compiled.rulebook.revision, compiled)
        return compiled

    def propose(self, store: Store, files: dict[str, bytes], by: str) -> str:
        """Check the files, and let them become active or a proposal when they are new; gives the state of their
        revision after it. Raises FaultyRules; the active revision then stays."""
        book = self.check(files).rulebook
        with store.transaction() as tx:
            stored = StoredRulebook(revision=book.revision, name=book.name, files=files)
            submit(tx, stored, by, f"activation: {self._activation}", self._activation)
            state = tx.rulebooks.states()[book.revision]
        self.reload_succeeded()
        return state

    def reload_succeeded(self) -> None:
        """The last scan of the rules was sound."""
        self._observer.gauge("rulebook_last_reload_success", 1)

    def reload_failed(self) -> None:
        """The last scan of the rules was faulty: the metric says so until a sound one."""
        self._observer.gauge("rulebook_last_reload_success", 0)


def _wanted(active: str | None, documents: Iterable[Document]) -> tuple[str, set[str]]:
    if active is None:
        raise ActiveUnusable("the store holds no active rulebook: give --rules, or approve a proposal")
    return active, {name for document in documents for name in _revisions_of(document)} - {active}


def _revisions_of(document: Document) -> set[str]:
    revisions = {*document.pins.values(), *document.calendars.values()}
    revisions.update(attachment.revision for attachment in document.attached.values())
    if document.revision is not None:
        revisions.add(document.revision)
    return revisions
