"""What a clock is at an instant: state, due time, and the steps that it has."""

import enum
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from monitors.clocks.pauses import NO_PAUSES, Pauses
from monitors.clocks.policy import Unit


class ClockState(enum.StrEnum):
    """The state of one cycle of a clock."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    MISSED = "missed"
    ENDED = "ended"
    CANCELLED = "cancelled"
    RESTARTED = "restarted"
    MERGED = "merged"
    DETACHED = "detached"


OPEN_STATES = frozenset({ClockState.RUNNING, ClockState.PAUSED})


class StepKind(enum.StrEnum):
    """What a step announces. A reminder: the clock has been standing for long."""

    WARNING = "warning"
    BREACH = "breach"
    ESCALATION = "escalation"
    REMINDER = "reminder"


class Step(msgspec.Struct, frozen=True):
    """One planned step. `name`: the policy file's text. `at`: the first instant at which it may fire (UTC).

    `to`: roles that hear of it. `about`: the due time that it speaks of; of a reminder the beginning of the pause.
    """

    name: str
    kind: StepKind
    at: datetime
    to: tuple[str, ...]
    about: datetime


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle of one clock of a case, as it stands at the instant it was planned for. Instants are UTC.

    `name`: `policy/clock`. `due_at` is cut to seconds, None while paused; `due_at_if_resumed_now` is there only then.
    `original_due_at`: as computed when the cycle started, before any pause, extension or change of priority.
    `breached`: the whole second of `due_at` is past without a stop, seen at `ended_at`, or at now while running; it
    stays so when a late extension was accepted. `late_by_seconds`: from `due_at` to that moment, None when not
    breached, 0 for a missed cycle. `late_before`: seconds from a due time that was missed to the late extension that
    moved it. `provisional`: the count looked at dates outside the calendar's known years.
    `pauses`: those that the count left out; `unit`: of the limit that decided; `counted`: its last counted
    date. `began`: what started the cycle, in the
    words of `deadline_set`. `answered_at`: of a missed cycle, when its silence was broken; its escalations go on until
    then.
    `steps`: every step of the cycle in firing order (by time, at equal times in the file's order), whether past or
    ahead; of those that are rung again and again, the ones up to now and the next.
    """

    name: str
    cycle: int
    state: ClockState
    began: str
    started_at: datetime
    due_at: datetime | None
    due_at_if_resumed_now: datetime | None = None
    original_due_at: datetime
    ended_at: datetime | None
    answered_at: datetime | None = None
    breached: bool
    late_by_seconds: int | None
    late_before: int | None = None
    provisional: bool
    pauses: Pauses = NO_PAUSES
    unit: Unit = Unit.CALENDAR_DAYS
    counted: date
    steps: Sequence[Step]

    @property
    def is_open(self) -> bool:
        """Whether the cycle can still be breached or met."""
        return self.state in OPEN_STATES

    @property
    def can_fire(self) -> bool:
        """Whether steps of it may still fire: it is open, or it was missed and nobody has answered yet."""
        return self.is_open or (self.state is ClockState.MISSED and self.answered_at is None)


class Refusal(msgspec.Struct, frozen=True):
    """An extension or a pause that counted for nothing. `kind`: extension | pause. `event`: (source, id). `clock`: its
    full name, or as the event wrote it when it means none or several. `missing`: reason, complainant_informed,
    complainant_agreed, approver, to, clock. `late_by_seconds`: how long the due time had passed, None when it had
    not."""

    kind: str
    event: tuple[str, str]
    at: datetime
    clock: str | None
    to: str | None
    missing: tuple[str, ...]
    late_by_seconds: int | None = None
