"""Amounts: the values of money, each currency for itself."""

from typing import Any, Self

import msgspec

from triage.domain.facts import FactType, Money
from triage.rulebook.analysis.spans import Spans

ALL = Spans.everything(FactType.NUMBER)
NO = ALL.rest()
USUAL = ("CNY", "USD", "EUR", "GBP", "HKD", "TWD")


class Amounts(msgspec.Struct, frozen=True):
    """Spans by currency; of every currency that is not there all amounts, with `others`, or none."""

    spans: tuple[tuple[str, Spans], ...]
    others: bool

    @classmethod
    def everything(cls) -> Self:
        """All amounts of all currencies."""
        return cls((), True)

    def between(self, low: Money | None = None, high: Money | None = None, **bounds: bool) -> Self:
        """From low to high in their currency; nothing when they have two."""
        currencies = {one.currency for one in (low, high) if one is not None}
        if len(currencies) != 1:
            return type(self)((), False)
        found = ALL.between(low and low.value, high and high.value, **bounds)
        return type(self)(((currencies.pop(), found),), False)

    def meet(self, other: Self) -> Self:
        """What is in both."""
        names = sorted({name for name, _ in (*self.spans, *other.spans)})
        met = tuple((name, self._in(name).meet(other._in(name))) for name in names)
        return type(self)(met, self.others and other.others)

    def rest(self) -> Self:
        """Every other amount, those of other currencies too."""
        return type(self)(tuple((name, spans.rest()) for name, spans in self.spans), not self.others)

    def in_currencies(self, others: Self) -> Self:
        """Only those in the currencies that the others name."""
        return self.meet(type(self)(tuple((name, ALL) for name, _ in others.spans), False))

    @property
    def is_empty(self) -> bool:
        """Whether no amount is left."""
        return not self.others and all(spans.is_empty for _, spans in self.spans)

    def sample(self) -> Any:
        """One of the amounts."""
        for name, spans in self.spans:
            if (value := spans.sample()) is not None:
                return Money(value, name)
        named = {name for name, _ in self.spans}
        free = next((name for name in USUAL if name not in named), None)
        return Money(1, free) if self.others and free else None

    def _in(self, currency: str) -> Spans:
        return dict(self.spans).get(currency, ALL if self.others else NO)
