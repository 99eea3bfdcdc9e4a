"""Reading SLA policies."""

import re
from datetime import tzinfo
from typing import Any

from monitors.clocks.policy import ClockPolicy, Escalation, EventRef, Limit, Policy, Unit, Warning_
from triage.rulebook.faults import suggestion
from triage.rulebook.model import ExampleEvent, ExpectedClock, PolicyExample, Position
from triage.rulebook.nodes import ABSENT, Mapping, Node, Scalar
from triage.rulebook.read_conditions import ConditionReader, event_reference, plain_value
from triage.rulebook.read_rulebook import escalation_steps
from triage.rulebook.read_rules import outcome_specs
from triage.rulebook.reading import entries, fault, fields, flag, items, misfit, name, not_yet, shown, text, word
from triage.rulebook.reading_values import effective, instant, limit, notes, read_limit, source, status, titles
from triage.rulebook.schema import (
    CLOCK,
    CLOCK_EXPECT,
    CLOCK_STATES,
    DELIVER,
    EXAMPLE_EVENT,
    LATER_LIMITS,
    OWNER,
    POLICIES_FILE,
    POLICY,
    POLICY_EXAMPLE,
)
from triage.rulebook.words import Words

_PERCENT = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?)%")
DUE = Escalation("due", None, (OWNER,))
"""The step that every clock has, written or not."""


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
    calendar = found.read("calendar", word, words.calendars, "a calendar") or words.calendar
    named = source(found["source"], policy_status)
    policy_id = name(found["id"])
    clocks = tuple(_clock(one, words) for one in items(found["clocks"], "clocks", least=1))
    policy = Policy(
        id=policy_id,
        title=titles(found["title"], words.languages),
        source={"title": named.title, "where": named.where, "grade": named.grade},
        applies_when=found.read("applies_when", reader.read),
        calendar=calendar,
        clocks=clocks,
        status=policy_status,
        effective_from=start,
        effective_to=end,
    )
    zone = words.zones.get(calendar, words.zone)
    ids = tuple(clock.id for clock in clocks)
    examples = [_example(one, policy_id, ids, zone, words) for one in items(found["examples"], "examples", least=1)]
    return policy, examples


def _clock(node: Node, words: Words) -> ClockPolicy:
    found = fields(node, CLOCK)
    notes(found, None)
    start = event_reference(found["start"], words)
    stop = event_reference(found["stop"], words)
    cancel = found.read("cancel", event_reference, words) or ()
    for ends, key in ((stop, "stop"), (cancel, "cancel")):
        _check_apart(found[key], start, ends)
    counted = _limit(found["limit"])
    any_time = found.read("deliver", word, DELIVER, "a way of delivery") == DELIVER[0]
    written = found.read("escalate", _escalate, words) or ()
    return ClockPolicy(
        id=name(found["id"]),
        start=start,
        stop=stop,
        cancel=cancel,
        limit=counted,
        warnings=_warnings(found["warn"], counted) if "warn" in found else (),
        escalations=written if any(step.after is None for step in written) else (DUE, *written),
        any_time=any_time,
    )


def _check_apart(node: Node, start: EventRef, ends: EventRef) -> None:
    for pattern in ends:
        if pattern in start or any(other.type == pattern.type and pattern.when is None for other in start):
            fault("stopped-at-start", node, f"{pattern.type} starts the clock and ends it at once")


def _limit(node: Node) -> Limit:
    if isinstance(node, Mapping):
        for key in node.entries.values():
            if key[0].text in LATER_LIMITS:
                not_yet(key[0], key[0].text)
                return Limit(1, Unit.HOURS)
    return limit(node)


def _warnings(node: Node, counted: Limit) -> tuple[Warning_, ...]:
    warnings: list[Warning_] = []
    for item in items(node, "warn", least=1):
        made = _warning(item, counted)
        if any(made.text == other.text for other in warnings):
            fault("duplicate-step", item, f"two warnings {shown(made.text)}")
        warnings.append(made)
    return tuple(warnings)


def _warning(node: Node, counted: Limit) -> Warning_:
    written = text(node, "a warning")
    percent = _PERCENT.fullmatch(written)
    if percent:
        share = float(percent[1])
        if share > 100:
            fault("warning-after-due", node, f"{written} lies behind the due time", "write it under escalate")
        return Warning_(written, percent=share)
    distance = written.removesuffix(" before")
    if written and distance == written:
        misfit("wrong-type", node, f"{shown(written)} is no warning", "write 80% or 1 working day before")
        return Warning_(written, percent=50)
    before = read_limit(node, distance, "a distance") if written else counted
    if before.unit is counted.unit and before.amount > counted.amount:
        fault("warning-before-start", node, f"{written} is further ahead than the limit is long")
    return Warning_(written, before=before)


def _escalate(node: Node, words: Words) -> tuple[Escalation, ...]:
    if not isinstance(node, Scalar):
        return escalation_steps(node, words.roles)
    ladder = text(node)
    if words.ladders is None:
        return ()
    if ladder and ladder not in words.ladders:
        misfit("unknown-value", node, f"unknown ladder {shown(ladder)}", suggestion(ladder, list(words.ladders)))
    return words.ladders.get(ladder, ())


def _example(node: Node, policy: str, clocks: tuple[str, ...], zone: tzinfo, words: Words) -> PolicyExample:
    found = fields(node, POLICY_EXAMPLE)
    expect = {
        word(key, clocks or None, "a clock"): _expected(value, zone)
        for key, value in entries(found["expect"], "expect")
    }
    return PolicyExample(
        policy=policy,
        events=tuple(_event(one, zone, words) for one in items(found["events"], "events", least=1)),
        expect=expect,
        until=found.read("until", instant, zone),
        at=Position(node.page.file, node.line, node.column),
    )


def _event(node: Node, zone: tzinfo, words: Words) -> ExampleEvent:
    found = fields(node, EXAMPLE_EVENT)
    event_type = word(found["type"], words.event_types, "an event type")
    specs = words.event_fields.get(event_type, {})
    reader = ConditionReader(words, specs, closed=False)
    data: dict[str, Any] = {}
    for key, value in entries(found["data"], "data") if "data" in found else ():
        data[key.text] = plain_value(value, specs.get(key.text), reader)
    return ExampleEvent(type=event_type, time=instant(found["time"], zone), data=data)


def _expected(node: Node, zone: tzinfo) -> ExpectedClock:
    found = fields(node, CLOCK_EXPECT)
    if node is not ABSENT and not any(key in found for key in CLOCK_EXPECT.keys):
        fault("empty-list", node, "nothing is expected of this clock")
    return ExpectedClock(
        due=found.read("due", instant, zone),
        state=found.read("state", word, CLOCK_STATES, "a state"),
        breached=found.read("breached", flag),
    )
