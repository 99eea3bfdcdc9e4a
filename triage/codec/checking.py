"""Checking an event's data: all at once when it is sound, field by field when it is not."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from triage.codec.field_kinds import Field, Instant, struct_of
from triage.codec.fields import NEEDS_DESCRIPTION_OR_CAUSES, fields_by_type
from triage.codec.instants import read_instant
from triage.codec.showing import shown
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

OLDEST = 130
LATEST_RECEIPT = timedelta(days=1)
"""A receipt may stand so far behind the time of the event that states it: clocks differ, and offsets are mistaken."""

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
        own = {spec.path for spec in words.facts.values() if spec.personal and spec.path}
        self._personal = PERSONAL_PATHS | own

    def check(self, event_type: str, data: Any, at: datetime) -> Checked:
        """The sound fields of an event's data, and what is wrong with the others. `at`: the event's time."""
        fields = self._fields.get(event_type)
        if fields is None:
            return Checked(data if isinstance(data, dict) else {}, ())
        try:
            msgspec.convert(data, self._structs[event_type])
            checked = Checked(data, ())
        except msgspec.ValidationError:
            checked = self._walk(fields, data)
        cross_check = _CROSS_CHECKS.get(event_type)
        return cross_check(checked, at) if cross_check else checked

    def _walk(self, fields: dict[str, Field], data: Any) -> Checked:
        if not isinstance(data, dict):
            return Checked({}, (Fault("data", _shape(data), "a mapping"),))
        faults: list[Fault] = []
        return Checked(self._mapping(fields, data, "", faults), tuple(faults))

    def _mapping(self, fields: dict[str, Field], data: dict[str, Any], at: str, faults: list[Fault]) -> dict[str, Any]:
        sound: dict[str, Any] = {}
        for key, value in data.items():
            field = fields.get(key)
            if field is None:
                sound[key] = value
            elif value in (None, "") and not field.required:
                sound[key] = None
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
            faults.append(Fault(path, HIDDEN if self._is_personal(path) else _shape(value), allowed))

    def _fits(self, field: Field, value: Any, path: str, faults: list[Fault]) -> bool:
        try:
            msgspec.convert(value, field.kind)
        except msgspec.ValidationError:
            found = HIDDEN if self._is_personal(path) else _found(value, dates=field.kind is Instant)
            faults.append(Fault(path, found, field.allowed))
            return False
        return True

    def _is_personal(self, path: str) -> bool:
        return path.split("[", maxsplit=1)[0].removeprefix("patch.") in self._personal


def _found(value: Any, *, dates: bool) -> str:
    """The value, or what it is when it may be somebody's."""
    if isinstance(value, dict | list):
        return _shape(value)
    return shown(value if isinstance(value, str) else msgspec.json.encode(value).decode(), dates=dates)


def _shape(value: Any) -> str:
    """What a value is, when what it holds may be personal."""
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else "a single value"


def _cross_check_registered(checked: Checked, at: datetime) -> Checked:
    data, faults = checked.data, list(checked.faults)
    told = data.get("description") or data.get("causes")
    if not told and not _mentioned(faults, ("description", "causes", "data")):
        faults.append(Fault("description", NOTHING, NEEDS_DESCRIPTION_OR_CAUSES))
    data = _without_impossible_times(data, "", at, faults)
    return Checked(data, tuple(faults)) if faults else checked


def _cross_check_amended(checked: Checked, at: datetime) -> Checked:
    """Null removes, but never a required field."""
    patch = checked.data.get("patch")
    if not isinstance(patch, dict):
        return checked
    faults = list(checked.faults)
    for path in ("channel", "customer", "customer.id"):
        patch = _without_null(patch, path, path, faults)
    patch = _without_impossible_times(patch, "patch.", at, faults)
    return Checked({**checked.data, "patch": patch}, tuple(faults)) if faults else checked


def _without_impossible_times(data: dict[str, Any], prefix: str, at: datetime, faults: list[Fault]) -> dict[str, Any]:
    stated = data.get("received_at")
    if isinstance(stated, str):
        received = read_instant(stated)
        if received is None or received > at + LATEST_RECEIPT:
            faults.append(
                Fault(f"{prefix}received_at", shown(stated, dates=True), "an instant not after the event's time")
            )
            data = {key: value for key, value in data.items() if key != "received_at"}
    return _without_impossible_birth(data, prefix, at, faults)


def _without_impossible_birth(data: dict[str, Any], prefix: str, at: datetime, faults: list[Fault]) -> dict[str, Any]:
    customer = data.get("customer")
    born = customer.get("birth_date") if isinstance(customer, dict) else None
    if not isinstance(customer, dict) or not isinstance(born, str):
        return data
    if 0 <= full_years(date.fromisoformat(born), at.date()) <= OLDEST:
        return data
    faults.append(Fault(f"{prefix}customer.birth_date", HIDDEN, f"a date of the last {OLDEST} years"))
    return {**data, "customer": {key: value for key, value in customer.items() if key != "birth_date"}}


_CROSS_CHECKS: dict[str, Callable[[Checked, datetime], Checked]] = {
    ev.REGISTERED: _cross_check_registered,
    ev.AMENDED: _cross_check_amended,
}


def _mentioned(faults: Collection[Fault], paths: Collection[str]) -> bool:
    return any(fault.path.split("[", maxsplit=1)[0] in paths for fault in faults)


def _without_null(patch: dict[str, Any], path: str, rest: str, faults: list[Fault]) -> dict[str, Any]:
    """The patch without a null that would remove a required field. `rest`: the path from here on."""
    first, _, deeper = rest.partition(".")
    if first not in patch:
        return patch
    inner = patch[first]
    if deeper:
        return {**patch, first: _without_null(inner, path, deeper, faults)} if isinstance(inner, dict) else patch
    if inner is not None:
        return patch
    faults.append(Fault(f"patch.{path}", "null", "a required field cannot be removed"))
    return {key: value for key, value in patch.items() if key != first}
