"""Reading rulebook.yaml: the desk itself."""

from collections.abc import Mapping as Byname
from datetime import UTC
from typing import Any

import msgspec

from monitors.clocks.policy import Escalation
from triage.domain.event import Person
from triage.rulebook import nouns
from triage.rulebook.faults import suggestion
from triage.rulebook.model import Department, Fallback
from triage.rulebook.nodes import ABSENT, Node, Sequence
from triage.rulebook.noting import fault, misfit, no_such, shown
from triage.rulebook.reading import Fields, day, each, entries, fields, items, name, text, word
from triage.rulebook.reading_values import (
    CURRENCY,
    JURISDICTION,
    LANGUAGE,
    formed,
    limit,
    notes,
    person,
    titles,
    zone,
)
from triage.rulebook.schema import DEPARTMENT, FALLBACK, FORMAT, OPEN_CASES, OWNER, ROLE, RULEBOOK, STEP
from triage.rulebook.words import Words
from triage.wording.text import say


class Desk(msgspec.Struct, kw_only=True):
    """What rulebook.yaml says; the parts of `Rulebook` by their names, and the words that others refer to. `packs_node`
    is read once the facts are known."""

    parts: dict[str, Any]
    words: Words
    calendar_node: Node
    packs_node: Node


def read_rulebook(node: Node) -> Desk:
    """The whole file."""
    found = fields(node, RULEBOOK)
    _check_format(found)
    languages = each(
        found["languages"], "languages", lambda one: formed(one, LANGUAGE, nouns.LANGUAGE, "zh-Hant"), least=1
    )
    notes(found, languages)
    tz = zone(found["zone"]) if "zone" in found else UTC
    roles = tuple(found.read("roles", _roles, languages) or ())
    ladders = found.read("ladders", _ladders, roles) or {}
    priorities = each(found["priorities"], "priorities", name, least=1)
    handlers = each(found["handlers"], "handlers", name, least=1)
    departments = _departments(found["departments"], languages, roles)
    parts: dict[str, Any] = {
        "name": text(found["name"]),
        "zone": text(found["zone"], nouns.TIME_ZONE),
        "calendar": text(found["calendar"]),
        "currency": formed(found["currency"], CURRENCY, nouns.CURRENCY, "CNY"),
        "jurisdiction": formed(found["jurisdiction"], JURISDICTION, nouns.COUNTRY, "CN"),
        "languages": languages,
        "examples_on": found.read("examples_on", day),
        "open_cases": found.read("open_cases", word, OPEN_CASES, nouns.value_of("open_cases")) or OPEN_CASES[0],
        "priorities": priorities,
        "handlers": handlers,
        "roles": roles,
        "departments": departments,
        "fallback": _fallback(found["fallback"], priorities, handlers, departments),
    }
    words = _words_of(parts, msgspec.structs.replace(Words(), zone=tz, ladders=ladders))
    return Desk(parts=parts, words=words, calendar_node=found["calendar"], packs_node=found["packs"])


def _words_of(parts: Byname[str, Any], words: Words) -> Words:
    """What the other files may refer to."""
    return msgspec.structs.replace(
        words,
        languages=parts["languages"] or None,
        currency=parts["currency"],
        calendar=parts["calendar"],
        priorities=parts["priorities"] or None,
        handlers=parts["handlers"] or None,
        roles=(OWNER, *parts["roles"]),
        teams={one.id: one.teams for one in parts["departments"].values()} or None,
    )


def _check_format(found: Fields) -> None:
    given = text(found["format"])
    if given and given != FORMAT:
        misfit("unknown-value", found["format"], no_such(given, nouns.value_of("format")), suggestion(given, [FORMAT]))


def _roles(node: Node, languages: tuple[str, ...]) -> list[str]:
    roles = []
    for key, value in entries(node, "roles"):
        if key.text == OWNER:
            fault("reserved-name", key, say("owner is always there"), say("take it out"))
        titles(fields(value, ROLE)["title"], languages or None)
        roles.append(name(key))
    return roles


def _departments(node: Node, languages: tuple[str, ...], roles: tuple[str, ...]) -> dict[str, Department]:
    departments = {}
    for key, value in entries(node, "departments", least=1):
        found = fields(value, DEPARTMENT)
        departments[key.text] = Department(
            id=name(key),
            title=titles(found["title"], languages or None),
            teams=found.read("teams", each, "teams", name) or (),
            duty_owner=person(found["duty_owner"]),
            escalation=found.read("escalation", _escalation, roles) or {},
        )
    return departments


def _escalation(node: Node, roles: tuple[str, ...]) -> dict[str, Person]:
    people = {}
    for key, value in entries(node, "escalation"):
        word(key, roles, nouns.ROLE)
        people[key.text] = person(value)
    return people


def _fallback(
    node: Node, priorities: tuple[str, ...], handlers: tuple[str, ...], departments: Byname[str, Department]
) -> Fallback:
    found = fields(node, FALLBACK)
    department = word(found["department"], tuple(departments) or None, nouns.DEPARTMENT)
    teams = departments[department].teams if department in departments else None
    return Fallback(
        department=department,
        team=found.read("team", word, teams, nouns.TEAM),
        priority=word(found["priority"], priorities or None, nouns.PRIORITY),
        handler=word(found["handler"], handlers or None, nouns.HANDLER),
        owner=person(found["owner"]),
    )


def _ladders(node: Node, roles: tuple[str, ...]) -> dict[str, tuple[Escalation, ...]]:
    return {name(key): escalation_steps(value, (OWNER, *roles)) for key, value in entries(node, "ladders")}


def escalation_steps(node: Node, roles: tuple[str, ...] | None) -> tuple[Escalation, ...]:
    """The steps of a ladder, or of a clock's own `escalate`."""
    steps: list[Escalation] = []
    for item in items(node, "escalate", least=1):
        step = _step(item, roles)
        if any(step.text == other.text for other in steps):
            fault("duplicate-step", item, say("two steps {words}", words=shown(step.text)), say("take it out"))
        steps.append(step)
    return tuple(steps)


def _step(node: Node, roles: tuple[str, ...] | None) -> Escalation:
    found = fields(node, STEP)
    to = found["to"]

    def role(one: Node) -> str:
        return word(one, roles, nouns.ROLE)

    named = each(to, "to", role, least=1) if isinstance(to, Sequence) else (role(to),) if to is not ABSENT else ()
    after = found.read("after", limit, nouns.DISTANCE)
    if ("at" in found) == ("after" in found) and node is not ABSENT:
        message = say("a step of an escalation needs either at or after")
        fault("missing-key", node, message, say("write at: due or after: 1 working day"))
    found.read("at", word, ("due",), nouns.value_of("at"))
    every = found.read("every", limit, nouns.DISTANCE)
    if every is not None and after is None:
        fault("missing-key", node, say("what is rung again needs a first time"), say("write after: beside every:"))
    return Escalation("due" if after is None else f"after {text(found['after'])}", after, named, every)
