"""Replay: events in virtual time, with every clock and every notice as it would have happened."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from monitors.notices.message import ALERTS, Message
from triage.codec.decode import Codec, DeadLetter
from triage.rulebook.decide import CompiledRulebook
from triage.service.case_view import CaseLine, case_view, instant, planned_line
from triage.service.draft import Effects
from triage.service.replan import clocks_at
from triage.service.virtual_time import Passed, VirtualDesk

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
        self._desk = VirtualDesk(rules, self._see)
        self._until, self._hear = until and until.astimezone(UTC), hear
        self._codec = Codec(rules.rulebook.vocabulary)
        self._digests: dict[tuple[str, str], str] = {}
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
            self._desk.apply(decoded)
        elif known != decoded.digest:
            return id_conflict(*key)
        return None

    def finish(self) -> Iterator[ReplayedCase]:
        """Let time pass to the end; every case in the order of its first event."""
        self.run_out()
        desk = self._desk
        for case, row in desk.rows.items():
            told = self._told[case]
            lines = map(planned_line, clocks_at(row, desk.rules, desk.now))
            yield ReplayedCase(
                **case_view(row, lines),
                decision=told.decision,
                refused=tuple(told.refused),
                alerts=tuple(told.alerts),
            )

    def run_out(self) -> datetime:
        """Let time pass to the end; gives that instant."""
        self._desk.end_at(self._until or self._desk.now)
        return self._desk.now

    def _see(self, passed: Passed) -> None:
        if self._hear is not None:
            self._hear(passed.effects)
        told = self._told.setdefault(passed.effects.row.id, _Told())
        for message in passed.effects.messages:
            _note(told, message)


def id_conflict(event_id: str, source: str) -> DeadLetter:
    """Another event came before under the same name."""
    return DeadLetter("id_conflict", f"event {event_id} of {source} came before with other content")


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
