"""What is kept for a while only."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Dropped(NamedTuple):
    """What one look did. `after`: where the next one goes on, None when everything was looked at."""

    rows: int
    after: int | None


class Settled(NamedTuple):
    """Cases of which nothing is expected any more and that are not erased. `after`: as above."""

    cases: Sequence[str]
    after: int | None


class OldRows(Protocol):
    """Rows by their age, some at a time, in the order of their numbers."""

    def drop_sent_outputs(self, before: datetime, after: int) -> Dropped:
        """Delete outputs that were sent and recorded before an instant; who failed stays, for an operator's word."""
        ...

    def drop_dead_letters(self, before: datetime, after: int) -> Dropped:
        """Delete dead letters that came before an instant, and what was published of them from the outbox."""
        ...

    def drop_audit(self, before: datetime, after: int) -> Dropped:
        """Delete entries of the audit from before an instant."""
        ...

    def settled_cases(self, before: datetime, after: int) -> Settled:
        """Closed, withdrawn and merged cases whose last event or step was before an instant."""
        ...
