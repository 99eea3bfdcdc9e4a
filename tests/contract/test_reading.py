"""Reading verbs and gauges see one snapshot of the whole store."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from monitors.metrics.collectors import FIGURES, STORE_GAUGES
from monitors.ports import Delivery
from tests.contract.builders import (
    NOW,
    SECOND,
    MovableTime,
    a_case,
    a_clock,
    a_dead_letter,
    a_message,
    a_step,
    a_timeline_row,
    outside,
    stored_case,
    write,
)
from triage.adapters.store.gauges import AGES, OLDER
from triage.adapters.store.store import SqlStore
from triage.domain.lifecycle import FINAL_STATUSES
from triage.ports import CaseRow, ClockRow

DAY = timedelta(days=1)

Gauges = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.mark.parametrize("count", [0, 499, 500, 501, 1000])
def test_all_cases_are_read_once(store: SqlStore, count: int) -> None:
    """In the order of their numbers, over the edges of the chunks that they are read in."""
    write(store, *(a_case(f"C-{number}") for number in reversed(range(count))))
    with store.read() as reading:
        found = list(reading.cases())
    assert [case.no for case in found] == sorted({case.no for case in found})
    assert {case.id for case in found} == {f"C-{number}" for number in range(count)}


def test_cases_are_chosen_by_id(store: SqlStore) -> None:
    """Unknown ids give nothing, and an empty choice is none, not all."""
    write(store, *map(a_case, "abc"))
    with store.read() as reading:
        assert [case.id for case in reading.cases(ids=["c", "x", "a"])] == ["a", "c"]
        assert list(reading.cases(ids=[])) == []
        assert reading.clocks([]) == []


def test_a_clock_without_a_timer_is_found(store: SqlStore) -> None:
    """Only a running one whose due time is ahead: an overdue one may have no step left, a paused one has none."""
    ahead, behind = NOW + SECOND, NOW - SECOND
    write(
        store,
        *map(a_case, "abcd"),
        clocks=[
            a_clock("a", due_at=ahead, next_at=ahead),
            a_clock("b", due_at=behind, next_at=None),
            a_clock("c", due_at=None, state="paused", next_at=None),
        ],
    )
    with store.read() as reading:
        assert not reading.has_forgotten_clock()
    write(store, a_case("e"), clocks=[a_clock("e", due_at=ahead, next_at=None)])
    with store.read() as reading:
        assert reading.has_forgotten_clock()


def test_a_reading_is_one_snapshot(store: SqlStore) -> None:
    """What commits in the meantime shows in the next reading, not in the middle of this one; nobody waits."""
    write(store, a_case(), timeline=[a_timeline_row()])
    with store.read() as reading:
        assert len(list(reading.cases())) == 1
        write(store, a_case("C-2"), timeline=[a_timeline_row("C-2")], messages=[a_message(1)])
        assert reading.summary()["cases"] == 1
        assert reading.summary()["events"] == 1
        assert reading.timeline("C-2") == []
        assert reading.recent_messages("decisions", 9) == []
    with store.read() as reading:
        assert reading.summary()["cases"] == 2


def test_the_summary_counts_by_state(store: SqlStore) -> None:
    """Events only, notices and outputs by state, dead letters by reason; an empty store counts nothing."""
    with store.read() as reading:
        assert reading.summary() == {"cases": 0, "events": 0, "notices": {}, "outbox": {}, "dead_letters": {}}
        reading.ping()
    steps = [
        ("C-1", a_step(step=f"s{number}", state=state)) for number, state in enumerate(("fired", "muted", "fired"))
    ]
    write(
        store,
        a_case(),
        timeline=[a_timeline_row(), a_timeline_row(seq=2, kind="step", event_id=None)],
        steps=steps,
        messages=[a_message(1), a_message(2), a_message(3)],
        dead_letters=[a_dead_letter(1), a_dead_letter(2, reason="quarantined"), a_dead_letter(3)],
    )
    store.outbox.mark([Delivery(store.outbox.pending(1)[0].no, "sent")])
    with store.read() as reading:
        assert reading.summary() == {
            "cases": 1,
            "events": 1,
            "notices": {"fired": 2, "muted": 1},
            "outbox": {"pending": 2, "sent": 1},
            "dead_letters": {"quarantined": 1, "unreadable": 2},
        }


@pytest.mark.parametrize("count", [0, 499, 500, 501])
def test_events_of_all_cases_come_in_the_order_of_time(store: SqlStore, count: int) -> None:
    """Over the edges of the chunks that they are read in; at equal times by case and its `seq`, and exact to the
    microsecond. Steps, commands and events whose data were erased are none."""
    dice = random.Random(count)
    cases = [f"C-{number}" for number in range(1, 8)]
    rows = [
        a_timeline_row(
            dice.choice(cases),
            seq,
            event_time=NOW + timedelta(microseconds=dice.randrange(5)),
            body=f'{{"data":{{"description":"理赔拖延 {seq}"}}}}',
        )
        for seq in range(1, count + 1)
    ]
    others = [
        a_timeline_row("C-1", count + 1, kind="step", event_id=None, source=None, digest=None, body="[]"),
        a_timeline_row("C-1", count + 2, kind="command", event_id=None, source=None, digest=None, body="{}"),
        a_timeline_row("C-1", count + 3, body=None),
    ]
    write(store, *map(a_case, dice.sample(cases, 7)), timeline=dice.sample([*rows, *others], count + 3))
    with store.read() as reading:
        numbers = {case.id: case.no for case in reading.cases()}
        found = list(reading.events())
    assert found == sorted(rows, key=lambda row: (row.event_time, numbers[row.case], row.seq))


def key(name: str, **labels: str | None) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset((label, str(value)) for label, value in labels.items())


def naive_gauges(cases: Iterable[CaseRow], clocks: Iterable[ClockRow], postponed: set[str], now: datetime) -> Gauges:
    """The gauges counted row by row, without the outbox."""
    by_id = {case.id: case for case in cases}
    found: Counter[tuple[str, frozenset[tuple[str, str]]]] = Counter()
    oldest: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    waiting = 0.0
    for case in by_id.values():
        if case.status not in FINAL_STATUSES and case.department:
            found[key("open_cases", department=case.department, priority=case.priority)] += 1
            days = (now - case.received_at).total_seconds() / 86400
            age = next((name for name, most in AGES.items() if days <= most), OLDER)
            found[key("open_cases_by_age", department=case.department, age=age)] += 1
    for clock in clocks:
        case = by_id[clock.case]
        if clock.state == "running" and clock.due_at and clock.due_at < now:
            labels = {"department": case.department, "priority": case.priority, "clock": clock.clock}
            found[key("overdue_cases", **labels)] += 1
            place = key("oldest_overdue_seconds", clock=clock.clock)
            oldest[place] = max(oldest.get(place, 0.0), (now - clock.due_at).total_seconds())
        if clock.state == "running" and clock.due_at and now - SECOND < clock.due_at <= now + 7 * DAY:
            day = max(1, math.ceil((clock.due_at - now) / DAY))
            found[key("upcoming_deadlines", clock=clock.clock, day=str(day))] += 1
        found[key("provisional_deadlines")] += clock.state == "running" and clock.provisional
        if clock.next_at and clock.case not in postponed:
            waiting = max(waiting, (now - clock.next_at).total_seconds())
    return {**found, **oldest, key("oldest_unfired_timer_seconds"): waiting}


def random_case(dice: random.Random, number: int) -> CaseRow:
    status = dice.choice(["registered", "assigned", *FINAL_STATUSES])
    department, priority = dice.choice([("claims", "P1"), ("claims", "P2"), ("理赔部", "P1")])
    received_at = NOW - timedelta(hours=dice.randrange(90 * 24))
    return a_case(f"C-{number}", status=status, department=department, priority=priority, received_at=received_at)


def random_clocks(dice: random.Random, case: CaseRow) -> list[ClockRow]:
    found = []
    for name in dice.sample(["reply", "acknowledge", "回访"], dice.randrange(4)):
        state = dice.choice(["running", "running", "met", "paused"])
        at = NOW + timedelta(microseconds=dice.choice([1, 86]) * dice.randrange(-(10**10), 10**10))
        next_at = at if state == "running" and dice.random() < 0.8 else None
        due_at = None if state == "paused" else at
        provisional = dice.random() < 0.3
        found.append(a_clock(case.id, name, state=state, due_at=due_at, next_at=next_at, provisional=provisional))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_gauges_equal_a_naive_count(store: SqlStore, seed: int) -> None:
    """Over random cases and clocks, some of them postponed, every figure is what counting row by row gives."""
    dice = random.Random(seed)
    cases = [random_case(dice, number) for number in range(120)]
    clocks = [clock for case in cases for clock in random_clocks(dice, case)]
    postponed = {case.id for case in dice.sample(cases, 20)}
    write(store, *cases, clocks=clocks)
    with store.transaction() as tx:
        for name in postponed:
            tx.cases.postpone(name, NOW + SECOND)
    with store.read() as reading:
        found = {key(name, **labels): value for name, labels, value in reading.gauges(NOW)}
    others = {key("outbox_pending"): 0.0, key("outbox_oldest_seconds"): 0.0}
    others |= {
        key("switch_state", switch=one): 0.0 for one in ("mute", "pause_consume", "pause_sweep", "pause_dispatch")
    }
    assert found == pytest.approx({**naive_gauges(cases, clocks, postponed, NOW), **others})


def test_gauges_tell_how_long_outputs_wait(store: SqlStore, time: MovableTime) -> None:
    """Pending and held ones count, from when they were written; sent and failed ones do not."""
    for number in range(4):
        write(store, messages=[a_message(number)])
        time.forward(10)
    first, second, third, _ = (message.no for message in store.outbox.pending(4))
    store.outbox.mark([Delivery(first, "sent"), Delivery(second, "held"), Delivery(third, "failed")])
    with store.read() as reading:
        found = {name: value for name, _labels, value in reading.gauges(time.at)}
    assert (found["outbox_pending"], found["outbox_oldest_seconds"]) == (2, 30)


def test_every_gauge_has_a_name_in_the_list(store: SqlStore) -> None:
    """The store gives the gauges that the collectors replace, no others; an empty store gives zeros."""
    with store.read() as reading:
        assert {value for _, _, value in reading.gauges(NOW)} == {0.0}
    clocks = [a_clock(due_at=NOW - SECOND), a_clock(clock="updates/word", due_at=NOW + DAY)]
    write(store, a_case(department="claims", priority="P1"), clocks=clocks)
    assert stored_case(store).department == "claims"
    with store.read() as reading:
        assert {name for name, _, _ in reading.gauges(NOW)} == set(STORE_GAUGES)
        for figures, names in FIGURES.items():
            assert {name for name, _, _ in reading.gauges(NOW, figures)} == set(names)


FEW = ("ix_clocks_provisional", "ix_clocks_without_next", "ix_outbox_pending")
"""Indexes that hold only what the question is about, however many rows the table has."""


@pytest.mark.parametrize("ask", [*FIGURES, "has_forgotten_clock"])
def test_a_figure_over_the_store_reads_an_index_and_not_the_rows(
    sqlite_store: SqlStore, sqlite_url: str, ask: str
) -> None:
    """Over millions of running clocks a look into each row takes seconds, where PostgreSQL's planner knows better and
    SQLite's does not."""
    with statements() as asked, sqlite_store.read() as reading:
        _ = reading.has_forgotten_clock() if ask == "has_forgotten_clock" else reading.gauges(NOW, ask)
    with outside(sqlite_url) as connection:
        plans = [
            str(step[-1])
            for statement, values in asked
            if statement.startswith("SELECT")
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    scans = [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in ("cases", "clocks", "outbox")]
    assert plans
    assert [one for one in scans if "COVERING INDEX" not in one and not one.endswith(FEW)] == []


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """What every store is asked within the block, with its values."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_others: Any) -> None:
        asked.append((statement, values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
