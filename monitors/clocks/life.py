"""The life of one clock: its cycles, told from what it hears, in order."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Clock, ClockState, Refusal
from monitors.clocks.counting import Due
from monitors.clocks.course import Move, Way, asks_priority, finished, way_of
from monitors.clocks.cycle import Cycle, OpenPauses
from monitors.clocks.happenings import Happening, Kind, Moment, starts_at_reopening
from monitors.clocks.local_time import SECOND
from monitors.clocks.pauses import Pause, Pauses
from monitors.clocks.policy import ClockPolicy, Extension, Need, OnReopen, Reached
from monitors.clocks.words import missing_needs, same_limit
from triage.domain import event as ev
from triage.domain.event import Event

PriorityAt = Callable[[datetime], str | None]
"""The priority of the case at an instant."""


class History(msgspec.Struct, frozen=True):
    """What became of a clock: its cycles, oldest first, what it came to when, and which words counted for nothing."""

    cycles: tuple[Clock, ...] = ()
    moments: tuple[Moment, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Life:
    """One clock's life; `heard` is taken in, then `history` told at an instant."""

    def __init__(self, name: str, clock: ClockPolicy, calendar: Calendar, priority_at: PriorityAt) -> None:
        self._name, self._clock, self._calendar, self._priority_at = name, clock, calendar, priority_at
        self._asks_priority = asks_priority(clock)
        self._cycle: Cycle | None = None
        self._is_running = self._is_over = self._is_merged = self._is_detached = self._ended_overdue = False
        self._next_began = "started"
        self._open = OpenPauses()
        self._ended: list[Clock] = []
        self._moments: list[Moment] = []
        self._refusals: list[Refusal] = []

    def hear(self, heard: Sequence[Happening]) -> None:
        """Take in what happened, in order."""
        for one in heard:
            self._pass_until(one.at)
            _TAKE[one.kind](self, one)

    def history(self, now: datetime) -> History:
        """The whole life, a running cycle judged at `now` (whole seconds)."""
        self._pass_until(now)
        self._pass_until(now, by=now)
        cycles = list(self._ended)
        if self._cycle is not None and self._is_running:
            cycles.append(self._tell(self._cycle, now, None))
        return History(tuple(cycles), tuple(self._moments), tuple(self._refusals))

    # --- starting and ending

    def _start(self, happening: Happening) -> None:
        if not (self._is_running or self._is_over or self._is_merged):
            self._begin(happening.at, self._next_began)

    def _begin(self, at: datetime, began: str) -> None:
        number = self._cycle.number + 1 if self._cycle else 1
        self._cycle, self._is_running, self._is_over = Cycle(number, at, began), True, False

    def _end(self, at: datetime, state: ClockState) -> None:
        assert self._cycle is not None, "only what runs can end"
        ended = self._tell(self._cycle, at, state)
        self._ended_overdue = ended.due_at is not None and ended.due_at < at
        if ended.due_at is not None and self._ended_overdue:
            self._note_breach(self._cycle, ended.due_at)
        self._answer(at)
        self._ended.append(ended)
        self._is_running, self._is_over = False, True

    def _answer(self, at: datetime) -> None:
        """The silence behind missed cycles is over."""
        for number, clock in reversed(list(enumerate(self._ended))):
            if clock.state is not ClockState.MISSED or clock.answered_at is not None:
                break
            self._ended[number] = msgspec.structs.replace(clock, answered_at=at)

    def _note_stop(self, at: datetime) -> None:
        self._moments.append(Moment(at, Reached.STOPPED))
        due_at = self._ended[-1].due_at
        if due_at is not None and at <= due_at:
            self._moments.append(Moment(at, Reached.MET))

    def _end_for_good(self, at: datetime, state: ClockState) -> None:
        self._end(at, state)
        self._moments.append(Moment(at, Reached.ENDED))

    def _stop(self, happening: Happening) -> None:
        if self._is_running:
            self._end_for_good(happening.at, ClockState.ENDED if self._clock.recurring else ClockState.STOPPED)
            self._note_stop(happening.at)

    def _cancel(self, happening: Happening) -> None:
        if self._is_running:
            self._end_for_good(happening.at, ClockState.ENDED if self._clock.recurring else ClockState.CANCELLED)

    def _merge(self, happening: Happening) -> None:
        self._is_merged = True
        if self._is_running:
            self._end_for_good(happening.at, ClockState.MERGED)

    def _detach(self, happening: Happening) -> None:
        self._is_detached = self._is_over = True
        if self._is_running:
            self._end_for_good(happening.at, ClockState.DETACHED)

    def _reset(self, happening: Happening) -> None:
        """One in the start's own second changes nothing: the due time is the same."""
        if self._is_running and self._cycle is not None and happening.at > self._cycle.start:
            self._end(happening.at, ClockState.STOPPED)
            self._note_stop(happening.at)
            self._begin(happening.at, "started")

    def _restart(self, happening: Happening) -> None:
        if self._is_running and self._cycle is not None and happening.at > self._cycle.start:
            self._end(happening.at, ClockState.RESTARTED)
            self._begin(happening.at, "restarted")

    def _reopen(self, happening: Happening) -> None:
        self._is_merged = False
        if self._is_running or self._is_detached or self._cycle is None:
            return
        match self._clock.on_reopen:
            case OnReopen.RESUME:
                self._resume_cycle(self._cycle, happening.at)
            case OnReopen.RESTART:
                self._is_over, self._next_began = False, "reopened"
                if starts_at_reopening(self._clock):
                    self._begin(happening.at, "reopened")
            case OnReopen.NONE:
                pass

    def _resume_cycle(self, cycle: Cycle, at: datetime) -> None:
        """The same cycle goes on; from its end to the reopening it stood, unless it was overdue by then."""
        ended = self._ended.pop()
        assert ended.ended_at is not None, "what ended has an end"
        assert ended.due_at is not None, "what ended has a due time"
        if ended.ended_at <= ended.due_at:
            cycle.pauses.append(Pause(ended.ended_at, at))
        cycle.began = "reopened"
        self._is_running, self._is_over = True, False

    # --- time that passes

    def _pass_until(self, at: datetime, by: datetime | None = None) -> None:
        """Due times before the instant have passed: a recurring cycle is missed, others are noted as breached. `by`: at
        which instant's priority; None: the one until then."""
        while self._is_running and self._cycle is not None:
            way = self._way(self._cycle, by or at - SECOND, is_over=False)
            due = way.due
            if due is None or at <= due.at:
                return
            self._note_breach(self._cycle, due.at)
            if not self._clock.recurring:
                return
            self._ended.append(self._told(self._cycle, way, due.at, ClockState.MISSED))
            self._follow(self._cycle, due.at)

    def _follow(self, missed: Cycle, due_at: datetime) -> None:
        """The next cycle starts at the missed due time, which a change of priority may have put into the past: what of
        the pauses lies behind it is the next one's. The loader refuses cycles without length; a second more keeps an
        old revision from standing still."""
        begin = max(due_at, missed.start + SECOND)
        self._begin(begin, "started")
        assert self._cycle is not None, "it has just begun"
        self._cycle.pauses = [
            Pause(max(one.begin, begin), one.end) for one in missed.pauses if one.end is None or one.end > begin
        ]

    def _note_breach(self, cycle: Cycle, due_at: datetime) -> None:
        if cycle.noted_due != due_at:
            cycle.noted_due = due_at
            self._moments.append(Moment(due_at + SECOND, Reached.BREACHED))

    def _look(self, happening: Happening) -> None:
        """A change of priority may put the due time into the past."""
        self._pass_until(happening.at, by=happening.at)

    def _way(self, cycle: Cycle, at: datetime, *, is_over: bool) -> Way:
        """`is_over`: the cycle ends at the instant, and with it the pauses that are open."""
        pauses = self._open.of(cycle, at if is_over else None)
        return self._way_under(cycle, pauses, cycle.moves, at)

    def _way_under(self, cycle: Cycle, pauses: Pauses, moves: tuple[Move, ...], at: datetime) -> Way:
        if pauses or moves or self._asks_priority:
            return way_of(self._clock, self._calendar, cycle.start, pauses, moves, self._priority_at(at))
        if cycle.plain is None:
            cycle.plain = way_of(self._clock, self._calendar, cycle.start, (), (), None)
        return cycle.plain

    def _due(self, cycle: Cycle, at: datetime) -> Due | None:
        return self._way(cycle, at, is_over=False).due

    def _tell(self, cycle: Cycle, at: datetime, state: ClockState | None) -> Clock:
        """The cycle as it stands at an instant; `state`: None while it runs."""
        return self._told(cycle, self._way(cycle, at, is_over=state is not None), at, state)

    def _told(self, cycle: Cycle, way: Way, at: datetime, state: ClockState | None) -> Clock:
        return finished(
            self._clock, way, at, state,
            name=self._name, cycle=cycle.number, began=cycle.began, late=cycle.late,
            original=self._way_under(cycle, (), (), cycle.start).due,
            standing={} if state else self._open.since(cycle),
        )  # fmt: skip

    # --- words: pauses, resumptions, extensions

    def _word(self, happening: Happening) -> None:
        event = happening.event
        assert event is not None, "every word is an event's"
        if event.type == ev.PAUSED:
            self._pause(happening.at, event)
        elif event.type == ev.RESUMED:
            self._open.end(event.data.get("reason"), happening.at, self._cycle)
        else:
            self._extend(happening.at, event)

    def _pause(self, at: datetime, event: Event) -> None:
        reason = event.data.get("reason")
        rule = next((one for one in self._clock.pauses if one.reason == reason), None)
        missing = (Need.REASON.value,) if rule is None else missing_needs(rule.needs, event)
        if rule is None or missing:
            self._refuse("pause", event, at, missing)
        elif rule.reason not in self._open:
            cycle = self._cycle
            is_late = cycle is not None and self._is_overdue(cycle, at)
            self._open.begin(rule.reason, at, cycle.number if cycle and is_late else None)

    def _is_overdue(self, cycle: Cycle, at: datetime) -> bool:
        """Whether a pause that begins now begins after the due time. One that begins in the second in which another
        ends goes on standing."""
        if not self._is_running:
            return self._ended_overdue
        due = self._due(cycle, at)
        goes_on = any(pause.end == at and pause.begin < at for pause in cycle.pauses)
        return due is not None and at > due.at and not goes_on

    def _extend(self, at: datetime, event: Event) -> None:
        cycle, wanted = self._cycle, event.data.get("to") or ""
        if cycle is None or not self._is_running:
            self._refuse("extension", event, at, ("clock",))
            return
        entry = next((one for one in self._clock.extensions if same_limit(one.text, wanted)), None)
        due = self._due(cycle, at)
        late_by = int((at - due.at).total_seconds()) if due and at > due.at else None
        missing = ("to",) if entry is None else missing_needs(entry.needs, event, entry.approver)
        if entry is None or missing or (late_by is not None and not entry.late_accepted):
            self._refuse("extension", event, at, missing, late_by)
            return
        if late_by is not None and due is not None:
            cycle.late = max(cycle.late or (due.at, at), (due.at, at), key=lambda late: late[1] - late[0])
        cycle.moves = (*cycle.moves, _move(entry, at))

    def _refuse(
        self, kind: str, event: Event, at: datetime, missing: tuple[str, ...], late_by: int | None = None
    ) -> None:
        key = (event.source, event.id)
        self._refusals.append(Refusal(kind, key, at, self._name, event.data.get("to"), missing, late_by))


def _move(entry: Extension, at: datetime) -> Move:
    return Move(to=entry.to, add=entry.add, granted_at=at if entry.from_grant else None)


_TAKE: dict[Kind, Callable[[Life, Happening], None]] = {
    Kind.START: Life._start,
    Kind.STOP: Life._stop,
    Kind.RESET: Life._reset,
    Kind.CANCEL: Life._cancel,
    Kind.MERGE: Life._merge,
    Kind.RESTART: Life._restart,
    Kind.DETACH: Life._detach,
    Kind.WORD: Life._word,
    Kind.REOPEN: Life._reopen,
    Kind.LOOK: Life._look,
}
