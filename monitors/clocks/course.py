"""The way of one cycle from its start to its due time, and the cycle as others see it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Clock, ClockState, Step
from monitors.clocks.counting import Due, due_time
from monitors.clocks.pauses import Pauses, closed_at
from monitors.clocks.policy import (
    Against,
    AnyLimit,
    ByPriority,
    ClockPolicy,
    Counting,
    EarlierOf,
    LaterOf,
    Limit,
)
from monitors.clocks.steps import Course, reminder_of, rung_again, steps_of

WAYS_KEPT = 8192


class Move(msgspec.Struct, frozen=True):
    """A granted extension. `to`: the new limit from the start; `add`: counted from the due time in force or, with
    `granted_at`, from there."""

    to: AnyLimit | None
    add: Limit | None
    granted_at: datetime | None


class Way(msgspec.Struct, frozen=True):
    """A cycle's start, pauses and due time; `due` None while it stands. `priority`: None when no limit asks for it."""

    start: datetime
    calendar: Calendar
    pauses: Pauses
    moves: tuple[Move, ...]
    priority: str | None
    due: Due | None


def way_of(
    clock: ClockPolicy,
    calendar: Calendar,
    start: datetime,
    pauses: Pauses,
    moves: tuple[Move, ...],
    priority: str | None,
) -> Way:
    """The way under these pauses, extensions and this priority."""
    return _way_of(clock, calendar, start, pauses, moves, priority if asks_priority(clock) else None)


@lru_cache(maxsize=WAYS_KEPT)
def _way_of(
    clock: ClockPolicy,
    calendar: Calendar,
    start: datetime,
    pauses: Pauses,
    moves: tuple[Move, ...],
    priority: str | None,
) -> Way:
    def counted(limit: AnyLimit, begin: datetime, counting: Counting = clock.counting) -> Due | None:
        return due_time(limit, begin, calendar, counting, pauses, priority)

    due = counted(clock.limit, start)
    for move in moves:
        if due is None:
            break
        if move.to is not None:
            due = _later(due, counted(move.to, start))
        elif move.add is not None and move.granted_at is not None:
            due = _later(due, counted(move.add, move.granted_at))
        elif move.add is not None:
            due = counted(move.add, due.at, msgspec.structs.replace(clock.counting, start_day=False))
    return Way(start, calendar, pauses, moves, priority, due)


def _later(one: Due, other: Due | None) -> Due | None:
    """The longest extension counts; one that stands has no due time yet and is later than any."""
    return None if other is None else max(one, other, key=lambda due: due.at)


@lru_cache(maxsize=WAYS_KEPT)
def asks_priority(clock: ClockPolicy) -> bool:
    """Whether the clock's limit depends on the case's priority."""
    return _is_by_priority(clock.limit)


def _is_by_priority(limit: AnyLimit) -> bool:
    match limit:
        case ByPriority():
            return True
        case LaterOf() | EarlierOf():
            return any(_is_by_priority(one) for one in limit.limits)
        case _:
            return False


def finished(
    clock: ClockPolicy,
    way: Way,
    at: datetime,
    state: ClockState | None,
    *,
    late: tuple[datetime, datetime] | None,
    original: Due | None,
    standing: Mapping[str, datetime],
    **names: Any,
) -> Clock:
    """The cycle at an instant. `state`: how it ended there, None while it runs. `late`: the due time that a late
    extension moved, and the grant. `standing`: reasons of open pauses and since when it stands for them."""
    due, resumed = way.due, None
    if due is None:  # it stands: what would be due if it were resumed at the instant
        resumed_pauses = closed_at(way.pauses, max(at, way.pauses[-1].begin))
        resumed = way_of(clock, way.calendar, way.start, resumed_pauses, way.moves, way.priority).due
        assert resumed is not None, "without an open pause every limit has a due time"
    late_by = _late_by(due, at, late) if state is not ClockState.MISSED else 0
    assert original is not None, "without a pause every limit has a due time"
    shown = due or resumed or original
    return Clock(
        state=state or (ClockState.PAUSED if due is None else ClockState.RUNNING),
        started_at=way.start,
        due_at=due.at if due else None,
        due_at_if_resumed_now=resumed.at if resumed else None,
        original_due_at=original.at,
        ended_at=None if state is None else at,
        breached=late_by is not None,
        late_by_seconds=late_by,
        late_before=None if late is None else int((late[1] - late[0]).total_seconds()),
        provisional=shown.provisional,
        unit=shown.unit,
        counted=shown.counted,
        pauses=way.pauses,
        steps=_Steps(clock, way, at, standing),
        **names,
    )


class _Steps(Sequence[Step]):
    """Every step of a cycle, worked out when somebody asks: of those that are over hardly anybody does."""

    __slots__ = ("_given", "_made")

    def __init__(self, clock: ClockPolicy, way: Way, at: datetime, standing: Mapping[str, datetime]) -> None:
        self._given = (clock, way, at, standing)
        self._made: tuple[Step, ...] | None = None

    def _all(self) -> tuple[Step, ...]:
        if self._made is None:
            self._made = _steps(*self._given)
        return self._made

    def __getitem__(self, place: Any) -> Any:
        return self._all()[place]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Step]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    __hash__ = None  # type: ignore[assignment] # as of a list: it is compared, never looked up

    def __repr__(self) -> str:
        return repr(self._all())


def _late_by(due: Due | None, at: datetime, late: tuple[datetime, datetime] | None) -> int | None:
    """Seconds past the due time; with a late extension at least those from the missed due time to the grant."""
    past = int((at - due.at).total_seconds()) if due is not None else 0
    if late is not None:
        missed, granted = late
        return max(int((granted - missed).total_seconds()), past)
    return past if past > 0 else None


def _steps(clock: ClockPolicy, way: Way, at: datetime, standing: Mapping[str, datetime]) -> tuple[Step, ...]:
    """Clocks against others than us have none; one that stands has none but its reminders."""
    if clock.against is not Against.US:
        return ()
    if way.due is None:
        rules = [rule for rule in clock.pauses if rule.reason in standing]
        made = [reminder_of(clock, rule, standing[rule.reason], way.calendar) for rule in rules]
        return tuple(sorted((step for step in made if step is not None), key=lambda step: step.at))
    course = Course(way.start, way.due.at, way.due.unit, way.pauses, way.calendar)
    planned = _planned(clock, course)
    if _rings_again(clock):
        planned = tuple(sorted([*planned, *rung_again(clock, course, at)], key=lambda step: step.at))
    return planned


@lru_cache(maxsize=WAYS_KEPT)
def _rings_again(clock: ClockPolicy) -> bool:
    return any(escalation.every is not None for escalation in clock.escalations)


@lru_cache(maxsize=WAYS_KEPT)
def _planned(clock: ClockPolicy, course: Course) -> tuple[Step, ...]:
    return steps_of(clock, course)
