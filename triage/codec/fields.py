"""The declared data of every event type: which fields, of which kind, required or not."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, NewType

import msgspec

from triage.domain import event as ev
from triage.domain.facts import COMPLEXITIES, FactType, Vocabulary

Text = Annotated[str, msgspec.Meta(min_length=1)]
CustomerId = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]  # a key of an index
FreeText = NewType("FreeText", str)
"""What people write down; a type of its own, for no condition may test it and the case document leaves it out."""

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


class MoneyPatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """A merge patch of an amount: one part or both."""

    value: Amount | msgspec.UnsetType = msgspec.UNSET
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | msgspec.UnsetType = msgspec.UNSET


class PersonIn(msgspec.Struct, frozen=True):
    """A person by id; the name defaults to the id."""

    id: Text
    name: str | None = None


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
    """An optional text may be empty, which counts as absent."""
    return Field(kind=Text if required else str, allowed="a text", required=required)


def _choice(values: tuple[str, ...] | None, *, required: bool = False, each: bool = False) -> Field:
    if values is None:
        return Field(kind=Text, allowed="a text", required=required, each=each)
    return Field(kind=Literal[values], allowed=f"one of {', '.join(values)}", required=required, each=each)


def _mapping(name: str, inside: dict[str, Field], *, required: bool = False) -> Field:
    """`name`: unique, for it names the part in the JSON Schema."""
    return Field(kind=struct_of(name, inside), allowed="a mapping", required=required, inside=inside)


INSTANT = Field(kind=Instant, allowed="an instant with an offset (RFC 3339)")
MONEY = Field(kind=MoneyIn, allowed="{value: number, currency: three letters}")
FLAG = Field(kind=bool, allowed="true or false")
FREE = Field(kind=FreeText, allowed="a text")
ANY = Field(kind=Any, allowed="anything")
NEEDS_DESCRIPTION_OR_CAUSES = "a description or causes"


def struct_of(name: str, fields: dict[str, Field]) -> type[msgspec.Struct]:
    """The fields as one type, checked by msgspec in one go. Attributes have names of our own, for a key may be any text
    (`claim-type`)."""
    named = {f"field_{number}": key for number, key in enumerate(fields)}
    required = [(own, fields[key].type) for own, key in named.items() if fields[key].required]
    optional = [(own, fields[key].type | None, None) for own, key in named.items() if not fields[key].required]
    return msgspec.defstruct(name, [*required, *optional], rename=named)


def registered_fields(words: Vocabulary) -> dict[str, Field]:
    """What a registration says of a complaint."""
    circumstances = _choice(words.values_of("customer.circumstances"), each=True)
    customer = {
        "id": Field(kind=CustomerId, allowed="a text of at most 512 characters", required=True),
        "birth_date": Field(kind=date, allowed="a date"),
        "age": Field(kind=Age, allowed="full years, 0 to 130"),
        "circumstances": circumstances,
        "name": _text(),
        "contact": ANY,
        "language": _text(),
    }
    return {
        **_own_fields(words, ""),
        "channel": _choice(words.values_of("channel"), required=True),
        "customer": _mapping("Customer", _own_fields(words, "customer.") | customer, required=True),
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
        "labels": _mapping("Labels", _own_fields(words, "labels.")),
    }


def _own_fields(words: Vocabulary, prefix: str) -> dict[str, Field]:
    """A deployment's own facts with a closed set of values, one level under the prefix; other fields are free."""
    return {
        name: _choice(spec.values, each=spec.type is FactType.TEXTS)
        for spec in words.facts.values()
        if spec.path and spec.values and spec.path.startswith(prefix)
        if "." not in (name := spec.path.removeprefix(prefix))
    }


def amended_fields(registered: dict[str, Field]) -> dict[str, Field]:
    """A merge patch of the registered data: everything in it is optional."""
    return {
        "patch": _mapping("Patch", {key: _optional(key, field) for key, field in registered.items()}, required=True),
        "new_facts": FLAG,
    }


def _optional(name: str, field: Field) -> Field:
    if field.inside is None:
        kind = MoneyPatch if field.kind is MoneyIn else field.kind
        return msgspec.structs.replace(field, kind=kind, required=False)
    return _mapping(f"{name.capitalize()}Patch", {key: _optional(key, one) for key, one in field.inside.items()})


def fields_by_type(words: Vocabulary) -> dict[str, dict[str, Field]]:
    """Every event type with declared data; the data of other types is free."""
    channel = _choice(words.values_of("channel"))
    person = Field(kind=PersonIn | Text, allowed="{id, name} or a text", required=True)
    by, reason = _text(), _text()
    registered = registered_fields(words)
    return {
        ev.REGISTERED: registered,
        ev.AMENDED: amended_fields(registered),
        "complaint.acknowledged": {"channel": channel},
        ev.VERIFIED: {
            "by": _text(required=True),
            "priority": _choice(_with_auto(words, "priority")),
            "department": _choice(_with_auto(words, "department")),
            "handler": _choice(_with_auto(words, "handler")),
            "complexity": _choice(COMPLEXITIES),
            "note": FREE,
        },
        ev.ASSIGNED: {"owner": person, "department": _choice(_with_auto(words, "department")), "by": by},
        "complaint.contacted": {
            "direction": _choice(("to_customer", "from_customer"), required=True),
            "channel": channel,
            "summary": FREE,
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
    solution = {"summary": FREE, "amount": MONEY}
    investigation = {"by": _text(), "findings": FREE}
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
