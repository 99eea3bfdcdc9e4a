"""The JSON Schema of events, out of the types that check them."""

from typing import Any

import msgspec

from triage.codec.field_kinds import Field, struct_of
from triage.codec.fields import fields_by_type
from triage.domain.facts import Vocabulary

INNER = "#/$defs/{name}"
"""Where a schema that stands alone keeps its definitions."""


def event_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """CloudEvents 1.0 in structured mode; the data by event type. Unknown fields and types are allowed."""
    parts, definitions = data_schemas(vocabulary, INNER)
    branches = [{"if": {"properties": {"type": {"const": name}}}, "then": then} for name, then in parts.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "complaint event",
        **envelope_schema(),
        "allOf": branches,
        "$defs": definitions,
    }


def envelope_schema() -> dict[str, Any]:
    """The envelope of every event."""
    text = {"type": "string", "minLength": 1, "maxLength": 512}
    return {
        "type": "object",
        "required": ["id", "source", "type", "subject", "time"],
        "properties": {
            "specversion": {"type": "string", "pattern": "^1\\."},
            "id": text,
            "source": text,
            "type": text,
            "subject": {**text, "description": "complaint id"},
            "time": {"type": "string", "format": "date-time"},
            "traceparent": {"type": "string", "description": "W3C trace context"},
            "data": {"type": "object"},
        },
    }


def data_schemas(vocabulary: Vocabulary, ref_template: str) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """By event type what its `data` has to be, and the definitions that this names by `ref_template`."""
    by_type = fields_by_type(vocabulary)
    structs = {name: struct_of(_camel(name), fields) for name, fields in by_type.items()}
    schemas, definitions = msgspec.json.schema_components(structs.values(), ref_template=ref_template)
    parts = {name: _then(schema, by_type[name]) for name, schema in zip(structs, schemas, strict=True)}
    return parts, definitions


def _then(schema: dict[str, Any], fields: dict[str, Field]) -> dict[str, Any]:
    required = any(field.required for field in fields.values())
    return {"properties": {"data": schema}} | ({"required": ["data"]} if required else {})


def _camel(event_type: str) -> str:
    return "".join(part.capitalize() for part in event_type.replace(".", "_").split("_"))
