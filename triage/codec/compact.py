"""Events as the case document keeps them."""

import msgspec

from triage.domain.event import Event

FREE_TEXTS = frozenset({"summary", "findings", "comment", "note", "evidence", "reference"})
"""Fields that no fact, clock or guard reads; the timeline keeps them."""


def compact(event: Event) -> Event:
    """The event without free texts that nothing decides by."""
    if FREE_TEXTS.isdisjoint(event.data):
        return event
    kept = {name: value for name, value in event.data.items() if name not in FREE_TEXTS}
    return msgspec.structs.replace(event, data=kept)
