"""Decisions: what the rules and the humans said about a case, and why."""

from typing import Any

import msgspec

from triage.domain.case import HUMAN_FIELDS
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


def words_held(outcome: Outcome | None) -> dict[str, str]:
    """The humans' words that an outcome holds, by field; of none, nothing."""
    return {field: getattr(outcome, field) for field in HUMAN_FIELDS if outcome and field in outcome.held_by_human}


def new_words(outcome: Outcome, previous: Outcome | None) -> dict[str, str]:
    """Those that the outcome before it did not hold."""
    before = words_held(previous)
    return {field: word for field, word in words_held(outcome).items() if before.get(field) != word}


class RulesSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules alone would have said, whatever a human said or a revision kept."""

    priority: str
    department: str
    team: str | None
    handler: str


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


class Shadowed(msgspec.Struct, frozen=True, kw_only=True):
    """What rules and policies in shadow would add to a decision; they change nothing. `policies`: those in shadow that
    would attach. `would`: the fields of the outcome that would differ, with what they would be."""

    reasons: tuple[Reason, ...]
    policies: tuple[str, ...]
    would: dict[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """The rules that fired and the policies that would attach."""
        return (*(reason.rule for reason in self.reasons), *self.policies)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome, its reasons, and the revision that gave it. `matching`: ids of the rules in force whose condition
    holds. `engines`: agree | disagree | single; filled in beside the outcome, which never depends on it. `rules_said`:
    None when no rule was asked. `shadow`: what the rules in shadow would add, None when nothing."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    revision: str
    matching: tuple[str, ...] = ()
    engines: str = "single"
    rules_said: RulesSaid | None = None
    shadow: Shadowed | None = None
