"""What people say of revisions: proposed, approved, rejected, rolled back, put into the shadow of the live one."""

from collections.abc import Callable

import msgspec

from triage.errors import FaultyRules, Refused
from triage.ports import (
    ACTIVE,
    DRAFT,
    PROPOSED,
    REJECTED,
    RETIRED,
    SUPERSEDED,
    RulebookChange,
    Rulebooks,
    Store,
    StoredRulebook,
    Transaction,
)
from triage.service.release import Library, compile_files, sound_files
from triage.service.revision_states import (
    activate,
    active_before,
    change,
    pending,
    propose,
    same_person,
    short,
    supersede,
)
from triage.wording.text import Text, say


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word. `hand`: the account on the machine by which it was given, when that is another name. `language`:
    of the answer when it is refused."""

    who: str
    why: str
    hand: str = ""
    language: str = "en"

    @property
    def reason(self) -> str:
        """Why, as history and audit keep it."""
        return f"{self.why} (by the hand of {self.hand})" if self.hand else self.why

    def refused(self, *reasons: Text) -> Refused:
        """The answer that it cannot be done."""
        return Refused([reason.said(self.language) for reason in reasons])


def propose_files(store: Store, files: dict[str, bytes], word: Word) -> str:
    """A person proposes these files, whatever `rules.activation` says; gives their revision. Raises FaultyRules, and
    Refused when that content was decided upon before."""
    book = sound_files(files, word.language).rulebook
    with store.transaction() as tx:
        tx.rulebooks.hold()
        state = tx.rulebooks.states().get(book.revision)
        if state not in (None, DRAFT, SUPERSEDED):
            raise word.refused(_why_not_proposed(book.revision, state))
        propose(tx, _stored(book.revision, book.name, files), word.who, word.reason)
    return book.revision


def approve(store: Store, wanted: str, word: Word) -> str:
    """The proposal becomes active. It is checked again by this version first: what was sound for its proposer may not
    be sound here. Proposals made before it are superseded. Raises Refused, FaultyRules."""
    revision = _checked(store, wanted, word, sound_files)
    with store.transaction() as tx:
        tx.rulebooks.hold()
        proposal = _pending(tx.rulebooks, revision, word)
        if same_person(proposal.who, word.who):
            raise word.refused(
                say(
                    "{revision} was proposed by {who}: somebody else has to approve it",
                    revision=short(revision),
                    who=proposal.who,
                )
            )
        earlier = [one for one in pending(tx.rulebooks) if one.no < proposal.no]
        supersede(tx, earlier, word.who, f"{short(revision)} was approved")
        activate(tx, "approved", revision, word.who, word.reason)
    return revision


def reject(store: Store, wanted: str, word: Word) -> str:
    """The proposal is refused, for good: only other content can be proposed. Whoever proposed may take it back so."""
    with store.transaction() as tx:
        tx.rulebooks.hold()
        revision = find(tx.rulebooks, wanted, word)
        _pending(tx.rulebooks, revision, word)
        change(tx, "rejected", revision, word.who, word.reason)
    return revision


def roll_back(store: Store, wanted: str | None, word: Word) -> str:
    """A revision that was active before becomes active again; None: the latest of them. It has to load; that all its
    examples hold here is not asked, for it ran. Proposals go on waiting. Raises Refused, FaultyRules."""
    revision = _checked(store, wanted or _previous(store, word), word, compile_files)
    with store.transaction() as tx:
        tx.rulebooks.hold()
        state = tx.rulebooks.states()[revision]
        if state == ACTIVE:
            raise word.refused(say("{revision} is the active revision already", revision=short(revision)))
        if state != RETIRED:
            raise word.refused(
                say("{revision} was never active: only what ran can be rolled back to", revision=short(revision))
            )
        activate(tx, "rolled_back", revision, word.who, word.reason)
    return revision


def begin_shadow(store: Store, wanted: str, word: Word) -> str:
    """This stored revision runs in the shadow of the live one from now on, and is counted anew. Raises Refused,
    FaultyRules."""
    revision = _checked(store, wanted, word, compile_files)
    with store.transaction() as tx:
        put_into_shadow(tx, revision, word.who, word.reason)
    return revision


def begin_shadow_of_files(store: Store, files: dict[str, bytes], word: Word) -> str:
    """The same with files that nobody has to propose. Raises FaultyRules."""
    book = sound_files(files, word.language).rulebook
    with store.transaction() as tx:
        tx.rulebooks.hold()
        tx.rulebooks.keep(_stored(book.revision, book.name, files))
        put_into_shadow(tx, book.revision, word.who, word.reason)
    return book.revision


def shadow_folder(store: Store, library: Library, files: dict[str, bytes], by: str) -> None:
    """What `triage run --shadow` does with its folder: sound files run in the shadow of the active revision, unless
    they do already or are the active revision themselves. Raises FaultyRules, and Refused when there is no active
    revision to be in the shadow of."""
    book = library.check(files).rulebook
    with store.transaction() as tx:
        tx.rulebooks.hold()
        running = tx.rulebooks.running()
        if running.active is None:
            raise Refused(["--shadow: the store holds no active revision to compare with"])
        tx.rulebooks.keep(_stored(book.revision, book.name, files))
        is_there = running.shadow is not None and running.shadow.revision == book.revision
        if book.revision != running.active and not is_there:
            put_into_shadow(tx, book.revision, by, "triage run --shadow")
    library.reload_succeeded()


def put_into_shadow(tx: Transaction, revision: str, who: str, why: str) -> None:
    """One revision at a time is in the shadow."""
    tx.rulebooks.hold()
    _end_shadow(tx, who, why)
    change(tx, "shadow_on", revision, who, why)


def end_shadow(store: Store, word: Word) -> str | None:
    """Nothing runs in the shadow any more; gives what did. What was counted stays readable."""
    with store.transaction() as tx:
        tx.rulebooks.hold()
        return _end_shadow(tx, word.who, word.reason)


def _end_shadow(tx: Transaction, who: str, why: str) -> str | None:
    shadow = tx.rulebooks.running().shadow
    if shadow is None:
        return None
    change(tx, "shadow_off", shadow.revision, who, why)
    return shadow.revision


def find(rulebooks: Rulebooks, wanted: str, word: Word) -> str:
    """A stored revision: `active`, `proposed` (the only one), or the beginning of its name. Raises Refused."""
    states = rulebooks.states()
    if wanted in (ACTIVE, PROPOSED):
        found = sorted(revision for revision, state in states.items() if state == wanted)
    else:
        found = sorted(revision for revision in states if revision.startswith(wanted.casefold()))
    if not found:
        raise word.refused(say("there is no stored revision {wanted}", wanted=wanted))
    if len(found) > 1:
        several = tuple(map(short, found))
        raise word.refused(say("{wanted} may be any of {revisions}", wanted=wanted, revisions=several))
    return found[0]


def _checked(store: Store, wanted: str, word: Word, check: Callable[[dict[str, bytes], str], object]) -> str:
    """The revision, its files checked while no transaction waits."""
    with store.read() as reading:
        revision = find(reading.rulebooks, wanted, word)
        stored = reading.rulebooks.get(revision)
    assert stored is not None, "revisions are never deleted"
    try:
        check(stored.files, word.language)
    except FaultyRules as error:
        told = say("{revision} is not sound for this version of triage:", revision=short(revision))
        raise FaultyRules([told.said(word.language), *error.reasons]) from error
    return revision


def _previous(store: Store, word: Word) -> str:
    with store.read() as reading:
        found = active_before(reading.rulebooks)
    if not found:
        raise word.refused(say("no other revision was active before"))
    return found[0]


def _pending(rulebooks: Rulebooks, revision: str, word: Word) -> RulebookChange:
    for one in pending(rulebooks):
        if one.revision == revision:
            return one
    raise word.refused(_no_proposal(rulebooks.states()[revision], revision))


def _no_proposal(state: str, revision: str) -> Text:
    if state == ACTIVE:
        return say("{revision} is the active revision already", revision=short(revision))
    if state == RETIRED:
        return say("{revision} was active before: triage rules rollback activates it again", revision=short(revision))
    if state == REJECTED:
        return say("{revision} was rejected: propose other content", revision=short(revision))
    return say("{revision} waits for no decision: triage rules propose proposes it", revision=short(revision))


def _why_not_proposed(revision: str, state: str | None) -> Text:
    if state == PROPOSED:
        return say("{revision} is proposed already and waits for a decision", revision=short(revision))
    return _no_proposal(state or DRAFT, revision)


def _stored(revision: str, name: str, files: dict[str, bytes]) -> StoredRulebook:
    return StoredRulebook(revision=revision, name=name, files=files)
