"""Checking an event's data: all at once when it is sound, field by field when it is not."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from triage.codec.fields import NEEDS_DESCRIPTION_OR_CAUSES, Field, fields_by_type, registered_fields, struct_of
from triage.domain import event as ev
from triage.domain.event import Fault
from triage.domain.facts import Vocabulary, full_years

PERSONAL_PATHS = frozenset(
    {
        "customer.name", "customer.contact", "customer.birth_date", "customer.age", "customer.circumstances",
        "description", "summary", "findings", "comment", "note", "body", "customer",
    }
)  # fmt: skip
"""Fields whose values never leave the service, not even as what a fault found."""

LONGEST_FOUND = 80
NOTHING = "nothing"
HIDDEN = "(personal)"


class Checked(msgspec.Struct, frozen=True):
    """Sound fields and the faults of the others."""

    data: dict[str, Any]
    faults: tuple[Fault, ...]


class Checker:
    """Checks the data of events against one vocabulary."""

    def __init__(self, words: Vocabulary) -> None:
        self._fields = fields_by_type(words)
        self._structs = {name: struct_of("Data", fields) for name, fields in self._fields.items()}
        registered = registered_fields(words)
        self._required = ("channel", "customer", "customer.id")
        self._patch = {key: _optional(field) for key, field in registered.items()}
        own = {spec.path for spec in words.facts.values() if spec.personal and spec.path}
        self._personal = PERSONAL_PATHS | own

    def check(self, event_type: str, data: Any, at: datetime) -> Checked:
        """The sound fields of an event's data, and what is wrong with the others. `at`: the event's time."""
        if event_type == ev.AMENDED:
            return self._check_amendment(data)
        fields = self._fields.get(event_type)
        if fields is None:
            return Checked(data if isinstance(data, dict) else {}, ())
        try:
            msgspec.convert(data, self._structs[event_type])
            checked = Checked(data, ())
        except msgspec.ValidationError:
            checked = self._walk(fields, data)
        return self._cross_check(checked, at) if event_type == ev.REGISTERED else checked

    def _walk(self, fields: dict[str, Field], data: Any) -> Checked:
        if not isinstance(data, dict):
            return Checked({}, (self._fault("data", data, "a mapping"),))
        faults: list[Fault] = []
        return Checked(self._mapping(fields, data, "", faults), tuple(faults))

    def _mapping(self, fields: dict[str, Field], data: dict[str, Any], at: str, faults: list[Fault]) -> dict[str, Any]:
        sound: dict[str, Any] = {}
        for key, value in data.items():
            field = fields.get(key)
            if field is None or (value is None and not field.required):
                sound[key] = value
            elif value is not None:
                self._value(sound, key, field, value, at + key, faults)
        for key, field in fields.items():
            if field.required and data.get(key) is None:
                faults.append(Fault(at + key, NOTHING, field.allowed))
        return sound

    def _value(self, sound: dict[str, Any], key: str, field: Field, value: Any, path: str, faults: list[Fault]) -> None:
        if field.inside is not None and isinstance(value, dict):
            sound[key] = self._mapping(field.inside, value, f"{path}.", faults)
        elif field.each and isinstance(value, list):
            kept = [one for number, one in enumerate(value) if self._fits(field, one, f"{path}[{number}]", faults)]
            sound[key] = kept
        elif field.inside is None and not field.each:
            if self._fits(field, value, path, faults):
                sound[key] = value
        else:
            allowed = f"a list: {field.allowed}" if field.each else field.allowed
            faults.append(self._fault(path, value, allowed))

    def _fits(self, field: Field, value: Any, path: str, faults: list[Fault]) -> bool:
        try:
            msgspec.convert(value, field.kind)
        except msgspec.ValidationError:
            faults.append(self._fault(path, value, field.allowed))
            return False
        return True

    def _fault(self, path: str, value: Any, allowed: str) -> Fault:
        bare = path.split("[", maxsplit=1)[0].removeprefix("patch.")
        if bare in self._personal:
            return Fault(path, HIDDEN, allowed)
        shown = value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8", "replace")
        return Fault(path, shown[:LONGEST_FOUND], allowed)

    def _check_amendment(self, data: Any) -> Checked:
        """A merge patch: its entries are checked like registered data, null removes, but never a required field."""
        patch = data.get("patch") if isinstance(data, dict) else None
        if not isinstance(patch, dict):
            return Checked({}, (self._fault("patch", patch, "a mapping") if patch else _NO_PATCH,))
        faults: list[Fault] = []
        sound = self._mapping(self._patch, patch, "patch.", faults)
        for path in self._required:
            _drop_null(sound, path, faults)
        kept = {**data, "patch": sound}
        if not isinstance(kept.get("new_facts", False), bool):
            faults.append(self._fault("new_facts", kept.pop("new_facts"), "true or false"))
        return Checked(kept, tuple(faults))

    def _cross_check(self, checked: Checked, at: datetime) -> Checked:
        data, faults = checked.data, list(checked.faults)
        if not data.get("description") and not data.get("causes") and not _mentioned(faults, ("description", "causes")):
            faults.append(Fault("description", NOTHING, NEEDS_DESCRIPTION_OR_CAUSES))
        customer = data.get("customer")
        born = customer.get("birth_date") if isinstance(customer, dict) else None
        if isinstance(customer, dict) and isinstance(born, str):
            age = full_years(datetime.fromisoformat(born).date(), at.date())
            if not 0 <= age <= 130:
                data = {**data, "customer": {key: value for key, value in customer.items() if key != "birth_date"}}
                faults.append(Fault("customer.birth_date", HIDDEN, "a date of the last 130 years"))
        return Checked(data, tuple(faults)) if faults else checked


_NO_PATCH = Fault("patch", NOTHING, "a mapping")


def _optional(field: Field) -> Field:
    inside = field.inside and {key: _optional(one) for key, one in field.inside.items()}
    return msgspec.structs.replace(field, required=False, inside=inside)


def _mentioned(faults: Collection[Fault], paths: Collection[str]) -> bool:
    return any(fault.path.split("[", maxsplit=1)[0] in paths for fault in faults)


def _drop_null(sound: dict[str, Any], path: str, faults: list[Fault]) -> None:
    """Refuse a null that would remove a required field."""
    *parents, last = path.split(".")
    inner: Any = sound
    for part in parents:
        inner = inner.get(part) if isinstance(inner, dict) else None
    if isinstance(inner, dict) and last in inner and inner[last] is None:
        del inner[last]
        faults.append(Fault(f"patch.{path}", "null", "a required field cannot be removed"))
