"""Virtual time: cases live through events by the pure step, and steps fire in order with them. Keeps nothing, reads no
clock: now is the greatest time that it was taken to."""

import heapq
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from triage.codec.decode import Arrival
from triage.ports import CaseRow, Sibling
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Effects, Rules, caught_up
from triage.service.handle_event import sibling_of
from triage.service.step import apply, fire


class Passed(msgspec.Struct, frozen=True):
    """One step that was taken. `before`: the row until then, None for a new case. `due`: when a fired step was due,
    None for an event. `now`: virtual time. `next_due`: when the case is looked at again."""

    effects: Effects
    before: CaseRow | None
    due: datetime | None
    now: datetime
    next_due: datetime | None


class VirtualDesk:
    """Cases in virtual time. `see`: is shown every step that was taken. `quiet`: nobody is told of anything. `others`:
    complaints that every customer has beside those that come, as they stand until told otherwise."""

    def __init__(
        self,
        rules: CompiledRulebook,
        see: Callable[[Passed], None],
        *,
        quiet: bool = False,
        others: Sequence[Sibling] = (),
    ) -> None:
        self._rules, self._see, self._quiet, self._others = Rules(rules, {}), see, quiet, others
        self._asks_history = rules.asks_history
        self.now = datetime.min.replace(tzinfo=UTC)
        self.rows: dict[str, CaseRow] = {}
        self._customers: dict[str, dict[str, Sibling]] = {}
        self._next: dict[str, datetime] = {}
        self._queue: list[tuple[datetime, str]] = []

    @property
    def rules(self) -> Rules:
        """What the cases are decided by."""
        return self._rules

    def move_to(self, instant: datetime) -> None:
        """Let time pass up to the instant: what is due before it fires. Time never goes back."""
        if instant > self.now:
            self._fire(lambda at: at < instant)
            self.now = instant

    def see_others(self, others: Sequence[Sibling]) -> None:
        """From now on every customer's other complaints stand so."""
        self._others = others

    def end_at(self, instant: datetime) -> None:
        """Let time pass to the end of the run: what is due in its very second fires too."""
        self._fire(lambda at: at <= instant)
        self.now = max(self.now, instant)

    def apply(self, arrival: Arrival) -> None:
        """An event arrives, now or at its own time when that is later."""
        event = arrival.event
        self.move_to(event.time)
        row = self.rows.get(event.subject)
        moment = caught_up(self.now, quiet=self._quiet)
        self._take(apply(row, arrival, self._rules, moment, self._siblings), row, None)

    def _fire(self, is_due: Callable[[datetime], bool]) -> None:
        """Each step at its own time, or at once when its policy came late."""
        while self._queue and is_due(self._queue[0][0]):
            at, case = heapq.heappop(self._queue)
            if self._next.get(case) != at:
                continue  # planned anew since
            row = self.rows[case]
            self.now = max(at, self.now)
            moment = caught_up(self.now, quiet=self._quiet)
            siblings = () if row.customer is None else self._siblings(row.customer)
            self._take(fire(row, self._rules, moment, siblings), row, at)

    def _siblings(self, customer: str) -> Sequence[Sibling]:
        return (*self._others, *self._customers.get(customer, {}).values()) if self._asks_history else ()

    def _take(self, effects: Effects, before: CaseRow | None, due: datetime | None) -> None:
        row = effects.row
        self.rows[row.id] = row
        if before is not None and before.customer is not None:
            self._customers[before.customer].pop(row.id, None)
        if row.customer is not None:
            self._customers.setdefault(row.customer, {})[row.id] = sibling_of(row)
        waiting = [clock.next_at for clock in effects.clocks if clock.next_at is not None]
        if waiting:
            self._next[row.id] = min(waiting)
            heapq.heappush(self._queue, (self._next[row.id], row.id))
        else:
            self._next.pop(row.id, None)
        self._see(Passed(effects, before, due, self.now, self._next.get(row.id)))
