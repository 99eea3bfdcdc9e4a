"""Spans: the values of a number, a date or an instant."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

import msgspec

from triage.domain.facts import FactType

Cut = tuple[Any, ...]
"""A place between values: `(0, value, 0)` just below a value, `(0, value, 1)` just above it."""

LOWEST: Cut = (-1,)
HIGHEST: Cut = (1,)

STEPS: dict[FactType, Any] = {
    FactType.WHOLE: 1,
    FactType.DATE: timedelta(days=1),
    FactType.INSTANT: timedelta(microseconds=1),
}
"""The distance to the next value, where there is one."""

ANY: dict[FactType, Any] = {FactType.DATE: date(2026, 1, 1), FactType.INSTANT: datetime(2026, 1, 1, tzinfo=UTC)}
"""A value where every one will do; 0 of a number."""


class Spans(msgspec.Struct, frozen=True):
    """Values of a type between pairs of cuts, in order."""

    kind: FactType
    cuts: tuple[Cut, ...]

    @classmethod
    def everything(cls, kind: FactType) -> Self:
        """Every value of the type."""
        return cls(kind, (LOWEST, HIGHEST))

    def between(self, low: Any = None, high: Any = None, *, above: bool = False, below: bool = False) -> Self:
        """From low to high; None: no bound. `above`, `below`: the bound itself is left out."""
        start = LOWEST if low is None else self._cut(low, above=above)
        end = HIGHEST if high is None else self._cut(high, above=not below)
        return type(self)(self.kind, (start, end) if start < end else ())

    def _cut(self, value: Any, *, above: bool) -> Cut:
        step = STEPS.get(self.kind)
        if not above or step is None:
            return (0, value, int(above))
        try:
            return (0, value + step, 0)
        except OverflowError:
            return HIGHEST

    def meet(self, other: Self) -> Self:
        """What is in both."""
        found: list[Cut] = []
        for start, end in self._pairs():
            for low, high in other._pairs():
                if max(start, low) < min(end, high):
                    found += (max(start, low), min(end, high))
        return type(self)(self.kind, tuple(found))

    def rest(self) -> Self:
        """Every other value."""
        cuts = self.cuts[1:] if self.cuts[:1] == (LOWEST,) else (LOWEST, *self.cuts)
        return type(self)(self.kind, cuts[:-1] if cuts[-1:] == (HIGHEST,) else (*cuts, HIGHEST))

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return not self.cuts

    def sample(self) -> Any:
        """One of the values, a bound where there is one; None when none can be named."""
        for start, end in self._pairs():
            for value in self._candidates(start, end):
                if start <= (0, value, 0) and (0, value, 1) <= end:
                    return value
        return None

    def _pairs(self) -> Iterator[tuple[Cut, Cut]]:
        return zip(self.cuts[::2], self.cuts[1::2], strict=True)

    def _candidates(self, start: Cut, end: Cut) -> Iterator[Any]:
        low, high = (None if cut in (LOWEST, HIGHEST) else cut[1] for cut in (start, end))
        step = STEPS.get(self.kind, 1)
        if low is not None:
            yield from (low, low + step)
        if high is not None:
            yield from (high, high - step)
        if low is None and high is None:
            yield ANY.get(self.kind, 0)
        elif low is not None and high is not None:
            yield low + (high - low) / 2
