"""What is compared of each thing of a rulebook: its fields under the names that the rule files give them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import msgspec

from monitors.clocks.calendar import Calendar, SpecialDay
from monitors.clocks.policy import ClockPolicy, Policy
from triage.domain.condition import Always, Condition, Op, Test
from triage.domain.facts import FactSpec
from triage.rulebook.model import PolicyExample, Rule, Rulebook, Table, TermList

NO_FIELDS = ("at", "id", "revision", "file", "paths", "in_table")
"""Where a thing stands, and what it is told by. What a row has of its table is told of the table."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Values(msgspec.Struct, frozen=True):
    """A collection. `ordered`: whether the order of its entries means something."""

    items: tuple[Any, ...]
    ordered: bool = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Values) or (self.ordered and self.items != other.items):
            return False
        return not self.without(other) and not other.without(self)

    __hash__ = None  # type: ignore[assignment] # entries may hold lists and mappings

    def without(self, other: "Values") -> tuple[Any, ...]:
        """The entries that the other lacks, as often as it lacks them."""
        left = list(other.items)
        missing = []
        for item in self.items:
            if item in left:
                left.remove(item)
            else:
                missing.append(item)
        return tuple(missing)


class Ranking(msgspec.Struct, frozen=True):
    """A collection of which the whole order is told: the first outranks the others."""

    items: tuple[Any, ...]


class Days(msgspec.Struct, frozen=True, order=True):
    """Dates in a row that a calendar treats alike."""

    first: date
    last: date
    day: SpecialDay


class WithExamples(msgspec.Struct, frozen=True):
    """A policy and the examples of it."""

    policy: Policy
    examples: tuple[PolicyExample, ...]

    @property
    def title(self) -> dict[str, str]:
        """The policy's."""
        return self.policy.title


def struct(thing: Any) -> dict[str, Any]:
    """The fields of a thing; structs and mappings inside it are told by dotted names."""
    found: dict[str, Any] = {}
    for name in thing.__struct_fields__:
        if name not in NO_FIELDS:
            found |= _flat(name, getattr(thing, name))
    return found


def _flat(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {f"{name}.{key}": inner for key, inner in value.items()}
    if isinstance(value, tuple):
        return {name: Ranking(value)}
    return {name: value}


def rulebook(book: Rulebook) -> dict[str, Any]:
    """What stands in rulebook.yaml for all: departments only by their order, the things of other files not at all."""
    of_others = ("departments", "vocabulary", "terms", "rules", "tables", "policies", "policy_examples",
                 "calendars", "fallback")  # fmt: skip
    found = {name: value for name, value in struct(book).items() if name.partition(".")[0] not in of_others}
    found["roles"] = Values(book.roles)
    found["languages"] = Values(book.languages)
    found["departments"] = Ranking(tuple(book.departments))
    found["events"] = Values(book.vocabulary.event_types)
    return found | {f"fallback.{name}": value for name, value in struct(book.fallback).items()}


def fact(spec: FactSpec) -> dict[str, Any]:
    """A declared fact; its values in no order. Those of `happened` are the event types, told by themselves."""
    told = spec.values is not None and spec.name != "happened"
    return struct(spec) | {"values": Values(spec.values or ()) if told else None}


def term_list(terms: TermList) -> dict[str, Any]:
    """A term list; the order of its terms means nothing."""
    return struct(terms) | {name: Values(getattr(terms, name)) for name in ("terms", "not_terms", "hits", "misses")}


def calendar(one: Calendar) -> dict[str, Any]:
    """A calendar: the hours of each weekday, and the dates that differ from them."""
    found = {name: value for name, value in struct(one).items() if name.partition(".")[0] not in ("week", "special")}
    found |= {f"week.{name}": Ranking(hours) for name, hours in zip(WEEKDAYS, one.week, strict=True)}
    return found | {"dates": Values(tuple(_in_rows(one.special)))}


def _in_rows(special: Mapping[date, SpecialDay]) -> Iterator[Days]:
    """Dates in a row that are alike, so that a week of holidays is one entry."""
    numbered = ((day - timedelta(days=place), special[day], day) for place, day in enumerate(sorted(special)))
    for (_, alike), row in groupby(numbered, key=lambda one: one[:2]):
        days = [day for _, _, day in row]
        yield Days(days[0], days[-1], alike)


def rule(one: Rule) -> dict[str, Any]:
    """A rule: what it asks for under the words of `then`."""
    found = {name: value for name, value in struct(one).items() if name not in ("then", "when", "source", "examples")}
    then = struct(one.then) | {"tags": Values(one.then.tags), "policies": Values(one.then.policies)}
    source = struct(one.source) if one.source else {}
    return then | {"when": canonical(one.when)} | found | {
        **{f"source.{name}": value for name, value in source.items()},
        "examples": _examples(one.examples),
    }  # fmt: skip


def table(one: Table) -> dict[str, Any]:
    """A decision table without what its rows say, which are told as rules. Their order means something where only the
    first that fires counts."""
    found = {name: value for name, value in struct(one).items() if name not in ("source", "columns", "examples")}
    names = tuple(row.name for row in one.rows)
    return found | {
        **({f"source.{name}": value for name, value in struct(one.source).items()} if one.source else {}),
        "rows": Ranking(names) if one.hit == "first" else Values(names),
        "examples": _examples(one.examples),
    }


def policies(book: Rulebook) -> dict[str, WithExamples]:
    """The policies, each with its examples."""
    return {
        name: WithExamples(policy, tuple(one for one in book.policy_examples if one.policy == name))
        for name, policy in book.policies.items()
    }


def policy(one: WithExamples) -> dict[str, Any]:
    """A policy without its clocks, which are told by themselves."""
    found = {name: value for name, value in struct(one.policy).items() if name not in ("clocks", "applies_when")}
    applies = one.policy.applies_when
    return found | {
        "applies_when": None if applies is None else canonical(applies),
        "examples": _examples(one.examples),
    }


def clocks(book: Rulebook) -> dict[str, ClockPolicy]:
    """Every clock of every policy by its full name."""
    return {policy.clock_name(clock): clock for policy in book.policies.values() for clock in policy.clocks}


def clock(one: ClockPolicy) -> dict[str, Any]:
    """A clock. Of steps of the same time the later in the file is told."""
    written = {"warnings": "warn", "escalations": "escalate", "pauses": "pause", "extensions": "extend"}
    found = {name: value for name, value in struct(one).items() if name not in ("counting", *written)}
    listed = {
        word: Values(getattr(one, name), ordered=name in ("warnings", "escalations")) for name, word in written.items()
    }
    return found | listed | struct(one.counting)


def canonical(one: Condition) -> Condition:
    """The condition with the entries of its blocks, and the values of its tests, in an order of our own: theirs means
    nothing."""
    match one:
        case Test(value=tuple()) if one.op is not Op.BETWEEN:
            return msgspec.structs.replace(one, value=tuple(sorted(one.value, key=repr)))
        case Test() | Always():
            return one
        case _:
            return type(one)(tuple(sorted(map(canonical, one.items), key=repr)))


def _examples(examples: Iterable[Any]) -> Values:
    """Examples without their places."""
    return Values(
        tuple({name: getattr(one, name) for name in one.__struct_fields__ if name != "at"} for one in examples)
    )
