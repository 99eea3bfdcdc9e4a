"""Replay, live service and verify are one: random cases come to the same end whichever of them looks."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.builders_rules import policies_of, with_rules
from tests.unit.service.desk import REGISTERED, at
from tests.unit.service.live_cases import (
    ANSWER,
    DAILY,
    END,
    PAPERS,
    SECOND,
    Live,
    moments,
    rules_in_full,
    steady_rules,
    stories,
)
from triage.ports import ClockRow
from triage.rulebook.decide import CompiledRulebook
from triage.service.case_view import ClockLine, stored_line
from triage.service.draft import Rules
from triage.service.replay import Replay, ReplayedCase
from triage.service.step import fire

pytestmark = pytest.mark.long

SETTINGS = settings(deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
COUNTED = {"stories": 0, "cases": 0, "alerts": 0, "refused": 0, "clocks": 0}


def replayed(rules: CompiledRulebook, lines: Sequence[bytes], until: datetime = END) -> dict[str, ReplayedCase]:
    """The cases at the end of a replay, by id."""
    running = Replay(rules, until)
    for line in lines:
        assert running.read(line) is None
    return {one.case: one for one in running.finish()}


def as_stored(clocks: Sequence[ClockLine]) -> dict[tuple[str, int], ClockLine]:
    """Clocks without what no row keeps."""
    return {(one.clock, one.cycle): msgspec.structs.replace(one, due_at_if_resumed_now=None) for one in clocks}


def lines_of(live: Live, case: str) -> dict[tuple[str, int], ClockLine]:
    return {key: stored_line(row, END) for key, row in live.stored[case].items()}


@pytest.fixture(scope="module", autouse=True)
def told_how_many() -> Iterator[None]:
    """Say how much was compared."""
    yield
    print("\nreplay = live = verify over", ", ".join(f"{number} {name}" for name, number in COUNTED.items()))


@settings(SETTINGS, max_examples=60)
@given(lines=stories())
def test_replay_is_what_the_live_service_does(lines: list[bytes]) -> None:
    """Stored clocks, notices with their times and addressees, refusals and last decisions of a service that sweeps at
    every `next_at` of its rows are those of the replay; and verify finds its rows as the events say."""
    live = Live(rules_in_full())
    live.run(lines)
    found = replayed(rules_in_full(), lines)
    assert list(found) == list(live.rows)
    for case, told in found.items():
        assert lines_of(live, case) == as_stored(told.clocks)
        assert live.alerts(case) == [msgspec.to_builtins(one) for one in told.alerts]
        refused = [(one.type, one.at, one.clock, one.to, one.missing, one.late_by_seconds) for one in told.refused]
        assert live.refused(case) == refused
        assert live.decision(case) == told.decision
        assert (live.rows[case].status, live.rows[case].priority) == (told.status, told.priority)
        COUNTED["alerts"] += len(told.alerts)
        COUNTED["refused"] += len(told.refused)
        COUNTED["clocks"] += len(told.clocks)
    COUNTED["stories"] += 1
    COUNTED["cases"] += len(found)
    assert live.differences() == []


@settings(SETTINGS, max_examples=25)
@given(
    lines=stories(),
    rests=st.lists(moments, max_size=4).map(sorted),
    behind=st.sampled_from([timedelta(0), timedelta(hours=7), timedelta(days=4)]),
)
def test_downtime_and_lag_change_no_clock(lines: list[bytes], rests: list[datetime], behind: timedelta) -> None:
    """A service that was down, or whose low mark lags, ends with the same clocks; its rows are as the events say at
    every rest, and no step is left behind the mark."""
    live = Live(steady_rules(), [*rests, END], behind)
    live.run(lines)
    assert live.differences() == []
    left = live.earliest()
    assert left is None or left[0] > END - behind
    live.behind = timedelta(0)
    live.sweep_due(END)
    found = replayed(steady_rules(), lines)
    assert {case: lines_of(live, case) for case in found} == {
        case: as_stored(told.clocks) for case, told in found.items()
    }


@settings(SETTINGS, max_examples=25)
@given(lines=stories(), data=st.data())
def test_the_order_of_arrival_changes_no_clock(lines: list[bytes], data: st.DataObject) -> None:
    """Clocks, status and decision at the end are those of the events, whatever came first."""
    shuffled = data.draw(st.permutations(lines))
    first, other = (replayed(steady_rules(), some) for some in (lines, shuffled))
    assert set(first) == set(other)
    for case, told in first.items():
        assert told.clocks == other[case].clocks
        for field in ("status", "received_at", "priority", "department", "owner", "fallback"):
            assert getattr(told, field) == getattr(other[case], field), field


@settings(SETTINGS, max_examples=15)
@given(lines=stories(), data=st.data())
def test_an_event_that_comes_twice_changes_nothing(lines: list[bytes], data: st.DataObject) -> None:
    """A duplicate anywhere behind the first: the replay is the same to the last notice."""
    place = data.draw(st.integers(0, len(lines) - 1))
    again = data.draw(st.integers(place + 1, len(lines)))
    twice = [*lines[:again], lines[place], *lines[again:]]
    assert replayed(rules_in_full(), twice) == replayed(rules_in_full(), lines)


# --- what verify finds

LATER = datetime(2026, 4, 1, tzinfo=UTC)
PLANTED: dict[str, Any] = {
    "state": "stopped", "started_at": LATER, "due_at": LATER, "original_due_at": LATER, "ended_at": LATER,
    "breached": True, "late_before": 7, "against_us": False, "revision": "another", "provisional": True,
    "next_step": "due", "next_at": LATER,
}  # fmt: skip
"""Fields of a clock's row to a value that is wrong for the running clock below."""


def one_running() -> Live:
    """One case on its third day, its clocks as the service left them."""
    live = Live(steady_rules(), [])
    live.run([
        json.dumps({"id": "1", "source": "/test", "type": "complaint.registered", "subject": "C-1",
                    "time": at("2026-03-17 10:00").isoformat(), "data": REGISTERED}).encode()
    ])  # fmt: skip
    return live


def test_rows_as_the_service_leaves_them_do_not_differ() -> None:
    """Nothing is found where nothing is wrong."""
    assert one_running().differences() == []


@pytest.mark.parametrize("field", PLANTED)
def test_verify_finds_a_changed_row(field: str) -> None:
    """One difference that names case, clock, cycle and field, what is stored and what is right."""
    live = one_running()
    rows, key = live.stored["C-1"], ("steady/answer", 1)
    right = getattr(rows[key], field)
    rows[key] = msgspec.structs.replace(rows[key], **{field: PLANTED[field]})
    found = [one for one in live.differences() if one.field == field]
    assert [(one.case, one.clock, one.cycle) for one in found] == [("C-1", *key)]
    assert (found[0].stored, found[0].right) == (str(PLANTED[field]), str(right))
    assert len(live.differences()) == 1


def test_verify_knows_every_field_of_a_row() -> None:
    """No field can be wrong unseen; case, clock and cycle say which row it is."""
    assert set(ClockRow.__struct_fields__) - {"case", "clock", "cycle"} == set(PLANTED)


def test_verify_finds_a_lost_row_and_one_too_many() -> None:
    """A row that is not there, and a cycle that the events do not tell of."""
    live = one_running()
    rows = live.stored["C-1"]
    row = rows.pop(("steady/papers", 1))
    rows["steady/answer", 2] = msgspec.structs.replace(rows["steady/answer", 1], cycle=2)
    assert [(one.clock, one.cycle, one.field, one.stored, one.right) for one in live.differences()] == [
        ("steady/answer", 2, "row", "there", "missing"),
        (row.clock, 1, "row", "missing", "there"),
    ]


def test_a_clock_that_a_new_revision_adds_is_no_difference_before_the_case_moves() -> None:
    """It starts at the case's next event; until then its row is not missing."""
    live = one_running()
    more = policies_of({"steady": [ANSWER, SECOND, DAILY, PAPERS, ANSWER.replace("id: answer", "id: more")]})
    active = with_rules({"hot": "{priority: high}"}, None, {"sla/policies.yaml": more})
    live.rules = Rules(active, {live.rules.active.rulebook.revision: live.rules.active})
    assert live.differences() == []
    live.keep(fire(live.rows["C-1"], live.rules, live.moment()))
    assert ("steady/more", 1) in live.stored["C-1"]
    assert live.differences() == []
