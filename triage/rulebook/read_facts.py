"""Reading facts.yaml: a deployment's own facts, values and event types."""

import re

import msgspec

from triage.domain.event import EVENT_TYPES
from triage.domain.facts import COMPUTED_FACTS, DATA_FACTS, FactSpec, FactType, Vocabulary
from triage.rulebook import nouns
from triage.rulebook.nodes import ABSENT, Mapping, Node
from triage.rulebook.noting import fault, misfit, shown, write_as
from triage.rulebook.reading import each, entries, fields, flag, items, name, text, word
from triage.rulebook.reading_values import titles
from triage.rulebook.schema import FACT, FACTS_FILE, OWN_EVENT
from triage.rulebook.words import Words
from triage.wording.text import say

RESERVED = ("all", "any", "none", "always", "priority", "department", "team", "handler", "tags")
"""Blocks of conditions, and what `applies_when` may test beside the facts."""

_KEY = re.compile(r'[^\\"\s.]([^\\"\x00-\x1f.]*[^\\"\s.])?')
_TYPES = {one.value: one for one in FactType}


def read_facts(node: Node, words: Words, jurisdiction: str) -> Vocabulary:
    """The vocabulary: built-in facts and event types, with what the file adds. `node` may be absent."""
    facts = {spec.name: spec for spec in (*DATA_FACTS, *COMPUTED_FACTS)}
    event_types = list(EVENT_TYPES)
    if node is not ABSENT:
        found = fields(node, FACTS_FILE)
        for key, value in entries(found["add_values"], "add_values") if "add_values" in found else ():
            _add_values(facts, key, value)
        for item in items(found["facts"], "facts") if "facts" in found else ():
            _add_fact(facts, item, words)
        for item in items(found["events"], "events") if "events" in found else ():
            event_types.append(_event_type(item, event_types))
    facts["happened"] = msgspec.structs.replace(facts["happened"], values=tuple(event_types))
    human = {
        "priority": words.priorities,
        "department": tuple(words.teams) if words.teams else None,
        "handler": words.handlers,
    }
    return Vocabulary(
        facts=facts,
        event_types=tuple(event_types),
        jurisdiction=jurisdiction,
        human_words={field: allowed for field, allowed in human.items() if allowed},
    )


def _add_values(facts: dict[str, FactSpec], key: Node, value: Node) -> None:
    closed = [spec.name for spec in facts.values() if spec.values]
    fact = word(key, closed, nouns.CLOSED_FACT)
    added = each(value, "add_values", name, least=1)
    if fact in closed:
        spec = facts[fact]
        facts[fact] = msgspec.structs.replace(spec, values=(*(spec.values or ()), *added))


def _add_fact(facts: dict[str, FactSpec], node: Node, words: Words) -> None:
    found = fields(node, FACT)
    fact = name(found["name"])
    if fact in facts or fact in RESERVED:
        message = say("{word} already means something else", word=shown(fact))
        fault("reserved-name", found["name"], message, say("choose another name"))
    values = found.read("values", each, "values", text, least=1)
    facts[fact] = FactSpec(
        name=fact,
        type=_TYPES.get(word(found["type"], _TYPES, nouns.value_of("type")), FactType.TEXT),
        values=values or None,
        personal=bool(found.read("personal", flag)),
        path=_path(found["from"]) if "from" in found else _sound_path(fact),
        title=titles(found["title"], words.languages),
    )


def _path(node: Node) -> str | None:
    """Where a fact stands in the data: keys with dots between them."""
    found = text(node, nouns.DATA_PATH)
    if found and _sound_path(found) is None:
        misfit("bad-name", node, say("{word} is no path in the data", word=shown(found)), write_as("labels.nature"))
    return _sound_path(found)


def _sound_path(found: str) -> str | None:
    return found if all(map(_KEY.fullmatch, found.split("."))) else None


def _event_type(node: Node, known: list[str]) -> str:
    named = fields(node, OWN_EVENT)["type"] if isinstance(node, Mapping) else node
    event_type = text(named)
    if event_type in known:
        fault("duplicate-id", named, say("{word} is already an event type", word=shown(event_type)), say("take it out"))
    return event_type
