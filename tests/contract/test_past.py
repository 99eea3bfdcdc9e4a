"""Questions over the whole store: both databases answer the same, and as a naive count does."""

import random
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.builders import NOW, SECOND, a_case, a_clock, a_timeline_row, write
from triage.adapters.store import past
from triage.adapters.store.store import SqlStore
from triage.domain.decision import Outcome
from triage.domain.document import Document
from triage.domain.event import Person
from triage.domain.lifecycle import FINAL_STATUSES
from triage.ports import CaseRow, KeptDecision, OpenCase, PastRow, TimelineRow

DAY = timedelta(days=1)


def held(*fields: str) -> Document:
    outcome = Outcome(
        priority="P1", department="claims", team=None, handler="any", owner=Person("a", "A"), held_by_human=fields
    )
    return Document(outcome=outcome)


def random_row(dice: random.Random, case: CaseRow, seq: int) -> TimelineRow:
    kind = dice.choice(["event", "event", "step"])
    return a_timeline_row(
        case.id,
        seq,
        kind=kind,
        type=dice.choice(["complaint.registered", "complaint.amended", "complaint.verified"]),
        event_time=NOW + timedelta(seconds=dice.randrange(-5, 6)),
        event_id=f"{case.id}/{seq}" if kind == "event" else None,
        body=dice.choice([None, '{"data":{"description":"理赔拖延"}}']),
        decision=dice.choice([None, None, f'{{"n":"{case.id} {seq}"}}']),
    )


@pytest.mark.parametrize("seed", range(3))
def test_answers_equal_a_naive_look(store: SqlStore, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over random timelines, streamed a few rows at a time: what lies in the time and has what is asked for."""
    monkeypatch.setattr(past, "AT_ONCE", 7)
    dice = random.Random(seed)
    cases = [a_case(f"C-{number}", received_at=NOW + SECOND * dice.randrange(-5, 6)) for number in range(30)]
    rows = [random_row(dice, case, seq) for case in cases for seq in range(1, dice.randrange(2, 9))]
    shuffled = dice.sample(rows, len(rows))
    write(store, *cases, timeline=shuffled)
    decided = [row for row in rows if row.decision]
    told = [row for row in rows if row.kind == "event" and row.type != "complaint.verified" and row.event_time >= NOW]
    recent = {row.case for row in decided if row.event_time >= NOW}
    with store.read() as reading:
        asked = reading.past
        wanted_rows = [
            PastRow(row in told, row.body if row in told else None, row.decision)
            for row in rows
            if row.event_time >= NOW and (row.decision or row in told)
        ]
        assert sorted(asked.rows(NOW), key=str) == sorted(wanted_rows, key=str)
        assert asked.span(NOW) == (
            min(case.received_at for case in cases),
            sum(case.received_at >= NOW for case in cases),
        )
        for since, until in ((None, None), (NOW, None), (None, NOW + SECOND), (NOW, NOW + SECOND)):
            wanted = [
                KeptDecision(row.case, row.event_time, str(row.decision))
                for row in decided
                if (since is None or row.case in recent) and (until is None or row.event_time < until)
            ]
            assert list(asked.decisions_by_case(since, until)) == wanted


def test_an_empty_store_has_no_past(store: SqlStore) -> None:
    with store.read() as reading:
        assert reading.past.span(NOW) == (None, 0)
        assert list(reading.past.rows(NOW)) == []
        assert list(reading.past.decisions_by_case(None, None)) == []
        assert list(reading.past.open_cases(NOW)) == []
        assert list(reading.past.paused_cases()) == []


def test_open_cases_tell_whether_a_human_assigned_them(store: SqlStore) -> None:
    """Those received before the instant; cases that are over are left out."""
    old = NOW - DAY
    write(
        store,
        a_case("assigned", status="assigned", owner="a", received_at=old, document=held("priority", "owner")),
        a_case("on-duty", status="registered", owner="duty", department="claims", received_at=old, document=held()),
        a_case("nobody", received_at=old),
        a_case("new", received_at=NOW),
        *(a_case(status, status=status, received_at=old) for status in FINAL_STATUSES),
    )
    with store.read() as reading:
        assert list(reading.past.open_cases(NOW)) == [
            OpenCase("assigned", "assigned", None, "a", old, is_assigned=True),
            OpenCase("on-duty", "registered", "claims", "duty", old, is_assigned=False),
            OpenCase("nobody", "unregistered", None, None, old, is_assigned=False),
        ]


def test_cases_with_a_standing_clock_come_once(store: SqlStore) -> None:
    paused: dict[str, Any] = {"due_at": None, "state": "paused"}
    clocks = [a_clock("a"), a_clock("b", **paused), a_clock("b", "reply", 2, **paused), a_clock("c", "x", **paused)]
    write(store, *map(a_case, "cab"), clocks=clocks)
    with store.read() as reading:
        assert [case.id for case in reading.past.paused_cases()] == ["c", "b"]
