"""Choices: the values of a text or of a yes-or-no."""

from typing import Any, Self

import msgspec


class Choices(msgspec.Struct, frozen=True):
    """These words or, with `all_but`, every other. `closed`: the only ones there are, in the order of the rulebook;
    None: any text."""

    words: frozenset[Any]
    all_but: bool = False
    closed: tuple[Any, ...] | None = None

    @classmethod
    def everything(cls, closed: tuple[Any, ...] | None) -> Self:
        """Every word that there is."""
        return cls(frozenset(), True, None) if closed is None else cls(frozenset(closed), False, closed)

    def of(self, *words: Any) -> Self:
        """Those of the words that there are."""
        wanted = frozenset(words)
        return type(self)(wanted if self.closed is None else wanted.intersection(self.closed), False, self.closed)

    def meet(self, other: Self) -> Self:
        """What is in both."""
        if self.all_but and other.all_but:
            return type(self)(self.words | other.words, True, self.closed)
        if self.all_but:
            return other.meet(self)
        words = self.words - other.words if other.all_but else self.words & other.words
        return type(self)(words, False, self.closed)

    def rest(self) -> Self:
        """Every other word."""
        if self.closed is None:
            return type(self)(self.words, not self.all_but, None)
        return type(self)(frozenset(self.closed) - self.words, False, self.closed)

    @property
    def is_empty(self) -> bool:
        """Whether no word is left."""
        return not self.all_but and not self.words

    def sample(self) -> Any:
        """One of them."""
        if not self.all_but:
            return next((one for one in self.closed or () if one in self.words), None) or min(self.words, key=str)
        return next(word for number in range(len(self.words) + 1) if (word := f"other{number or ''}") not in self.words)
