"""Judging examples: do the rules, term lists and policies do what their authors say they do?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import reduce
from typing import Any

import msgspec

from monitors.clocks.clock import Clock
from monitors.clocks.plan import AttachedClock, plan_clocks
from monitors.clocks.policy import ClockPattern, Policy
from triage.domain.case import Case, fold
from triage.domain.condition import Always
from triage.domain.event import REGISTERED, Event
from triage.domain.facts import Facts
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Example, ExpectedClock, PolicyExample, Position, Rule, Rulebook, Table, TermList
from triage.rulebook.read_tables import row_id
from triage.wording.text import NOTHING, Text, say

EQUAL = ("priority", "department", "team", "handler", "fallback")
AT_LEAST_THESE = ("tags", "policies")

_FIRES = {
    "rule": (
        (True, say("no example in which the rule fires")),
        (False, say("no example in which the rule does not fire")),
    ),
    "table": (
        (True, say("no example in which the table fires")),
        (False, say("no example in which the table does not fire")),
    ),
}
_BREACHED = (
    (False, say("no example in which a clock is in time")),
    (True, say("no example in which a clock is breached")),
)
"""Examples that everything has to have."""


class Judged(msgspec.Struct, frozen=True):
    """One example. `kind`: rule | table | term | policy. `message`: what was expected and what came, nothing when it
    holds."""

    kind: str
    subject: str
    at: Position
    passed: bool
    message: Text


def judge(rules: CompiledRulebook) -> tuple[Judged, ...]:
    """Every example of the rulebook, and every rule, table or policy that lacks the examples it needs."""
    rulebook = rules.rulebook
    judged: list[Judged] = []
    for rule in rulebook.rules:
        if rule.status != "disabled" and rule.in_table is None:
            needs_silent = not isinstance(rule.when, Always)
            judged += _judge_rules(rules, "rule", rule, [rule], needs_silent=needs_silent)
    judged += _judge_tables(rules)
    for terms in rulebook.terms.values():
        judged += _judge_terms(rules, terms)
    judged += [_judge_policy(rules, example) for example in rulebook.policy_examples]
    judged += _judge_coverage(rules)
    return tuple(sorted(judged, key=lambda one: one.at))


def _judged(kind: str, subject: str, at: Position, message: Text = NOTHING) -> Judged:
    return Judged(kind, subject, at, not message, message)


def _together(differences: Iterable[Text]) -> Text:
    """All differences as one text, nothing when there is none."""
    found = list(differences)
    return reduce(lambda one, more: say("{one}; {more}", one=one, more=more), found) if found else NOTHING


def _judge_tables(rules: CompiledRulebook) -> Iterator[Judged]:
    """Each table by its rows together; one whose last row fits every complaint is never silent."""
    own: dict[str, list[Rule]] = {}
    for rule in rules.rulebook.rules:
        if rule.in_table is not None:
            own.setdefault(rule.in_table.table, []).append(rule)
    for table in rules.rulebook.tables.values():
        if table.status != "disabled":
            rows = own[table.id]
            needs_silent = not isinstance(rows[-1].when, Always)
            yield from _judge_rules(rules, "table", table, rows, needs_silent=needs_silent)


def _judge_rules(
    rules: CompiledRulebook, kind: str, subject: Rule | Table, own: Sequence[Rule], *, needs_silent: bool
) -> Iterator[Judged]:
    """The examples of a rule or table. `own`: the rules that it is."""
    for example in subject.examples:
        yield _judged(kind, subject.id, example.at, _together(_differences(rules, subject, own, example)))
    fires = {example.expect.get("fires", True) for example in subject.examples}
    for wanted, lacking in _FIRES[kind]:
        if wanted not in fires and (wanted or needs_silent):
            yield _judged(kind, subject.id, subject.at, lacking)


def _differences(
    rules: CompiledRulebook, subject: Rule | Table, own: Sequence[Rule], example: Example
) -> Iterator[Text]:
    on, facts = given_facts(rules, subject, example)
    case = case_on(rules, on, example.given.get("received_at"))
    is_shadow = subject.status == "shadow"  # it is judged as what it would do in force
    decision = rules.decide_as_if(own, facts, case) if is_shadow else rules.decide(facts, case)
    fired = {reason.rule for reason in decision.reasons}
    firing = fired.intersection(rule.id for rule in own)
    if bool(firing) != example.expect.get("fires", True):
        yield say("fires: {found}", found=_word(bool(firing)))
    if "row" in example.expect and row_id(subject.id, example.expect["row"]) not in firing:
        counting = tuple(sorted(firing)) or say("nothing")
        yield say("row {row} does not count, but {rows}", row=example.expect["row"], rows=counting)
    for field in EQUAL:
        found = getattr(decision.outcome, field)
        if field in example.expect and found != example.expect[field]:
            yield _other(field, found, example.expect[field])
    named: dict[str, Any] = {field: set(getattr(decision.outcome, field)) for field in AT_LEAST_THESE}
    for field, found in (named | {"rules": fired}).items():
        missing = set(example.expect.get(field, ())) - found
        if missing:
            yield say("{field} lack {words}", field=field, words=tuple(sorted(missing)))


def _other(what: str, found: Any, expected: Any) -> Text:
    return say("{what} is {found}, expected {expected}", what=what, found=_word(found), expected=_word(expected))


def _word(value: Any) -> Text | str:
    """A value as the files write it."""
    if value is None:
        return say("nothing")
    return str(value).lower() if isinstance(value, bool) else str(value)


def given_facts(rules: CompiledRulebook, subject: Rule | Table, example: Example) -> tuple[date, Facts]:
    """The local date of receipt by which an example is judged, and its facts."""
    on = _judged_on(rules, subject, example)
    return on, rules.facts.of_example(example.given, on)


def _judged_on(rules: CompiledRulebook, subject: Rule | Table, example: Example) -> date:
    received = example.given.get("received_at")
    if isinstance(received, datetime):
        return received.astimezone(rules.zone).date()
    return subject.effective_from or rules.rulebook.examples_on or date(2026, 1, 1)


def case_on(rules: CompiledRulebook, on: date, received: Any = None) -> Case:
    """A case of which only the receipt is known: at the instant, else at noon of the date."""
    noon = datetime.combine(on, time(12), rules.zone).astimezone(UTC)
    at = received if isinstance(received, datetime) else noon
    return fold("example", [Event(id="1", source="/example", type=REGISTERED, subject="example", time=at)], rules.zone)


def _judge_terms(rules: CompiledRulebook, terms: TermList) -> Iterator[Judged]:
    for sentence in terms.hits:
        missed = terms.id not in rules.terms.mentioned(sentence)
        yield _judged(
            "term", terms.id, terms.at, say("should hit: {sentence}", sentence=sentence) if missed else NOTHING
        )
    for sentence in terms.misses:
        hit = terms.id in rules.terms.mentioned(sentence)
        yield _judged("term", terms.id, terms.at, say("should miss: {sentence}", sentence=sentence) if hit else NOTHING)


def _judge_policy(rules: CompiledRulebook, example: PolicyExample) -> Judged:
    cycles = plan_example(rules, example)
    differences = [
        difference
        for clock, expected in example.expect.items()
        for difference in _clock_differences(rules, example.policy, clock, expected, cycles[clock])
    ]
    return _judged("policy", example.policy, example.at, _together(differences))


def plan_example(rules: CompiledRulebook, example: PolicyExample) -> dict[str, tuple[Clock, ...]]:
    """The cycles of each clock of the example's policy, by short name."""
    events = [
        Event(
            id=one.id or str(number),
            source=one.source or "/example",
            type=one.type,
            subject="example",
            time=one.time,
            data=one.data,
        )
        for number, one in enumerate(example.events)
    ]
    case = fold("example", events, rules.zone)
    at = example.until or max(event.time for event in events)
    return _plan(rules, example, case, at)


def looked_at(expected: ExpectedClock, cycles: tuple[Clock, ...]) -> Clock | None:
    """The cycle that an example speaks of: the last, or the one that it names; None when there is none."""
    number = len(cycles) if expected.cycle is None else expected.cycle
    return cycles[number - 1] if 1 <= number <= len(cycles) else None


def _plan(rules: CompiledRulebook, example: PolicyExample, case: Case, at: datetime) -> dict[str, tuple[Clock, ...]]:
    """The cycles of each clock of the example's policy, by short name."""
    policy, calendars = rules.rulebook.policies[example.policy], rules.rulebook.calendars
    attached = [
        AttachedClock(one.clock_name(clock), clock, calendars[one.calendar])
        for one in _with_referred(rules.rulebook, policy)
        for clock in one.clocks
    ]
    priority = example.priority or rules.rulebook.fallback.priority
    found = plan_clocks(attached, case, [(case.received_at, priority)], at)
    return {clock.id: found.histories[policy.clock_name(clock)].cycles for clock in policy.clocks}


def _with_referred(rulebook: Rulebook, policy: Policy) -> list[Policy]:
    """The policy, and those whose clocks it waits for: alone its own clocks could never start."""
    found: dict[str, Policy] = {}
    ahead = [policy]
    while ahead:
        one = ahead.pop()
        if one.id in found:
            continue
        found[one.id] = one
        refs = [ref for clock in one.clocks for ref in (*clock.start, *clock.stop, *clock.cancel)]
        named = {ref.clock.rpartition("/")[0] for ref in refs if isinstance(ref, ClockPattern)}
        ahead += [rulebook.policies[name] for name in sorted(named)]
    return list(found.values())


def _clock_differences(
    rules: CompiledRulebook, policy_id: str, clock_id: str, expected: ExpectedClock, cycles: tuple[Clock, ...]
) -> Iterator[Text]:
    if not cycles:
        yield say("{clock} has not started", clock=clock_id)
        return
    planned = looked_at(expected, cycles)
    if planned is None:
        yield say("{clock} has {count} cycles", clock=clock_id, count=len(cycles))
        return
    if expected.due is not None and planned.due_at != expected.due:
        calendar = rules.rulebook.calendars[rules.rulebook.policies[policy_id].calendar]
        shown = planned.due_at.astimezone(calendar.tzinfo) if planned.due_at else None
        yield (
            say("{clock} is due {at}", clock=clock_id, at=f"{shown:%Y-%m-%d %H:%M:%S}")
            if shown
            else say("{clock} has no due time", clock=clock_id)
        )
    if expected.state is not None and planned.state.value != expected.state:
        yield _other(clock_id, planned.state.value, expected.state)
    if expected.breached is not None and planned.breached != expected.breached:
        yield say(
            "{clock} breached: {found}, expected {expected}",
            clock=clock_id, found=_word(planned.breached), expected=_word(expected.breached),
        )  # fmt: skip


def _judge_coverage(rules: CompiledRulebook) -> Iterator[Judged]:
    """Every policy with a clock that is not recurring has an example in time and one breached."""
    for policy in rules.rulebook.policies.values():
        examples = [example for example in rules.rulebook.policy_examples if example.policy == policy.id]
        once = {clock.id for clock in policy.clocks if not clock.recurring}
        seen = {one.breached for example in examples for clock, one in example.expect.items() if clock in once}
        for wanted, lacking in _BREACHED:
            if once and examples and wanted not in seen:
                yield _judged("policy", policy.id, examples[0].at, lacking)
