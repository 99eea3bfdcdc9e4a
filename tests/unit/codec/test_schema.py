"""The published JSON Schema agrees with what the codec takes."""

import re
from typing import Any

import pytest

from tests.unit.codec.samples import OWN_FACTS, SOUND, arrival, envelope, faulty_paths, vocabulary
from triage.codec.schema import event_schema

SCHEMA = event_schema(vocabulary(*OWN_FACTS))
ABOUT = {"title", "description", "default", "format", "$schema", "$defs", "then"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def fits(schema: dict[str, Any], value: Any) -> bool:
    """JSON Schema, as far as the schema of events uses it; an unknown keyword is an error."""
    return all(_CHECKS[key](schema, value) for key in schema if key not in ABOUT)


def _has_type(schema: dict[str, Any], value: Any) -> bool:
    wanted = schema["type"]
    return isinstance(value, TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))


def _conditional(schema: dict[str, Any], value: Any) -> bool:
    return not fits(schema["if"], value) or fits(schema["then"], value)


def _properties(schema: dict[str, Any], value: Any) -> bool:
    return not isinstance(value, dict) or all(
        fits(inner, value[name]) for name, inner in schema["properties"].items() if name in value
    )


_CHECKS: dict[str, Any] = {
    "$ref": lambda schema, value: fits(SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], value),
    "type": _has_type,
    "properties": _properties,
    "required": lambda schema, value: set(schema["required"]) <= value.keys(),
    "items": lambda schema, value: all(fits(schema["items"], one) for one in value),
    "anyOf": lambda schema, value: any(fits(one, value) for one in schema["anyOf"]),
    "allOf": lambda schema, value: all(fits(one, value) for one in schema["allOf"]),
    "if": _conditional,
    "const": lambda schema, value: value == schema["const"],
    "enum": lambda schema, value: value in schema["enum"],
    "pattern": lambda schema, value: not isinstance(value, str) or re.search(schema["pattern"], value) is not None,
    "minLength": lambda schema, value: len(value) >= schema["minLength"],
    "maxLength": lambda schema, value: len(value) <= schema["maxLength"],
    "minimum": lambda schema, value: value >= schema["minimum"],
    "maximum": lambda schema, value: value <= schema["maximum"],
}


@pytest.mark.parametrize("event_type", SOUND)
def test_sound_events_fit_the_schema(event_type: str) -> None:
    """What the codec takes without a fault, the schema takes too."""
    assert fits(SCHEMA, envelope(event_type, SOUND[event_type]))


@pytest.mark.parametrize(
    ("event_type", "wrong"),
    [
        ("complaint.registered", {"channel": "telegram"}),
        ("complaint.registered", {"customer": {"name": "no id"}}),
        ("complaint.registered", {"amount_disputed": {"value": 5}}),
        ("complaint.registered", {"labels": {"nature": "praise"}}),
        ("complaint.registered", {"causes": ["weather"]}),
        ("complaint.registered", {"group_size": 0}),
        ("complaint.registered", {"jurisdiction": "china"}),
        ("complaint.amended", {"patch": {"causes": ["weather"]}}),
        ("complaint.verified", {"priority": "asap"}),
        ("complaint.followup_completed", {"score": 6}),
        ("complaint.voided", {"event": "1"}),
    ],
)
def test_faulty_events_do_not_fit_the_schema(event_type: str, wrong: dict[str, Any]) -> None:
    """A sender that validates finds the fault before the service does."""
    data = SOUND[event_type] | wrong
    assert not fits(SCHEMA, envelope(event_type, data))
    assert faulty_paths(arrival(event_type, data))


@pytest.mark.parametrize("name", ["id", "source", "type", "subject", "time"])
def test_the_schema_requires_the_envelope(name: str) -> None:
    """An envelope without a part, or with an empty key, does not fit."""
    assert not fits(SCHEMA, envelope("x.y", {}, **{name: ...}))
    assert fits(SCHEMA, envelope("x.y", {}))
    assert not fits(SCHEMA, envelope("complaint.verified", ...))
