"""Revisions of the rulebook, as the services ask the store for them."""

from datetime import datetime
from typing import Protocol

from triage.ports.rows import RulebookChange, Running, ShadowTally, StoredRulebook


class Rulebooks(Protocol):
    """Revisions of the rulebook, what became of each, and which one runs."""

    def active(self) -> StoredRulebook | None:
        """The one active revision."""
        ...

    def active_revision(self) -> str | None:
        """Its name alone: cheap, asked at every batch."""
        ...

    def running(self) -> Running:
        """The names of the active revision and of the one in its shadow, asked at once."""
        ...

    def get(self, revision: str) -> StoredRulebook | None:
        """A stored revision, in whatever state."""
        ...

    def name(self, revision: str) -> str:
        """The name of the rulebook that a stored revision is of."""
        ...

    def states(self) -> dict[str, str]:
        """Every stored revision with its state."""
        ...

    def changes(self) -> list[RulebookChange]:
        """Everything that became of any revision, the oldest first."""
        ...

    def hold(self) -> None:
        """Be alone with what runs and is proposed until the transaction ends; waits for batches under way."""
        ...

    def keep(self, rulebook: StoredRulebook) -> None:
        """Store a revision as a draft, unless it is stored."""
        ...

    def change(self, what: str, revision: str, *, at: datetime, who: str, why: str) -> None:
        """Something becomes of a stored revision; who changes what runs holds it. A revision becomes active after the
        one before it was retired."""
        ...

    def put_tally(self, tally: ShadowTally) -> None:
        """Store what an instance has counted so far."""
        ...

    def tallies(self, run: int) -> list[ShadowTally]:
        """What every instance has counted in a run of a shadow."""
        ...
