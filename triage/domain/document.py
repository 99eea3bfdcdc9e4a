"""The case document: everything that fold, clocks and decision of one case need, in one row of the store."""

from datetime import datetime

import msgspec

from triage.domain.decision import Outcome
from triage.domain.event import Event


class HandledStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a clock that ended: its notice was fired, or it was superseded, muted or historic.

    Key: clock, cycle, step, due_at. `resolved`: why a sent notice is no longer true (met, moved, late_evidence,
    cancelled, voided), None while it is.
    """

    clock: str
    cycle: int
    step: str
    due_at: datetime
    state: str
    at: datetime
    resolved: str | None = None


class AnnouncedClock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What other systems were last told of one cycle of a clock; `state` as in `monitors.clocks`."""

    cycle: int
    state: str
    started_at: datetime
    due_at: datetime | None
    breached: bool = False


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The stored form of a case.

    `events`: compact, in order, voided ones too. `opened_at`: the receipt of a case without readable events.
    `attached`: policy id to the revision that attached it. `pins`: clock name to the revision that it holds since
    it started. `clocks`: clock name to what was announced of its last cycle. `steps`: handled ones. `outcome`: the
    last published one, given by `revision`. `sequences`: topic to the last number given. `closed_at`, `missing`: what
    was last announced of a closing.
    """

    events: tuple[Event, ...] = ()
    opened_at: datetime | None = None
    attached: dict[str, str] = {}
    pins: dict[str, str] = {}
    clocks: dict[str, AnnouncedClock] = {}
    steps: tuple[HandledStep, ...] = ()
    outcome: Outcome | None = None
    revision: str | None = None
    sequences: dict[str, int] = {}
    closed_at: datetime | None = None
    missing: tuple[str, ...] | None = None
