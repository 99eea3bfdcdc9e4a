"""Complaint events: what happened to one complaint, as told by other systems."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

EVENT_TYPES: tuple[str, ...] = (
    "complaint.registered",
    "complaint.amended",
    "complaint.acknowledged",
    "complaint.verified",
    "complaint.assigned",
    "complaint.contacted",
    "complaint.investigation_started",
    "complaint.investigated",
    "complaint.solution_proposed",
    "complaint.solution_accepted",
    "complaint.solution_rejected",
    "complaint.solution_executed",
    "complaint.payment_completed",
    "complaint.reply_sent",
    "complaint.followup_attempted",
    "complaint.followup_completed",
    "complaint.close_requested",
    "complaint.withdrawn",
    "complaint.reopened",
    "complaint.paused",
    "complaint.resumed",
    "complaint.extension_granted",
    "complaint.regulator_inquiry",
    "complaint.regulator_answered",
    "complaint.review_requested",
    "complaint.review_decided",
    "complaint.referred",
    "complaint.linked",
    "complaint.voided",
    "complaint.erased",
)
"""Every event type that the service knows, in the order that decides between equal times."""

REGISTERED, AMENDED, VERIFIED, ASSIGNED = (
    "complaint.registered",
    "complaint.amended",
    "complaint.verified",
    "complaint.assigned",
)
REPLY_SENT, CLOSE_REQUESTED = "complaint.reply_sent", "complaint.close_requested"
FOLLOWUP_ATTEMPTED, FOLLOWUP_COMPLETED = "complaint.followup_attempted", "complaint.followup_completed"
WITHDRAWN, REOPENED = "complaint.withdrawn", "complaint.reopened"
PAUSED, RESUMED, EXTENDED = "complaint.paused", "complaint.resumed", "complaint.extension_granted"
LINKED, VOIDED, ERASED = "complaint.linked", "complaint.voided", "complaint.erased"

DEFAULTS: dict[str, dict[str, Any]] = {REPLY_SENT: {"kind": "final"}, LINKED: {"relation": "repeat"}}
"""What an absent field of an event's data stands for."""

_RANK = {name: rank for rank, name in enumerate(EVENT_TYPES)}


class Person(msgspec.Struct, frozen=True):
    """A named person of the insurer. A person written as a text has it as `id` and `name`."""

    id: str
    name: str


class Fault(msgspec.Struct, frozen=True):
    """One field of an event's data that does not fit.

    `path` is dotted as facts are (`customer.age`, `causes[1]`), `found` the value as a short text (hidden
    when the fact is personal), `allowed` what would have fitted.
    """

    path: str
    found: str
    allowed: str


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One readable event. `time` is aware, UTC. `data` holds sound fields only; `faults` names the others.

    Shapes inside `data`: JSON values of the type's declared fields, except that instants are ISO 8601 texts
    in UTC with `Z` and persons are `{id, name}`. Undeclared fields are kept as they came.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: dict[str, Any] = {}
    faults: tuple[Fault, ...] = ()

    @property
    def order(self) -> tuple[datetime, int, str, str]:
        """Sort key of the fold: time, table order of the types (others last), source, id."""
        return (self.time, _RANK.get(self.type, len(EVENT_TYPES)), self.source, self.id)


BACKDATED_AFTER = timedelta(hours=24)
"""A reply recorded longer than that after its own time is backdated: it stops the clock, and is flagged."""


def is_backdated(event_type: str, time_of_event: datetime, recorded_at: datetime) -> bool:
    """Whether it is a reply that was recorded long after it is said to have been sent."""
    return event_type == REPLY_SENT and recorded_at - time_of_event > BACKDATED_AFTER
