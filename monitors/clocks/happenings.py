"""What a clock hears: the events of its case, and the other clocks, that start, end, move or hold it, in order."""

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from monitors.clocks.local_time import cut
from monitors.clocks.matching import matches
from monitors.clocks.policy import ClockPattern, ClockPolicy, EventPattern, EventRef, Reached
from triage.domain import event as ev
from triage.domain.case import Case
from triage.domain.condition import Op, Test
from triage.domain.event import Event

POLICIES_KEPT = 4096


class Kind(enum.IntEnum):
    """What a happening does to a clock; within one second in this order. A stop goes before everything that would undo
    what was done in time. A look only sees which due times have passed by then."""

    START = 0
    STOP = 1
    RESET = 2
    CANCEL = 3
    MERGE = 4
    RESTART = 5
    DETACH = 6
    WORD = 7
    REOPEN = 8
    LOOK = 9


class Happening(NamedTuple):
    """`at`: whole second. `place`: among the case's events. `event`: of a word, which pauses, resumes or extends."""

    at: datetime
    kind: Kind
    place: int
    event: Event | None = None


class Moment(NamedTuple):
    """When a clock came to something; that a reopening undid it later changes nothing for those that refer to it."""

    at: datetime
    reached: Reached


Interests = dict[str, tuple[tuple[Kind, EventPattern], ...]]
Moments = Callable[[str], Sequence[Moment]]
"""Full name of a clock to its moments."""

_IN_ORDER = itemgetter(slice(3))
_DUPLICATE = EventPattern(ev.LINKED, Test("relation", Op.IS, "duplicate"))
_REOPENED = EventPattern(ev.REOPENED)


def happenings(
    clock: ClockPolicy,
    case: Case,
    words: Sequence[tuple[int, Event]],
    moments_of: Moments,
    until: datetime,
    others: Iterable[Happening] = (),
) -> list[Happening]:
    """Everything up to `until`, in order. `words`: the pauses, resumptions and extensions that concern this clock, with
    their places among the events. `others`: what neither an event nor a clock brings about.

    As a start, `complaint.registered` stands at the case's receipt, for a case that is not registered yet too; else at
    its own time: it ends a clock when somebody has registered the complaint.
    """
    heard = [*others, *(Happening(cut(event.time), Kind.WORD, place, event) for place, event in words)]
    heard += _of_events(_interests_of(clock), case, until)
    heard += _receipt(clock, case, until)
    for kind, other in _other_clocks(clock):
        moments = (one.at for one in moments_of(other.clock) if one.reached is other.reached)
        heard += [Happening(at, kind, -1) for at in moments if at <= until]
    if len(heard) > 1:
        heard.sort(key=_IN_ORDER)
    return heard


def _of_events(interests: Interests, case: Case, until: datetime) -> Iterator[Happening]:
    is_registered = False
    for place, event in enumerate(case.events):
        if event.time > until:
            return
        if event.type == ev.REGISTERED:
            if is_registered:
                continue  # a second registration changes nothing
            is_registered = True
        for kind, pattern in interests.get(event.type, ()):
            if pattern.when is None or matches(pattern, event.type, event.data):
                yield Happening(cut(event.time), kind, place)


@lru_cache(maxsize=POLICIES_KEPT)
def types_that_start(clock: ClockPolicy) -> frozenset[str] | None:
    """Event types of which a case needs one for the clock to start; None: the receipt or another clock may start it."""
    types = frozenset(one.type for one in clock.start if isinstance(one, EventPattern))
    may_start_otherwise = ev.REGISTERED in types or any(isinstance(one, ClockPattern) for one in clock.start)
    return None if may_start_otherwise else types


def starts_at_reopening(clock: ClockPolicy) -> bool:
    """Whether a clock that begins anew after a reopening begins with it: one that runs from the registration, or from
    the reopening itself."""
    return any(isinstance(one, EventPattern) and one.type in (ev.REGISTERED, ev.REOPENED) for one in clock.start)


def _receipt(clock: ClockPolicy, case: Case, until: datetime) -> Iterable[Happening]:
    """A condition on the registration of a case that has none is held against empty data."""
    patterns = _of_registration(clock)
    if not patterns or case.received_at > until:
        return ()
    data = next((event.data for event in case.events if event.type == ev.REGISTERED), {})
    is_meant = any(pattern.when is None or matches(pattern, ev.REGISTERED, data) for pattern in patterns)
    return [Happening(cut(case.received_at), Kind.START, -1)] if is_meant else ()


@lru_cache(maxsize=POLICIES_KEPT)
def _of_registration(clock: ClockPolicy) -> tuple[EventPattern, ...]:
    """What starts the clock at the receipt."""
    return tuple(one for one in clock.start if isinstance(one, EventPattern) and one.type == ev.REGISTERED)


@lru_cache(maxsize=POLICIES_KEPT)
def _other_clocks(clock: ClockPolicy) -> tuple[tuple[Kind, ClockPattern], ...]:
    """The clocks that it refers to, and what each does to it."""
    return tuple((kind, one) for kind, ref in references(clock) for one in ref if isinstance(one, ClockPattern))


def references(clock: ClockPolicy) -> tuple[tuple[Kind, EventRef], ...]:
    """What each of the clock's references does to it."""
    return (
        (Kind.START, clock.start),
        (Kind.STOP, clock.stop),
        (Kind.RESET, clock.reset),
        (Kind.CANCEL, clock.cancel),
        (Kind.RESTART, clock.restart),
    )


@lru_cache(maxsize=POLICIES_KEPT)
def _interests_of(clock: ClockPolicy) -> Interests:
    found: dict[str, list[tuple[Kind, EventPattern]]] = {}
    named = [(kind, pattern) for kind, ref in references(clock) for pattern in ref if isinstance(pattern, EventPattern)]
    for kind, pattern in [*named, (Kind.MERGE, _DUPLICATE), (Kind.REOPEN, _REOPENED)]:
        if kind is Kind.START and pattern.type == ev.REGISTERED:
            continue  # stands at the receipt, see above
        found.setdefault(pattern.type, []).append((kind, pattern))
    return {event_type: tuple(kinds) for event_type, kinds in found.items()}
