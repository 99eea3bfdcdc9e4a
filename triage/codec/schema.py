"""The JSON Schema of events, out of the types that check them."""

from typing import Any

import msgspec

from triage.codec.fields import Field, fields_by_type, struct_of
from triage.domain.facts import Vocabulary


def event_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """CloudEvents 1.0 in structured mode; the data by event type. Unknown fields and types are allowed."""
    by_type = fields_by_type(vocabulary)
    structs = {name: struct_of(_camel(name), fields) for name, fields in by_type.items()}
    schemas, definitions = msgspec.json.schema_components(structs.values(), ref_template="#/$defs/{name}")
    branches = [
        {"if": {"properties": {"type": {"const": name}}}, "then": _then(schema, by_type[name])}
        for name, schema in zip(structs, schemas, strict=True)
    ]
    text = {"type": "string", "minLength": 1, "maxLength": 512}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "complaint event",
        "type": "object",
        "required": ["id", "source", "type", "subject", "time"],
        "properties": {
            "specversion": {"type": "string", "pattern": "^1\\."},
            "id": text,
            "source": text,
            "type": text,
            "subject": {**text, "description": "complaint id"},
            "time": {"type": "string", "format": "date-time"},
            "data": {"type": "object"},
        },
        "allOf": branches,
        "$defs": definitions,
    }


def _then(schema: dict[str, Any], fields: dict[str, Field]) -> dict[str, Any]:
    required = any(field.required for field in fields.values())
    return {"properties": {"data": schema}} | ({"required": ["data"]} if required else {})


def _camel(event_type: str) -> str:
    return "".join(part.capitalize() for part in event_type.replace(".", "_").split("_"))
