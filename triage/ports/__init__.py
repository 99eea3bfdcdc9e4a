"""What the services ask of the outside: sources of events and the store with its one transaction."""

from triage.ports.past import KeptDecision, OpenCase, Past, PastRow, Span
from triage.ports.rows import (
    CaseRow,
    Changes,
    ClockRow,
    DeadLetter,
    Mute,
    Part,
    Position,
    Record,
    Sibling,
    StoredRulebook,
    TimelineRow,
)
from triage.ports.source import EventSource
from triage.ports.store import Cases, Offsets, Reading, Rulebooks, Store, Transaction

__all__ = [
    "CaseRow",
    "Cases",
    "Changes",
    "ClockRow",
    "DeadLetter",
    "EventSource",
    "KeptDecision",
    "Mute",
    "Offsets",
    "OpenCase",
    "Part",
    "Past",
    "PastRow",
    "Position",
    "Reading",
    "Record",
    "Rulebooks",
    "Sibling",
    "Span",
    "Store",
    "StoredRulebook",
    "TimelineRow",
    "Transaction",
]
