"""What the services ask of the second engine: whether it finds the same rules. It never changes a decision."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Protocol

import msgspec

from triage.domain.facts import Facts
from triage.rulebook.decide import CompiledRulebook

AGREE, DISAGREE, SINGLE = "agree", "disagree", "single"
"""Marks of a decision: both engines found the same rules; they did not; the second one gave no answer in time."""


class Evaluated(msgspec.Struct, frozen=True):
    """What the first engine was given and found. `on`: the local date of receipt. `matching`: ids of the rules in force
    whose condition holds. `concerned`: which case and event it was, for a line of the log."""

    facts: Facts
    on: date
    matching: tuple[str, ...]
    concerned: Mapping[str, str] = MappingProxyType({})


class Questions(Protocol):
    """The questions of one batch; given up, they are forgotten."""

    def ask(self, rules: CompiledRulebook, evaluated: Evaluated) -> None:
        """Have it evaluated once more; never waits."""
        ...

    def marks(self) -> list[str]:
        """The mark of every question in their order; waits no longer than the engine's one deadline a batch."""
        ...


class Engine(Protocol):
    """The second engine."""

    def batch(self) -> Questions:
        """Begin the questions of a batch."""
        ...


class OneEngine:
    """No second engine: every decision is made by the first alone."""

    def batch(self) -> Questions:
        """See `Engine`."""
        return _Unasked()


class _Unasked:
    def __init__(self) -> None:
        self._count = 0

    def ask(self, rules: CompiledRulebook, evaluated: Evaluated) -> None:  # noqa: ARG002 # nobody looks at them
        self._count += 1

    def marks(self) -> list[str]:
        return [SINGLE] * self._count
