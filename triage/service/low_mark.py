"""The low mark: up to where every event is known to have been read, so that lag raises no false alarm."""

from collections.abc import Sequence
from datetime import UTC, datetime

from monitors.ports import TimeSource
from triage.ports import Transaction
from triage.service.draft import Moment

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""Where the low mark stands before any input was read to its end."""


class LowMark:
    """Follows the low mark of the inputs. While it moves, notices wait for it; when it has stood still for the longest
    hold, they wait no longer and are marked as lagging. One object serves an instance's consumer and sweeper."""

    def __init__(
        self, inputs: Sequence[str], max_hold_seconds: float, time: TimeSource, backfill_before: datetime | None = None
    ) -> None:
        self._inputs, self._max_hold, self._time = tuple(inputs), max_hold_seconds, time
        self._backfill_before = backfill_before
        self._last = BEGINNING
        self._moved_at = self._time.monotonic()

    def moment(self, tx: Transaction) -> Moment:
        """The moment of a transaction."""
        now = tx.now()
        mark = min(now, tx.offsets.low_mark(self._inputs) or BEGINNING)
        if mark != self._last:
            self._last, self._moved_at = mark, self._time.monotonic()
        is_stuck = self._time.monotonic() - self._moved_at >= self._max_hold
        return Moment(
            now=now,
            seen_until=now if is_stuck else mark,
            complete_until=mark,
            backfill_before=self._backfill_before,
            mutes=tx.switches.mutes(now),
        )
