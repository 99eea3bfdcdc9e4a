"""The figures over the whole store, as metrics."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from triage.adapters.store.columns import to_instant
from triage.adapters.store.switches import SqlSwitches
from triage.adapters.store.tables import AGAINST_US, CASES, CLOCKS, OPEN, OUTBOX, PROVISIONAL, RUNNING, UNSENT, overdue
from triage.ports import WORKS

Gauge = tuple[str, dict[str, str], float]

AGES = {"0-7": 7, "8-15": 15, "16-30": 30, "31-60": 60}
"""Label to the most days since receipt; what is older is OLDER."""

OLDER = "over 60"
DAYS_AHEAD = 7


def gauges(connection: sa.Connection, now: datetime, figures: str | None = None) -> list[Gauge]:
    """Those of `monitors.metrics.collectors.FIGURES`, all of them without a name."""
    asked = READERS.values() if figures is None else (READERS[figures],)
    return [gauge for read in asked for gauge in read(connection, now)]


def _open(connection: sa.Connection, now: datetime) -> Iterator[Gauge]:
    """One scan of the narrow index over open cases gives both: it is as long as there are open cases."""
    age = sa.case(
        *((CASES.c.received_at >= now - timedelta(days=days), sa.literal_column(f"'{age}'"))
          for age, days in AGES.items()),
        else_=sa.literal_column(f"'{OLDER}'"),
    )  # fmt: skip
    columns = (CASES.c.department, CASES.c.priority, age.label("age"))
    query = (
        sa.select(*columns, sa.func.count()).where(OPEN, CASES.c.department.is_not(None)).group_by(*columns[:2], "age")
    )
    by_priority: Counter[tuple[str, str]] = Counter()
    by_age: Counter[tuple[str, str]] = Counter()
    for department, priority, label, count in connection.execute(query):
        by_priority[department, priority] += count
        by_age[department, label] += count
    for (department, priority), count in by_priority.items():
        yield "open_cases", {"department": department, "priority": priority}, float(count)
    for (department, label), count in by_age.items():
        yield "open_cases_by_age", {"department": department, "age": label}, float(count)


def _upcoming(connection: sa.Connection, now: datetime) -> Iterator[Gauge]:
    """By clock, for the department stands in another table: over a million open cases a join takes seconds."""
    ends = [now + timedelta(days=day) for day in range(1, DAYS_AHEAD + 1)]
    day = sa.case(*((CLOCKS.c.due_at <= end, sa.literal_column(f"'{place}'")) for place, end in enumerate(ends, 1)))
    query = (
        sa.select(CLOCKS.c.clock, day.label("day"), sa.func.count())
        .where(RUNNING, AGAINST_US, CLOCKS.c.due_at > now - timedelta(seconds=1), CLOCKS.c.due_at <= ends[-1])
        .group_by(CLOCKS.c.clock, "day")
    )
    for clock, label, count in connection.execute(query):
        yield "upcoming_deadlines", {"clock": clock, "day": label}, float(count)


def _overdue(connection: sa.Connection, now: datetime) -> Iterator[Gauge]:
    query = (
        sa.select(CASES.c.department, CASES.c.priority, CLOCKS.c.clock, sa.func.count(), sa.func.min(CLOCKS.c.due_at))
        .join(CASES, CASES.c.no == CLOCKS.c.case_no)
        .where(overdue(now))
        .group_by(CASES.c.department, CASES.c.priority, CLOCKS.c.clock)
    )
    oldest: dict[str, float] = {}
    for department, priority, clock, count, due_at in connection.execute(query):
        labels = {"department": department, "priority": priority, "clock": clock}
        yield "overdue_cases", labels, float(count)
        oldest[clock] = max(oldest.get(clock, 0.0), _seconds_since(due_at, now))
    for clock, seconds in sorted(oldest.items()):
        yield "oldest_overdue_seconds", {"clock": clock}, seconds


def _queues(connection: sa.Connection, now: datetime) -> Iterator[Gauge]:
    yield from _timers(connection, now)
    yield from _switches(connection, now)
    yield from _outbox(connection, now)


def _timers(connection: sa.Connection, now: datetime) -> Iterator[Gauge]:
    yield "oldest_unfired_timer_seconds", {}, oldest_wait(connection, now)
    provisional = sa.select(sa.func.count()).select_from(CLOCKS).where(PROVISIONAL)
    yield "provisional_deadlines", {}, float(connection.execute(provisional).scalar_one())


def oldest_wait(connection: sa.Connection, now: datetime) -> float:
    """For how many seconds the longest waiting step is due; 0 for none. Postponed cases are told elsewhere."""
    waiting = sa.select(sa.func.min(CLOCKS.c.next_at)).where(CLOCKS.c.next_at.is_not(None), CLOCKS.c.retry_at.is_(None))
    return max(0.0, _seconds_since(connection.execute(waiting).scalar(), now))


def _switches(connection: sa.Connection, now: datetime) -> Iterator[Gauge]:
    switches = SqlSwitches(connection)
    yield "switch_state", {"switch": "mute"}, float(len(switches.mutes(now)))
    paused = {pause.work for pause in switches.pauses(now)}
    for work in WORKS:
        yield "switch_state", {"switch": f"pause_{work}"}, float(work in paused)


def _outbox(connection: sa.Connection, now: datetime) -> Iterator[Gauge]:
    query = sa.select(sa.func.count(), sa.func.min(OUTBOX.c.recorded_at)).where(UNSENT)
    count, oldest = connection.execute(query).one()
    yield "outbox_pending", {}, float(count)
    yield "outbox_oldest_seconds", {}, max(0.0, _seconds_since(oldest, now))


def _seconds_since(at: Any, now: datetime) -> float:
    found = to_instant(at)
    return 0.0 if found is None else (now - found).total_seconds()


READERS: Mapping[str, Callable[[sa.Connection, datetime], Iterator[Gauge]]] = {
    "queues": _queues,
    "overdue": _overdue,
    "open": _open,
    "upcoming": _upcoming,
}
