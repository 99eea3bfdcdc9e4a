"""Replay: events in virtual time, with every clock and every notice as it would have happened. Keeps nothing, reads no
clock: now is the greatest event time read so far, and steps fire in order with the events."""

import heapq
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from monitors.notices.message import ALERTS, Message
from triage.codec.decode import Arrival, Codec, DeadLetter
from triage.ports import CaseRow, Sibling
from triage.rulebook.decide import CompiledRulebook
from triage.service.case_view import CaseLine, case_view, instant, planned_line
from triage.service.draft import Effects, Rules, caught_up
from triage.service.handle_event import customer_of, sibling_of
from triage.service.replan import clocks_at
from triage.service.step import apply, fire

REFUSALS = ("complaint.closure_refused", "complaint.extension_refused", "complaint.pause_refused")


class Refused(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A closing, an extension or a pause that was refused. `at`: virtual time. `clock`, `to`: left out when there is
    none."""

    type: str
    at: str
    clock: str | None = None
    to: str | None = None
    missing: list[str]
    late_by_seconds: int | None


class Alerted(msgspec.Struct, frozen=True, kw_only=True):
    """A notice, or the withdrawal of one. `at`: virtual time."""

    type: str
    clock: str
    cycle: int
    step: str
    at: str
    to: list[Any]


class ReplayedCase(CaseLine, frozen=True, kw_only=True):
    """A case at the end of a replay: what `cases --json` says of it, the last decision, and everything refused and
    notified on the way."""

    decision: dict[str, Any] | None
    refused: tuple[Refused, ...]
    alerts: tuple[Alerted, ...]


class _Told(msgspec.Struct):
    decision: dict[str, Any] | None = None
    refused: list[Refused] = msgspec.field(default_factory=list)
    alerts: list[Alerted] = msgspec.field(default_factory=list)


class Replay:
    """One run over events. The order in which they are read is the order of their arrival."""

    def __init__(
        self,
        rules: CompiledRulebook,
        until: datetime | None = None,
        hear: Callable[[Effects], None] | None = None,
    ) -> None:
        """`until`: events later than it are not read, and the run ends there; None: at the last event. `hear`: who is
        told of each step's effects."""
        self._rules, self._until, self._hear = Rules(rules, {}), until and until.astimezone(UTC), hear
        self._codec = Codec(rules.rulebook.vocabulary)
        self._asks_history = rules.asks_history
        self._now = datetime.min.replace(tzinfo=UTC)
        self._rows: dict[str, CaseRow] = {}
        self._digests: dict[tuple[str, str], str] = {}
        self._customers: dict[str, dict[str, Sibling]] = {}
        self._next: dict[str, datetime] = {}
        self._queue: list[tuple[datetime, str]] = []
        self._told: dict[str, _Told] = {}

    def read(self, raw: bytes) -> DeadLetter | None:
        """Take in one event; gives why it could not be."""
        decoded = self._codec.decode(raw, None)
        if isinstance(decoded, DeadLetter):
            return decoded
        if self._until is not None and decoded.event.time > self._until:
            return None
        key = (decoded.event.id, decoded.event.source)
        known = self._digests.get(key)
        if known is None:
            self._digests[key] = decoded.digest
            self._apply(decoded)
        elif known != decoded.digest:
            return DeadLetter("id_conflict", f"event {key[0]} of {key[1]} came before with other content")
        return None

    def _apply(self, arrival: Arrival) -> None:
        event = arrival.event
        if event.time > self._now:
            self._fire_before(event.time)
            self._now = event.time
        row = self._rows.get(event.subject)
        customer = customer_of(arrival) or (row.customer if row else None)
        effects = apply(row, arrival, self._rules, caught_up(self._now), self._siblings(customer))
        self._take(effects)

    def finish(self) -> Iterator[ReplayedCase]:
        """Let time pass to the end; every case in the order of its first event."""
        self.run_out()
        for case, row in self._rows.items():
            told = self._told[case]
            lines = map(planned_line, clocks_at(row, self._rules, self._now))
            yield ReplayedCase(
                **case_view(row, lines),
                decision=told.decision,
                refused=tuple(told.refused),
                alerts=tuple(told.alerts),
            )

    def run_out(self) -> datetime:
        """Let time pass to the end; gives that instant."""
        end = self._until or self._now
        self._fire_before(end, inclusive=True)
        self._now = max(self._now, end)
        return self._now

    def _fire_before(self, end: datetime, *, inclusive: bool = False) -> None:
        """Fire what is due before the instant, each step at its own time, or at once when its policy came late."""
        while self._queue and (self._queue[0][0] < end or (inclusive and self._queue[0][0] == end)):
            at, case = heapq.heappop(self._queue)
            if self._next.get(case) != at:
                continue  # planned anew since
            row = self._rows[case]
            self._now = max(at, self._now)
            self._take(fire(row, self._rules, caught_up(self._now), self._siblings(row.customer)))

    def _siblings(self, customer: str | None) -> tuple[Sibling, ...]:
        if customer is None or not self._asks_history:
            return ()
        return tuple(self._customers.get(customer, {}).values())

    def _take(self, effects: Effects) -> None:
        if self._hear is not None:
            self._hear(effects)
        row, before = effects.row, self._rows.get(effects.row.id)
        self._rows[row.id] = row
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
        told = self._told.setdefault(row.id, _Told())
        for message in effects.messages:
            _note(told, message)


def _note(told: _Told, message: Message) -> None:
    output = msgspec.json.decode(message.payload)
    kind, data = output["type"], output["data"]
    at = instant(datetime.fromisoformat(output["time"]))
    if kind == "complaint.triaged":
        told.decision = data
    elif kind in REFUSALS:
        told.refused.append(
            Refused(
                type=kind, at=at, clock=data.get("clock"), to=data.get("to"), missing=data["missing"],
                late_by_seconds=data.get("late_by_seconds"),
            )
        )  # fmt: skip
    elif message.topic == ALERTS:
        told.alerts.append(
            Alerted(
                type=kind, clock=data["clock"], cycle=data["cycle"], step=data["step"], at=at, to=data.get("to", [])
            )
        )  # fmt: skip
