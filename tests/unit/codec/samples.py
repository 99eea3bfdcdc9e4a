"""Sound events of every type, and a vocabulary with a deployment's own words."""

import json
from datetime import UTC, datetime
from typing import Any

from triage.codec.decode import Arrival, Codec, DeadLetter
from triage.domain.event import EVENT_TYPES
from triage.domain.facts import COMPUTED_FACTS, DATA_FACTS, FactSpec, FactType, Vocabulary

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TIME = "2026-03-02T10:00:00+08:00"

OWN_FACTS = (
    FactSpec(name="nature", type=FactType.TEXT, values=("complaint", "report"), path="labels.nature"),
    FactSpec(name="marks", type=FactType.TEXTS, values=("vip", "press"), path="labels.marks"),
    FactSpec(name="segment", type=FactType.TEXT, values=("retail", "private"), path="customer.segment", personal=True),
    FactSpec(name="brand", type=FactType.TEXT, values=("north", "south"), path="brand"),
)


def vocabulary(*own: FactSpec, event_types: tuple[str, ...] = ()) -> Vocabulary:
    return Vocabulary(
        facts={spec.name: spec for spec in (*DATA_FACTS, *COMPUTED_FACTS, *own)},
        event_types=(*EVENT_TYPES, *event_types),
        jurisdiction="CN",
        human_words={
            "priority": ("urgent", "high", "normal", "low"),
            "department": ("care", "claims"),
            "handler": ("dedicated", "any"),
        },
    )


CODEC = Codec(vocabulary(*OWN_FACTS, event_types=("desk.fax_received",)))

MONEY = {"value": 1200.5, "currency": "CNY"}
REGISTERED: dict[str, Any] = {
    "channel": "phone",
    "customer": {
        "id": "K-7",
        "birth_date": "1955-02-28",
        "age": 71,
        "circumstances": ["elderly"],
        "name": "Lin",
        "contact": {"phone": "1"},
        "language": "zh",
        "segment": "retail",
    },
    "description": "Nobody called.",
    "causes": ["claim_delay", "other"],
    "line_of_business": "health",
    "policy_no": "P-1",
    "claim_no": "CL-1",
    "claim_stage": "payment",
    "amount_disputed": MONEY,
    "respondent": "branch 3",
    "group_size": 2,
    "received_at": "2026-03-01T09:00:00+08:00",
    "jurisdiction": "US-CA",
    "labels": {"nature": "report", "marks": ["vip"], "free": 1},
    "brand": "north",
    "unheard_of": {"kept": True},
}
SOLUTION = {"summary": "pay half", "amount": MONEY}
FOLLOWUP = {"channel": "phone", "satisfied": False, "score": 2, "comment": "slow"}
AUTHORITY = {"body": "regulator", "reference": "R-1", "received_at": TIME}
REVIEW = {"level": 2, "by": "board"}

SOUND: dict[str, Any] = {
    "complaint.registered": REGISTERED,
    "complaint.amended": {
        "patch": {"causes": ["other"], "policy_no": None, "customer": {"age": 30}},
        "new_facts": True,
    },
    "complaint.acknowledged": {"channel": "email"},
    "complaint.verified": {
        "by": "a",
        "priority": "high",
        "department": "auto",
        "handler": "any",
        "complexity": "special",
        "note": "n",
    },
    "complaint.assigned": {"owner": {"id": "w", "name": "Wu"}, "department": "claims", "by": "a"},
    "complaint.contacted": {"direction": "to_customer", "channel": "app", "summary": "s"},
    "complaint.investigation_started": {"by": "a", "findings": "f"},
    "complaint.investigated": {"by": "a", "findings": "f"},
    "complaint.solution_proposed": SOLUTION,
    "complaint.solution_accepted": SOLUTION,
    "complaint.solution_rejected": SOLUTION,
    "complaint.solution_executed": SOLUTION,
    "complaint.payment_completed": {"amount": MONEY},
    "complaint.reply_sent": {"kind": "holding", "channel": "letter", "evidence": {"parcel": 5}},
    "complaint.followup_attempted": FOLLOWUP,
    "complaint.followup_completed": FOLLOWUP,
    "complaint.close_requested": {"by": "a", "outcome": "partly_upheld"},
    "complaint.withdrawn": {"reason": "r"},
    "complaint.reopened": {"reason": "r"},
    "complaint.paused": {
        "reason": "appraisal",
        "clocks": ["gb/ack"],
        "complainant_informed_at": TIME,
        "agreed_by_complainant": True,
    },
    "complaint.resumed": {"reason": "appraisal", "clocks": []},
    "complaint.extension_granted": {
        "clock": "decision",
        "to": "30 calendar days",
        "reason": "appraisal",
        "approver": {"id": "z", "role": "senior_manager"},
        "complainant_informed_at": TIME,
    },
    "complaint.regulator_inquiry": AUTHORITY,
    "complaint.regulator_answered": AUTHORITY,
    "complaint.review_requested": REVIEW,
    "complaint.review_decided": REVIEW,
    "complaint.referred": {"body": "court"},
    "complaint.linked": {"to": "C-2", "relation": "group"},
    "complaint.voided": {"event": {"source": "/desk", "id": "1"}, "reason": "typo", "by": "a"},
    "complaint.erased": {"by": "a", "reason": "request"},
}


def envelope(event_type: str = "complaint.acknowledged", data: Any = None, **changes: Any) -> dict[str, Any]:
    """An envelope with changes; a change to `...` leaves the part out."""
    parts = {
        "specversion": "1.0",
        "id": "1",
        "source": "/desk",
        "type": event_type,
        "subject": "C-1",
        "time": TIME,
        "data": data,
    } | changes
    return {name: value for name, value in parts.items() if value is not ...}


def raw(event_type: str = "complaint.acknowledged", data: Any = None, **changes: Any) -> bytes:
    return json.dumps(envelope(event_type, data, **changes)).encode()


def decode(given: bytes) -> Arrival | DeadLetter:
    return CODEC.decode(given, NOW)


def arrival(event_type: str, data: Any, **changes: Any) -> Arrival:
    found = decode(raw(event_type, data, **changes))
    assert isinstance(found, Arrival), found
    return found


def registered(**changes: Any) -> Arrival:
    """A registration with changes; a change to `...` leaves the field out."""
    data = {key: value for key, value in (REGISTERED | changes).items() if value is not ...}
    return arrival("complaint.registered", data)


def faulty_paths(found: Arrival | DeadLetter) -> list[str]:
    assert isinstance(found, Arrival), found
    return [fault.path for fault in found.event.faults]
