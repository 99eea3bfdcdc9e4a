"""The ends of a topic's partitions, asked once a second, and what is caught up by them. Both clients ask here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from monitors.ports import TimeSource
from triage.errors import BrokerAway
from triage.ports import Part

ASK_SECONDS = 1.0


class Ends:
    """What the broker said last. `ask`: the end offset of each, raises BrokerAway. `position`: the next offset to be
    read, -1 when it is not known."""

    def __init__(
        self, time: TimeSource, ask: Callable[[Sequence[Part]], dict[Part, int]], position: Callable[[Part], int]
    ) -> None:
        self._time, self._ask, self._position = time, ask, position
        self._ends: dict[Part, int] = {}
        self._asked_at = 0.0

    def caught_up(self, placed: Collection[Part], held: Collection[Part]) -> Mapping[Part, datetime]:
        """Those of the placed whose position has reached the end that was asked for, each with the time before asking;
        none that is held. Raises BrokerAway: only here a broker is noticed that is gone, or a client that does not find
        it again, for a poll then just gives nothing."""
        if not placed or self._time.monotonic() - self._asked_at < ASK_SECONDS:
            return {}
        at = self._time.now()
        self._asked_at = self._time.monotonic()
        try:
            self._ends = self._ask(sorted(placed))
        except BrokerAway as error:
            self._asked_at = 0.0
            raise BrokerAway(f"the ends cannot be asked: {error.args[0]}") from error
        return {part: at for part, end in self._ends.items() if part not in held and self._position(part) >= end}

    def lag(self, placed: Collection[Part]) -> Mapping[Part, int]:
        """Records behind the end, by the last answer."""
        return {part: max(0, end - self._position(part)) for part, end in self._ends.items() if part in placed}

    def clear(self) -> None:
        """Nothing is known."""
        self._ends = {}
