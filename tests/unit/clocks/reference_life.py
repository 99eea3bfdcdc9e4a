"""The second reading of clocks: the life of one clock, told second by second, everything counted anew each time."""

from collections.abc import Callable, Sequence
from datetime import datetime

from tests.unit.clocks.reference_counting import SECOND, Office, Pauses, Rules, due
from tests.unit.clocks.reference_sheet import (
    REGISTERED,
    Cycle,
    Grant,
    Moments,
    Priorities,
    Refused,
    Sheet,
    Spell,
    Told,
    is_named,
    missing_needs,
)
from triage.domain.event import Event

PAUSED, RESUMED, REOPENED = "complaint.paused", "complaint.resumed", "complaint.reopened"


class Life:
    """A clock on its way through what happens."""

    def __init__(self, sheet: Sheet, office: Office, priorities: Priorities) -> None:
        self.sheet, self.office, self.priorities = sheet, office, priorities
        self.cycles: list[Cycle] = []
        self.spells: list[Spell] = []
        self.moments: Moments = []
        self.refusals: list[Refused] = []
        self.seen_until: datetime | None = None
        self.is_merged = self.is_detached = False
        self.may_start = True

    # Counting.

    def priority(self, at: datetime) -> str | None:
        """The last one recorded by then; before the first one the first."""
        by_then = [one for since, one in self.priorities if since <= at]
        return by_then[-1] if by_then else next((one for _, one in self.priorities), None)

    def heeded(self, cycle: Cycle, at: datetime) -> list[Spell]:
        """The pauses begun by a second that this cycle heeds: all but those that began when it was overdue, in the
        second in which they began or by what has been granted and given since. A cycle that stands when one begins is
        not overdue; nor is it in the second in which another one ends."""
        heeded: list[Spell] = []
        for spell in sorted((*self.spells, *cycle.gaps), key=lambda one: one.begin):
            if spell.begin > at or spell in cycle.unheeded:
                continue
            is_early = spell.begin <= cycle.started_at or spell in cycle.gaps
            is_held = any(one.begin != one.end and spell.begin <= (one.end or at) for one in heeded)
            if is_early or is_held or self.counted(cycle, heeded, spell.begin, self.priority(at)) >= spell.begin:
                heeded.append(spell)
        return heeded

    def stands(self, cycle: Cycle, at: datetime) -> bool:
        """Whether a pause is open in this second that the cycle heeds."""
        return any(spell.covers(at) for spell in self.heeded(cycle, at))

    def due(self, cycle: Cycle, at: datetime) -> datetime:
        """The due time in force in a second, if no pause is open then or all open ones end then."""
        return self.counted(cycle, self.heeded(cycle, at), at, self.priority(at))

    def counted(self, cycle: Cycle, spells: Sequence[Spell], until: datetime, priority: str | None) -> datetime:
        """The due time after the base limit and each grant; what is open at `until` ends then."""
        ends = [(max(one.begin, cycle.started_at), min(one.end or until, until)) for one in spells]
        pauses: Pauses = [(begin, end) for begin, end in ends if begin < end]
        rules = self.sheet.rules
        after = Rules(False, rules.close_of_business, rules.roll_forward)
        found = due(self.sheet.limit, cycle.started_at, pauses, self.office, rules, priority)
        for grant in cycle.grants:
            entry = grant.entry
            if entry.get("from") == "due":
                found = due(entry["add"], found, pauses, self.office, after, priority)
                continue
            limit, start = (entry["to"], cycle.started_at) if "to" in entry else (entry["add"], grant.at)
            found = max(found, due(limit, start, pauses, self.office, rules, priority))
        return found

    # The way of time.

    @property
    def open(self) -> Cycle | None:
        """The running or paused cycle."""
        return self.cycles[-1] if self.cycles and self.cycles[-1].state == "open" else None

    def advance(self, to: datetime, is_look: bool = False) -> None:
        """Lets the time pass up to the beginning of a second; due times before it are missed. By the priority of that
        second only with a look, when everything else in it has been heard."""
        if self.seen_until == to and not is_look:
            return
        while True:
            since, cycle = self.seen_until or to, self.open
            missed = self.due(cycle, since) if cycle and not self.stands(cycle, since) else to
            self.seen_until = max(to, since)
            if not cycle or missed >= to:
                return
            if missed not in cycle.rung:
                cycle.rung.append(missed)
                self.moments.append((missed + SECOND, "breached"))
            if not self.sheet.recurring:
                return
            # A change of priority may have put it long ago; the cycles since then count by the present one too.
            assert missed > cycle.started_at, "a cycle without length"
            self._end("missed", missed, missed)
            self._begin(missed)
            self.cycles[-1].gaps += [gap for gap in cycle.gaps if gap.end and gap.end > missed]
            self.seen_until = max(missed, since)

    def _begin(self, at: datetime) -> None:
        original = due(self.sheet.limit, at, (), self.office, self.sheet.rules, self.priority(at))
        self.cycles.append(Cycle(at, original))
        self.may_start = False

    def _end(self, state: str, at: datetime, due_at: datetime | None = None) -> Cycle:
        cycle = self.cycles[-1]
        cycle.due_at_end = due_at or self.due(cycle, at)
        cycle.state, cycle.ended_at = state, at
        if cycle.due_at_end < at and cycle.due_at_end not in cycle.rung:
            cycle.rung.append(cycle.due_at_end)
            self.moments.append((cycle.due_at_end + SECOND, "breached"))
        return cycle

    # What happens.

    def look(self, at: datetime) -> None:
        """A change of priority: nothing but a second in which due times are looked at anew."""
        self.advance(at, is_look=True)

    def start(self, at: datetime) -> None:
        """The first one starts the clock; of a merged case none, of a detached policy neither."""
        if self.may_start and not self.open and not self.is_merged and not self.is_detached:
            self._begin(at)

    def stop(self, at: datetime) -> None:
        """Ends the clock, in time or late."""
        if not self.open:
            return
        self._answered(self._end("ended" if self.sheet.recurring else "stopped", at), at)
        self.moments.append((at, "ended"))

    def _answered(self, cycle: Cycle, at: datetime) -> None:
        self.moments.append((at, "stopped"))
        if cycle.due_at_end and at <= cycle.due_at_end:
            self.moments.append((at, "met"))

    def reset(self, at: datetime) -> None:
        """Ends a recurring cycle as met and begins the next."""
        if self.sheet.recurring and self.open and self.open.started_at != at:
            self._answered(self._end("stopped", at), at)
            self._begin(at)

    def cancel(self, at: datetime) -> None:
        """Ends the clock."""
        self._quit("ended" if self.sheet.recurring else "cancelled", at)

    def merge(self, at: datetime) -> None:
        """The case goes on under another one."""
        self.is_merged = True
        self._quit("merged", at)

    def detach(self, at: datetime) -> None:
        """The policy applies no more."""
        self.is_detached = True
        self._quit("detached", at)

    def _quit(self, state: str, at: datetime) -> None:
        if self.open:
            self._end(state, at)
            self.moments.append((at, "ended"))

    def restart(self, at: datetime) -> None:
        """Ends the cycle and begins the next, with the base limit."""
        if self.open and self.open.started_at != at:
            self._end("restarted", at)
            self._begin(at)

    def reopen(self, at: datetime) -> None:
        """What the clock does when the case is open again."""
        self.is_merged = False
        if not self.cycles or self.open or self.is_detached:
            return
        if self.sheet.on_reopen == "resume":
            self._resume(self.cycles[-1], at)
        if self.sheet.on_reopen == "restart":
            self.may_start = True
            # Of a clock that starts with a reopening, this one is the next start event.
            if any(one.get("on") in (REGISTERED, REOPENED) for one in self.sheet.start):
                self._begin(at)

    def _resume(self, cycle: Cycle, at: datetime) -> None:
        ended_at, due_at = cycle.ended_at, cycle.due_at_end
        assert ended_at
        assert due_at
        cycle.state, cycle.ended_at, cycle.due_at_end = "open", None, None
        if ended_at <= due_at:
            cycle.gaps.append(Spell(None, ended_at, at))
        self.heed([spell for spell in self.spells if spell.begin >= ended_at], at)

    def word(self, event: Event) -> Callable[[datetime], None]:
        """A pause, a resumption or an extension."""
        return lambda at: self._hear(event, at)

    def _hear(self, event: Event, at: datetime) -> None:
        if event.type == PAUSED:
            self._pause(event.data["reason"], at)
        elif event.type == RESUMED:
            self._run_again(event.data.get("reason"), at)
        else:
            self._extend(event, at)

    def _pause(self, reason: str, at: datetime) -> None:
        """The same one again while it is open changes nothing."""
        if not any(spell.reason == reason and spell.end is None for spell in self.spells):
            self.spells.append(Spell(reason, at))
            self.heed(self.spells[-1:], at)

    def heed(self, spells: Sequence[Spell], at: datetime) -> None:
        """A pause that began when the cycle was overdue stays unheeded, whatever moves the due time later."""
        if self.open:
            heeded = self.heeded(self.open, at)
            self.open.unheeded += [spell for spell in spells if spell not in heeded]

    def _run_again(self, reason: str | None, at: datetime) -> None:
        for spell in self.spells:
            if spell.end is None and reason in (None, spell.reason):
                spell.end = at

    def _extend(self, event: Event, at: datetime) -> None:
        cycle, to = self.open, event.data.get("to")
        if not cycle:
            self._refuse(event, ("clock",), None)
            return
        due_at = None if self.stands(cycle, at) else self.due(cycle, at)
        late = int((at - due_at).total_seconds()) if due_at and due_at < at else None
        entry = next((one for one in self.sheet.extensions if is_named(one, to or "")), None)
        if entry is None:
            self._refuse(event, ("to",), late)
            return
        missing = missing_needs(entry["needs"], event.data, entry["approver"])
        if missing or (late and not entry["late"]):
            self._refuse(event, missing, late)
            return
        cycle.grants.append(Grant(at, entry))
        if late:
            cycle.missed_before = max(late, cycle.missed_before or 0)

    def _refuse(self, event: Event, missing: tuple[str, ...], late: int | None) -> None:
        key = (event.source, event.id)
        self.refusals.append(Refused("extension", key, self.sheet.name, event.data.get("to"), missing, late))

    # What is told.

    def told(self, now: datetime) -> list[Told]:
        """Every cycle as it stands now."""
        return [self._told(number, cycle, now) for number, cycle in enumerate(self.cycles, 1)]

    def _told(self, number: int, cycle: Cycle, now: datetime) -> Told:
        is_open = cycle.state == "open"
        is_paused = is_open and self.stands(cycle, now)
        due_at = cycle.due_at_end or self.due(cycle, now)
        state = ("paused" if is_paused else "running") if is_open else cycle.state
        late = [] if cycle.missed_before is None else [cycle.missed_before]
        moment = cycle.ended_at or now
        if due_at < moment and not is_paused:
            late.append(int((moment - due_at).total_seconds()))
        if state == "missed":
            late = [0]
        return Told(
            clock=self.sheet.name,
            cycle=number,
            state=state,
            started_at=cycle.started_at,
            due_at=None if is_paused else due_at,
            due_at_if_resumed_now=due_at if is_paused else None,
            original_due_at=cycle.original_due_at,
            ended_at=cycle.ended_at,
            breached=bool(late),
            late_by_seconds=max(late) if late else None,
        )
