"""What is covered of one rule, term list or policy."""

from collections.abc import Iterable, Sequence

import msgspec

from triage.rulebook.model import Position
from triage.wording.text import Text


class Missing(msgspec.Struct, frozen=True):
    """A branch that no example shows. `given`: facts of an example that would, as a file writes them; empty when none
    can be told."""

    at: Position
    what: Text
    given: str = ""


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: rule | term | policy. `fires`, `silent`: whether an example fires it, and whether one does not; None of
    what does not fire. `branches`: how many there are; those that no facts can reach are not counted."""

    kind: str
    subject: str
    at: Position
    fires: bool | None = None
    silent: bool | None = None
    branches: int
    missing: tuple[Missing, ...]

    @property
    def reached(self) -> int:
        """How many branches an example shows."""
        return self.branches - len(self.missing)


class Total(msgspec.Struct, frozen=True):
    """The branches of everything of a kind."""

    reached: int
    branches: int

    @property
    def percent(self) -> float:
        """Cut to a tenth, so that 100 means all; 100 of nothing."""
        return self.reached * 1000 // self.branches / 10 if self.branches else 100.0


def total(covered: Iterable[Covered], kinds: Sequence[str]) -> Total:
    """The sum over the kinds."""
    chosen = [one for one in covered if one.kind in kinds]
    return Total(sum(one.reached for one in chosen), sum(one.branches for one in chosen))
