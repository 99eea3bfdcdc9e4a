"""What complaints know of each other: the customer's other ones, as `history.*` counts them."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Generic, TypeVar

import msgspec

from triage.codec.decode import customers_in
from triage.domain.case import fold
from triage.domain.facts import Facts, History
from triage.ports import Sibling
from triage.service.backtest.ending import Arrived, Turn
from triage.service.backtest.plain import Shape, received_at
from triage.service.deciding import count_history

MOST_NEIGHBOURS = 30
"""Of more complaints of one customer than these, each is lived through with all the others."""

Cases = Mapping[str, Sequence[Arrived]]
Holds = Callable[[Facts], list[int]]
"""Facts to the places of those tests of `history.*` that hold."""


class Past(msgspec.Struct, frozen=True):
    """The customer's other complaints. `others`: as they stood when the complaint was registered. `turns`: what became
    of them from where on rules tell a difference."""

    counts: History = History()
    others: tuple[Sibling, ...] = ()
    turns: tuple[Turn, ...] = ()


ALONE = Past()


def customers_of(arrived: Sequence[Arrived]) -> set[str]:
    """Every customer that an event of the case names."""
    return {found for one in arrived for found in customers_in(one.event.data)}


def households(cases: Cases) -> list[list[str]]:
    """Cases that may know of each other, together: those that share a customer, with those that share one with them.
    A case without others is alone. In the order of the cases."""
    groups, first = Groups[str](), dict[str, str]()
    for case, arrived in cases.items():
        for customer in customers_of(arrived):
            known = first.setdefault(customer, case)
            if known != case:
                groups.join(known, case)
    found: dict[str, list[str]] = {}
    for case in cases:
        found.setdefault(groups.of(case), []).append(case)
    return list(found.values())


Name = TypeVar("Name", bound=Hashable)


class Groups(Generic[Name]):
    """Things that belong together, directly or through others."""

    def __init__(self) -> None:
        self._parents: dict[Name, Name] = {}

    def join(self, first: Name, other: Name) -> None:
        """They belong together."""
        home, away = self.of(first), self.of(other)
        if home != away:
            self._parents[away] = home

    def of(self, one: Name) -> Name:
        """What stands for its group."""
        parents = self._parents
        while (above := parents.get(one, one)) != one:
            parents[one] = parents.get(above, above)
            one = above
        return one


class Neighbours:
    """What the plain cases of a household knew of each other. `holds`: the tests of all rulebooks about it."""

    def __init__(self, cases: Cases, holds: Holds, zone: tzinfo) -> None:
        self._cases, self._holds = cases, holds
        self._nows = dict(sorted((one.place, one.now) for arrived in cases.values() for one in arrived))
        self._states = {case: _states(case, arrived, zone) for case, arrived in cases.items()}

    def past(self, case: str) -> Past:
        """The others as they bear on the case."""
        arrived = self._cases[case]
        received, begin = received_at(arrived[0].event), arrived[0].place
        first = self._at(begin, case)
        counts = count_history(case, received, first)
        expected = self._tests(counts)
        turns = [Turn(place, now, self._at(place, case)) for place, now in self._nows.items() if place > begin]
        makes_difference = (self._tests(count_history(case, received, one.others)) != expected for one in turns)
        since = next((number for number, differs in enumerate(makes_difference) if differs), len(turns))
        return Past(counts, first, tuple(turns[since:]))

    def _at(self, place: int, case: str) -> tuple[Sibling, ...]:
        states = (_state_at(states, place) for name, states in self._states.items() if name != case)
        return tuple(one for one in states if one is not None)

    def _tests(self, counts: History) -> list[int]:
        return self._holds({"history.complaints_90d": counts.complaints_90d, "history.open": counts.open})


def are_steady(cases: Cases, shapes: Mapping[str, Shape | None]) -> bool:
    """Whether each case of the household is plain and its customer the same all along."""
    few = len(cases) <= MOST_NEIGHBOURS
    return few and all(shapes[case] is not None and len(customers_of(arrived)) <= 1 for case, arrived in cases.items())


def _states(case: str, arrived: Sequence[Arrived], zone: tzinfo) -> list[tuple[int, Sibling]]:
    """The case as others see it, from each of its events on."""
    events = [one.event for one in arrived]
    received = received_at(events[0])
    return [
        (one.place, Sibling(case, received, fold(case, events[: number + 1], zone).is_open))
        for number, one in enumerate(arrived)
    ]


def _state_at(states: Iterable[tuple[int, Sibling]], place: int) -> Sibling | None:
    found = None
    for at, sibling in states:
        if at > place:
            break
        found = sibling
    return found
