"""Open cases move to the active revision's policies: by an operator's word, never by themselves."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from monitors.clocks.clock import Clock
from triage.domain.case import Case, fold
from triage.ports import CaseRow, Changes, Reading, Store
from triage.service import clock_news, clockwork
from triage.service.draft import Draft, Effects, Moment, Rules
from triage.service.handle_event import collect
from triage.service.release import Shelf

BATCH = 200


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A clock that a move changes. `due_before`, `due_after`: None while there is no due time; `state_after`: None when
    the new revision has no such clock."""

    case: str
    clock: str
    cycle: int
    due_before: datetime | None
    due_after: datetime | None
    state_after: str | None


def preview(reading: Reading, shelf: Shelf, now: datetime) -> Iterator[Moved]:
    """What a move of all open cases would change."""
    moment = Moment(now=now, seen_until=now, complete_until=now)
    for row in reading.cases():
        rules = shelf.rules(reading.rulebooks, [row.document])
        if _holds_old(row, rules):
            yield from _compare(row, rules, moment)


def move_open(store: Store, shelf: Shelf, by: str, why: str) -> Iterator[Moved]:
    """Move all open cases, some a transaction; gives what changed."""
    with store.read() as reading:
        ids = [row.id for row in reading.cases() if _holds_old(row, shelf.rules(reading.rulebooks, [row.document]))]
    waiting = iter(ids)
    while batch := list(islice(waiting, BATCH)):
        yield from _move_batch(store, shelf, batch, by, why)


def _move_batch(store: Store, shelf: Shelf, batch: Sequence[str], by: str, why: str) -> list[Moved]:
    moved: list[Moved] = []
    with store.transaction() as tx:
        now = tx.now()
        moment = Moment(now=now, seen_until=now, complete_until=now)
        changes = Changes()
        rows = tx.cases.lock(batch)
        for row in rows.values():
            rules = shelf.rules(tx.rulebooks, [row.document])
            moved += _compare(row, rules, moment)
            collect(changes, _move(row, rules, moment))
        tx.cases.write(changes)
        tx.audit(by, f"moved {len(rows)} open cases to the active revision", why)
    return moved


def _holds_old(row: CaseRow, rules: Rules) -> bool:
    """Whether an open clock of the case holds a revision that is no longer the active one."""
    held = {*row.document.pins.values(), *row.document.calendars.values()}
    is_open = any(told.ended_at is None for cycles in row.document.clocks.values() for told in cycles)
    return is_open and bool(held - {rules.active.rulebook.revision})


def _compare(row: CaseRow, rules: Rules, moment: Moment) -> Iterator[Moved]:
    before, _ = _drafted(row, rules, moment, moved=False)
    after, _ = _drafted(row, rules, moment, moved=True)
    planned = {(clock.name, clock.cycle): clock for cycles in after.clocks.values() for clock in cycles}
    for clock in (clock for cycles in before.clocks.values() for clock in cycles if clock.is_open):
        new = planned.get((clock.name, clock.cycle))
        if _differs(clock, new):
            yield Moved(
                case=row.id,
                clock=clock.name,
                cycle=clock.cycle,
                due_before=clock.due_at,
                due_after=new.due_at if new else None,
                state_after=new.state.value if new else None,
            )


def _differs(before: Clock, after: Clock | None) -> bool:
    return after is None or (before.due_at, before.state) != (after.due_at, after.state)


def _drafted(row: CaseRow, rules: Rules, moment: Moment, *, moved: bool) -> tuple[Draft, Case]:
    draft = Draft(row, rules, moment)
    if moved:
        open_clocks = {
            name for name, cycles in draft.announced.items() if any(told.ended_at is None for told in cycles)
        }
        draft.pins = {name: revision for name, revision in draft.pins.items() if name not in open_clocks}
        draft.calendars = {name: revision for name, revision in draft.calendars.items() if name not in open_clocks}
    case = fold(row.id, row.document.events, rules.active.zone, row.document.opened_at)
    clockwork.plan(draft, case)
    return draft, case


def _move(row: CaseRow, rules: Rules, moment: Moment) -> Effects:
    draft, case = _drafted(row, rules, moment, moved=True)
    revision = rules.active.rulebook.revision
    clock_news.announce(draft, clock_news.Cause("policy", ("apply-policy", revision)))
    draft.record(kind="command", type="complaint.policy_applied", event_time=moment.now)
    return draft.finish(case, row.document.events, clockwork.clock_rows(draft))
