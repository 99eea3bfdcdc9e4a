"""A cycle of a clock on its way, and the pauses that are open meanwhile."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from monitors.clocks.course import Move, Way
from monitors.clocks.pauses import Pause, Pauses, united


class Cycle:
    """`pauses`: those that are over. `moves`: granted extensions. `late`: the due time that a late one moved, and when.
    `noted_due`: the due time that others have been told of as passed. `plain`: the way that no pause, extension or
    priority has a say in, once it is known."""

    def __init__(self, number: int, start: datetime, began: str) -> None:
        self.number, self.start, self.began = number, start, began
        self.pauses: list[Pause] = []
        self.moves: tuple[Move, ...] = ()
        self.late: tuple[datetime, datetime] | None = None
        self.noted_due: datetime | None = None
        self.plain: Way | None = None


class _Open(msgspec.Struct, frozen=True):
    """`without`: the cycle that was overdue when it began, for which it changes nothing."""

    begin: datetime
    without: int | None


class OpenPauses:
    """Pauses by reason that nobody has ended yet. They hold every cycle from its start, except one that was overdue."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def __contains__(self, reason: str) -> bool:
        return reason in self._open

    def begin(self, reason: str, at: datetime, without: int | None) -> None:
        """A pause begins. `without`: the number of a cycle that is overdue."""
        self._open[reason] = _Open(at, without)

    def end(self, reason: str | None, at: datetime, cycle: Cycle | None) -> None:
        """It ends, or all do; the cycle keeps the stretch in which it stood."""
        for one in [reason] if reason else list(self._open):
            opened = self._open.pop(one, None)
            if opened is not None and cycle is not None and opened.without != cycle.number:
                cycle.pauses.append(Pause(max(opened.begin, cycle.start), at))

    def of(self, cycle: Cycle, end: datetime | None) -> Pauses:
        """Every pause of the cycle, open ones as if they ended at `end` (None: open)."""
        if not (cycle.pauses or self._open):
            return ()
        return united([*cycle.pauses, *(Pause(begin, end) for _, begin in self._holding(cycle))])

    def since(self, cycle: Cycle) -> dict[str, datetime]:
        """Reason to the beginning of each pause that holds the cycle."""
        return dict(self._holding(cycle))

    def _holding(self, cycle: Cycle) -> Iterator[tuple[str, datetime]]:
        for reason, opened in self._open.items():
            if opened.without != cycle.number:
                yield reason, max(opened.begin, cycle.start)
