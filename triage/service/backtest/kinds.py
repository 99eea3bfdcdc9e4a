"""Kinds of plain complaints under one rulebook, each lived through once; see `plain`."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from monitors.clocks.clock import ClockState
from monitors.clocks.course import asks_priority
from monitors.clocks.matching import matches
from triage.domain import event as ev
from triage.ports import Sibling
from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.due_times import A_SECOND, SharedDueTimes, from_number, to_number
from triage.service.backtest.ending import (
    Arrived,
    Decided,
    EndedClock,
    Ending,
    Lived,
    alone,
    deadlines_only,
    life_beside,
    lived_without_steps,
)
from triage.service.backtest.growing import Growing
from triage.service.backtest.lens import Seen, content_of, is_steady
from triage.service.backtest.neighbours import Past
from triage.service.backtest.plain import (
    STARTED,
    Candidate,
    Candidates,
    Plain,
    Ranks,
    Shape,
    ranks,
)
from triage.service.backtest.stance import asked_tags, humans_speak, patterns_of_registration, weighed

MOST_CANDIDATES = 40
"""A kind with more due times, such as of a clock that recurs for months, is not worth keeping."""


class KeptClock(msgspec.Struct, frozen=True):
    """A cycle of a clock of a kind. `due`: place of its due time among the candidates."""

    clock: str
    cycle: int
    state: str
    breached: bool
    due: int


class Result(msgspec.Struct, frozen=True, eq=False):
    """How complaints of a kind end, the same object for all of them. `changing_rules`: those of the rules behind the
    last decision that do not hold throughout."""

    decided: Decided
    changing_rules: tuple[str, ...]
    changing_tags: frozenset[str]
    clocks: tuple[KeptClock, ...]
    candidates: Candidates


class Told(msgspec.Struct, frozen=True, eq=False):
    """How a complaint ends under one rulebook: on its own (`lived`), or as its kind does, with its own due times."""

    lived: Lived | None
    kinds: "Kinds | None" = None
    seen: Seen | None = None
    result: Result | None = None
    breached: Sequence[int] = ()
    kind: object = None

    @property
    def ending(self) -> Ending:
        """The whole ending."""
        if self.lived is not None:
            return self.lived.ending
        assert self.kinds is not None, "what did not live on its own is of a kind"
        assert self.seen is not None, "and so was seen"
        assert self.result is not None, "and has its result"
        return self.kinds.ending(self.result, self.seen, self.breached)

    def is_as(self, other: "Told") -> bool:
        """Whether every complaint that ends so ends in the same way as the other: not only here, and by chance."""
        mine, theirs = self.result, other.result
        if mine is None or theirs is None or self.ending.decided != other.ending.decided:
            return False
        return _timeless(mine) == _timeless(theirs)


def _timeless(result: Result) -> list[tuple[object, ...]]:
    """The clocks of a kind with what their due times come from."""
    return [
        (one.clock, one.cycle, one.state, one.breached, _origin(result.candidates, one.due)) for one in result.clocks
    ]


def _origin(candidates: Candidates, place: int) -> tuple[object, ...]:
    one = candidates[place]
    start = one.place if one.starts_when == STARTED else _origin(candidates, one.place)
    return (id(one.due), one.starts_when, start)


class _Sight(msgspec.Struct, frozen=True, eq=False):
    """What this rulebook sees. `stance`: all of it that bears on how a complaint goes on, `in_full`: also when humans
    speak."""

    seen: Seen
    stance: tuple[object, ...]
    in_full: tuple[object, ...]
    rules: tuple[str, ...]
    tags: frozenset[str]


class _Kind:
    """`results`: None where none can be kept. `is_endless`: there are too many due times."""

    def __init__(self) -> None:
        self.candidates = Candidates()
        self.results: dict[tuple[int, Ranks], Result | None] = {}
        self.is_endless = False


class Kinds:
    """Lives through complaints under one rulebook. `shared`: due times, for all rulebooks of the run."""

    def __init__(self, rules: CompiledRulebook, shared: SharedDueTimes) -> None:
        self.rules, self._shared = rules, shared
        self._quick = deadlines_only(rules)
        book = rules.rulebook
        self._own = {rule.id: content_of(rule) for rule in book.rules}
        self._changing = {rule.id: frozenset(rule.then.tags) for rule in book.rules if not is_steady(rule)}
        self._rules = {rule.id: rule for rule in book.rules}
        self._by_humans: dict[Shape, bool] = {}
        self._patterns = patterns_of_registration(rules)
        self._tags_asked = asked_tags(rules)
        self._clocks = {
            policy.clock_name(clock): (clock, book.calendars[policy.calendar])
            for policy in book.policies.values()
            for clock in policy.clocks
        }
        self._sights: dict[int, _Sight] = {}
        self._kinds: dict[tuple[object, ...], _Kind] = {}

    def forget(self) -> None:
        """Let go of what was kept, when there is too much of it."""
        self._sights.clear()
        self._kinds.clear()
        self._by_humans.clear()

    def share(self, other: "Kinds") -> None:
        """Keep kinds together with another rulebook that has the same frame."""
        self._kinds = other._kinds

    def live(self, case: Plain, seen: Seen, others: Sequence[Sibling], end: datetime, like: Told | None = None) -> Told:
        """How the complaint ends: as its kind does or, where that cannot be kept, on its own. `like`: how it ends under
        another rulebook, with which kinds may be shared."""
        kind = self._kind(case, seen)
        if like is not None and like.kind is kind:
            return Told(None, self, seen, like.result, like.breached, kind)
        if kind.is_endless:
            return Told(self._quick_or_exact(case.arrived, end, others))
        breached = kind.candidates.breached(case.starts)
        key = (case.layout, ranks(case.instants, breached))
        if key in kind.results:
            result = kind.results[key]
            if result is not None:
                return Told(None, self, seen, result, breached, kind)
            return Told(self._quick_or_exact(case.arrived, end, others))
        lived = lived_without_steps(self._quick, case.arrived, end, others)
        if lived is None:
            kind.results[key] = None
            return Told(alone(self.rules, case.arrived, end, others))
        return self._keep(kind, case, seen, lived) or Told(lived)

    def quick(self, arrived: Sequence[Arrived], end: datetime) -> Lived:
        """One case without others that bear on it, whatever its events are."""
        is_faulty = any(one.event.faults and one.event.type not in (ev.REGISTERED, ev.AMENDED) for one in arrived)
        return alone(self.rules, arrived, end) if is_faulty else self._quick_or_exact(arrived, end, ())

    def beside(self, arrived: Sequence[Arrived], end: datetime, past: Past) -> Told:
        """One plain case, beside others that make a difference to it on the way."""
        return Told(life_beside(self.rules, self._quick, arrived, end, past.others, past.turns))

    def _quick_or_exact(self, arrived: Sequence[Arrived], end: datetime, others: Sequence[Sibling]) -> Lived:
        lived = lived_without_steps(self._quick, arrived, end, others)
        return alone(self.rules, arrived, end, others) if lived is None else lived

    def ending(self, result: Result, seen: Seen, breached: Sequence[int]) -> Ending:
        """The ending of one complaint of a kind."""
        sight = self._sight(seen)
        clocks = tuple(
            EndedClock(one.clock, one.cycle, one.state, one.breached, from_number(breached[one.due] - A_SECOND))
            for one in result.clocks
        )
        tags = tuple(sorted(sight.tags | result.changing_tags))
        rules = tuple(sorted([*sight.rules, *result.changing_rules]))
        return Ending(msgspec.structs.replace(result.decided, tags=tags), rules, clocks)

    def _kind(self, case: Plain, seen: Seen) -> _Kind:
        data = case.arrived[0].event.data
        starts = tuple(matches(one, ev.REGISTERED, data) for one in self._patterns) if self._patterns else ()
        sight = self._sight(seen)
        key = (sight.in_full if self._do_humans_speak(case) else sight.stance, case.shape, starts)
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = _Kind()
        return found

    def _do_humans_speak(self, case: Plain) -> bool:
        found = self._by_humans.get(case.shape)
        if found is None:
            first, events = case.arrived[0].event, [one.event for one in case.arrived]
            found = self._by_humans[case.shape] = humans_speak(first.subject, events, self.rules.zone)
        return found

    def _sight(self, seen: Seen) -> _Sight:
        found = self._sights.get(id(seen))
        if found is None:
            found = self._sights[id(seen)] = self._look(seen)
        return found

    def _look(self, seen: Seen) -> _Sight:
        """Rules decide together by what they ask for, whatever they are called; a tag that no policy asks for and no
        rule may add later makes no difference on the way."""
        rules = tuple(rule.id for rule in seen.matched if self._own.get(rule.id) == content_of(rule))
        fired = [self._rules[rule] for rule in rules]
        thens = [rule.then for rule in fired]
        tags = frozenset(tag for then in thens for tag in then.tags)
        may_come = frozenset(tag for more in self._changing.values() for tag in more)
        counting = tags if self._tags_asked is None else tags & (may_come | self._tags_asked)
        asked = frozenset(msgspec.structs.replace(then, tags=()) for then in thens)
        others = (counting, not tags, seen.open_tests, seen.era)
        weighing = weighed(self.rules.rulebook, fired)
        return _Sight(seen, (weighing, *others), (asked, *others), rules, tags)

    def _keep(self, kind: _Kind, case: Plain, seen: Seen, lived: Lived) -> Told | None:
        """Keep how the complaint ended for all of its kind, unless they could not be told by it."""
        growing = Growing(kind.candidates, case)
        clocks = [
            self._kept(growing, one, start) for one, start in zip(lived.ending.clocks, lived.started, strict=True)
        ]
        candidates = growing.candidates
        kind.is_endless = len(candidates) > MOST_CANDIDATES
        if len(candidates) > len(kind.candidates):
            kind.candidates, kind.results = candidates, {}
        changing = tuple(rule for rule in lived.ending.rules if rule in self._changing)
        tags = frozenset(tag for rule in changing for tag in self._changing[rule])
        result = Result(
            lived.ending.decided, changing, tags, tuple(one for one in clocks if one is not None), candidates
        )
        is_sound = None not in clocks and self.ending(result, seen, growing.breached) == lived.ending
        kind.results[case.layout, ranks(case.instants, growing.breached)] = result if is_sound else None
        return Told(None, self, seen, result, growing.breached, kind) if is_sound else None

    def _kept(self, growing: "Growing", ended: EndedClock, started: datetime) -> KeptClock | None:
        """The cycle with its due time among the candidates, which grow by it; None when it cannot be one of them."""
        clock, calendar = self._clocks[ended.clock]
        by_priority = asks_priority(clock)
        if ended.due_at is None or (clock.recurring and by_priority):
            return None
        start = growing.start(ended, to_number(started))
        if start is None:
            return None
        for priority in self.rules.rulebook.priorities if by_priority else (None,):
            growing.add(Candidate(self._shared.of(clock, calendar, priority), *start))
        due = growing.last_due_at(start, to_number(ended.due_at) + A_SECOND)
        if due is None:
            return None
        if ended.state == ClockState.MISSED:
            growing.missed[ended.clock, ended.cycle] = due
        return KeptClock(ended.clock, ended.cycle, ended.state, ended.breached, due)


def is_same_frame(one: CompiledRulebook, other: CompiledRulebook) -> bool:
    """Whether two rulebooks differ at most in rules that nothing makes hold later, so that whatever such rules ask for
    comes to the same under both."""
    return _frame(one) == _frame(other)


def _frame(rules: CompiledRulebook) -> list[object]:
    book = rules.rulebook
    changing = {rule.id: content_of(rule) for rule in book.rules if not is_steady(rule)}
    policies = {name: msgspec.structs.replace(policy, title={}, source={}) for name, policy in book.policies.items()}
    ranks_of = [tuple(book.priorities), tuple(book.handlers), tuple(book.departments)]
    named = [book.departments, book.fallback, book.calendars, book.zone, book.open_cases]
    return [changing, policies, *ranks_of, *named]
