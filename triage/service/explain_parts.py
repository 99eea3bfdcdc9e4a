"""What an explanation shows in which order, on a terminal and on a page alike."""

from collections.abc import Iterator

import msgspec

from triage.service.explain import Explanation
from triage.service.explain_view import ExplainLine, RuleWhy
from triage.service.explain_words import said_local
from triage.wording.text import Text, as_is, say

NEAR_SHOWN = 3
"""Near misses that are shown unless all rules are asked for."""


class RuleGroup(msgspec.Struct, frozen=True):
    """Rules under one heading."""

    title: Text
    rules: tuple[RuleWhy, ...]


def groups_of(line: ExplainLine, *, every: bool = False, one: bool = False) -> Iterator[RuleGroup]:
    """The rules that fired and those that came near; with `every` all others too; with `one` the only one there is."""
    if one:
        yield RuleGroup(say("The rule"), line.rules)
        return
    by_id = {rule.rule: rule for rule in line.rules}
    fired = tuple(rule for rule in line.rules if rule.fired)
    yield RuleGroup(say("Rules that fired: {fired} of {all}", fired=len(fired), all=len(line.rules)), fired)
    near = tuple(by_id[name] for name in line.near)
    shown = near if every else near[:NEAR_SHOWN]
    if shown:
        yield RuleGroup(say("Nearest to firing: {shown} of {near}", shown=len(shown), near=len(near)), shown)
    held = tuple(rule for rule in line.rules if not rule.fired and rule.held and rule.rule not in line.near)
    if held:
        yield RuleGroup(say("Held, but not active or not in force"), held)
    rest = tuple(rule for rule in line.rules if rule not in (*fired, *near, *held))
    if every and rest:
        yield RuleGroup(say("All others"), rest)


def personal_texts(line: ExplainLine) -> list[tuple[str, str]]:
    """Personal facts and their values as texts."""
    return [
        (name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        for name, value in line.personal.items()
    ]


def words_of_page(explanation: Explanation) -> dict[str, Text]:
    """The headings and labels, by name."""
    told = explanation.told
    at = said_local(told.at, told.deciding.zone)
    return {
        "title": say("Why case {case} stands as it does", case=told.row.id),
        "as_of": say("As of {at}; times of {zone}.", at=at, zone=str(told.deciding.zone)),
        "personal": say("Personal data, shown because it was asked for: do not pass it on."),
        "faults": say("Data with faults; these values counted as absent:"),
        "why": say("Why"),
        "no_rules": say("No rule."),
        "clocks": say("Clocks"),
        "no_clocks": say("No clock."),
        "days": say("Date by date"),
        "start": say("start, not counted"),
        "closed": say("closed"),
        "paused": say("paused"),
        "rolled": say("moved past"),
        "counted": as_is(""),
        "footer": say("Made by triage explain from what was stored with the decision."),
    }
