"""The declared data of every event type: which fields, of which kind, required or not."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from triage.domain import event as ev
from triage.domain.facts import COMPLEXITIES, Vocabulary

Text = Annotated[str, msgspec.Meta(min_length=1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Amount = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
Age = Annotated[int, msgspec.Meta(ge=0, le=130)]
Score = Annotated[int, msgspec.Meta(ge=1, le=5)]
Members = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


class MoneyIn(msgspec.Struct, frozen=True):
    """An amount with its currency; a money with a fault in it counts as absent as a whole."""

    value: Amount
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class PersonIn(msgspec.Struct, frozen=True):
    """A person by id; the name defaults to the id."""

    id: Text
    name: Text | None = None


class EventKey(msgspec.Struct, frozen=True):
    """Another event, by source and id."""

    source: Text
    id: Text


class Approver(msgspec.Struct, frozen=True):
    """Who approved, in which role."""

    id: Text
    role: Text


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `kind`: a Python type that msgspec checks, for `each` the type of a list's entries. `allowed`: what
    a fault says would have fitted. `inside`: the fields of a mapping, checked one by one."""

    kind: Any
    allowed: str
    required: bool = False
    each: bool = False
    inside: "dict[str, Field] | None" = None

    @property
    def type(self) -> Any:
        """The whole field's type."""
        return list[self.kind] if self.each else self.kind  # type: ignore[name-defined] # built at run time


def _text(*, required: bool = False) -> Field:
    return Field(kind=Text, allowed="a text", required=required)


def _choice(values: tuple[str, ...] | None, *, required: bool = False, each: bool = False) -> Field:
    if values is None:
        return Field(kind=Text, allowed="a text", required=required, each=each)
    return Field(kind=Literal[values], allowed=f"one of {', '.join(values)}", required=required, each=each)


def _mapping(inside: dict[str, Field], *, required: bool = False) -> Field:
    return Field(kind=struct_of("Inside", inside), allowed="a mapping", required=required, inside=inside)


INSTANT = Field(kind=Instant, allowed="an instant with an offset (RFC 3339)")
MONEY = Field(kind=MoneyIn, allowed="{value: number, currency: three letters}")
FLAG = Field(kind=bool, allowed="true or false")
ANY = Field(kind=Any, allowed="anything")
NEEDS_DESCRIPTION_OR_CAUSES = "a description or causes"


def struct_of(name: str, fields: dict[str, Field]) -> type[msgspec.Struct]:
    """The fields as one type, checked by msgspec in one go."""
    required = [(key, field.type) for key, field in fields.items() if field.required]
    optional = [(key, field.type | None, None) for key, field in fields.items() if not field.required]
    return msgspec.defstruct(name, [*required, *optional])


def registered_fields(words: Vocabulary) -> dict[str, Field]:
    """What a registration says of a complaint."""
    circumstances = _choice(words.values_of("customer.circumstances"), each=True)
    customer = {
        "id": _text(required=True),
        "birth_date": Field(kind=date, allowed="a date"),
        "age": Field(kind=Age, allowed="full years, 0 to 130"),
        "circumstances": circumstances,
        "name": _text(),
        "contact": ANY,
        "language": _text(),
    }
    return {
        "channel": _choice(words.values_of("channel"), required=True),
        "customer": _mapping(customer, required=True),
        "description": _text(),
        "causes": _choice(words.values_of("causes"), each=True),
        "line_of_business": _choice(words.values_of("line_of_business")),
        "policy_no": _text(),
        "claim_no": _text(),
        "claim_stage": _choice(words.values_of("claim_stage")),
        "amount_disputed": MONEY,
        "respondent": _text(),
        "group_size": Field(kind=Members, allowed="a whole number from 1"),
        "received_at": INSTANT,
        "jurisdiction": Field(kind=Country, allowed="an ISO 3166 code such as CN or US-CA"),
        "labels": _mapping(_label_fields(words)),
    }


def _label_fields(words: Vocabulary) -> dict[str, Field]:
    """A deployment's own facts that stand under `labels`; other labels are free."""
    return {
        spec.path.removeprefix("labels."): _choice(spec.values)
        for spec in words.facts.values()
        if spec.path and spec.path.startswith("labels.") and spec.path.count(".") == 1 and spec.values
    }


def fields_by_type(words: Vocabulary) -> dict[str, dict[str, Field]]:
    """Every event type with declared data; the data of other types is free."""
    channel = _choice(words.values_of("channel"))
    person = Field(kind=PersonIn | Text, allowed="{id, name} or a text", required=True)
    by, reason = _text(), _text()
    return {
        ev.REGISTERED: registered_fields(words),
        "complaint.acknowledged": {"channel": channel},
        ev.VERIFIED: {
            "by": _text(required=True),
            "priority": _choice(_with_auto(words, "priority")),
            "department": _choice(_with_auto(words, "department")),
            "handler": _choice(_with_auto(words, "handler")),
            "complexity": _choice(COMPLEXITIES),
            "note": _text(),
        },
        ev.ASSIGNED: {"owner": person, "department": _choice(_with_auto(words, "department")), "by": by},
        "complaint.contacted": {
            "direction": _choice(("to_customer", "from_customer"), required=True),
            "channel": channel,
            "summary": _text(),
        },
        **_work_fields(),
        ev.REPLY_SENT: {
            "kind": _choice(("final", "holding", "interim")),
            "channel": channel,
            "evidence": ANY,
        },
        ev.FOLLOWUP_ATTEMPTED: _followup_fields(channel),
        ev.FOLLOWUP_COMPLETED: _followup_fields(channel),
        ev.CLOSE_REQUESTED: {
            "by": by,
            "outcome": _choice(("upheld", "partly_upheld", "rejected", "settled")),
        },
        ev.WITHDRAWN: {"reason": reason},
        ev.REOPENED: {"reason": reason},
        **_clock_and_authority_fields(),
    }


def _work_fields() -> dict[str, dict[str, Field]]:
    solution = {"summary": _text(), "amount": MONEY}
    investigation = {"by": _text(), "findings": _text()}
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
    return {"channel": channel, "satisfied": FLAG, "score": score, "comment": _text()}


def _clock_and_authority_fields() -> dict[str, dict[str, Field]]:
    pause_reason = _choice(("appraisal", "mediation", "waiting_customer"), required=True)
    clocks = Field(kind=Text, allowed="names of clocks", each=True)
    paused = {
        "reason": pause_reason,
        "clocks": clocks,
        "complainant_informed_at": INSTANT,
        "agreed_by_complainant": FLAG,
    }
    return {
        "complaint.paused": paused,
        "complaint.resumed": {"reason": _choice(("appraisal", "mediation", "waiting_customer")), "clocks": clocks},
        "complaint.extension_granted": {
            "clock": _text(required=True),
            "to": _text(required=True),
            "reason": _text(required=True),
            "approver": Field(kind=Approver, allowed="{id, role}"),
            "complainant_informed_at": INSTANT,
        },
        "complaint.regulator_inquiry": _authority_fields(),
        "complaint.regulator_answered": _authority_fields(),
        "complaint.review_requested": {"level": ANY, "by": _text()},
        "complaint.review_decided": {"level": ANY, "by": _text()},
        "complaint.referred": {"body": _text()},
        ev.LINKED: {"to": _text(required=True), "relation": _choice(("duplicate", "repeat", "group"))},
        ev.VOIDED: {
            "event": Field(kind=EventKey, allowed="{source, id}", required=True),
            "reason": _text(required=True),
            "by": _text(required=True),
        },
        ev.ERASED: {"by": _text(), "reason": _text()},
    }


def _authority_fields() -> dict[str, Field]:
    return {"body": _text(required=True), "reference": _text(), "received_at": INSTANT}


def _with_auto(words: Vocabulary, what: str) -> tuple[str, ...] | None:
    """The rulebook's own words for a field that a human may set, and `auto`."""
    own = words.human_words.get(what)
    return None if own is None else (*own, "auto")
