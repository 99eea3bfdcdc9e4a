"""The universe: which values each fact may have, and what a test leaves of them."""

from collections.abc import Mapping
from typing import Any, Protocol, Self

import msgspec

from triage.domain.condition import Op, Test, mentions_key
from triage.domain.facts import FactSpec, FactType, Money
from triage.rulebook.analysis.amounts import Amounts
from triage.rulebook.analysis.choices import Choices
from triage.rulebook.analysis.entries import Entries
from triage.rulebook.analysis.spans import Spans
from triage.rulebook.model import Rulebook

COUNTS = ("history.complaints_90d", "history.open", "reopened")
ALWAYS_KNOWN = (*COUNTS, "status", "jurisdiction")
"""Facts that every case has, whatever its events said."""

BOUNDS: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(COUNTS, (0, None)),
    "group_size": (1, None),
    "followup.score": (1, 5),
}
"""Least and greatest value, as the service counts them or as it takes them from events."""


class GaveUp(Exception):
    """A condition that cannot be judged exactly; nothing is said about it."""


class Values(Protocol):
    """A set of values of one type."""

    def meet(self, other: Any) -> Any: ...
    def rest(self) -> Any: ...
    @property
    def is_empty(self) -> bool: ...
    def sample(self) -> Any: ...


class Single(msgspec.Struct, frozen=True):
    """What a fact with one value may be: absent, or one of the values."""

    absent: bool
    values: Any

    def meet(self, other: Self) -> Self:
        """What is in both."""
        return type(self)(self.absent and other.absent, self.values.meet(other.values))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left."""
        return not self.absent and bool(self.values.is_empty)


Region = Single | Entries
Piece = Mapping[str, Region]
"""Regions by fact; what a text mentions stands under its own key."""


class Universe:
    """The facts of one rulebook. `always_known`: facts that are never absent."""

    def __init__(self, specs: Mapping[str, FactSpec], always_known: tuple[str, ...] = ()) -> None:
        self._specs, self._always_known = specs, frozenset(always_known)
        self._everything: dict[str, Values] = {}

    def pieces(self, test: Test, *, holds: bool) -> list[Piece]:
        """Where the test holds, or where it does not: one of these pieces."""
        spec = self._specs.get(test.fact)
        if spec is None:
            raise GaveUp(test.fact)
        if test.op is Op.MENTIONS:
            return [self._mentions(test, holds=holds)]
        if spec.type is FactType.TEXTS:
            return [{test.fact: one} for one in _lists(test, spec.values, holds=holds)]
        return [{test.fact: self._single(spec, test, holds=holds)}]

    def everything(self, fact: str) -> Values:
        """Every value of a fact that has one value."""
        if fact not in self._everything:
            self._everything[fact] = _everything(self._specs[fact])
        return self._everything[fact]

    def _mentions(self, test: Test, *, holds: bool) -> Piece:
        lists = frozenset(test.value)
        if not holds:
            return {mentions_key(test.fact): Entries(forbidden=lists)}
        text = Single(absent=False, values=self.everything(test.fact))
        return {mentions_key(test.fact): Entries(wanted=(lists,)), test.fact: text}

    def _single(self, spec: FactSpec, test: Test, *, holds: bool) -> Single:
        every = self.everything(spec.name)
        may_be_absent = spec.name not in self._always_known
        if test.op is Op.KNOWN:
            return Single(False, every) if test.value is holds else Single(may_be_absent, every.meet(every.rest()))
        found = every.meet(_values(every, test))
        return Single(False, found) if holds else Single(may_be_absent, every.meet(found.rest()))


def _everything(spec: FactSpec) -> Values:
    match spec.type:
        case FactType.TEXT:
            return Choices.everything(spec.values)
        case FactType.YES_NO:
            return Choices.everything((True, False))
        case FactType.MONEY:
            return Amounts.everything()
        case _:
            low, high = BOUNDS.get(spec.name, (None, None))
            return Spans.everything(spec.type).between(low, high)


def _lists(test: Test, closed: tuple[str, ...] | None, *, holds: bool) -> list[Entries]:
    """Absent and empty are the same list; only `contains_none` and `known` ask that there is one."""
    entries = frozenset((test.value,) if test.op is Op.CONTAINS else () if test.op is Op.KNOWN else test.value)
    if test.op is Op.KNOWN:
        known = test.value is holds
        return [Entries(some=known, nothing=not known, closed=closed)]
    if test.op is not Op.CONTAINS_NONE:
        return [Entries(wanted=(entries,), closed=closed) if holds else Entries(forbidden=entries, closed=closed)]
    if holds:
        return [Entries(forbidden=entries, some=True, closed=closed)]
    return [Entries(nothing=True, closed=closed), Entries(wanted=(entries,), closed=closed)]


def _values(every: Any, test: Test) -> Any:
    """The values that pass a test."""
    if isinstance(every, Choices):
        words = test.value if isinstance(test.value, tuple) else (test.value,)
        found = every.of(*words)
        return found.rest() if test.op in (Op.IS_NOT, Op.NOT_IN) else found
    value = test.value
    match test.op:
        case Op.AT_LEAST:
            return every.between(value)
        case Op.MORE_THAN:
            return every.between(value, above=True)
        case Op.AT_MOST:
            return every.between(high=value)
        case Op.LESS_THAN:
            return every.between(high=value, below=True)
        case Op.BETWEEN:
            return every.between(*value)
        case _:
            return _equal(every, test)


def _equal(every: Any, test: Test) -> Any:
    """`is`, `in` and their opposites of a value with an order. Money of another currency passes none of them."""
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    others = every
    for value in values:
        others = others.meet(_but(every, value))
    if test.op in (Op.IS_NOT, Op.NOT_IN):
        return others
    unequal = every
    for value in values:
        unequal = unequal.meet(every.between(value, value).rest())
    return unequal.rest()


def _but(every: Any, value: Any) -> Any:
    """The values that are comparable with this one and unequal to it."""
    same = every.between(value, value)
    return same.rest().in_currencies(same) if isinstance(value, Money) else same.rest()


def universe_of(rulebook: Rulebook) -> Universe:
    """What rules may test."""
    return Universe(rulebook.vocabulary.facts, ALWAYS_KNOWN)


def universe_with_outcome(rulebook: Rulebook) -> Universe:
    """What `applies_when` of a policy may test: beside the facts the outcome, of which a human may have said priority,
    department and handler, and only rules the tags and the team."""
    active = [rule.then for rule in rulebook.rules if rule.status == "active"]
    tags = dict.fromkeys(tag for then in active for tag in then.tags)
    teams = dict.fromkeys(team for then in active if (team := then.team) is not None)
    if rulebook.fallback.team is not None:
        teams[rulebook.fallback.team] = None
    outcome = {
        "priority": rulebook.priorities,
        "department": tuple(rulebook.departments),
        "handler": rulebook.handlers,
        "team": tuple(teams),
    }
    specs = {name: FactSpec(name=name, type=FactType.TEXT, values=values) for name, values in outcome.items()}
    specs["tags"] = FactSpec(name="tags", type=FactType.TEXTS, values=tuple(tags))
    return Universe({**rulebook.vocabulary.facts, **specs}, (*ALWAYS_KNOWN, "priority", "department", "handler"))
