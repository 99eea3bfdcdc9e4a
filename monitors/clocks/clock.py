"""What a clock is at an instant: state, due time, and the steps that it has."""

import enum
from datetime import datetime

import msgspec


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
    """What a step announces."""

    WARNING = "warning"
    BREACH = "breach"
    ESCALATION = "escalation"


class Step(msgspec.Struct, frozen=True):
    """One planned step. `name`: the policy file's text. `at`: the first instant at which it may fire (UTC).

    `to`: roles that hear of it.
    """

    name: str
    kind: StepKind
    at: datetime
    to: tuple[str, ...]


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle of one clock of a case, as it stands at the instant it was planned for. Instants are UTC.

    `name`: `policy/clock`. `due_at` is cut to seconds. `breached`: the whole second of `due_at` is past without
    a stop, seen at `ended_at`, or at now while running. `late_by_seconds`: from `due_at` to that moment, None
    when not breached. `provisional`: the count looked at dates outside the calendar's known years. `steps`: every
    step of the cycle in firing order (by time, at equal times in the file's order), whether past or ahead.
    """

    name: str
    cycle: int
    state: ClockState
    started_at: datetime
    due_at: datetime | None
    original_due_at: datetime
    ended_at: datetime | None
    breached: bool
    late_by_seconds: int | None
    provisional: bool
    steps: tuple[Step, ...]

    @property
    def is_open(self) -> bool:
        """Whether the cycle can still be breached or met."""
        return self.state in OPEN_STATES
