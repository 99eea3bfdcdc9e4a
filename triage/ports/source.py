"""What the consumer asks of a source of events."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from triage.ports.rows import Part, Record


class EventSource(Protocol):
    """Gives records part by part, from the positions that it is told. One thread uses it."""

    @property
    def inputs(self) -> Sequence[str]:
        """The names under which the parts' positions are stored."""
        ...

    def open(self) -> None:
        """Connect, join, look. Raises BrokerAway, Unreachable."""
        ...

    def unplaced(self) -> Sequence[tuple[Part, str | None]]:
        """Parts that were given to us and have no position yet, each with its marker (files: sha256 of the first
        line)."""
        ...

    def seek(self, part: Part, next_offset: int | None) -> int | None:
        """Continue the part there; None: at its beginning. Gives the position, None when the part is no longer
        ours. Raises PositionLost."""
        ...

    def hold(self, parts: Collection[Part]) -> None:
        """Give no records of these parts until they are sought again. They stay ours as long as they are polled, and
        none of them is told as caught up."""
        ...

    def poll(self, timeout: float) -> Sequence[tuple[Part, Sequence[Record]]]:
        """Records of placed parts, waiting at most so many seconds. Raises BrokerAway, PositionLost."""
        ...

    def caught_up(self) -> Mapping[Part, datetime]:
        """Placed parts with nothing left to poll, each with the time before that was asked."""
        ...

    def parts(self) -> Sequence[Part]:
        """Every part that the input has, ours or not, for which being caught up is noted."""
        ...

    def drained(self) -> bool:
        """Whether everything that was there when our parts were placed has been polled."""
        ...

    def lag(self) -> Mapping[Part, int]:
        """Records (files: bytes) behind the end, as far as known."""
        ...

    def note_committed(self, part: Part, next_offset: int) -> None:
        """Tell lag dashboards; never the truth. Errors are only counted."""
        ...

    def close(self) -> None:
        """Leave, release."""
        ...
