"""Decisions: what the rules and the humans said about a case, and why."""

from typing import Any

import msgspec

from triage.domain.event import Person


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case stands. An unchanged outcome publishes nothing.

    `fallback`: no rule and no human named the department. `involves`: departments that rules named and that
    lost. `held_by_human`: those of priority, department, handler, owner that come from a human's word.
    `policies`: every attached policy.
    """

    priority: str
    department: str
    team: str | None
    handler: str
    owner: Person
    involves: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    fallback: bool = False
    held_by_human: tuple[str, ...] = ()
    rules_say_higher: bool = False
    rules_would_move_to: str | None = None


class Because(msgspec.Struct, frozen=True):
    """A test that held. `value`: the fact's value, None when the fact is personal."""

    fact: str
    test: str
    value: Any


class Reason(msgspec.Struct, frozen=True):
    """A rule that fired, with its title by language and the tests that made it fire."""

    rule: str
    title: dict[str, str]
    because: tuple[Because, ...]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome, its reasons, and the revision that gave it. `matching`: ids of the rules in force whose condition
    holds. `engines`: agree | disagree | single; filled in beside the outcome, which never depends on it."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    revision: str
    matching: tuple[str, ...] = ()
    engines: str = "single"
