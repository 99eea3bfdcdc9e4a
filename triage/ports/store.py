"""What the services ask of the store and its one transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

import msgspec

from monitors.notices.message import Message
from triage.ports.erasing import Erasing
from triage.ports.old_rows import OldRows
from triage.ports.operators import Audit, DeadLetters, Outputs, Switches
from triage.ports.past import Past
from triage.ports.rows import (
    CaseRow,
    Changes,
    ClockRow,
    Part,
    Position,
    Sibling,
    TimelineRow,
    Wanted,
)
from triage.ports.rulebooks import Rulebooks


class SchemaState(msgspec.Struct, frozen=True, kw_only=True):
    """How far the schema of a store is. `state`: current or behind. `revision`: its own, None in a database without
    tables. `newest`: that of this version."""

    state: str
    revision: str | None
    newest: str


class Offsets(Protocol):
    """Positions of the sources' parts: the only truth."""

    def place(self, part: Part, marker: str | None) -> Position | None:
        """The stored position, None when the part has none yet."""
        ...

    def begin(self, part: Part, marker: str | None, next_offset: int) -> Position:
        """Store the first position of a part, unless there is one; gives what is stored."""
        ...

    def advance(self, part: Part, known: int, after: int) -> None:
        """Compare-and-set. Raises Fenced when the stored position is not `known`."""
        ...

    def put(self, part: Part, next_offset: int) -> bool:
        """Set the position, whatever it was, with no attempts on it; False when the part has none. An operator's
        word."""
        ...

    def mark_trying(self, part: Part, known: int, last_offset: int) -> None:
        """Note that a batch up to this offset is being tried. Raises Fenced when the stored position is not `known`."""
        ...

    def count_try(self, part: Part, known: int) -> int:
        """Count an attempt at the event at the position; gives the number of attempts, this one included. Raises Fenced
        when the stored position is not `known`."""
        ...

    def forgive(self, part: Part, known: int) -> None:
        """Forget the attempts (the store was away, not the event at fault); nothing when the position has moved."""
        ...

    def caught_up(self, times: Mapping[Part, datetime]) -> None:
        """Note until when each part was seen complete."""
        ...

    def low_mark(self, inputs: Sequence[str]) -> datetime | None:
        """The least `caught_up_at` over the inputs' parts; None when a part was never caught up or none is known."""
        ...


class Cases(Protocol):
    """Cases and what belongs to them."""

    def lock(self, ids: Collection[str]) -> dict[str, CaseRow]:
        """Those that exist, locked in the order of their ids until the transaction ends."""
        ...

    def lock_erased(self, ids: Collection[str]) -> set[str]:
        """Lock those that exist, readable or not, in the order of their ids; gives those whose personal data are
        gone."""
        ...

    def exists(self, case: str) -> bool:
        """Whether there is this case, readable or not."""
        ...

    def clocks(self, ids: Collection[str]) -> list[ClockRow]:
        """The clock rows of these cases."""
        ...

    def lock_due(self, until: datetime, now: datetime, limit: int) -> list[CaseRow]:
        """Cases with a clock's `next_at` at or before `until` and no `retry_at` after `now`, the longest due
        first, locked; those that another holds are passed over."""
        ...

    def due(self, until: datetime, now: datetime, limit: int) -> list[str]:
        """The ids of such cases, neither locked nor read: one of them may be unreadable."""
        ...

    def postpone(self, case: str, until: datetime) -> int:
        """After a case's sweep failed: not before `until` again; gives the number of failures in a row."""
        ...

    def known_events(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """(event id, source) to digest, of those on a timeline."""
        ...

    def of_customers(self, customers: Collection[str]) -> dict[str, list[Sibling]]:
        """Every case of each customer."""
        ...

    def write(self, changes: Changes) -> None:
        """Write all rows; new cases get their numbers."""
        ...


class Transaction(Protocol):
    """One transaction of the store; committed when its `with` block ends, rolled back when it raises."""

    @property
    def offsets(self) -> Offsets:
        """Positions."""
        ...

    @property
    def cases(self) -> Cases:
        """Cases."""
        ...

    @property
    def rulebooks(self) -> Rulebooks:
        """Revisions."""
        ...

    @property
    def switches(self) -> Switches:
        """Operators' switches."""
        ...

    @property
    def letters(self) -> DeadLetters:
        """Dead letters."""
        ...

    @property
    def outputs(self) -> Outputs:
        """Outputs that an operator looks after."""
        ...

    @property
    def erasing(self) -> Erasing:
        """What people wrote goes."""
        ...

    @property
    def old_rows(self) -> OldRows:
        """Rows by their age."""
        ...

    def now(self) -> datetime:
        """The store's time as the service's time (UTC): one clock for all instances."""
        ...

    def audit(self, who: str, what: str, why: str) -> None:
        """Append to the audit table."""
        ...


class Store(Protocol):
    """Where everything is kept."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin. Raises StoreAway from entering, from any statement and from the commit."""
        ...

    def read(self) -> "AbstractContextManager[Reading]":
        """A snapshot for reading verbs and gauges."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...


class Reading(Protocol):
    """Read-only questions of the command line, health and gauges."""

    @property
    def rulebooks(self) -> Rulebooks:
        """Revisions; only its questions are asked here."""
        ...

    @property
    def switches(self) -> Switches:
        """Operators' switches; only its questions are asked here."""
        ...

    @property
    def letters(self) -> DeadLetters:
        """Dead letters; only its questions are asked here, and nothing is locked."""
        ...

    @property
    def outputs(self) -> Outputs:
        """Outputs; only its questions are asked here."""
        ...

    @property
    def audit(self) -> Audit:
        """Who changed what."""
        ...

    @property
    def past(self) -> Past:
        """What reports over everything stored ask."""
        ...

    def ping(self) -> None:
        """Raises StoreAway when the store does not answer."""
        ...

    def listed(self, wanted: Wanted, now: datetime) -> Iterator[CaseRow]:
        """The wanted cases in their order, clocks judged at `now`; read as they are asked for."""
        ...

    def cases(self, *, ids: Collection[str] | None = None) -> Iterator[CaseRow]:
        """Cases in the order of their numbers."""
        ...

    def clocks(self, case_nos: Collection[int]) -> list[ClockRow]:
        """The clock rows of these cases."""
        ...

    def oldest_wait(self, now: datetime) -> float:
        """For how many seconds the longest waiting step is due, 0 for none: one of the gauges, asked for alone."""
        ...

    def has_forgotten_clock(self) -> bool:
        """Whether a running clock has no time at which it is looked at again: there must be none."""
        ...

    def timeline(self, case: str) -> list[TimelineRow]:
        """The rows of one case in order."""
        ...

    def events(self) -> Iterator[TimelineRow]:
        """Every event that still has its data, in the order of time."""
        ...

    def positions(self) -> list[tuple[Part, Position]]:
        """Every stored position."""
        ...

    def recent_messages(self, topic: str, limit: int) -> list[Message]:
        """The newest outputs of a topic, the newest first, sent or not."""
        ...

    def gauges(self, now: datetime, figures: str | None = None) -> list[tuple[str, dict[str, str], float]]:
        """(metric name, labels, value) of what is counted over the whole store: one of
        `monitors.metrics.collectors.FIGURES`, or everything."""
        ...

    def summary(self) -> dict[str, Any]:
        """Counts for the end of a run: cases, events, notices by state, outbox by state, dead letters by reason."""
        ...
