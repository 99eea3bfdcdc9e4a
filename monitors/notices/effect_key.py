"""Deterministic ids: a re-sent effect is recognisable by its id and has the same bytes."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

NAMESPACE: UUID = uuid5(NAMESPACE_URL, "urn:complaint-triage:effect")


def effect_id(*key: object) -> str:
    """The id of an effect: UUIDv5 of the JSON array of its key. Instants in the key are written in UTC with `Z`."""
    parts = [part.astimezone(UTC) if isinstance(part, datetime) else part for part in key]
    return str(uuid5(NAMESPACE, msgspec.json.encode(parts).decode()))
