"""Entries: what a list may hold. The empty list stands for the absent one."""

from typing import Self

import msgspec


class Entries(msgspec.Struct, frozen=True):
    """Lists without the `forbidden` entries and with one of each set in `wanted`. `some`: not empty; `nothing`: empty.
    `closed`: the only entries there are, in the order of the rulebook; None: any text."""

    forbidden: frozenset[str] = frozenset()
    wanted: tuple[frozenset[str], ...] = ()
    some: bool = False
    nothing: bool = False
    closed: tuple[str, ...] | None = None

    def meet(self, other: Self) -> Self:
        """What is in both."""
        return type(self)(
            self.forbidden | other.forbidden,
            tuple(dict.fromkeys((*self.wanted, *other.wanted))),
            self.some or other.some,
            self.nothing or other.nothing,
            self.closed,
        )

    @property
    def is_empty(self) -> bool:
        """Whether no list is left."""
        if self.nothing:
            return self.some or bool(self.wanted)
        if any(not self._free(one) for one in self.wanted):
            return True
        return self.some and self.closed is not None and not self._free(frozenset(self.closed))

    def sample(self) -> tuple[str, ...]:
        """A short list of them."""
        found: list[str] = []
        for one in sorted(self.wanted, key=len):
            if one.isdisjoint(found):
                found.append(self._first(one))
        if self.some and not found:
            every = frozenset(self.closed or (f"other{number or ''}" for number in range(len(self.forbidden) + 1)))
            found.append(self._first(every))
        return tuple(sorted(found))

    def _free(self, entries: frozenset[str]) -> frozenset[str]:
        free = entries - self.forbidden
        return free if self.closed is None else free.intersection(self.closed)

    def _first(self, entries: frozenset[str]) -> str:
        free = self._free(entries)
        return next((one for one in self.closed or () if one in free), "") or min(free)
