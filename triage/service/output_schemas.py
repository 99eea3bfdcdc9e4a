"""Schemas of what goes out, and the AsyncAPI document of all four topics, out of the types that are sent and read."""

from typing import Any

import msgspec

from monitors.notices.message import ALERTS, DEAD_LETTERS, DECISIONS, TOPIC_OF, Envelope
from monitors.notices.outputs import OUTPUTS, DeadLetterHeaders
from triage.codec.schema import INNER, data_schemas, envelope_schema
from triage.domain.facts import Vocabulary

ABOUT = (
    "Complaint events in; decisions, alerts and dead letters out. Delivery is at least once and in order for each "
    "complaint; keep the highest sequence."
)
EVENTS, DEAD_LETTER = "events", "dead-letter"
CLOUD_EVENT = "application/cloudevents+json"
COMPONENT = "#/components/schemas/{name}"
KEY = {"type": "string", "description": "complaint id"}


class Topics(msgspec.Struct, frozen=True, kw_only=True):
    """The names of the topics, and a broker."""

    bootstrap_server: str
    events: str
    decisions: str
    alerts: str
    dead_letters: str


def outputs_schema() -> dict[str, Any]:
    """One output: its envelope, and its data by type."""
    envelope, parts, definitions = _outputs(INNER)
    branches = [{"if": {"properties": {"type": {"const": name}}}, "then": part} for name, part in parts.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "output of complaint-triage",
        **envelope,
        "allOf": [{"properties": {"type": {"enum": list(OUTPUTS)}}}, *branches],
        "$defs": definitions,
    }


def _outputs(ref_template: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]], dict[str, Any]]:
    """The envelope's schema, by type what its data has to be, and the definitions that they name."""
    types = [Envelope, *OUTPUTS.values()]
    schemas, definitions = msgspec.json.schema_components(types, ref_template=ref_template)
    envelope = definitions.pop(Envelope.__name__)
    parts = {name: {"properties": {"data": data}} for name, data in zip(OUTPUTS, schemas[1:], strict=True)}
    return envelope, parts, definitions


def asyncapi(vocabulary: Vocabulary, topics: Topics, version: str) -> dict[str, Any]:
    """The AsyncAPI 3 document: topics, messages, keys and headers; this service receives one and sends three."""
    inner_events, event_definitions = data_schemas(vocabulary, COMPONENT)
    envelope, inner_outputs, output_definitions = _outputs(COMPONENT)
    (headers,), header_definitions = msgspec.json.schema_components([DeadLetterHeaders], ref_template=COMPONENT)
    messages = {
        **{name: _message(name, "EventEnvelope", part) for name, part in inner_events.items()},
        **{name: _message(name, "OutputEnvelope", part) for name, part in inner_outputs.items()},
        DEAD_LETTER: _dead_letter(headers),
    }
    schemas = {"EventEnvelope": envelope_schema(), "OutputEnvelope": envelope}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "complaint-triage",
            "version": version,
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CLOUD_EVENT,
        "servers": {"kafka": {"host": topics.bootstrap_server, "protocol": "kafka"}},
        "channels": {
            EVENTS: _channel(topics.events, inner_events),
            DECISIONS: _channel(topics.decisions, _of(DECISIONS)),
            ALERTS: _channel(topics.alerts, _of(ALERTS)),
            DEAD_LETTERS: _channel(topics.dead_letters, [DEAD_LETTER]),
        },
        "operations": dict(map(_operation, (EVENTS, DECISIONS, ALERTS, DEAD_LETTERS))),
        "components": {
            "messages": messages,
            "schemas": schemas | event_definitions | output_definitions | header_definitions,
        },
    }


def _operation(channel: str) -> tuple[str, dict[str, Any]]:
    action = "receive" if channel == EVENTS else "send"
    return f"{action}_{channel}", {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _dead_letter(headers: Any) -> dict[str, Any]:
    return {
        "name": DEAD_LETTER,
        "title": "What could not be used, byte by byte",
        "contentType": "application/octet-stream",
        "headers": headers,
        "payload": {"description": "the bytes as they came"},
    }


def _of(topic: str) -> list[str]:
    return [name for name, carrier in TOPIC_OF.items() if carrier == topic]


def _channel(address: str, names: Any) -> dict[str, Any]:
    return {
        "address": address,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": address}},
    }


def _message(name: str, envelope: str, part: dict[str, Any]) -> dict[str, Any]:
    constant = {"type": "object", "properties": {"type": {"const": name}, **part["properties"]}}
    required = {"required": part["required"]} if "required" in part else {}
    return {
        "name": name,
        "contentType": CLOUD_EVENT,
        "bindings": {"kafka": {"key": KEY}},
        "payload": {"allOf": [{"$ref": COMPONENT.format(name=envelope)}, constant | required]},
    }
