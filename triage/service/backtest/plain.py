"""Plain complaints: registered once, told in order, and nothing in them takes back, pauses or moves what was before.

Of two plain complaints with the same stance of the rules, the same further events and all their instants and due times
in the same order, everything happens alike: rules see facts only through their tests, and clocks only ask what comes
first. So each such kind is lived through once, by the steps that serve live cases.

Instants here are whole microseconds since 1970 (UTC).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from triage.codec.compact import compact
from triage.domain import event as ev
from triage.domain.event import Event
from triage.service.backtest.due_times import A_SECOND, DueTimes, LocalDates, to_number
from triage.service.backtest.ending import Arrived

NOT_PLAIN = frozenset(
    {
        ev.REGISTERED, ev.AMENDED, ev.PAUSED, ev.RESUMED, ev.EXTENDED, ev.REOPENED, ev.VOIDED, ev.ERASED,
        ev.FOLLOWUP_ATTEMPTED,
    }
)  # fmt: skip
"""What a plain complaint has none of behind its registration. Attempts to follow up count by local dates."""

Shape = tuple[tuple[str, bytes], ...]
"""The further events: type, and data without free texts."""

Ranks = tuple[int, ...]
"""The order of instants; equal ones have equal ranks."""


class Plain(msgspec.Struct, frozen=True):
    """A plain complaint. `instants`: everything that a due time is compared with, in a fixed order. `layout`: what
    stands where in it. `starts`: where its clocks may start by themselves, cut to seconds."""

    arrived: Sequence[Arrived]
    shape: Shape
    received_at: datetime
    received: int
    instants: tuple[int, ...]
    starts: tuple[int, ...]
    layout: int


def shape_of(arrived: Sequence[Arrived]) -> Shape | None:
    """The further events of a plain complaint, None when it is not plain."""
    first = arrived[0].event
    if first.type != ev.REGISTERED:
        return None
    if len(arrived) == 1:
        return ()
    last, shape = first.order, []
    for one in arrived[1:]:
        event = one.event
        order = event.order
        if event.type in NOT_PLAIN or event.faults or order <= last:
            return None
        last = order
        shape.append((event.type, msgspec.json.encode(compact(event).data)))
    return tuple(shape)


def received_at(event: Event) -> datetime:
    """The receipt that a registration states, else its own time."""
    stated = event.data.get("received_at")
    return datetime.fromisoformat(stated) if isinstance(stated, str) else event.time


def receipt(arrived: Sequence[Arrived]) -> int:
    """When the complaint was received, as far as its first event tells."""
    first = arrived[0]
    stated = received_at(first.event)
    return first.at if stated is first.event.time else to_number(stated)


def plain(arrived: Sequence[Arrived], shape: Shape, end: int) -> Plain:
    """A plain complaint made ready for comparing. `end`: of the run."""
    stated, received = received_at(arrived[0].event), receipt(arrived)
    times = [one.at for one in arrived]
    instants, layout = [*times, end], 0
    for place, one in enumerate(arrived):
        if one.now != one.at:
            instants.append(one.now)
            layout |= 4 << place
    if received != times[0]:
        instants.append(received)
        layout |= 1
    if any(one % A_SECOND for one in instants):
        instants += [one - one % A_SECOND for one in instants]
        layout |= 2
    starts = tuple(one - one % A_SECOND for one in (*times, received))
    return Plain(arrived, shape, stated, received, tuple(instants), starts, layout)


class Candidate(msgspec.Struct, frozen=True):
    """A due time that a clock of the kind may have. It starts at an instant of the complaint (`place` among `starts`),
    when another candidate is due, or when that is breached (`place` among the candidates)."""

    due: DueTimes
    starts_when: int
    place: int


STARTED, DUE, BREACHED = range(3)
"""What `starts_when` says."""


class Candidates:
    """The due times of a kind, in a fixed order; each starts by itself or with one before it."""

    def __init__(self, candidates: Iterable[Candidate] = ()) -> None:
        self.all = tuple(candidates)
        by_start: dict[tuple[int, LocalDates], list[tuple[int, DueTimes]]] = {}
        for number, one in enumerate(self.all):
            if one.starts_when == STARTED:
                by_start.setdefault((one.place, one.due.dates), []).append((number, one.due))
        self._by_start = [(place, dates, tuple(dues)) for (place, dates), dues in by_start.items()]
        self._following = [(number, one) for number, one in enumerate(self.all) if one.starts_when != STARTED]

    def __len__(self) -> int:
        return len(self.all)

    def __getitem__(self, place: int) -> Candidate:
        return self.all[place]

    def breached(self, starts: Sequence[int]) -> list[int]:
        """The first instant behind the due time of each. `starts`: of the complaint."""
        found = [0] * len(self.all)
        for place, dates, dues in self._by_start:
            start = starts[place]
            day = dates.of(start)
            for number, due in dues:
                found[number] = due.on.get(day) or due.breach(start)
        for number, one in self._following:
            found[number] = one.due.breach(found[one.place] - (A_SECOND if one.starts_when == DUE else 0))
        return found


def ranks(instants: Sequence[int], breached: Sequence[int]) -> Ranks:
    """The order of all instants."""
    values = [*instants, *breached]
    place = {value: rank for rank, value in enumerate(sorted(set(values)))}
    return tuple([place[value] for value in values])
