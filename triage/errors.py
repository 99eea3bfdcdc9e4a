"""What can go wrong, named after what the caller does next.

TriageError
├── Refused                 a start or a command is refused; says why; has an exit code
│   ├── WrongSettings       exit 2: every wrong setting or flag at once
│   ├── FaultyRules         exit 1: every fault of the rule files at once
│   └── Unreachable         exit 3: a dependency is away or behind; says what was tried
│       └── StoreDamaged    the store will not work again until somebody mends it: stop, whatever is in hand
├── TryAgain                roll back, back off, same work again, without limit
│   ├── StoreAway           connection lost, deadlock, lock time-out, disk full
│   ├── BrokerAway          Kafka does not answer
│   └── TookTooLong         the database cut the work off; where one event or case does it, it counts as a failure
├── RevisionUnusable        a case holds a revision that cannot be loaded: it waits, or its event is quarantined
│   └── ActiveUnusable      the active one: a TryAgain too, for nothing can be decided here
├── NotAtHand               revisions that are not loaded yet: load them, with no transaction open, and do it again
├── Fenced                  another worker was faster: roll back, read the position again, seek
└── PositionLost            a source cannot continue where the store says; stop it until an operator speaks
"""

import traceback
from collections.abc import Sequence


class TriageError(Exception):
    """Base of every error that this project raises on purpose."""


class Refused(TriageError):
    """The start or the command was refused. Each entry of `reasons` is one line for stderr."""

    exit_code = 1

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


class WrongSettings(Refused):
    """Settings, flags or arguments that cannot be used."""

    exit_code = 2


class FaultyRules(Refused):
    """Rule files with faults and no active revision to run on."""

    exit_code = 1


class Unreachable(Refused):
    """A dependency does not answer, refuses us, lacks a topic, or has a schema that is behind."""

    exit_code = 3


class StoreDamaged(Unreachable):
    """The store is not what it was: its file is damaged, gone, replaced or read-only. Nothing in hand is at fault."""


class TryAgain(TriageError):
    """The work was rolled back and may be tried again as it is, as often as needed."""


class StoreAway(TryAgain):
    """The store cannot take the transaction now."""


class BrokerAway(TryAgain):
    """The broker cannot answer now."""


class TookTooLong(TryAgain):
    """The database cut a statement off, or a transaction that it waited for: the same work may be as slow again."""


class RevisionUnusable(TriageError):
    """This instance cannot load a revision that a case holds; it decides nothing of this case until it can."""


class ActiveUnusable(RevisionUnusable, TryAgain):
    """This instance cannot load the active revision; it decides nothing until it can."""


class NotAtHand(TriageError):
    """These revisions have to be loaded first; that takes time, which no transaction should wait for."""

    def __init__(self, revisions: Sequence[str]) -> None:
        super().__init__(", ".join(revisions))
        self.revisions = tuple(revisions)


class Fenced(TriageError):
    """The stored position is not the one this worker knew: another worker has moved it."""


class PositionLost(TriageError):
    """The source no longer holds the stored position of `part` (file shortened, offset out of range)."""

    def __init__(self, message: str, part: tuple[str, int]) -> None:
        super().__init__(message)
        self.part = part


NEVER_AT_FAULT = (Fenced, StoreAway, StoreDamaged, BrokerAway, ActiveUnusable)
"""What says nothing against the event or the case in hand: it is tried again, however often, or all stops."""


def describe(error: BaseException) -> str:
    """An unforeseen error for logs and dead letters: its type and where it was raised, never its text, which may
    hold personal data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    module = trace.tb_frame.f_globals.get("__name__", "?")
    return f"{type(error).__name__} in {module}, line {trace.tb_lineno}"


def without_text(error: BaseException) -> str:
    """A trace like Python's, of the error and of those that led to it, without what they say."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    led = f"{without_text(before)}\n\nwhich led to\n\n" if before is not None else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{led}Traceback (most recent call last):\n{frames}{type(error).__name__} (its text may be personal)"
