"""The rows of the store, and the places in a source."""

from datetime import datetime, timedelta
from typing import NamedTuple

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


class CaseRow(msgspec.Struct, kw_only=True):
    """A row of `cases`. `no` is 0 until the store has given one. `version` counts the rows of its timeline.
    `erased_at`: since when its personal data are gone; what comes later is stored without, and no rule runs again."""

    no: int = 0
    id: str
    customer: str | None = None
    status: str = "unregistered"
    priority: str | None = None
    department: str | None = None
    owner: str | None = None
    received_at: datetime
    version: int = 0
    erased_at: datetime | None = None
    document: Document


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a listing is of; empty: all. `owners`: their ids. `overdue`: with a clock against us past its due
    time. `due_within`: with one that is due from now until then; with both, either will do. `by_due`: the earliest
    deadline first, cases without one last; so are those listed by due times; else the oldest case first. `skip`: so
    many are passed over; `limit`: so many are shown, None for all."""

    departments: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    is_open: bool = False
    overdue: bool = False
    due_within: timedelta | None = None
    by_due: bool = False
    skip: int = 0
    limit: int | None = None


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
    """A row of `clocks`: the index over one cycle of a clock. `late_before`: seconds
    from a missed due time to the late extension that moved it. `next_at`: when the sweeper has to look again."""

    case: str
    clock: str
    cycle: int
    state: str
    started_at: datetime
    due_at: datetime | None
    original_due_at: datetime
    ended_at: datetime | None
    breached: bool
    late_before: int | None = None
    against_us: bool = True
    revision: str
    provisional: bool
    next_step: str | None
    next_at: datetime | None


class Redriven(NamedTuple):
    """That a dead letter was judged anew, and what became of it then: applied | duplicate."""

    at: datetime
    who: str
    became: str


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `dead_letters`. `origin`: topic, partition, offset or file, line as text. `case`: when one is known.
    `copy`: the event reached its case too (faulty data). `redriven`: None until an operator did it."""

    id: str
    reason: str
    detail: str
    origin: str
    at: datetime
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    case: str | None = None
    copy: bool = False
    redriven: Redriven | None = None


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


class Mute(NamedTuple):
    """Notices that an operator does not want for a while. `scope`: case | department | policy; `value`: which."""

    scope: str
    value: str
    until: datetime


class Sibling(NamedTuple):
    """Another case of the same customer."""

    case: str
    received_at: datetime
    is_open: bool


class StoredRulebook(msgspec.Struct, frozen=True, kw_only=True):
    """A revision of the rulebook as it was proposed. `files`: the rule files' bytes by path."""

    revision: str
    name: str
    files: dict[str, bytes]


class RulebookChange(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `rulebook_changes`, append-only: what became of a revision, when, by whose word, and why. `what`: one of
    STATE_AFTER, or `shadow_on`, `shadow_off`. `name`: the rulebook's; `no` is 0 until the store has given one."""

    no: int = 0
    revision: str
    name: str = ""
    what: str
    at: datetime
    who: str
    why: str


ACTIVE, PROPOSED, RETIRED, REJECTED, SUPERSEDED, DRAFT = (
    "active", "proposed", "retired", "rejected", "superseded", "draft",
)  # fmt: skip
STATE_AFTER = {
    "proposed": PROPOSED,
    "activated": ACTIVE,
    "approved": ACTIVE,
    "rolled_back": ACTIVE,
    "retired": RETIRED,
    "rejected": REJECTED,
    "superseded": SUPERSEDED,
}
"""What happened to a revision, and the state in which that leaves it. `draft`: stored, and nobody has proposed it."""


class ShadowRun(NamedTuple):
    """A whole revision that is compared with the live one. `no`: of the change that began it; each begins to count
    anew."""

    no: int
    revision: str


class Running(NamedTuple):
    """What a batch works by: the active revision, and the one that runs in its shadow."""

    active: str | None
    shadow: ShadowRun | None = None


class ShadowTally(NamedTuple):
    """What one instance has counted in one run of a shadow, against one live revision. `tally`: JSON text."""

    run: int
    against: str
    instance: str
    tally: str
