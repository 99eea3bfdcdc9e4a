"""Deterministic ids: a re-sent effect is recognisable by its id and has the same bytes."""

from datetime import UTC, datetime
from hashlib import sha1
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

NAMESPACE: UUID = uuid5(NAMESPACE_URL, "urn:complaint-triage:effect")


def effect_id(*key: object) -> str:
    """The id of an effect: UUIDv5 of the JSON array of its key. Instants in the key are written in UTC with `Z`."""
    parts = [part.astimezone(UTC) if isinstance(part, datetime) else part for part in key]
    digest = sha1(NAMESPACE.bytes + msgspec.json.encode(parts), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]  # RFC 9562, as `uuid5` does it, at a third of its cost
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"
