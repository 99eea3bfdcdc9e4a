"""Reading SLA policies."""

from collections.abc import Mapping as Specs
from datetime import tzinfo
from typing import Any

import msgspec

from monitors.clocks.policy import Policy
from triage.domain.event import AMENDED, REGISTERED
from triage.domain.facts import FactSpec
from triage.rulebook import nouns
from triage.rulebook.facts import jsonable
from triage.rulebook.model import ExampleEvent, ExpectedClock, PolicyExample, Position
from triage.rulebook.nodes import Mapping, Node
from triage.rulebook.noting import fault
from triage.rulebook.read_clocks import read_clock
from triage.rulebook.read_conditions import ConditionReader, plain_value
from triage.rulebook.read_rules import outcome_specs
from triage.rulebook.reading import entries, fields, flag, items, name, referred, text, whole, word
from triage.rulebook.reading_values import effective, instant, notes, source, status, titles
from triage.rulebook.schema import (
    CLOCK_EXPECT,
    CLOCK_STATES,
    DETACH,
    EXAMPLE_EVENT,
    POLICIES_FILE,
    POLICY,
    POLICY_EXAMPLE,
)
from triage.rulebook.words import Words
from triage.wording.text import say


def policy_nodes(node: Node) -> list[Node]:
    """The policies of a file."""
    return items(fields(node, POLICIES_FILE)["policies"], "policies", least=1)


def read_policy(node: Node, words: Words) -> tuple[Policy, list[PolicyExample]]:
    """One policy and its examples."""
    found = fields(node, POLICY)
    notes(found, words.languages)
    policy_status = status(found["status"])
    start, end = found.read("effective", effective) or (None, None)
    reader = ConditionReader(words, {**words.facts, **outcome_specs(words)}, closed=words.facts_known)
    calendar = found.read("calendar", referred, words.calendars, words, nouns.CALENDAR) or words.calendar
    named = source(found["source"], policy_status)
    policy_id = words.full(name(found["id"]))
    applies_when = found.read("applies_when", reader.read)
    clocks = tuple(read_clock(one, words, policy_id) for one in items(found["clocks"], "clocks", least=1))
    policy = Policy(
        id=policy_id,
        title=titles(found["title"], words.languages),
        source={"title": named.title, "where": named.where, "grade": named.grade},
        applies_when=None if applies_when is None else words.applied(applies_when),
        calendar=calendar,
        clocks=clocks,
        status=policy_status,
        effective_from=start,
        effective_to=end,
        detach="detach" in found and word(found["detach"], DETACH, nouns.value_of("detach")) == DETACH[0],
    )
    zone = words.zones.get(calendar, words.zone)
    ids = tuple(clock.id for clock in clocks)
    examples = [_example(one, policy_id, ids, zone, words) for one in items(found["examples"], "examples", least=1)]
    return policy, examples


def _example(node: Node, policy: str, clocks: tuple[str, ...], zone: tzinfo, words: Words) -> PolicyExample:
    found = fields(node, POLICY_EXAMPLE)
    expect = {
        word(key, clocks or None, nouns.CLOCK): _expected(value, zone)
        for key, value in entries(found["expect"], "expect")
    }
    return PolicyExample(
        policy=policy,
        events=tuple(_event(one, zone, words) for one in items(found["events"], "events", least=1)),
        expect=expect,
        until=found.read("until", instant, zone),
        priority=found.read("priority", word, words.priorities, nouns.PRIORITY),
        at=Position(node.page.file, node.line, node.column),
    )


def _event(node: Node, zone: tzinfo, words: Words) -> ExampleEvent:
    found = fields(node, EXAMPLE_EVENT)
    event_type = word(found["type"], words.event_types, nouns.EVENT_TYPE)
    specs = words.event_fields.get(event_type, {})
    if event_type == AMENDED:
        registered = words.event_fields.get(REGISTERED, {})
        specs = specs | {f"patch.{field}": spec for field, spec in registered.items()}
    reader = ConditionReader(msgspec.structs.replace(words, zone=zone), specs, closed=False)
    data = found.read("data", _data, specs, reader) or {}
    return ExampleEvent(
        type=event_type,
        time=instant(found["time"], zone),
        data=data,
        id=found.read("id", text),
        source=found.read("source", text),
    )


def _data(node: Node, specs: Specs[str, FactSpec], reader: ConditionReader, path: str = "") -> dict[str, Any]:
    """The data of an example's event as an event brings it: fields inside mappings are known by their dotted path,
    instants are texts."""
    found: dict[str, Any] = {}
    for key, value in entries(node, "data"):
        name_of_field = f"{path}{key.text}"
        if isinstance(value, Mapping):
            found[key.text] = _data(value, specs, reader, f"{name_of_field}.")
        else:
            found[key.text] = jsonable(plain_value(value, specs.get(name_of_field), reader))
    return found


def _expected(node: Node, zone: tzinfo) -> ExpectedClock:
    found = fields(node, CLOCK_EXPECT)
    if isinstance(node, Mapping) and node.complete and node.entries.keys() <= {"cycle"}:
        fault("empty-list", node, say("nothing is expected of this clock"))
    return ExpectedClock(
        due=found.read("due", instant, zone),
        state=found.read("state", word, CLOCK_STATES, nouns.value_of("state")),
        breached=found.read("breached", flag),
        cycle=found.read("cycle", whole),
    )
