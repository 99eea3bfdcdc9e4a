"""What is told of an event's way when somebody traces it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from triage.ports.rows import Part


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way from the source to what was committed of it. Instants are monotonic seconds. `traceparent`:
    W3C trace context that came with it. `began`, `ended`: of its batch's transaction; `decided`: when its own step
    began and ended, None for one that was buried. `error`: why it was buried."""

    part: Part
    offset: int
    traceparent: str | None
    case: str | None
    type: str | None
    began: float
    ended: float
    decided: tuple[float, float] | None = None
    error: str | None = None


class Tracing(Protocol):
    """Takes what was committed; it is never waited for."""

    def handled(self, events: Sequence[Handled]) -> None:
        """Tell of the events of one committed transaction."""
        ...
