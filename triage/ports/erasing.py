"""Personal data of a case go from everywhere around it."""

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol


class Erasure(NamedTuple):
    """What is left of texts of an erased case. `decision`: of a decision on the timeline; `output`: of an output that
    still has to be sent."""

    decision: Callable[[str], str]
    output: Callable[[str], str]


class Erased(NamedTuple):
    """How many rows lost something."""

    timeline: int = 0
    dead_letters: int = 0
    outputs: int = 0


class Erasing(Protocol):
    """Takes what people wrote out of rows; ids, types and times stay."""

    def erase(self, cases: Collection[str], erasure: Erasure) -> Erased:
        """Everything that belongs to these cases but their documents, which the caller empties: timelines, dead letters
        (those of nobody that name one of them, too), outputs."""
        ...

    def erase_letters_about(self, customer: str) -> Erased:
        """Every dead letter that names the customer, of whatever case."""
        ...

    def with_customer(self, customer: str) -> list[str]:
        """The ids of a customer's cases."""
        ...

    def once_named(self, customer: str) -> list[str]:
        """The ids of others' cases, not erased, whose registration or amendments name the customer."""
        ...
