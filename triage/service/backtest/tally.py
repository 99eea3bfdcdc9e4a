"""Everything that a backtest counts, in parts that can be added up in any order."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from triage.service.backtest.comparison import Changed
from triage.service.backtest.ending import EndedClock, Ending

IN_TIME, LATE, OPEN_OVERDUE = "in_time", "late", "open_overdue"
OUTCOMES = (IN_TIME, LATE, OPEN_OVERDUE)
OPEN_STATES = ("running", "paused")
DAY = 86_400
MOST_SHOWN = 200
"""So many changed complaints stand in a report."""

Pair = tuple[str, str]


class Side(msgspec.Struct):
    """What one rulebook makes of the complaints. `decided`: a rule or a human named the department. `clocks`: by clock
    and outcome. `workload`: by department and week, which is the ordinal of its Monday."""

    decided: int = 0
    priority: Counter[str] = msgspec.field(default_factory=Counter)
    department: Counter[str] = msgspec.field(default_factory=Counter)
    clocks: Counter[Pair] = msgspec.field(default_factory=Counter)
    workload: Counter[tuple[str, int]] = msgspec.field(default_factory=Counter)

    def count(self, ending: Ending, weeks: Mapping[int, int], against_us: frozenset[str]) -> None:
        """So many complaints that ended alike, by the week of their receipt."""
        number = sum(weeks.values())
        decided = ending.decided
        self.decided += 0 if decided.fallback else number
        self.priority[decided.priority] += number
        self.department[decided.department] += number
        for week, some in weeks.items():
            self.workload[decided.department, week] += some
        for clock in ending.clocks:
            outcome = outcome_of(clock)
            if outcome is not None and clock.clock in against_us:
                self.clocks[clock.clock, outcome] += number

    def add(self, other: "Side") -> None:
        """Another part's figures."""
        self.decided += other.decided
        for mine, theirs in (
            (self.priority, other.priority),
            (self.department, other.department),
        ):
            mine.update(theirs)
        self.clocks.update(other.clocks)
        self.workload.update(other.workload)


def outcome_of(clock: EndedClock) -> str | None:
    """In time: stopped and never breached. Late: over, and breached. Open and overdue: not over. None for others: what
    runs in time, or ended without an answer."""
    if clock.breached:
        return OPEN_OVERDUE if clock.state in OPEN_STATES else LATE
    return IN_TIME if clock.state == "stopped" else None


class Differences(msgspec.Struct):
    """What differs between two rulebooks. `moves`: field of the decision, before, after; of tags and policies those
    that came, as after, and those that went, as before. `deadlines`: clock and how it moved, by cycles. `shifts`:
    clock and by how many whole days, towards zero. `outcomes`: clock, outcome before, outcome after, where they differ.
    `laxer`: complaints of which a statutory deadline moves later, by clock. `shown`: the first of them, with their
    places in the input."""

    changed: int = 0
    rules: Counter[str] = msgspec.field(default_factory=Counter)
    fields: Counter[str] = msgspec.field(default_factory=Counter)
    moves: Counter[tuple[str, str, str]] = msgspec.field(default_factory=Counter)
    deadlines: Counter[Pair] = msgspec.field(default_factory=Counter)
    shifts: Counter[tuple[str, int]] = msgspec.field(default_factory=Counter)
    laxer: Counter[str] = msgspec.field(default_factory=Counter)
    complaints_laxer: int = 0
    shown: list[tuple[int, Changed]] = msgspec.field(default_factory=list)

    def count(self, place: int, changed: Changed) -> None:
        """One changed complaint."""
        self.changed += 1
        self.rules.update(changed.rules)
        self.fields.update(changed.fields)
        for field in changed.fields:
            self._count_move(field, getattr(changed.before, field), getattr(changed.after, field))
        for clock in changed.clocks:
            if clock.moved is not None:
                self.deadlines[clock.clock, clock.moved] += 1
            if clock.by_seconds:
                self.shifts[clock.clock, int(clock.by_seconds / DAY)] += 1
        laxer = {clock.clock for clock in changed.clocks if clock.is_laxer}
        self.laxer.update(laxer)
        self.complaints_laxer += bool(laxer)
        self.shown.append((place, changed))
        if len(self.shown) >= 2 * MOST_SHOWN:
            self.trim()

    def _count_move(self, field: str, before: object, after: object) -> None:
        if isinstance(before, tuple) and isinstance(after, tuple):
            self.moves.update((field, one, "") for one in before if one not in after)
            self.moves.update((field, "", one) for one in after if one not in before)
        else:
            self.moves[field, str(before or ""), str(after or "")] += 1

    def add(self, other: "Differences") -> None:
        """Another part's figures."""
        self.changed += other.changed
        self.complaints_laxer += other.complaints_laxer
        self.rules.update(other.rules)
        self.fields.update(other.fields)
        self.moves.update(other.moves)
        self.deadlines.update(other.deadlines)
        self.shifts.update(other.shifts)
        self.laxer.update(other.laxer)
        self.shown += other.shown
        self.trim()

    def trim(self) -> None:
        """Keep the first of those that are shown."""
        self.shown = sorted(self.shown, key=lambda one: one[0])[:MOST_SHOWN]


class Work(msgspec.Struct):
    """How the complaints were gone through: taken over from one of the same kind, lived through by itself."""

    alike: int = 0
    alone: int = 0


class Tally(msgspec.Struct):
    """The figures of one part, or of all. `before` is empty when there is one rulebook alone."""

    complaints: int = 0
    after: Side = msgspec.field(default_factory=Side)
    before: Side = msgspec.field(default_factory=Side)
    differences: Differences = msgspec.field(default_factory=Differences)
    work: Work = msgspec.field(default_factory=Work)

    def add(self, other: "Tally") -> None:
        """Another part's figures."""
        self.complaints += other.complaints
        self.after.add(other.after)
        self.before.add(other.before)
        self.differences.add(other.differences)
        self.work.alike += other.work.alike
        self.work.alone += other.work.alone
