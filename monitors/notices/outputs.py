"""What each output says: the types that outputs are built from, and that their JSON Schemas come from.

A field that changes its meaning, goes or changes its type is a new number in `dataschema`; a new field is not.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from monitors.notices.route import Addressee
from triage.domain.decision import Outcome, Reason
from triage.domain.event import Fault, Person


def one_of(*words: str) -> msgspec.Meta:
    """A closed list of words."""
    return msgspec.Meta(extra_json_schema={"enum": list(words)})


Need = Annotated[str, one_of("reason", "complainant_informed", "complainant_agreed", "approver", "to", "clock")]
Engines = Annotated[str, one_of("agree", "disagree", "single")]
MovedBy = Annotated[
    str,
    one_of(
        "started", "extended", "paused", "resumed", "restarted", "reopened", "priority", "calendar", "policy", "voided",
        "late_event",
    ),
]  # fmt: skip
EndedAs = Annotated[str, one_of("stopped", "missed", "ended", "cancelled", "restarted", "merged", "detached")]
TakenBack = Annotated[str, one_of("met", "moved", "late_evidence", "cancelled", "voided")]
WhyDead = Annotated[
    str, one_of("unreadable", "no_envelope", "future_time", "id_conflict", "quarantined", "faulty_data")
]


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case stood before a decision."""

    priority: str
    department: str
    team: str | None
    handler: str
    owner: Person


class RulebookName(msgspec.Struct, frozen=True, kw_only=True):
    """The rulebook that decided."""

    name: str
    revision: str


class Triaged(Outcome, frozen=True, kw_only=True):
    """The outcome changed: `complaint.triaged`."""

    previous: Before | None
    reasons: tuple[Reason, ...]
    engines: Engines
    faults: tuple[Fault, ...]
    rulebook: RulebookName


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """The case was closed: `complaint.closed`."""

    outcome: str | None
    closed_at: datetime


class ClosureRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A closing was asked for and event types are missing, or was undone: `complaint.closure_refused`."""

    missing: tuple[str, ...]


class ExtensionRefused(msgspec.Struct, frozen=True, kw_only=True):
    """An extension does not count: `complaint.extension_refused`."""

    clock: str | None
    missing: tuple[Need, ...]
    to: str | None
    late_by_seconds: int | None


class PauseRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A pause does not count: `complaint.pause_refused`."""

    clock: str | None
    missing: tuple[Need, ...]


class DeadlineSet(msgspec.Struct, frozen=True, kw_only=True):
    """A clock started or its due time moved: `complaint.deadline_set`. `due_at`: null while paused."""

    clock: str
    cycle: int
    due_at: datetime | None
    previous_due_at: datetime | None
    provisional: bool
    because: MovedBy


class ClockEnded(msgspec.Struct, frozen=True, kw_only=True):
    """A clock ended: `complaint.clock_ended`."""

    clock: str
    cycle: int
    state: EndedAs
    breached: bool
    late_by_seconds: int | None


class PolicyName(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that a notice comes from. `source`: {title, where, grade}, empty for one that was removed."""

    id: str
    revision: str
    source: dict[str, str]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a clock came: `complaint.clock_warning`, `complaint.clock_breached`, `complaint.escalated`. `due_at`:
    null in the reminder of a pause."""

    clock: str
    cycle: int
    step: str
    policy: PolicyName
    due_at: datetime | None
    fired_at: datetime
    late_by_seconds: int
    to: tuple[Addressee, ...]
    priority: str
    department: str
    owner: Person
    provisional: bool
    late_attach: bool
    lagging: bool


class AlertResolved(Notice, frozen=True, kw_only=True):
    """A notice that was sent is no longer true: `complaint.alert_resolved`. All else is as the notice said it."""

    reason: TakenBack


OUTPUTS: dict[str, type[msgspec.Struct]] = {
    "complaint.triaged": Triaged,
    "complaint.closed": Closed,
    "complaint.closure_refused": ClosureRefused,
    "complaint.extension_refused": ExtensionRefused,
    "complaint.pause_refused": PauseRefused,
    "complaint.deadline_set": DeadlineSet,
    "complaint.clock_ended": ClockEnded,
    "complaint.clock_warning": Notice,
    "complaint.clock_breached": Notice,
    "complaint.escalated": Notice,
    "complaint.alert_resolved": AlertResolved,
}
"""Output type to what its `data` is."""


class DeadLetterHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """What a dead letter has beside its original headers. `dlq_sha256`: of the whole, when it had to be cut."""

    dlq_reason: WhyDead
    dlq_detail: str
    dlq_origin: str
    dlq_at: datetime
    dlq_sha256: str | msgspec.UnsetType = msgspec.UNSET
