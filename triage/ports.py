"""What the services ask of the outside: sources of events and the store with its one transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec

from monitors.notices.message import Message
from triage.domain.document import Document, HandledStep


class Part(NamedTuple):
    """One ordered piece of a source: a Kafka partition, or a file (partition 0)."""

    input: str
    partition: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One event's bytes as they came. `next_offset`: the position behind it. `line`: from 1, in files only.
    `timestamp`: the broker's, None in files."""

    offset: int
    next_offset: int
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: datetime | None = None
    line: int | None = None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `offsets`. `trying`: the last offset of the batch that an owner died in or failed in, None when
    there is none. `tries`: attempts at the event at `next_offset`."""

    next_offset: int
    trying: int | None = None
    tries: int = 0
    caught_up_at: datetime | None = None


class EventSource(Protocol):
    """Gives records part by part, from the positions that it is told. One thread uses it."""

    @property
    def inputs(self) -> Sequence[str]:
        """The names under which the parts' positions are stored; a prefix `…*` stands for all that begin so."""
        ...

    def open(self) -> None:
        """Connect, join, look. Raises BrokerAway, Unreachable."""
        ...

    def unplaced(self) -> Sequence[tuple[Part, str | None]]:
        """Parts that were given to us and have no position yet, each with its marker (files: sha256 of the first
        line)."""
        ...

    def seek(self, part: Part, next_offset: int | None) -> int | None:
        """Continue the part there; None: at its beginning. Gives the position, None when the part is no longer
        ours. Raises PositionLost."""
        ...

    def poll(self, timeout: float) -> Sequence[tuple[Part, Sequence[Record]]]:
        """Records of placed parts, waiting at most so many seconds. Raises BrokerAway, PositionLost."""
        ...

    def caught_up(self) -> Mapping[Part, datetime]:
        """Placed parts with nothing left to poll, each with the time before that was asked."""
        ...

    def drained(self) -> bool:
        """Whether everything that was there when the source was opened has been polled."""
        ...

    def lag(self) -> Mapping[Part, int]:
        """Records (files: bytes) behind the end, as far as known."""
        ...

    def note_committed(self, part: Part, next_offset: int) -> None:
        """Tell lag dashboards; never the truth. Errors are only counted."""
        ...

    def close(self) -> None:
        """Leave, release."""
        ...


class CaseRow(msgspec.Struct, kw_only=True):
    """A row of `cases`. `no` is 0 until the store has given one. `version` counts the rows of its timeline."""

    no: int = 0
    id: str
    customer: str | None = None
    status: str = "unregistered"
    priority: str | None = None
    department: str | None = None
    owner: str | None = None
    received_at: datetime
    version: int = 0
    document: Document


class TimelineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `timeline`, append-only. `kind`: event | step | command. `event_id`, `source`, `digest` of events
    only. `body`, `decision`: JSON texts."""

    case: str
    seq: int
    kind: str
    type: str
    event_time: datetime
    recorded_at: datetime
    event_id: str | None = None
    source: str | None = None
    digest: str | None = None
    body: str | None = None
    decision: str | None = None


class ClockRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `clocks`: the index over one cycle of a clock. `next_at`: when the sweeper has to look again."""

    case: str
    clock: str
    cycle: int
    state: str
    started_at: datetime
    due_at: datetime | None
    original_due_at: datetime
    ended_at: datetime | None
    breached: bool
    revision: str
    provisional: bool
    next_step: str | None
    next_at: datetime | None


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `dead_letters`. `origin`: topic, partition, offset or file, line as text. `case`: when one is known.
    `copy`: the event reached its case too (faulty data)."""

    id: str
    reason: str
    detail: str
    origin: str
    at: datetime
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    case: str | None = None
    copy: bool = False


class Changes(msgspec.Struct, kw_only=True):
    """All rows that one transaction writes. `gone_clocks`: (case, clock, cycle) whose start never happened.
    `steps`: handled steps by case id, new or newly resolved."""

    cases: dict[str, CaseRow] = msgspec.field(default_factory=dict)
    timeline: list[TimelineRow] = msgspec.field(default_factory=list)
    clocks: dict[tuple[str, str, int], ClockRow] = msgspec.field(default_factory=dict)
    gone_clocks: set[tuple[str, str, int]] = msgspec.field(default_factory=set)
    steps: list[tuple[str, HandledStep]] = msgspec.field(default_factory=list)
    messages: list[Message] = msgspec.field(default_factory=list)
    dead_letters: list[DeadLetter] = msgspec.field(default_factory=list)


class Sibling(NamedTuple):
    """Another case of the same customer."""

    case: str
    received_at: datetime
    is_open: bool


class StoredRulebook(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `rulebooks`. `files`: the rule files' bytes by path."""

    revision: str
    name: str
    files: dict[str, bytes]
    activated_at: datetime | None
    by: str


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

    def mark_trying(self, part: Part, last_offset: int) -> None:
        """Note that a batch up to this offset is being tried."""
        ...

    def count_try(self, part: Part) -> int:
        """Count an attempt at the event at the position; gives the number of attempts, this one included."""
        ...

    def forgive(self, part: Part) -> None:
        """Set the attempts back to none (the store was away, not the event at fault)."""
        ...

    def caught_up(self, times: Mapping[Part, datetime]) -> None:
        """Note until when each part was seen complete."""
        ...

    def low_mark(self, inputs: Sequence[str]) -> datetime | None:
        """The least `caught_up_at` over the inputs' parts; None when a part was never caught up or none is known.
        An input written `prefix*` stands for all that begin so."""
        ...


class Cases(Protocol):
    """Cases and what belongs to them."""

    def lock(self, ids: Collection[str]) -> dict[str, CaseRow]:
        """Those that exist, locked in the order of their ids until the transaction ends."""
        ...

    def lock_due(self, until: datetime, now: datetime, limit: int) -> list[CaseRow]:
        """Cases with a clock's `next_at` at or before `until` and no `retry_at` after `now`, the longest due
        first, locked; those that another holds are passed over."""
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


class Rulebooks(Protocol):
    """Revisions of the rulebook."""

    def active(self) -> StoredRulebook | None:
        """The one active revision."""
        ...

    def active_revision(self) -> str | None:
        """Its name alone: cheap, asked at every batch."""
        ...

    def get(self, revision: str) -> StoredRulebook | None:
        """A stored revision, active or not."""
        ...

    def activate(self, rulebook: StoredRulebook) -> bool:
        """Make it the active one, unless it was active before; True when it became active."""
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

    def free_bytes(self) -> int | None:
        """Free space where the store writes, when that is this machine's disk."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...


class Reading(Protocol):
    """Read-only questions of the command line, health and gauges."""

    def ping(self) -> None:
        """Raises StoreAway when the store does not answer."""
        ...

    def cases(self, *, overdue: bool = False, ids: Collection[str] | None = None) -> Iterator[CaseRow]:
        """Cases in the order of their numbers. `overdue`: with a running clock past its due time now."""
        ...

    def clocks(self, case_nos: Collection[int]) -> list[ClockRow]:
        """The clock rows of these cases."""
        ...

    def timeline(self, case: str) -> list[TimelineRow]:
        """The rows of one case in order."""
        ...

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        """The newest first."""
        ...

    def recent_messages(self, topic: str, limit: int) -> list[Message]:
        """The newest outputs of a topic, the newest first, sent or not."""
        ...

    def gauges(self, now: datetime) -> list[tuple[str, dict[str, str], float]]:
        """(metric name, labels, value) of everything counted over the whole store."""
        ...

    def summary(self) -> dict[str, Any]:
        """Counts for the end of a run: cases, events, notices by state, outbox by state, dead letters by reason."""
        ...
