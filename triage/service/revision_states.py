"""What becomes of a revision, within one transaction: proposed, active, retired, rejected, superseded; every change
with who, when and why, in the history and in the audit."""

from collections.abc import Sequence

from triage.ports import (
    ACTIVE,
    DRAFT,
    PROPOSED,
    SUPERSEDED,
    RulebookChange,
    Rulebooks,
    StoredRulebook,
    Transaction,
)

AUTO, APPROVED = "auto", "approved"
BECAME_ACTIVE = ("activated", "approved", "rolled_back")
SHORT = 12
"""So many characters of a revision's name are shown to people."""


def short(revision: str) -> str:
    """A revision's name as people read it."""
    return revision[:SHORT]


def submit(tx: Transaction, rulebook: StoredRulebook, who: str, why: str, activation: str) -> None:
    """A folder holds this sound revision. With `auto` a new one becomes active; with `approved` it becomes a proposal.
    One that was active before, was refused, or gave way to a later one by approval stays as it is: a folder is no
    reason to take it up again. For one that is active already no batch under way is waited for: an instance starts
    beside others that are busy, or frozen."""
    if tx.rulebooks.states().get(rulebook.revision) == ACTIVE:
        return
    tx.rulebooks.hold()
    state = tx.rulebooks.states().get(rulebook.revision)
    if activation == AUTO and state in (None, DRAFT, PROPOSED):
        tx.rulebooks.keep(rulebook)
        supersede(tx, pending(tx.rulebooks), who, f"{short(rulebook.revision)} became active")
        activate(tx, "activated", rulebook.revision, who, why)
    elif activation == APPROVED and (state in (None, DRAFT) or _may_return(tx.rulebooks, rulebook.revision, state)):
        propose(tx, rulebook, who, why)


def propose(tx: Transaction, rulebook: StoredRulebook, who: str, why: str) -> None:
    """The revision waits for somebody's decision; it takes the place of what the same person proposed before."""
    tx.rulebooks.keep(rulebook)
    earlier = [one for one in pending(tx.rulebooks) if same_person(one.who, who)]
    supersede(tx, earlier, who, f"{short(rulebook.revision)} was proposed instead")
    change(tx, "proposed", rulebook.revision, who, why)


def activate(tx: Transaction, what: str, revision: str, who: str, why: str) -> None:
    """The revision becomes the active one, the one before it is retired. `what`: one of BECAME_ACTIVE."""
    before = tx.rulebooks.active_revision()
    if before is not None:
        change(tx, "retired", before, who, f"{short(revision)} became active")
    change(tx, what, revision, who, why)


def supersede(tx: Transaction, proposals: Sequence[RulebookChange], who: str, why: str) -> None:
    """These proposals are no longer waiting."""
    for one in proposals:
        change(tx, "superseded", one.revision, who, why)


def change(tx: Transaction, what: str, revision: str, who: str, why: str) -> None:
    """Record what becomes of a revision, in its history and in the audit."""
    tx.rulebooks.change(what, revision, at=tx.now(), who=who, why=why)
    tx.audit(who, f"{what.replace('_', ' ')} rulebook {tx.rulebooks.name(revision)} {revision}", why)


def pending(rulebooks: Rulebooks) -> list[RulebookChange]:
    """The proposals that wait for a decision, the oldest first."""
    states = rulebooks.states()
    if PROPOSED not in states.values():
        return []
    latest = {one.revision: one for one in rulebooks.changes() if one.what == "proposed"}
    waiting = [one for revision, one in latest.items() if states[revision] == PROPOSED]
    return sorted(waiting, key=lambda one: one.no)


def active_before(rulebooks: Rulebooks) -> list[str]:
    """Every revision that was active and no longer is, the latest first."""
    was = [one.revision for one in reversed(rulebooks.changes()) if one.what in BECAME_ACTIVE]
    states = rulebooks.states()
    return [revision for revision in dict.fromkeys(was) if states[revision] != ACTIVE]


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: case and surrounding spaces do not make two persons of one."""
    return one.strip().casefold() == other.strip().casefold()


def _may_return(rulebooks: Rulebooks, revision: str, state: str | None) -> bool:
    """Whether a folder may propose again what its own later content replaced: nothing became active since then."""
    if state != SUPERSEDED:
        return False
    changes = rulebooks.changes()
    replaced = max(one.no for one in changes if one.revision == revision and one.what == "superseded")
    activated = max((one.no for one in changes if one.what in BECAME_ACTIVE), default=0)
    return replaced > activated
