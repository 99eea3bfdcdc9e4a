"""What the reference is told of a clock, and what it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.unit.clocks.reference_counting import PLAIN, Limit, Rules

REGISTERED = "complaint.registered"

Reference = Mapping[str, Any]
"""`{on: TYPE, when?: {field: value}}` or `{clock: FULL NAME, is: met|stopped|breached|ended}`."""


@dataclass(frozen=True)
class Sheet:
    """A clock as a file would say it. `pauses`: reason to its needs. `extensions`: `{to|add: LIMIT, from?, needs,
    approver, late}`. `on_reopen`: none | restart | resume."""

    name: str
    limit: Limit
    start: Sequence[Reference]
    stop: Sequence[Reference] = ()
    cancel: Sequence[Reference] = ()
    restart: Sequence[Reference] = ()
    reset: Sequence[Reference] = ()
    recurring: bool = False
    rules: Rules = PLAIN
    pauses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    extensions: Sequence[Mapping[str, Any]] = ()
    on_reopen: str = "none"
    detached_at: datetime | None = None


@dataclass
class Told:
    """What is told of one cycle."""

    clock: str
    cycle: int
    state: str
    started_at: datetime
    due_at: datetime | None
    due_at_if_resumed_now: datetime | None
    original_due_at: datetime
    ended_at: datetime | None
    breached: bool
    late_by_seconds: int | None


@dataclass(frozen=True)
class Refused:
    """A word that counted for nothing."""

    kind: str
    event: tuple[str, str]
    clock: str | None
    to: str | None
    missing: tuple[str, ...]
    late_by_seconds: int | None = None


@dataclass(frozen=True)
class Account:
    """What is told of all clocks of a case."""

    cycles: Mapping[str, Sequence[Told]]
    refusals: Sequence[Refused]


Priorities = Sequence[tuple[datetime, str]]
"""When the case was given which priority, oldest first."""

Moments = list[tuple[datetime, str]]
"""When a clock came to what: met, stopped, breached, ended."""


@dataclass(eq=False)
class Spell:
    """A pause as it was told, whether a cycle heeds it or not. `reason` None: the time from an end to the reopening."""

    reason: str | None
    begin: datetime
    end: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether it is open in this second."""
        return self.begin <= at and (self.end is None or at < self.end)


@dataclass(frozen=True)
class Grant:
    """An extension that counts."""

    at: datetime
    entry: Mapping[str, Any]


@dataclass(eq=False)
class Cycle:
    """One cycle. `gaps`: from an end to the reopening. `unheeded`: pauses that began when it was overdue. `rung`: due
    times that were missed. `missed_before`: how late the latest of the grants was that came too late and were accepted,
    in seconds."""

    started_at: datetime
    original_due_at: datetime
    state: str = "open"
    ended_at: datetime | None = None
    due_at_end: datetime | None = None
    gaps: list[Spell] = field(default_factory=list)
    unheeded: list[Spell] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    missed_before: int | None = None
    rung: list[datetime] = field(default_factory=list)


def cut(at: datetime) -> datetime:
    """Without the fraction of the second."""
    return at.replace(microsecond=0)


def missing_needs(needs: Sequence[str], data: Mapping[str, Any], approver: str | None = None) -> tuple[str, ...]:
    """What a word should have brought with it."""
    there = {
        "reason": bool(data.get("reason")),
        "complainant_informed": bool(data.get("complainant_informed_at")),
        "complainant_agreed": data.get("agreed_by_complainant") is True,
    }
    missing = [need for need in needs if not there[need]]
    if approver and (data.get("approver") or {}).get("role") != approver:
        missing.append("approver")
    return tuple(sorted(missing))


def written(entry: Mapping[str, Any]) -> str:
    """An extension's limit as the file has it."""
    limit = entry["to"] if "to" in entry else entry["add"]
    return f"{limit['amount']} {limit['unit']}"


def is_named(entry: Mapping[str, Any], text: str) -> bool:
    """Whether a text means the extension's limit; a unit may be spelled in the singular, and large."""
    plain = " ".join(text.lower().split())
    return written(entry) in (plain, f"{plain}s")
