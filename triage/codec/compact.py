"""Events as the case document keeps them."""

import msgspec

from triage.domain import event as ev
from triage.domain.event import Event

FREE_TEXTS: dict[str, frozenset[str]] = {
    ev.VERIFIED: frozenset({"note"}),
    "complaint.contacted": frozenset({"summary"}),
    "complaint.investigation_started": frozenset({"findings"}),
    "complaint.investigated": frozenset({"findings"}),
    "complaint.solution_proposed": frozenset({"summary"}),
    "complaint.solution_accepted": frozenset({"summary"}),
    "complaint.solution_rejected": frozenset({"summary"}),
    "complaint.solution_executed": frozenset({"summary"}),
    ev.FOLLOWUP_ATTEMPTED: frozenset({"comment"}),
    ev.FOLLOWUP_COMPLETED: frozenset({"comment"}),
    ev.REPLY_SENT: frozenset({"evidence"}),
}
"""By event type the fields that no fact, clock or guard reads; the timeline keeps them."""


def compact(event: Event) -> Event:
    """The event without free texts that nothing decides by."""
    free = FREE_TEXTS.get(event.type)
    if free is None or free.isdisjoint(event.data):
        return event
    kept = {name: value for name, value in event.data.items() if name not in free}
    return msgspec.structs.replace(event, data=kept)
