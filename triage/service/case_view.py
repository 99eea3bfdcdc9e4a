"""Cases as people and tools read them: the shapes of `cases --json` and `case --json`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from monitors.clocks.clock import Clock
from triage.codec.erasing import Eraser
from triage.domain.case import voided_by
from triage.domain.event import Person, is_backdated
from triage.ports import CaseRow, ClockRow, TimelineRow


class ClockLine(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle of a clock. Instants in UTC with `Z`, cut to seconds. `clock`: `policy/id`. `breached`: the whole
    second of `due_at` is past without a stop, seen at `ended_at`, or now while running; `late_by_seconds` from
    `due_at` to that moment, null when not breached."""

    clock: str
    cycle: int
    state: str
    breached: bool
    late_by_seconds: int | None
    started_at: str
    due_at: str | None
    original_due_at: str
    due_at_if_resumed_now: str | None
    ended_at: str | None
    provisional: bool

    @property
    def is_overdue(self) -> bool:
        """Whether the clock runs past its due time."""
        return self.state == "running" and self.breached

    @property
    def in_words(self) -> str:
        """The state as people say it: met, met late, overdue, running …"""
        if self.state == "stopped":
            return "met late" if self.breached else "met"
        return "overdue" if self.is_overdue else self.state


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One case as `triage cases --json` prints it."""

    case: str
    status: str
    priority: str | None
    department: str | None
    team: str | None
    handler: str | None
    owner: Person | None
    tags: tuple[str, ...]
    received_at: str
    fallback: bool
    clocks: tuple[ClockLine, ...]

    @property
    def is_overdue(self) -> bool:
        """Whether one of its clocks is overdue."""
        return any(clock.is_overdue for clock in self.clocks)


class TimelineLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a case's timeline; `decision` is what the rules said when the outcome changed. `voided`: an event that
    counts as never happened. `backdated`: a reply recorded more than 24 hours after its own time. `body`: of an event
    without personal data, unless they were asked for."""

    seq: int
    kind: str
    type: str
    time: str
    recorded_at: str
    event_id: str | None
    source: str | None
    voided: bool
    backdated: bool
    body: Any
    decision: Any


def case_line(row: CaseRow, clocks: Iterable[ClockLine]) -> CaseLine:
    """One case with its clocks."""
    return CaseLine(**case_view(row, clocks))


def case_view(row: CaseRow, clocks: Iterable[ClockLine]) -> dict[str, Any]:
    """The fields of a `CaseLine`."""
    outcome = row.document.outcome
    return {
        "case": row.id,
        "status": row.status,
        "priority": row.priority,
        "department": row.department,
        "team": outcome.team if outcome else None,
        "handler": outcome.handler if outcome else None,
        "owner": outcome.owner if outcome else None,
        "tags": outcome.tags if outcome else (),
        "received_at": instant(row.received_at),
        "fallback": outcome.fallback if outcome else True,
        "clocks": tuple(sorted(clocks, key=lambda one: (one.clock, one.cycle))),
    }


def planned_line(clock: Clock) -> ClockLine:
    """One clock as it was planned for an instant."""
    return ClockLine(
        clock=clock.name,
        cycle=clock.cycle,
        state=clock.state.value,
        breached=clock.breached,
        late_by_seconds=clock.late_by_seconds,
        started_at=instant(clock.started_at),
        due_at=instant_or_none(clock.due_at),
        original_due_at=instant(clock.original_due_at),
        due_at_if_resumed_now=instant_or_none(clock.due_at_if_resumed_now),
        ended_at=instant_or_none(clock.ended_at),
        provisional=clock.provisional,
    )


def stored_line(clock: ClockRow, now: datetime) -> ClockLine:
    """One clock as it is stored: a running one is judged at `now`, an ended one at its end. What a paused one would be
    due at is not stored."""
    late = _late_by(clock, now)
    return ClockLine(
        clock=clock.clock,
        cycle=clock.cycle,
        state=clock.state,
        breached=late is not None,
        late_by_seconds=late,
        started_at=instant(clock.started_at),
        due_at=instant_or_none(clock.due_at),
        original_due_at=instant(clock.original_due_at),
        due_at_if_resumed_now=None,
        ended_at=instant_or_none(clock.ended_at),
        provisional=clock.provisional,
    )


def _late_by(clock: ClockRow, now: datetime) -> int | None:
    """Seconds from the due time to the clock's end, or to `now` while it runs, and at least those before a late
    extension; None when it is not breached."""
    late = 0
    if clock.due_at is not None:
        late = int(((clock.ended_at or now).replace(microsecond=0) - clock.due_at).total_seconds())
    if clock.late_before is not None:
        return max(late, clock.late_before)
    if clock.ended_at is not None:
        return max(late, 0) if clock.breached else None
    return late if late > 0 else None


def timeline_lines(case: CaseRow, rows: Iterable[TimelineRow], eraser: Eraser | None) -> Iterator[TimelineLine]:
    """The timeline of a case. `eraser`: takes the personal data out; None: they were asked for."""
    voided = voided_by(case.document.events)
    for row in rows:
        yield TimelineLine(
            seq=row.seq,
            kind=row.kind,
            type=row.type,
            time=instant(row.event_time),
            recorded_at=instant(row.recorded_at),
            event_id=row.event_id,
            source=row.source,
            voided=(row.source, row.event_id) in voided,
            backdated=is_backdated(row.type, row.event_time, row.recorded_at),
            body=_body(row, eraser),
            decision=msgspec.json.decode(row.decision) if row.decision else None,
        )


def _body(row: TimelineRow, eraser: Eraser | None) -> Any:
    body = msgspec.json.decode(row.body) if row.body else None
    if eraser is not None and row.kind == "event" and isinstance(body, dict):
        body["data"] = eraser.data(row.type, body.get("data"))
    return body


def instant(at: datetime) -> str:
    """UTC with `Z`, cut to seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_or_none(at: datetime | None) -> str | None:
    """The same; None for none."""
    return None if at is None else instant(at)
