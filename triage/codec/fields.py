"""The declared data of every event type: which fields, of which kind, required or not."""

from datetime import date

import msgspec

from triage.codec.field_kinds import (
    ANY,
    FLAG,
    FREE,
    INSTANT,
    MONEY,
    PATCHED,
    Age,
    Approver,
    Country,
    CustomerId,
    EventKey,
    Field,
    Members,
    PersonIn,
    Score,
    Text,
    choice,
    mapping,
    text,
)
from triage.codec.own_fields import own_fields
from triage.domain import event as ev
from triage.domain.facts import COMPLEXITIES, Vocabulary

NEEDS_DESCRIPTION_OR_CAUSES = "a description or causes"


def registered_fields(words: Vocabulary) -> dict[str, Field]:
    """What a registration says of a complaint."""
    circumstances = choice(words.values_of("customer.circumstances"), each=True)
    customer = {
        "id": Field(kind=CustomerId, allowed="a text of at most 512 characters", required=True),
        "birth_date": Field(kind=date, allowed="a date"),
        "age": Field(kind=Age, allowed="full years, 0 to 130"),
        "circumstances": circumstances,
        "name": text(),
        "contact": ANY,
        "language": text(),
    }
    return {
        **own_fields(words, ""),
        "channel": choice(words.values_of("channel"), required=True),
        "customer": mapping("Customer", own_fields(words, "customer.") | customer, required=True),
        "description": text(),
        "causes": choice(words.values_of("causes"), each=True),
        "line_of_business": choice(words.values_of("line_of_business")),
        "policy_no": text(),
        "claim_no": text(),
        "claim_stage": choice(words.values_of("claim_stage")),
        "amount_disputed": MONEY,
        "respondent": text(),
        "group_size": Field(kind=Members, allowed="a whole number from 1"),
        "received_at": INSTANT,
        "jurisdiction": Field(kind=Country, allowed="an ISO 3166 code such as CN or US-CA"),
        "labels": mapping("Labels", own_fields(words, "labels.")),
    }


def amended_fields(registered: dict[str, Field]) -> dict[str, Field]:
    """A merge patch of the registered data: everything in it is optional."""
    return {
        "patch": mapping("Patch", {key: _optional(field) for key, field in registered.items()}, required=True),
        "new_facts": FLAG,
    }


def _optional(field: Field) -> Field:
    if field.inside is None:
        return msgspec.structs.replace(field, kind=PATCHED.get(field.kind, field.kind), required=False)
    return mapping(f"{field.kind.__name__}Patch", {key: _optional(one) for key, one in field.inside.items()})


def fields_by_type(words: Vocabulary) -> dict[str, dict[str, Field]]:
    """Every event type with declared data; the data of other types is free."""
    channel = choice(words.values_of("channel"))
    person = Field(kind=PersonIn | Text, allowed="{id, name} or a text", required=True)
    by, reason = text(), text()
    registered = registered_fields(words)
    return {
        ev.REGISTERED: registered,
        ev.AMENDED: amended_fields(registered),
        "complaint.acknowledged": {"channel": channel},
        ev.VERIFIED: {
            "by": text(required=True),
            "priority": choice(_with_auto(words, "priority")),
            "department": choice(_with_auto(words, "department")),
            "handler": choice(_with_auto(words, "handler")),
            "complexity": choice(COMPLEXITIES),
            "note": FREE,
        },
        ev.ASSIGNED: {"owner": person, "department": choice(_with_auto(words, "department")), "by": by},
        "complaint.contacted": {
            "direction": choice(("to_customer", "from_customer"), required=True),
            "channel": channel,
            "summary": FREE,
        },
        **_work_fields(),
        ev.REPLY_SENT: {
            "kind": choice(("final", "holding", "interim")),
            "channel": channel,
            "evidence": ANY,
        },
        ev.FOLLOWUP_ATTEMPTED: _followup_fields(channel),
        ev.FOLLOWUP_COMPLETED: _followup_fields(channel),
        ev.CLOSE_REQUESTED: {
            "by": by,
            "outcome": choice(("upheld", "partly_upheld", "rejected", "settled")),
        },
        ev.WITHDRAWN: {"reason": reason},
        ev.REOPENED: {"reason": reason},
        **_clock_and_authority_fields(),
    }


def _work_fields() -> dict[str, dict[str, Field]]:
    solution = {"summary": FREE, "amount": MONEY}
    investigation = {"by": text(), "findings": FREE}
    return {
        "complaint.investigation_started": investigation,
        "complaint.investigated": investigation,
        "complaint.solution_proposed": solution,
        "complaint.solution_accepted": solution,
        "complaint.solution_rejected": solution,
        "complaint.solution_executed": solution,
        "complaint.payment_completed": {"amount": MONEY},
    }


def _followup_fields(channel: Field) -> dict[str, Field]:
    score = Field(kind=Score, allowed="1 to 5")
    return {"channel": channel, "satisfied": FLAG, "score": score, "comment": FREE}


def _clock_and_authority_fields() -> dict[str, dict[str, Field]]:
    pause_reason = choice(("appraisal", "mediation", "waiting_customer"), required=True)
    clocks = Field(kind=Text, allowed="names of clocks", each=True)
    paused = {
        "reason": pause_reason,
        "clocks": clocks,
        "complainant_informed_at": INSTANT,
        "agreed_by_complainant": FLAG,
    }
    return {
        "complaint.paused": paused,
        "complaint.resumed": {"reason": choice(("appraisal", "mediation", "waiting_customer")), "clocks": clocks},
        "complaint.extension_granted": {
            "clock": text(required=True),
            "to": text(required=True),
            "reason": text(required=True),
            "approver": Field(kind=Approver, allowed="{id, role}"),
            "complainant_informed_at": INSTANT,
        },
        "complaint.regulator_inquiry": _authority_fields(),
        "complaint.regulator_answered": _authority_fields(),
        "complaint.review_requested": {"level": ANY, "by": text()},
        "complaint.review_decided": {"level": ANY, "by": text()},
        "complaint.referred": {"body": text()},
        ev.LINKED: {"to": text(required=True), "relation": choice(("duplicate", "repeat", "group"))},
        ev.VOIDED: {
            "event": Field(kind=EventKey, allowed="{source, id}", required=True),
            "reason": text(required=True),
            "by": text(required=True),
        },
        ev.ERASED: {"by": text(), "reason": text()},
    }


def _authority_fields() -> dict[str, Field]:
    return {"body": text(required=True), "reference": text(), "received_at": INSTANT}


def _with_auto(words: Vocabulary, what: str) -> tuple[str, ...] | None:
    """The rulebook's own words for a field that a human may set, and `auto`."""
    own = words.human_words.get(what)
    return None if own is None else (*own, "auto")
