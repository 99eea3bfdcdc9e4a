"""Which revision of the rulebook runs: proposed by a folder, one active row in the store, compiled once."""

from collections.abc import Iterable

from monitors.ports import Observer
from triage.domain.document import Document
from triage.errors import ActiveUnusable, FaultyRules, RevisionUnusable
from triage.ports import Rulebooks, Store, StoredRulebook, Transaction
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.durable import beyond_second_engine
from triage.rulebook.faults import FAULT, Finding
from triage.rulebook.judge import judge
from triage.rulebook.load import load
from triage.rulebook.revision import revision as revision_of
from triage.service.draft import Rules


def compile_files(files: dict[str, bytes]) -> CompiledRulebook:
    """The rule files, ready to decide. Raises FaultyRules with a line a fault."""
    loaded = load(files)
    if loaded.rulebook is None:
        raise FaultyRules([str(found) for found in loaded.findings if found.is_fault])
    return CompiledRulebook(loaded.rulebook)


def inspect_files(files: dict[str, bytes]) -> list[Finding]:
    """Every finding of the files: of the loader and, when it found no fault, of the examples that do not hold."""
    loaded = load(files)
    found = list(loaded.findings)
    if loaded.rulebook is not None:
        found += beyond_second_engine(loaded.rulebook.rules)
        found += failing_examples(CompiledRulebook(loaded.rulebook))
    return found


def failing_examples(rules: CompiledRulebook) -> list[Finding]:
    """A fault for each example of the rulebook that does not hold."""
    return [
        Finding(
            severity=FAULT,
            file=one.at.file,
            line=one.at.line,
            column=one.at.column,
            code="example-fails",
            message=f"{one.kind} {one.subject}: {one.message}",
        )
        for one in judge(rules)
        if not one.passed
    ]


class Shelf:
    """The compiled revisions of one process, each made once; the store says which one is active."""

    def __init__(self) -> None:
        self._compiled: dict[str, CompiledRulebook] = {}

    def put(self, revision: str, compiled: CompiledRulebook) -> None:
        """Keep a revision that was compiled elsewhere."""
        self._compiled.setdefault(revision, compiled)

    def rules(self, rulebooks: Rulebooks, documents: Iterable[Document] = ()) -> Rules:
        """The active revision, and those that the documents hold. Raises ActiveUnusable, RevisionUnusable."""
        revision = rulebooks.active_revision()
        if revision is None:
            raise ActiveUnusable("the store holds no active rulebook: give --rules")
        try:
            active = self._get(rulebooks, revision)
        except RevisionUnusable as error:
            raise ActiveUnusable(str(error)) from error
        held = {name for document in documents for name in _revisions_of(document)} - {revision}
        return Rules(active, {name: self._get(rulebooks, name) for name in held})

    def _get(self, rulebooks: Rulebooks, revision: str) -> CompiledRulebook:
        if revision not in self._compiled:
            stored = rulebooks.get(revision)
            if stored is None:
                raise RevisionUnusable(f"rulebook revision {revision} is not in the store")
            try:
                self._compiled[revision] = compile_files(stored.files)
            except FaultyRules as error:
                raise RevisionUnusable(f"rulebook revision {revision} cannot be loaded: {error}") from error
        return self._compiled[revision]


class Library:
    """The daemon's shelf: folders are proposed to it, and it shows which revision is active."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._shelf = Shelf()
        self._active: CompiledRulebook | None = None
        self._shown: CompiledRulebook | None = None

    @property
    def active(self) -> CompiledRulebook | None:
        """The active revision as it was last seen, None while it never was."""
        return self._active

    def current(self, tx: Transaction, documents: Iterable[Document] = ()) -> Rules:
        """The active revision, and those that the documents hold. Raises ActiveUnusable, RevisionUnusable."""
        rules = self._shelf.rules(tx.rulebooks, documents)
        self._active = rules.active
        return rules

    def show_active(self) -> None:
        """Export which revision is active, once it changed."""
        for compiled, value in ((self._shown, 0), (self._active, 1)):
            if compiled is not None and self._shown is not self._active:
                book = compiled.rulebook
                self._observer.gauge("rulebook_info", value, name=book.name, revision=book.revision)
        self._shown = self._active

    def propose(self, store: Store, files: dict[str, bytes], by: str) -> str | None:
        """Check the files and activate them when they are new; the active revision after it, None when there is
        none. Raises FaultyRules; the active revision then stays."""
        try:
            compiled = compile_files(files)
            failing = failing_examples(compiled)
            if failing:
                raise FaultyRules([str(found) for found in failing])
        except FaultyRules:
            self.reload_failed()
            raise
        revision = revision_of(files)
        self._shelf.put(revision, compiled)
        with store.transaction() as tx:
            stored = StoredRulebook(
                revision=revision, name=compiled.rulebook.name, files=files, activated_at=tx.now(), by=by
            )
            if tx.rulebooks.activate(stored):
                tx.audit(by, f"activated rulebook {compiled.rulebook.name} {revision}", "activation: auto")
            active = tx.rulebooks.active_revision()
        self._observer.gauge("rulebook_last_reload_success", 1)
        return active

    def reload_failed(self) -> None:
        """The last scan of the rules was faulty: the metric says so until a sound one."""
        self._observer.gauge("rulebook_last_reload_success", 0)


def _revisions_of(document: Document) -> set[str]:
    revisions = {*document.pins.values(), *document.calendars.values()}
    revisions.update(attachment.revision for attachment in document.attached.values())
    if document.revision is not None:
        revisions.add(document.revision)
    return revisions
