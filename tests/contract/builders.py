"""Rows for the store's tests, and the tools to look behind the ports."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitors.notices.message import Message
from triage.adapters.store.engine import make_engine, parse_url
from triage.adapters.store.store import SqlStore, SqlTransaction
from triage.adapters.store.tables import METADATA
from triage.domain.document import Document, HandledStep
from triage.ports import CaseRow, Changes, ClockRow, DeadLetter, LetterFilter, Reading, StoredRulebook, TimelineRow

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NASTY = '投诉“理赔”拖延 O\'Brien said "50%" \\ :name %s ? {} \t\r\n 𠮷 \U0001f600 \u2028 \ufffd'
"""Chinese, both quotes, every mark that a driver replaces, line ends, characters beyond 16 bits."""


class MovableTime:
    """A TimeSource that stands still until a test moves it. `reals`: what a database's clock said."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at
        self.reals: list[datetime] = []

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def drift(self) -> float:
        return 0.0

    def adjust(self, real: datetime) -> datetime:
        self.reals.append(real)
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def a_case(name: str = "C-1", **columns: Any) -> CaseRow:
    """A new case."""
    return CaseRow(**{"id": name, "received_at": NOW, "document": Document(), **columns})


def a_timeline_row(case: str = "C-1", seq: int = 1, **columns: Any) -> TimelineRow:
    """An event of a case, its id unlike those of the other rows."""
    values = {
        "kind": "event",
        "type": "complaint.registered",
        "event_time": NOW,
        "recorded_at": NOW,
        "event_id": f"{case}/{seq}",
        "source": "/core",
        "digest": "d" * 64,
    }
    return TimelineRow(case=case, seq=seq, **{**values, **columns})


def a_clock(case: str = "C-1", clock: str = "reply", cycle: int = 1, **columns: Any) -> ClockRow:
    """A running clock whose next step is due in a day."""
    values = {
        "state": "running",
        "started_at": NOW,
        "due_at": NOW + timedelta(days=15),
        "original_due_at": NOW + timedelta(days=15),
        "ended_at": None,
        "breached": False,
        "revision": "r1",
        "provisional": False,
        "next_step": "warning-1",
        "next_at": NOW + timedelta(days=1),
    }
    return ClockRow(case=case, clock=clock, cycle=cycle, **{**values, **columns})


def a_step(clock: str = "reply", **columns: Any) -> HandledStep:
    """A step that was fired."""
    values = {"cycle": 1, "step": "breach", "due_at": NOW, "state": "fired", "at": NOW + SECOND}
    return HandledStep(clock=clock, **{**values, **columns})


def a_message(number: int, payload: bytes = b"{}", **columns: Any) -> Message:
    """The message with the id `m<number>`."""
    values = {"topic": "decisions", "key": "C-1", "sequence": number}
    return Message(id=f"m{number}", payload=payload, **{**values, **columns})


def a_dead_letter(number: int, **columns: Any) -> DeadLetter:
    """The dead letter with the id `dl<number>`."""
    values = {"reason": "unreadable", "detail": "no JSON", "origin": "events, partition 0, offset 1", "at": NOW}
    return DeadLetter(id=f"dl{number}", **{"value": b"{", **values, **columns})


def a_rulebook(revision: str, **columns: Any) -> StoredRulebook:
    """A revision to be stored."""
    values = {"name": f"rules {revision}", "files": {"rules.yaml": b"rules: []"}}
    return StoredRulebook(revision=revision, **{**values, **columns})


def changes(*cases: CaseRow, clocks: Sequence[ClockRow] = (), **rows: Any) -> Changes:
    """What one transaction writes."""
    return Changes(
        cases={case.id: case for case in cases},
        clocks={(clock.case, clock.clock, clock.cycle): clock for clock in clocks},
        **rows,
    )


def write(store: SqlStore, *cases: CaseRow, **rows: Any) -> None:
    """Write the rows in a transaction of their own."""
    with store.transaction() as tx:
        tx.cases.write(changes(*cases, **rows))


def stored_case(store: SqlStore, name: str = "C-1") -> CaseRow:
    """The case as it is stored now."""
    with store.transaction() as tx:
        return tx.cases.lock([name])[name]


def kept_letters(reading: Reading) -> list[DeadLetter]:
    """Dead letters with their bytes, the newest first."""
    found = [reading.letters.whole(head.id) for head in reading.letters.heads(LetterFilter(redriven=True))]
    return [letter for letter in found if letter is not None]


def connection_of(tx: SqlTransaction) -> sa.Connection:
    """The transaction's own connection, for what no port says: a shorter time-out, the server's process."""
    return tx._connection


@contextmanager
def outside(url: str) -> Iterator[sa.Connection]:
    """A connection of one's own, to see what the store has committed."""
    engine = make_engine(parse_url(url), immediate=False)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def rows_of(url: str, table: str) -> list[Any]:
    """All rows of a table."""
    with outside(url) as connection:
        return list(connection.execute(sa.select(METADATA.tables[table])))


def row_counts(url: str) -> dict[str, int]:
    """Tables that hold rows, with how many."""
    with outside(url) as connection:
        count = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
        }
    return {name: rows for name, rows in count.items() if rows}


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads of their own; gives what each returned or raised."""

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:  # noqa: BLE001 # what a call raises is what the test looks at
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(outcome, calls))
