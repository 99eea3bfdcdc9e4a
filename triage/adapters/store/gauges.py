"""The figures over the whole store, as metrics."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from triage.adapters.store.switches import SqlSwitches
from triage.adapters.store.tables import CASES, CLOCKS, OPEN, OUTBOX, PROVISIONAL, UNSENT, overdue, to_instant
from triage.ports import WORKS

Gauge = tuple[str, dict[str, str], float]


def gauges(connection: sa.Connection, now: datetime) -> list[Gauge]:
    """Everything that `monitors.metrics.collectors.STORE_GAUGES` names."""
    return [
        *_open_cases(connection),
        *_overdue(connection, now),
        *_timers(connection, now),
        *_switches(connection, now),
        *_outbox(connection, now),
    ]


def _open_cases(connection: sa.Connection) -> Iterator[Gauge]:
    query = (
        sa.select(CASES.c.department, CASES.c.priority, sa.func.count())
        .where(OPEN, CASES.c.department.is_not(None))
        .group_by(CASES.c.department, CASES.c.priority)
    )
    for department, priority, count in connection.execute(query):
        yield "open_cases", {"department": department, "priority": priority}, float(count)


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
