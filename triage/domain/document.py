"""The case document: everything that fold, clocks and decision of one case need, in one row of the store."""

from datetime import datetime

import msgspec

from triage.domain.decision import Outcome
from triage.domain.event import Event


class HandledStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a clock that was handled: `state` is fired, superseded, muted or historic.

    Key: clock, cycle, step, due_at. `resolved`: why the step no longer stands (met, moved, late_evidence,
    cancelled, voided), None while it does.
    """

    clock: str
    cycle: int
    step: str
    due_at: datetime
    state: str
    at: datetime
    resolved: str | None = None

    @property
    def key(self) -> tuple[str, int, str, datetime]:
        """What is unique about it."""
        return (self.clock, self.cycle, self.step, self.due_at)


class Attachment(msgspec.Struct, frozen=True):
    """A policy of a case. `revision`: the rulebook's at the attachment. `at`: the time of the event or step that
    caused it (UTC)."""

    revision: str
    at: datetime


class AnnouncedClock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What other systems were last told of one cycle of a clock; `state` as in `monitors.clocks`."""

    cycle: int
    state: str
    due_at: datetime | None
    breached: bool = False


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The stored form of a case.

    `events`: compact, in order, voided ones too. `opened_at`: the receipt of a case without readable events.
    `attached`: by policy id. `pins`: clock name to the revision that it holds since it started. `clocks`: clock
    name to what was announced of its last cycle. `steps`: the handled ones. `outcome`: the last published one.
    `revision`: the rulebook's that gave the department. `sequences`: topic to the last number given.
    `closed_at`, `missing`: what was last announced of a closing.
    """

    events: tuple[Event, ...] = ()
    opened_at: datetime | None = None
    attached: dict[str, Attachment] = {}
    pins: dict[str, str] = {}
    clocks: dict[str, AnnouncedClock] = {}
    steps: tuple[HandledStep, ...] = ()
    outcome: Outcome | None = None
    revision: str | None = None
    sequences: dict[str, int] = {}
    closed_at: datetime | None = None
    missing: tuple[str, ...] | None = None
