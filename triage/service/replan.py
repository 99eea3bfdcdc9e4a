"""The clocks of a stored case planned anew: what listings, replays and checks look at beside the stored rows."""

from collections.abc import Iterator
from datetime import datetime

from monitors.clocks.clock import Clock
from triage.domain.case import Case, fold
from triage.ports import CaseRow
from triage.service import clockwork
from triage.service.counted_days import CountedDay, counted_days
from triage.service.draft import Draft, Rules, caught_up


def draft_of(row: CaseRow, rules: Rules, at: datetime, moved: frozenset[str] = frozenset()) -> tuple[Draft, Case]:
    """The case with its clocks planned as they stand at an instant; nothing of it has been told yet. `moved`: names of
    clocks that let go of the revisions that they hold."""
    draft = Draft(row, rules, caught_up(at))
    draft.pins = {name: revision for name, revision in draft.pins.items() if name not in moved}
    draft.calendars = {name: revision for name, revision in draft.calendars.items() if name not in moved}
    case = fold(row.id, row.document.events, rules.active.zone, row.document.opened_at)
    clockwork.plan(draft, case)
    return draft, case


def days_at(row: CaseRow, rules: Rules, at: datetime) -> Iterator[tuple[Clock, list[CountedDay]]]:
    """Every cycle of every clock of the case, with the dates that it counts."""
    draft, _ = draft_of(row, rules, at)
    for name, cycles in draft.clocks.items():
        attached = draft.planned_with[name]
        for clock in cycles:
            yield clock, counted_days(clock, attached.clock, attached.calendar, at)


def clocks_at(row: CaseRow, rules: Rules, at: datetime) -> tuple[Clock, ...]:
    """Every cycle of every clock of the case at an instant."""
    draft, _ = draft_of(row, rules, at)
    return tuple(clock for cycles in draft.clocks.values() for clock in cycles)
