"""A backtest's figures as tools read them: the shape of `backtest --json`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.difference import Change
from triage.service.backtest.index import Unreadable
from triage.service.backtest.tally import OUTCOMES, Side, Tally


class Revision(msgspec.Struct, frozen=True):
    """A rulebook by name and revision."""

    name: str
    revision: str


class By(msgspec.Struct, frozen=True):
    """Complaints by priority and by department, in the order of the rulebook."""

    priority: dict[str, int]
    department: dict[str, int]


class Clocks(msgspec.Struct, frozen=True):
    """Cycles of clocks against us: stopped in time, over and breached, open and breached."""

    in_time: int
    late: int
    open_overdue: int


class OfBoth(msgspec.Struct, frozen=True, rename={"after": "A", "before": "B"}):
    """Under the proposed rulebook, A, and under the one that it is compared with, B; null when there is none."""

    after: Clocks
    before: Clocks | None


class Revisions(msgspec.Struct, frozen=True, rename={"after": "A", "before": "B"}):
    """Which rulebooks were run."""

    after: Revision
    before: Revision | None


class Against(msgspec.Struct, frozen=True):
    """The figures under B."""

    decided: int
    by: By


class Move(msgspec.Struct, frozen=True):
    """So many complaints go from one value to another; null: none. Of tags and policies: those that go and come."""

    before: str | None
    after: str | None
    complaints: int


class ChangedBy(msgspec.Struct, frozen=True):
    """Changed complaints by the rule that made the difference (`rulebook`: none of them did), and by what changed."""

    rule: dict[str, int]
    priority: list[Move]
    department: list[Move]
    team: list[Move]
    handler: list[Move]
    tags: list[Move]
    policies: list[Move]


class DeadlineMoves(msgspec.Struct, frozen=True, kw_only=True):
    """Cycles of one clock that are due at another time, are new or no longer run; `by_days`: by how many whole days,
    towards zero, to how many cycles. `statutory_later`: complaints of which it moves later or no longer runs, when its
    policy is statutory."""

    earlier: int
    later: int
    new: int
    gone: int
    by_days: dict[str, int]
    statutory_later: int


class Workload(msgspec.Struct, frozen=True, rename={"after": "A", "before": "B"}):
    """Complaints received in a week (`2026-W10`) that end with a department."""

    department: str
    week: str
    after: int
    before: int | None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a backtest comes to. `decided`: a rule or a human named the department, under A. `statutory_later`:
    complaints of which a statutory deadline moves later or no longer runs; `accepted`: why that is accepted, null when
    it is not or nothing needs to be. `unreadable`: lines that are no event. `engines_disagree`: always 0, a backtest
    decides by the compiled rules alone."""

    complaints: int
    events: int
    duplicates: int
    unreadable: int
    seconds: float
    rulebooks: Revisions
    decided: int
    by: By
    against: Against | None
    changed: int
    changed_by: ChangedBy
    clocks: OfBoth
    by_clock: dict[str, OfBoth]
    deadlines: dict[str, DeadlineMoves]
    statutory_later: int
    accepted: str | None
    workload: list[Workload]
    engines_disagree: int = 0


def summary(
    tally: Tally,
    after: CompiledRulebook,
    before: CompiledRulebook | None,
    *,
    events: int,
    duplicates: int,
    unreadable: Sequence[Unreadable],
    seconds: float,
    accepted: str | None,
) -> Summary:
    """The figures in order."""
    against = None
    if before is not None:
        against = Against(tally.before.decided, _by(tally.before, before))
    laxer = tally.differences.complaints_laxer
    return Summary(
        complaints=tally.complaints,
        events=events,
        duplicates=duplicates,
        unreadable=len(unreadable),
        seconds=round(seconds, 1),
        rulebooks=Revisions(_revision(after), None if before is None else _revision(before)),
        decided=tally.after.decided,
        by=_by(tally.after, after),
        against=against,
        changed=tally.differences.changed,
        changed_by=_changed_by(tally),
        clocks=_of_both(tally, None, before),
        by_clock={name: _of_both(tally, name, before) for name in _clock_names(tally)},
        deadlines=_deadlines(tally),
        statutory_later=laxer,
        accepted=accepted if laxer else None,
        workload=_workload(tally, before),
    )


def _revision(rules: CompiledRulebook) -> Revision:
    return Revision(rules.rulebook.name, rules.rulebook.revision)


def _by(side: Side, rules: CompiledRulebook) -> By:
    book = rules.rulebook
    return By(_in_order(side.priority, book.priorities), _in_order(side.department, book.departments))


def complaints_of(change: Change, counted: Summary) -> int | None:
    """How many complaints change because of what differs; None for what is not counted by itself."""
    places = {"rule": "", "policy": "sla/", "calendar": "calendars/"}
    if change.about not in places:
        return None
    return counted.changed_by.rule.get(places[change.about] + change.id, 0)


def _in_order(counts: Mapping[str, int], order: Iterable[str]) -> dict[str, int]:
    return {name: counts[name] for name in order if counts.get(name)}


def _changed_by(tally: Tally) -> ChangedBy:
    found = tally.differences
    moves: dict[str, list[Move]] = {}
    for (field, before, after), count in sorted(found.moves.items(), key=_largest):
        moves.setdefault(field, []).append(Move(before or None, after or None, count))
    fields = ("priority", "department", "team", "handler", "tags", "policies")
    return ChangedBy(dict(sorted(found.rules.items(), key=_largest)), *(moves.get(field, []) for field in fields))


def _largest(one: tuple[Any, int]) -> tuple[int, Any]:
    return (-one[1], one[0])


def _clock_names(tally: Tally) -> list[str]:
    return sorted({name for side in (tally.after, tally.before) for name, _ in side.clocks})


def _of_both(tally: Tally, name: str | None, before: CompiledRulebook | None) -> OfBoth:
    return OfBoth(_clocks(tally.after, name), None if before is None else _clocks(tally.before, name))


def _clocks(side: Side, name: str | None) -> Clocks:
    counts = dict.fromkeys(OUTCOMES, 0)
    for (clock, outcome), count in side.clocks.items():
        if name in (None, clock):
            counts[outcome] += count
    return Clocks(*counts.values())


def _deadlines(tally: Tally) -> dict[str, DeadlineMoves]:
    found = tally.differences
    names = sorted({name for name, _ in found.deadlines})
    return {
        name: DeadlineMoves(
            **{how: found.deadlines[name, how] for how in ("earlier", "later", "new", "gone")},
            by_days={f"{days:+d}": count for (clock, days), count in sorted(found.shifts.items()) if clock == name},
            statutory_later=found.laxer[name],
        )
        for name in names
    }


def _workload(tally: Tally, before: CompiledRulebook | None) -> list[Workload]:
    after, other = tally.after.workload, tally.before.workload
    return [
        Workload(department, week_name(week), after[department, week], other[department, week] if before else None)
        for department, week in sorted({*after, *other}, key=lambda one: (one[1], one[0]))
    ]


def week_name(monday: int) -> str:
    """The ISO week of a Monday by its ordinal: `2026-W10`."""
    year, week, _ = date.fromordinal(monday).isocalendar()
    return f"{year}-W{week:02}"
