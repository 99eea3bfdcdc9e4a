"""Which cases a listing shows, in order, by their numbers: found by index, however many there are.

Numbers come one by one and cost eight bytes each at most; documents are read only of what is shown.
"""

from array import array
from bisect import bisect_left
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

import sqlalchemy as sa

from triage.adapters.store.tables import CASES, CLOCKS, OPEN
from triage.ports import Wanted

FEW = 20_000
"""So many cases are asked for their deadlines one by one; of more, some soon turn up among all deadlines in order."""

CHUNK = 500
STREAMED = 5_000
SECOND = timedelta(seconds=1)


class Window(NamedTuple):
    """Due times after one instant, if it is given, up to another."""

    after: datetime | None
    until: datetime


def numbers(connection: sa.Connection, wanted: Wanted, now: datetime) -> Iterator[int]:
    """The numbers of the cases, in the order asked for, those of the asked page."""
    found = _all(connection, wanted, now)
    if wanted.limit is None:
        return islice(found, wanted.skip, None)
    with closing(found):  # ends the database's cursor
        return iter(list(islice(found, wanted.skip, wanted.skip + wanted.limit)))


def _all(connection: sa.Connection, wanted: Wanted, now: datetime) -> Generator[int, None, None]:
    filters, window = _filters(wanted), _window(wanted, now)
    # What is asked of the database ends with the page: PostgreSQL plans a cursor without a limit for a tenth of all.
    most = None if wanted.limit is None else wanted.skip + wanted.limit
    if not wanted.by_due and window is None:
        yield from _stream(connection, by_number(filters).limit(most))
    elif not filters:
        yield from _stream(connection, by_due_time(window).limit(most))
        if window is None:
            yield from _stream(connection, without_due_time().limit(most))
    else:
        chosen = array("q", _stream(connection, by_number(filters)))
        ask = _of_few if len(chosen) <= FEW else _of_many
        yield from ask(connection, chosen, window)


def _filters(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    given = {
        CASES.c.department: wanted.departments,
        CASES.c.priority: wanted.priorities,
        CASES.c.status: wanted.statuses,
        CASES.c.owner: wanted.owners,
    }
    filters: list[sa.ColumnElement[bool]] = [column.in_(values) for column, values in given.items() if values]
    return [*filters, OPEN] if wanted.is_open else filters


def _window(wanted: Wanted, now: datetime) -> Window | None:
    """What is overdue, what is due soon, or both; None: no condition on due times."""
    past = now - SECOND  # the whole second of a due time still counts
    if wanted.due_within is not None:
        return Window(None if wanted.overdue else past, now + wanted.due_within)
    return Window(None, past) if wanted.overdue else None


def _meant(clocks: sa.FromClause, window: Window | None, *, of_case: bool = False) -> sa.ColumnElement[bool]:
    """Running clocks; within a window only those against us. `of_case`: among the few of one case; it is said so that
    no database takes the index over all due times for them."""
    state = clocks.c.state.concat(sa.literal_column("''")) if of_case else clocks.c.state
    running = state == sa.literal_column("'running'")
    if window is None:
        return running
    bounds = [clocks.c.due_at <= window.until, clocks.c.against_us]
    return sa.and_(running, *bounds, *([] if window.after is None else [clocks.c.due_at > window.after]))


def by_number(filters: Sequence[sa.ColumnElement[bool]]) -> sa.Select[tuple[int]]:
    """All cases, the oldest first. The plus keeps a filtered search from walking the cases themselves in order."""
    order = sa.text("+no") if filters else CASES.c.no
    return sa.select(CASES.c.no).where(*filters).order_by(order)


def by_due_time(window: Window | None) -> sa.Select[tuple[int]]:
    """Cases in the order of their earliest due time in the window, each once."""
    other = CLOCKS.alias("other")
    mine, others = (sa.tuple_(one.c.due_at, one.c.clock, one.c.cycle) for one in (CLOCKS, other))
    earlier = sa.and_(other.c.case_no == CLOCKS.c.case_no, _meant(other, window, of_case=True), others < mine)
    return (
        sa.select(CLOCKS.c.case_no)
        .where(_meant(CLOCKS, window), ~sa.exists().where(earlier))
        .order_by(CLOCKS.c.due_at, CLOCKS.c.case_no)
    )


def without_due_time() -> sa.Select[tuple[int]]:
    """Cases of which no clock runs, the oldest first."""
    runs = sa.exists().where(CLOCKS.c.case_no == CASES.c.no, _meant(CLOCKS, None))
    return sa.select(CASES.c.no).where(~runs).order_by(CASES.c.no)


def _of_few(connection: sa.Connection, chosen: Sequence[int], window: Window | None) -> Iterator[int]:
    found: dict[int, datetime] = {}
    for start in range(0, len(chosen), CHUNK):
        query = (
            sa.select(CLOCKS.c.case_no, sa.func.min(CLOCKS.c.due_at))
            .where(CLOCKS.c.case_no.in_(chosen[start : start + CHUNK]), _meant(CLOCKS, window))
            .group_by(CLOCKS.c.case_no)
        )
        found.update((number, at) for number, at in connection.execute(query))
    yield from sorted(found, key=lambda number: (found[number], number))
    if window is None:
        yield from (number for number in chosen if number not in found)


def _of_many(connection: sa.Connection, chosen: Sequence[int], window: Window | None) -> Iterator[int]:
    has_come = bytearray(len(chosen))
    for number in _stream(connection, by_due_time(window)):
        place = bisect_left(chosen, number)
        if place < len(chosen) and chosen[place] == number:
            has_come[place] = True
            yield number
    if window is None:
        yield from (number for number, came in zip(chosen, has_come, strict=True) if not came)


def _stream(connection: sa.Connection, query: sa.Select[tuple[int]]) -> Iterator[int]:
    with connection.execute(query.execution_options(yield_per=STREAMED)) as found:
        yield from found.scalars()
