"""Open cases move to the active revision's policies: by an operator's word, never by themselves."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from monitors.clocks.clock import Clock
from triage.domain.case import Case
from triage.ports import CaseRow, Changes, Reading, Store
from triage.service import clock_news, clockwork
from triage.service.draft import Draft, Effects, Rules
from triage.service.handle_event import collect
from triage.service.release import Shelf
from triage.service.replan import draft_of

BATCH = 200


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A clock that a move changes, or that it leaves. `due_before`, `due_after`: None while there is no due time;
    `state_after`: None when the new revision has no such clock. `kept`: it stays with the rules that it has, for they
    decided earlier cycles of it, which the new ones would judge otherwise."""

    case: str
    clock: str
    cycle: int
    due_before: datetime | None
    due_after: datetime | None
    state_after: str | None
    kept: bool = False


class _Move(msgspec.Struct, frozen=True):
    """A case before and after. `moved`, `kept`: names of clocks that hold an old revision."""

    before: Draft
    after: Draft
    case: Case
    moved: frozenset[str]
    kept: frozenset[str]


def preview(reading: Reading, shelf: Shelf, now: datetime) -> Iterator[Moved]:
    """What a move of all open cases would change."""
    for row in reading.cases():
        rules = shelf.rules(reading.rulebooks, [row.document])
        if _old_clocks(row, rules):
            yield from _told(_planned(row, rules, now))


def move_open(store: Store, shelf: Shelf, by: str, why: str) -> Iterator[Moved]:
    """Move all open cases, some a transaction; gives what changed."""
    with store.read() as reading:
        ids = [row.id for row in reading.cases() if _old_clocks(row, shelf.rules(reading.rulebooks, [row.document]))]
    waiting = iter(ids)
    while batch := list(islice(waiting, BATCH)):
        yield from _move_batch(store, shelf, batch, by, why)


def _move_batch(store: Store, shelf: Shelf, batch: Sequence[str], by: str, why: str) -> list[Moved]:
    told: list[Moved] = []
    with store.transaction() as tx:
        now = tx.now()
        changes = Changes()
        moved = 0
        for row in tx.cases.lock(batch).values():
            move = _planned(row, shelf.rules(tx.rulebooks, [row.document]), now)
            told += _told(move)
            if move.moved:
                moved += 1
                collect(changes, _effects(row, move))
        if moved:
            tx.cases.write(changes)
            tx.audit(by, f"moved {moved} open cases to the active revision", why)
    return told


def _old_clocks(row: CaseRow, rules: Rules) -> frozenset[str]:
    """Open clocks of the case that hold a revision which is no longer the active one."""
    document, active = row.document, rules.active.rulebook.revision
    return frozenset(
        name
        for name, cycles in document.clocks.items()
        if any(told.ended_at is None for told in cycles)
        and {document.pins.get(name, active), document.calendars.get(name, active)} != {active}
    )


def _planned(row: CaseRow, rules: Rules, now: datetime) -> _Move:
    old = _old_clocks(row, rules)
    before, case = draft_of(row, rules, now)
    after, _ = draft_of(row, rules, now, moved=old)
    kept = frozenset(name for name in old if _past(before, name) != _past(after, name))
    if kept:
        after, _ = draft_of(row, rules, now, moved=old - kept)
    return _Move(before, after, case, old - kept, kept)


def _past(draft: Draft, name: str) -> list[tuple[Any, ...]]:
    """What was settled of a clock."""
    ended = (clock for clock in draft.clocks.get(name, ()) if not clock.is_open)
    return [(clock.cycle, clock.state, clock.due_at, clock.ended_at, clock.breached) for clock in ended]


def _told(move: _Move) -> Iterator[Moved]:
    planned = {(clock.name, clock.cycle): clock for cycles in move.after.clocks.values() for clock in cycles}
    for clock in (clock for cycles in move.before.clocks.values() for clock in cycles if clock.is_open):
        new = planned.get((clock.name, clock.cycle))
        if clock.name in move.kept or (clock.name in move.moved and _differs(clock, new)):
            yield Moved(
                case=move.before.row.id,
                clock=clock.name,
                cycle=clock.cycle,
                due_before=clock.due_at,
                due_after=new.due_at if new else None,
                state_after=new.state.value if new else None,
                kept=clock.name in move.kept,
            )


def _differs(before: Clock, after: Clock | None) -> bool:
    return after is None or (before.due_at, before.state) != (after.due_at, after.state)


def _effects(row: CaseRow, move: _Move) -> Effects:
    draft = move.after
    revision = draft.rules.active.rulebook.revision
    clock_news.announce(draft, clock_news.Cause("policy", ("apply-policy", revision)))
    draft.record(kind="command", type="complaint.policy_applied", event_time=draft.moment.now)
    return draft.finish(move.case, row.document.events, clockwork.clock_rows(draft))
