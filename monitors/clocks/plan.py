"""The plan of a case's clocks: their cycles with state, due time and steps, computed from its events."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.clock import Refusal
from monitors.clocks.course import asks_priority
from monitors.clocks.happenings import Happening, Kind, Moment, happenings, types_that_start
from monitors.clocks.life import History, Life
from monitors.clocks.local_time import cut
from monitors.clocks.policy import ClockPolicy
from monitors.clocks.words import Words, words_of
from triage.domain.case import Case

Priorities = Sequence[tuple[datetime, str]]
"""When the case was given which priority, oldest first."""


NOT_STARTED = History()


class AttachedClock(msgspec.Struct, frozen=True):
    """A clock of a case. `name`: `policy/clock`. `detached_at`: when its policy applied no more, None while it does."""

    name: str
    clock: ClockPolicy
    calendar: Calendar
    detached_at: datetime | None = None


class CasePlan(msgspec.Struct, frozen=True):
    """The histories of all clocks by full name, and every word about clocks that counted for nothing, in order."""

    histories: dict[str, History]
    refusals: tuple[Refusal, ...]


def plan_clocks(
    attached: Sequence[AttachedClock],
    case: Case,
    priorities: Priorities,
    now: datetime,
    events_until: datetime | None = None,
) -> CasePlan:
    """The clocks of a case, planned together, for one may wait for another. Pure; instants are UTC.

    Running clocks are judged at `now`; events later than `events_until` (default: now) do not count. The first start
    event starts a clock, further ones are ignored; times are cut to seconds before they are compared; a stop from the
    start's own second on counts, and one in the last second of `due_at` is in time.
    """
    return _Planning(attached, case, priorities, cut(now), now if events_until is None else events_until).plan()


class _Planning:
    def __init__(
        self,
        attached: Sequence[AttachedClock],
        case: Case,
        priorities: Priorities,
        now: datetime,
        until: datetime,
    ) -> None:
        self._attached = {one.name: one for one in attached}
        self._case, self._now, self._until = case, now, until
        self._priorities = [(cut(at), priority) for at, priority in priorities]
        self._types = {event.type for event in case.events}
        self._found: dict[str, History] = {}
        self._under_way: set[str] = set()
        self._words: Words = {}

    def plan(self) -> CasePlan:
        clocks = {name: one.clock for name, one in self._attached.items()}
        self._words, refusals = words_of(self._case, clocks, self._until)
        for name in self._attached:
            self._history(name)
        refusals += [refusal for history in self._found.values() for refusal in history.refusals]
        return CasePlan(self._found, tuple(sorted(refusals, key=_moment)))

    def _moments_of(self, name: str) -> Sequence[Moment]:
        """What another clock came to; nothing for one that the case does not have. The loader refuses circles; one
        that revisions of different age make together ends here."""
        if name not in self._attached or name in self._under_way:
            return ()
        return self._history(name).moments

    def _history(self, name: str) -> History:
        if name not in self._found:
            self._under_way.add(name)
            self._found[name] = self._live(self._attached[name])
            self._under_way.discard(name)
        return self._found[name]

    def _live(self, one: AttachedClock) -> History:
        words = self._words.get(one.name, ())
        starting = types_that_start(one.clock)
        if starting is not None and starting.isdisjoint(self._types) and not words:
            return NOT_STARTED
        life = Life(one.name, one.clock, one.calendar, self._priority_at)
        life.hear(happenings(one.clock, self._case, words, self._moments_of, self._until, self._others(one)))
        return life.history(self._now)

    def _others(self, one: AttachedClock) -> Iterator[Happening]:
        """The end of its policy, and a look at each new priority that may move its due time."""
        if one.detached_at is not None:
            yield Happening(cut(one.detached_at), Kind.DETACH, -1)
        if asks_priority(one.clock):
            yield from (Happening(at, Kind.LOOK, -1) for at, _ in self._priorities if at <= self._until)

    def _priority_at(self, at: datetime) -> str | None:
        """The one given last by then; before the first, the first."""
        found = None
        for since, priority in self._priorities:
            if found is None or since <= at:
                found = priority
        return found


def _moment(refusal: Refusal) -> tuple[datetime, str, str]:
    return (refusal.at, *refusal.event)
