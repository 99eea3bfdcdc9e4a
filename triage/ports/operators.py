"""What operators ask of the store: switches, dead letters, outputs that wait, and the audit."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from triage.ports.rows import DeadLetter, Mute, Redriven

CONSUME, SWEEP, DISPATCH = "consume", "sweep", "dispatch"
WORKS = (CONSUME, SWEEP, DISPATCH)
"""What can be paused: reading events, handling due timers, publishing outputs."""

PENDING, HELD, FAILED, DROPPED = "pending", "held", "failed", "dropped"
NOT_SENT = (PENDING, HELD, FAILED)
"""States of outputs that an operator looks after. `failed`: the broker refused for good; `held`: its topic refuses;
`dropped`: an operator took it out."""


class Pause(NamedTuple):
    """Work that an operator has stopped. `work`: one of WORKS; `until`: None: until somebody resumes it."""

    work: str
    since: datetime
    until: datetime | None
    who: str
    why: str


class Switches(Protocol):
    """What operators have switched; running instances look at each batch, sweep and dispatch."""

    def mutes(self, now: datetime) -> tuple[Mute, ...]:
        """Those in force, by scope and value."""
        ...

    def mute(self, mute: Mute, *, at: datetime, who: str, why: str) -> None:
        """Mute until an instant; one in the past ends an earlier word about the same."""
        ...

    def pauses(self, now: datetime) -> tuple[Pause, ...]:
        """Those in force, by work."""
        ...

    def pause(self, pause: Pause) -> None:
        """Stop a work; a later word about the same replaces it."""
        ...

    def resume(self, work: str, *, at: datetime, who: str, why: str) -> None:
        """End the pause of a work."""
        ...


class LetterHead(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `dead_letters` without what the sender wrote. `size`: bytes kept; the rest as in `DeadLetter`."""

    id: str
    reason: str
    detail: str
    origin: str
    at: datetime
    size: int
    case: str | None = None
    copy: bool = False
    redriven: Redriven | None = None


class LetterFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which dead letters are meant; None: whichever. `since`: kept from then on. `redriven`: those too that were
    redriven already."""

    reason: str | None = None
    case: str | None = None
    since: datetime | None = None
    redriven: bool = False


class DeadLetters(Protocol):
    """Dead letters, as operators look after them."""

    def heads(self, asked: LetterFilter, limit: int | None = None) -> list[LetterHead]:
        """The newest first."""
        ...

    def named(self, beginning: str) -> list[str]:
        """The ids that begin so."""
        ...

    def whole(self, letter: str) -> DeadLetter | None:
        """The letter with its bytes."""
        ...

    def lock(self, letter: str) -> DeadLetter | None:
        """The same, locked until the transaction ends."""
        ...

    def mark(self, letter: str, redriven: Redriven) -> None:
        """Note that it was redriven; the caller has locked it."""
        ...


class OutputRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `outbox`. `detail`: why it was not sent. `payload`: only when it was asked for."""

    no: int
    id: str
    topic: str
    key: str
    sequence: int
    state: str
    detail: str | None
    recorded_at: datetime
    payload: bytes | None = None


class Outputs(Protocol):
    """Outputs, as operators look after them; the dispatcher has its own port."""

    def unsent(
        self, states: Collection[str], *, topic: str | None = None, limit: int | None = None, payload: bool = False
    ) -> list[OutputRow]:
        """Those in these states, the oldest first."""
        ...

    def named(self, name: str) -> list[OutputRow]:
        """Those with this number, or whose ids begin so, in whatever state."""
        ...

    def put(self, no: int, state: str, detail: str | None, among: Sequence[str]) -> bool:
        """Set the state of one that is in one of those; False when it no longer is."""
        ...


class AuditRow(NamedTuple):
    """A row of `audit`, append-only."""

    no: int
    at: datetime
    who: str
    what: str
    why: str


class Audit(Protocol):
    """The append-only table of who changed what, when and why."""

    def rows(
        self,
        *,
        since: datetime | None = None,
        who: str | None = None,
        what: str | None = None,
        limit: int | None = None,
    ) -> list[AuditRow]:
        """The newest first. `what`: how it begins."""
        ...
