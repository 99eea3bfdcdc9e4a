"""How a complaint ends under one rulebook, told by the same steps that serve it live."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Clock
from monitors.clocks.local_time import SECOND
from monitors.clocks.policy import ClockPolicy
from triage.codec.decode import Arrival
from triage.domain.document import Document
from triage.domain.event import Event
from triage.ports import CaseRow, Sibling
from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.due_times import from_number
from triage.service.draft import Rules
from triage.service.replan import clocks_at
from triage.service.virtual_time import Passed, VirtualDesk

CLOCKS_KEPT = 4096


class EndedClock(msgspec.Struct, frozen=True):
    """One cycle of a clock at the end of the run. `clock`: `policy/id`. `due_at` None: it stands."""

    clock: str
    cycle: int
    state: str
    breached: bool
    due_at: datetime | None


class Decided(msgspec.Struct, frozen=True):
    """The last decision, without the persons it names. `policies`: every attached one."""

    priority: str
    department: str
    team: str | None
    handler: str
    tags: tuple[str, ...]
    policies: tuple[str, ...]
    fallback: bool


class Ending(msgspec.Struct, frozen=True):
    """A complaint at the end of the run. `rules`: those that gave the last decision, by id. `clocks`: every cycle, by
    name and number."""

    decided: Decided
    rules: tuple[str, ...]
    clocks: tuple[EndedClock, ...]


class Arrived(msgspec.Struct, frozen=True):
    """An event at its place in the input. `at`: its time. `now`: the greatest event time read by then. Both in whole
    microseconds since 1970 (UTC)."""

    place: int
    event: Event
    at: int
    now: int


class Turn(msgspec.Struct, frozen=True):
    """From an event of another complaint on, the customer's others stand so. `place`, `now`: as of `Arrived`."""

    place: int
    now: int
    others: tuple[Sibling, ...]


class Lived(msgspec.Struct, frozen=True):
    """An ending, when the complaint was received, and when each of its clocks' cycles started."""

    ending: Ending
    received_at: datetime
    started: tuple[datetime, ...]


def lives(
    rules: CompiledRulebook, arrived: Sequence[Arrived], end: datetime, others: Sequence[Sibling] = ()
) -> dict[str, Lived]:
    """The lives of all cases, by id. Events in the order of arrival. `others`: see `VirtualDesk`."""
    seen = _Seen()
    return _lived(VirtualDesk(rules, seen.see, quiet=True, others=others), seen, arrived, end)


def alone(rules: CompiledRulebook, arrived: Sequence[Arrived], end: datetime, others: Sequence[Sibling] = ()) -> Lived:
    """The life of one case, with every step that it has."""
    (found,) = lives(rules, arrived, end, others).values()
    return found


def lived_without_steps(
    rules: CompiledRulebook, arrived: Sequence[Arrived], end: datetime, others: Sequence[Sibling] = ()
) -> Lived | None:
    """The life of one case. `rules`: with `deadlines_only` clocks: a look at them at every event and every due time is
    enough, as long as nothing that decides changes in between. None when that cannot be told: the steps in between
    might have made a difference."""
    seen = _Watching()
    (found,) = _lived(VirtualDesk(rules, seen.see, quiet=True, others=others), seen, arrived, end).values()
    return found if seen.is_certain else None


def life_beside(
    rules: CompiledRulebook,
    quick: CompiledRulebook,
    arrived: Sequence[Arrived],
    end: datetime,
    others: Sequence[Sibling],
    turns: Sequence[Turn],
) -> Lived:
    """The life of one case whose customer's others change in a way that rules ask for. `others`: as they stand until
    the first of the turns. `quick`: the rulebook with `deadlines_only` clocks, enough when the case takes no step from
    the first turn on."""
    seen, turn = _Watching(), turns[0]
    if arrived[-1].place < turn.place:
        desk = VirtualDesk(quick, seen.see, quiet=True, others=others)
        (found,) = _lived(desk, seen, arrived, end).values()
        (row,) = desk.rows.values()
        if seen.is_certain and _is_over_by(from_number(turn.now), clocks_at(row, Rules(rules, {}), end)):
            return found
    steps = _Seen()
    desk = VirtualDesk(rules, steps.see, quiet=True, others=others)
    (found,) = _lived(desk, steps, arrived, end, turns).values()
    return found


def _is_over_by(instant: datetime, cycles: Iterable[Clock]) -> bool:
    """Whether nothing that these clocks still do happens then or later."""
    return all(_last_at(one, instant) < instant for one in cycles)


def _last_at(cycle: Clock, unknown: datetime) -> datetime:
    """When a cycle is heard of last; `unknown` when that cannot be told."""
    if not cycle.can_fire:
        return cycle.ended_at or unknown
    due = unknown if cycle.due_at is None else cycle.due_at + SECOND
    return max([due, *(step.at for step in cycle.steps)])


class _Seen:
    """Keeps the last decision of each case."""

    def __init__(self) -> None:
        self.reasons: dict[str, tuple[str, ...]] = {}

    def see(self, passed: Passed) -> None:
        decision = passed.effects.decision
        if decision is not None:
            self.reasons[passed.effects.row.id] = tuple(reason.rule for reason in decision.reasons)


class _Watching(_Seen):
    """Doubts an ending when a step between due times could have changed it: when time goes on although a breach was
    not seen by the decision, or when a late step, whose instant counts, changed a priority or detached a policy."""

    is_certain = True

    def see(self, passed: Passed) -> None:
        super().see(passed)
        waits = passed.next_due is None or passed.next_due > passed.now
        if waits and not passed.effects.is_settled:
            self.is_certain = False
        is_late = passed.due is not None and passed.due < passed.now
        if is_late and passed.before is not None:
            before, after = passed.before.document, passed.effects.row.document
            if before.priorities != after.priorities or _detached(before) != _detached(after):
                self.is_certain = False


def _detached(document: Document) -> dict[str, datetime | None]:
    return {name: one.detached_at for name, one in document.attached.items() if one.detached_at is not None}


def _lived(
    desk: VirtualDesk, seen: _Seen, arrived: Sequence[Arrived], end: datetime, turns: Sequence[Turn] = ()
) -> dict[str, Lived]:
    passing: list[Arrived | Turn] = [*arrived, *turns]
    for one in sorted(passing, key=_place):
        desk.move_to(from_number(one.now))
        if isinstance(one, Turn):
            desk.see_others(one.others)
        else:
            desk.apply(Arrival(one.event, None, "", None))
    desk.end_at(end)
    return {case: _ending(row, desk.rules, seen.reasons, desk.now) for case, row in desk.rows.items()}


def _place(one: Arrived | Turn) -> int:
    return one.place


def _ending(row: CaseRow, rules: Rules, reasons: Mapping[str, tuple[str, ...]], end: datetime) -> Lived:
    outcome = row.document.outcome
    assert outcome is not None, "a case that was decided has an outcome"
    cycles = sorted(clocks_at(row, rules, end), key=lambda one: (one.name, one.cycle))
    clocks = [EndedClock(one.name, one.cycle, one.state.value, one.breached, one.due_at) for one in cycles]
    decided = Decided(
        outcome.priority, outcome.department, outcome.team, outcome.handler, outcome.tags, outcome.policies,
        outcome.fallback,
    )  # fmt: skip
    ending = Ending(decided, reasons[row.id], tuple(clocks))
    return Lived(ending, row.received_at, tuple(one.started_at for one in cycles))


def deadlines_only(rules: CompiledRulebook) -> CompiledRulebook:
    """The same rulebook, with clocks that announce nothing but their breach: what is decided and when things are due
    stays as it is."""
    book = rules.rulebook
    policies = {
        name: msgspec.structs.replace(policy, clocks=tuple(map(_deadline_only, policy.clocks)))
        for name, policy in book.policies.items()
    }
    return CompiledRulebook(msgspec.structs.replace(book, policies=policies))


@lru_cache(maxsize=CLOCKS_KEPT)
def _deadline_only(clock: ClockPolicy) -> ClockPolicy:
    """The same object for equal clocks, which are then told apart at a glance."""
    return msgspec.structs.replace(
        clock,
        warnings=(),
        escalations=tuple(msgspec.structs.replace(one, every=None) for one in clock.escalations if one.after is None),
        pauses=tuple(msgspec.structs.replace(one, remind=None) for one in clock.pauses),
    )


def with_parts_of(rules: CompiledRulebook, other: CompiledRulebook) -> CompiledRulebook:
    """The same rulebook, made of the very clocks and calendars of the other where they are equal: what is kept by clock
    and calendar is then found without comparing them in full."""
    book, known = rules.rulebook, other.rulebook
    calendars = {name: _same_or(one, known.calendars.get(name)) for name, one in book.calendars.items()}
    clocks = {clock: clock for policy in known.policies.values() for clock in policy.clocks}
    policies = {
        name: msgspec.structs.replace(policy, clocks=tuple(clocks.get(one, one) for one in policy.clocks))
        for name, policy in book.policies.items()
    }
    return CompiledRulebook(msgspec.structs.replace(book, calendars=calendars, policies=policies))


def _same_or(one: Calendar, known: Calendar | None) -> Calendar:
    return known if known is not None and known == one else one
