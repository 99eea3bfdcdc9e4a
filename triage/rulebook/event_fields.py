"""The fields of each event type, as conditions over an event's own data speak of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args, get_origin

from triage.codec.field_kinds import Field, MoneyIn
from triage.codec.fields import fields_by_type
from triage.domain import event as ev
from triage.domain.facts import FactSpec, FactType, Vocabulary

_TYPES: dict[Any, FactType] = {
    str: FactType.TEXT,
    bool: FactType.YES_NO,
    int: FactType.WHOLE,
    float: FactType.NUMBER,
    date: FactType.DATE,
    datetime: FactType.INSTANT,
    MoneyIn: FactType.MONEY,
}


def event_fields(vocabulary: Vocabulary) -> dict[str, dict[str, FactSpec]]:
    """Event type to field name (dotted inside mappings) to what may be tested of it."""
    found = {name: _specs(fields, "") for name, fields in fields_by_type(vocabulary).items()}
    found[ev.AMENDED] = {"new_facts": FactSpec(name="new_facts", type=FactType.YES_NO)}
    return found


def _specs(fields: dict[str, Field], prefix: str) -> dict[str, FactSpec]:
    specs: dict[str, FactSpec] = {}
    for key, field in fields.items():
        name = prefix + key
        if field.inside is not None:
            specs |= _specs(field.inside, f"{name}.")
            continue
        kind, values = _kind(field.kind)
        if kind is not None:
            specs[name] = FactSpec(name=name, type=FactType.TEXTS if field.each else kind, values=values)
    return specs


def _kind(kind: Any) -> tuple[FactType | None, tuple[str, ...] | None]:
    if get_origin(kind) is Literal:
        return FactType.TEXT, get_args(kind)
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return _TYPES.get(kind), None
