"""What the services ask of the outside: sources of events and the store with its one transaction."""

from triage.ports.engine import Engine, Evaluated, OneEngine, Questions
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
    "Engine",
    "Evaluated",
    "EventSource",
    "Mute",
    "Offsets",
    "OneEngine",
    "Part",
    "Position",
    "Questions",
    "Reading",
    "Record",
    "Rulebooks",
    "Sibling",
    "Store",
    "StoredRulebook",
    "TimelineRow",
    "Transaction",
]
