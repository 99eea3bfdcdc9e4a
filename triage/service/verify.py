"""Stored clocks against their recomputation: the rows are an index over the events, and an index can be wrong."""

from collections.abc import Iterator, Sequence

import msgspec

from triage.ports import CaseRow, Changes, ClockRow, Reading, Store
from triage.service import clockwork
from triage.service.case_list import with_clocks
from triage.service.draft import Draft, Rules
from triage.service.release import Shelf
from triage.service.replan import draft_of


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not as its events say. `field`: `row` when it is missing or should not be there. `stored`, `right`:
    as texts."""

    case: str
    clock: str
    cycle: int
    field: str
    stored: str
    right: str


def differences(reading: Reading, shelf: Shelf) -> Iterator[Difference]:
    """Every difference, case by case."""
    for row, clocks in with_clocks(reading, reading.cases()):
        yield from _of_case(row, clocks, shelf.rules(reading.rulebooks, [row.document]))


def repair(store: Store, shelf: Shelf, cases: Sequence[str], by: str) -> None:
    """Write the rows of these cases anew, each case in a transaction of its own."""
    for case in cases:
        with store.transaction() as tx:
            row = tx.cases.lock([case])[case]
            stored = tx.cases.clocks([case])
            draft = _planned(row, shelf.rules(tx.rulebooks, [row.document]))
            planned = {(one.clock, one.cycle): one for one in clockwork.clock_rows(draft)}
            changes = Changes(cases={case: row})
            changes.clocks = {(case, *key): one for key, one in planned.items() if not _is_ahead(draft, one.clock)}
            gone = {(one.clock, one.cycle) for one in stored} - planned.keys()
            changes.gone_clocks = {(case, *key) for key in gone}
            tx.cases.write(changes)
            tx.audit(by, f"repaired the clocks of {case}", "triage verify --fix")


def _planned(row: CaseRow, rules: Rules) -> Draft:
    """The case's clocks where they were last judged, every row of them marked as changed."""
    draft, _ = draft_of(row, rules, row.document.seen_until or row.received_at)
    draft.changed_clocks = [clock for cycles in draft.clocks.values() for clock in cycles]
    return draft


def _of_case(row: CaseRow, stored: Sequence[ClockRow], rules: Rules) -> Iterator[Difference]:
    draft = _planned(row, rules)
    right = {(one.clock, one.cycle): one for one in clockwork.clock_rows(draft)}
    there = {(one.clock, one.cycle): one for one in stored}
    for clock, cycle in sorted(right.keys() | there.keys()):
        mine, theirs = right.get((clock, cycle)), there.get((clock, cycle))
        if mine is not None and _is_ahead(draft, clock):
            continue
        if mine is None or theirs is None:
            present = ("missing" if theirs is None else "there", "missing" if mine is None else "there")
            yield Difference(case=row.id, clock=clock, cycle=cycle, field="row", stored=present[0], right=present[1])
            continue
        for field in ClockRow.__struct_fields__:
            have, want = getattr(theirs, field), getattr(mine, field)
            if have != want and not _is_woken(theirs, field):
                yield Difference(case=row.id, clock=clock, cycle=cycle, field=field, stored=str(have), right=str(want))


def _is_ahead(draft: Draft, clock: str) -> bool:
    """Whether the active revision knows more than the row can: it has the clock since, which starts at the case's next
    event, or a calendar by which the sweeper will count it again."""
    return clock not in draft.announced or clock in draft.recounted


def _is_woken(stored: ClockRow, field: str) -> bool:
    """A provisional clock that the sweeper has to look at: a new calendar may know more."""
    return field == "next_at" and stored.provisional
