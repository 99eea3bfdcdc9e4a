"""Positions of the sources' parts: the only truth, moved by compare-and-set."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from triage.adapters.store.tables import OFFSETS
from triage.errors import Fenced
from triage.ports import Part, Position

ADVANCE = sa.text(
    "UPDATE offsets SET next_offset = :after, tries = 0, "
    "trying = CASE WHEN trying < :after THEN NULL ELSE trying END "
    "WHERE input = :input AND partition = :partition AND next_offset = :known"
)
"""The first statement of each batch. `trying` stays until the batch that failed is behind, so that single steps last
exactly so long."""


class SqlOffsets:
    """Implements `triage.ports.Offsets` within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def place(self, part: Part, marker: str | None) -> Position | None:  # noqa: ARG002 # the part's name holds it
        """The stored position, None when the part has none yet."""
        row = self._connection.execute(sa.select(OFFSETS).where(*_is(part))).one_or_none()
        if row is None:
            return None
        return Position(next_offset=row.next_offset, trying=row.trying, tries=row.tries, caught_up_at=row.caught_up_at)

    def begin(self, part: Part, marker: str | None, next_offset: int) -> Position:
        """Store the first position of a part, unless there is one; gives what is stored."""
        self._connection.execute(
            sa.text(
                "INSERT INTO offsets (input, partition, next_offset, marker) "
                "VALUES (:input, :partition, :next_offset, :marker) ON CONFLICT DO NOTHING"
            ),
            {"input": part.input, "partition": part.partition, "next_offset": next_offset, "marker": marker},
        )
        found = self.place(part, marker)
        assert found is not None, "the row was inserted above"
        return found

    def advance(self, part: Part, known: int, after: int) -> None:
        """Compare-and-set. Raises Fenced when the stored position is not `known`."""
        done = self._connection.execute(
            ADVANCE, {"input": part.input, "partition": part.partition, "known": known, "after": after}
        )
        _insist(done.rowcount, part, known)

    def put(self, part: Part, next_offset: int) -> bool:
        """Set the position, whatever it was, with no attempts on it; False when the part has none."""
        done = self._connection.execute(
            sa.update(OFFSETS).where(*_is(part)).values(next_offset=next_offset, trying=None, tries=0)
        )
        return bool(done.rowcount)

    def mark_trying(self, part: Part, known: int, last_offset: int) -> None:
        """Note that a batch up to this offset is being tried. Raises Fenced when the stored position is not `known`."""
        self._put(part, known, trying=last_offset)

    def count_try(self, part: Part, known: int) -> int:
        """Count an attempt at the event at the position; gives the number of attempts, this one included. Raises Fenced
        when the stored position is not `known`: others' events are not charged with what happens here."""
        self._put(part, known, tries=OFFSETS.c.tries + 1)
        return int(self._connection.execute(sa.select(OFFSETS.c.tries).where(*_is(part))).scalar_one())

    def _put(self, part: Part, known: int, **columns: Any) -> None:
        at_it = sa.update(OFFSETS).where(*_is(part), OFFSETS.c.next_offset == known).values(**columns)
        _insist(self._connection.execute(at_it).rowcount, part, known)

    def forgive(self, part: Part, known: int) -> None:
        """Forget the attempts (the store was away, not the event at fault); nothing when the position has moved."""
        at_it = sa.update(OFFSETS).where(*_is(part), OFFSETS.c.next_offset == known)
        self._connection.execute(at_it.values(tries=0, trying=None))

    def caught_up(self, times: Mapping[Part, datetime]) -> None:
        """Note until when each part was seen complete; never backwards."""
        for part, at in times.items():
            later = sa.or_(OFFSETS.c.caught_up_at.is_(None), OFFSETS.c.caught_up_at < at)
            self._connection.execute(sa.update(OFFSETS).where(*_is(part), later).values(caught_up_at=at))

    def low_mark(self, inputs: Sequence[str]) -> datetime | None:
        """The least `caught_up_at` over the inputs' parts; None when a part was never caught up or none is known."""
        rows = self._connection.execute(sa.select(OFFSETS.c.caught_up_at).where(OFFSETS.c.input.in_(inputs)))
        times = [row.caught_up_at for row in rows]
        return None if not times or None in times else min(times)


def to_position(row: Any) -> Position:
    """A row of `offsets` as it is worked with."""
    return Position(next_offset=row.next_offset, trying=row.trying, tries=row.tries, caught_up_at=row.caught_up_at)


def _insist(rows: int, part: Part, known: int) -> None:
    if rows != 1:
        raise Fenced(f"{part.input}/{part.partition}: the position is no longer {known}")


def _is(part: Part) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return OFFSETS.c.input == part.input, OFFSETS.c.partition == part.partition
