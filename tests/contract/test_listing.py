"""Which cases a listing shows, and in what order, on both databases and by each way of finding them."""

import random
from datetime import datetime, timedelta

import pytest

from tests.contract.builders import NOW, SECOND, a_case, a_clock, write
from triage.adapters.store import listing
from triage.adapters.store.store import SqlStore
from triage.domain.lifecycle import FINAL_STATUSES
from triage.ports import CaseRow, ClockRow, Wanted

DEPARTMENTS, PRIORITIES, OWNERS = ("claims", "理赔部", None), ("P1", "P2"), ("Zhou Wen", "林美华")
STATUSES = ("registered", "assigned", *sorted(FINAL_STATUSES))


def random_case(dice: random.Random, number: int) -> CaseRow:
    return a_case(
        f"C-{number}",
        status=dice.choice(STATUSES),
        department=dice.choice(DEPARTMENTS),
        priority=dice.choice(PRIORITIES),
        owner=dice.choice(OWNERS),
    )


def random_clocks(dice: random.Random, case: CaseRow) -> list[ClockRow]:
    """Many are due in the same second."""
    found = []
    for name in dice.sample(["reply", "acknowledge", "回访"], dice.randrange(4)):
        state = dice.choice(["running", "running", "met", "paused"])
        due_at = None if state == "paused" else NOW + dice.randrange(-4, 5) * SECOND
        found.append(a_clock(case.id, name, state=state, due_at=due_at, against_us=dice.random() < 0.8))
    return found


def expected(wanted: Wanted, cases: list[CaseRow], clocks: list[ClockRow], now: datetime) -> list[str]:
    """The listing by going through everything."""
    place = {case.id: number for number, case in enumerate(cases)}
    asks_due = wanted.overdue or wanted.due_within is not None

    def is_meant(clock: ClockRow) -> bool:
        if clock.state != "running" or clock.due_at is None:
            return False
        late = clock.due_at + SECOND <= now
        near = wanted.due_within is not None and not late and clock.due_at <= now + wanted.due_within
        return not asks_due or (clock.against_us and ((late and wanted.overdue) or near))

    due: dict[str, datetime] = {}
    for clock in filter(is_meant, clocks):
        assert clock.due_at is not None
        due[clock.case] = min(clock.due_at, due.get(clock.case, clock.due_at))
    found = [
        case
        for case in cases
        if (not wanted.departments or case.department in wanted.departments)
        and (not wanted.owners or case.owner in wanted.owners)
        and (not wanted.priorities or case.priority in wanted.priorities)
        and (not wanted.statuses or case.status in wanted.statuses)
        and (not wanted.is_open or case.status not in FINAL_STATUSES)
        and (not asks_due or case.id in due)
    ]
    if asks_due or wanted.by_due:
        found.sort(key=lambda case: (due.get(case.id, datetime.max.replace(tzinfo=NOW.tzinfo)), place[case.id]))
    ids = [case.id for case in found]
    return ids[wanted.skip :][: wanted.limit]


def random_wanted(dice: random.Random) -> Wanted:
    def some(values: tuple[str | None, ...]) -> tuple[str, ...]:
        known = [value for value in values if value is not None]
        return tuple(dice.sample(known, dice.randrange(1, len(known) + 1))) if dice.random() < 0.3 else ()

    return Wanted(
        departments=some(DEPARTMENTS),
        owners=some(OWNERS),
        priorities=some(PRIORITIES),
        statuses=some(STATUSES),
        is_open=dice.random() < 0.3,
        overdue=dice.random() < 0.4,
        due_within=dice.choice([None, None, timedelta(0), 2 * SECOND]),
        by_due=dice.random() < 0.5,
        skip=dice.choice([0, 0, 7]),
        limit=dice.choice([None, 1, 10]),
    )


@pytest.fixture(params=[0, 20_000])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the filtered cases count as many or as few."""
    monkeypatch.setattr(listing, "FEW", request.param)


@pytest.mark.parametrize("seed", range(1))
def test_a_listing_equals_a_walk_through_everything(store: SqlStore, few: None, seed: int) -> None:
    """For random filters, windows, orders and pages, over cases of which many are due in the same second."""
    dice = random.Random(seed)
    cases = [random_case(dice, number) for number in range(80)]
    clocks = [clock for case in cases for clock in random_clocks(dice, case)]
    write(store, *cases, clocks=clocks)
    with store.read() as reading:
        numbers = {case.id: case.no for case in reading.cases()}
    cases.sort(key=lambda case: numbers[case.id])
    for _ in range(80):
        wanted = random_wanted(dice)
        with store.read() as reading:
            assert [row.id for row in reading.listed(wanted, NOW)] == expected(wanted, cases, clocks, NOW), wanted


def test_the_whole_second_of_a_due_time_still_counts(store: SqlStore) -> None:
    """A case is overdue from one second behind its due time on."""
    write(store, a_case("now"), clocks=[a_clock("now", due_at=NOW)])
    for seconds, found in ((0, []), (0.999999, []), (1, ["now"])):
        with store.read() as reading:
            rows = reading.listed(Wanted(overdue=True), NOW + timedelta(seconds=seconds))
            assert [case.id for case in rows] == found
