"""The case document: everything that fold, clocks and decision of one case need, in one row of the store."""

from datetime import datetime
from typing import Any

import msgspec

from triage.domain.decision import Outcome
from triage.domain.event import Event, Person

StepKey = tuple[str, int, str, datetime, int]
"""Clock, cycle, step, due time, how often it was taken back."""


class ToldNotice(msgspec.Struct, frozen=True, array_like=True):
    """What the notice of a step said beside the step itself, for those who have to hear that it is no longer true.
    `revision`, `source`: of the policy. `to`: role, id and name of each person. The rest as in the notice."""

    revision: str
    source: dict[str, str]
    due_at: datetime | None
    late_by_seconds: int
    to: tuple[tuple[str, str, str], ...]
    priority: str
    department: str
    owner: Person
    provisional: bool
    late_attach: bool
    lagging: bool


class HandledStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a clock that was handled: `state` is fired, superseded, muted or historic.

    Key: clock, cycle, step, due_at and `again`, which counts how often it was taken back before: what is true again is
    told again. `resolved`: why the step no longer stands (met, moved, late_evidence, cancelled, voided), None while it
    does. `told`: of a fired one that stands.
    """

    clock: str
    cycle: int
    step: str
    due_at: datetime
    state: str
    at: datetime
    again: int = 0
    resolved: str | None = None
    told: ToldNotice | None = None

    @property
    def key(self) -> StepKey:
        """What is unique about it."""
        return (self.clock, self.cycle, self.step, self.due_at, self.again)

    @property
    def effect(self) -> tuple[Any, ...]:
        """What is unique about what is told of it; the first telling has no number."""
        return self.key if self.again else self.key[:-1]


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A policy of a case. `revision`: the rulebook's at the attachment. `at`: the time of the event or step that
    caused it (UTC); `detached_at`: of the one by which it applied no more, when its policy says that its clocks end
    then."""

    revision: str
    at: datetime
    detached_at: datetime | None = None


class GivenPriority(msgspec.Struct, frozen=True, array_like=True):
    """The priority that a decision gave. `at`: the time of its event or step (UTC)."""

    at: datetime
    priority: str


class AnnouncedClock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What other systems were last told of one cycle of a clock; `state` as in `monitors.clocks`. `breached`: of ended
    cycles. `answered_at`: as there."""

    cycle: int
    state: str
    due_at: datetime | None
    ended_at: datetime | None = None
    answered_at: datetime | None = None
    breached: bool = False


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The stored form of a case.

    `events`: compact, in order, voided ones too. `opened_at`: the receipt of a case without readable events.
    `attached`: by policy id. `priorities`: oldest first. `pins`: clock name to the revision that it holds since it
    started; `calendars`: to the one whose calendar it counts by, when a later one knew more. `clocks`: clock name to
    what was announced of its cycles. `refused`: extensions and pauses that were told as refused, by kind, source, id
    and clock. `seen_until`: where the clocks were last judged. `steps`: the handled ones. `outcome`: the last
    published one. `revision`: the rulebook's that gave the department. `sequences`: topic to the last number given.
    `closed_at`, `missing`: what was last announced of a closing. `shadow`: the rules and policies in shadow that were
    last recorded.
    """

    events: tuple[Event, ...] = ()
    opened_at: datetime | None = None
    attached: dict[str, Attachment] = {}
    priorities: tuple[GivenPriority, ...] = ()
    pins: dict[str, str] = {}
    calendars: dict[str, str] = {}
    clocks: dict[str, tuple[AnnouncedClock, ...]] = {}
    refused: tuple[tuple[str, str, str, str], ...] = ()
    seen_until: datetime | None = None
    steps: tuple[HandledStep, ...] = ()
    outcome: Outcome | None = None
    revision: str | None = None
    sequences: dict[str, int] = {}
    closed_at: datetime | None = None
    missing: tuple[str, ...] | None = None
    shadow: tuple[str, ...] = ()
