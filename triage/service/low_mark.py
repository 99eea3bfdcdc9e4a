"""The low mark: up to where every event is known to have been read, so that lag raises no false alarm."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from triage.ports import Transaction
from triage.service.draft import Moment


def moment_at(
    tx: Transaction, inputs: Sequence[str], max_hold_seconds: float, backfill_before: datetime | None
) -> Moment:
    """The moment of a transaction. Clocks are judged at the low mark of the inputs, never further back than the
    longest hold, never after now."""
    now = tx.now()
    complete_until = tx.offsets.low_mark(inputs)
    floor = now - timedelta(seconds=max_hold_seconds)
    seen_until = min(now, max(complete_until or floor, floor))
    return Moment(now=now, seen_until=seen_until, complete_until=complete_until, backfill_before=backfill_before)
