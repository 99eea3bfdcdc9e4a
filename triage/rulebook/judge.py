"""Judging examples: do the rules, term lists and policies do what their authors say they do?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from monitors.clocks.clock import Clock
from monitors.clocks.plan import plan_clock
from triage.domain.case import Case, fold
from triage.domain.condition import Always
from triage.domain.event import REGISTERED, Event
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Example, ExpectedClock, PolicyExample, Position, Rule, TermList

EQUAL = ("priority", "department", "team", "handler", "fallback")
AT_LEAST_THESE = ("tags", "policies")


class Judged(msgspec.Struct, frozen=True):
    """One example. `kind`: rule | term | policy. `message`: what was expected and what came, empty when it holds."""

    kind: str
    subject: str
    at: Position
    passed: bool
    message: str


def judge(rules: CompiledRulebook) -> tuple[Judged, ...]:
    """Every example of the rulebook, and every rule or policy that lacks the examples it needs."""
    rulebook = rules.rulebook
    judged: list[Judged] = []
    for rule in rulebook.rules:
        if rule.status == "active":
            judged += _judge_rule(rules, rule)
    for terms in rulebook.terms.values():
        judged += _judge_terms(rules, terms)
    judged += [_judge_policy(rules, example) for example in rulebook.policy_examples]
    judged += _judge_coverage(rules)
    return tuple(sorted(judged, key=lambda one: one.at))


def _judged(kind: str, subject: str, at: Position, message: str) -> Judged:
    return Judged(kind, subject, at, not message, message)


def _judge_rule(rules: CompiledRulebook, rule: Rule) -> Iterator[Judged]:
    for example in rule.examples:
        yield _judged("rule", rule.id, example.at, "; ".join(_differences(rules, rule, example)))
    fires = {example.expect.get("fires", True) for example in rule.examples}
    for wanted, words in ((True, "fires"), (False, "does not fire")):
        if wanted not in fires and not (isinstance(rule.when, Always) and not wanted):
            yield _judged("rule", rule.id, rule.at, f"no example in which the rule {words}")


def _differences(rules: CompiledRulebook, rule: Rule, example: Example) -> Iterator[str]:
    on = _judged_on(rules, rule, example)
    facts = rules.facts.of_example(example.given, on)
    case = _case_of(rules, on, example.given.get("received_at"))
    decision = rules.decide(facts, case)
    fired = {reason.rule for reason in decision.reasons}
    if (rule.id in fired) != example.expect.get("fires", True):
        yield f"fires: {str(rule.id in fired).lower()}"
    for field in EQUAL:
        found = getattr(decision.outcome, field)
        if field in example.expect and found != example.expect[field]:
            yield f"{field} is {_words(found)}, expected {_words(example.expect[field])}"
    named: dict[str, Any] = {field: set(getattr(decision.outcome, field)) for field in AT_LEAST_THESE}
    for field, found in (named | {"rules": fired}).items():
        missing = set(example.expect.get(field, ())) - found
        if missing:
            yield f"{field} lack {', '.join(sorted(missing))}"


def _words(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _judged_on(rules: CompiledRulebook, rule: Rule, example: Example) -> date:
    received = example.given.get("received_at")
    if isinstance(received, datetime):
        return received.astimezone(rules.zone).date()
    return rule.effective_from or rules.rulebook.examples_on or date(2026, 1, 1)


def _case_of(rules: CompiledRulebook, on: date, received: Any) -> Case:
    noon = datetime.combine(on, time(12), rules.zone).astimezone(UTC)
    at = received if isinstance(received, datetime) else noon
    return fold("example", [Event(id="1", source="/example", type=REGISTERED, subject="example", time=at)], rules.zone)


def _judge_terms(rules: CompiledRulebook, terms: TermList) -> Iterator[Judged]:
    for sentence in terms.hits:
        missed = terms.id not in rules.terms.mentioned(sentence)
        yield _judged("term", terms.id, terms.at, f"should hit: {sentence}" if missed else "")
    for sentence in terms.misses:
        hit = terms.id in rules.terms.mentioned(sentence)
        yield _judged("term", terms.id, terms.at, f"should miss: {sentence}" if hit else "")


def _judge_policy(rules: CompiledRulebook, example: PolicyExample) -> Judged:
    events = [
        Event(id=str(number), source="/example", type=one.type, subject="example", time=one.time, data=one.data)
        for number, one in enumerate(example.events)
    ]
    case = fold("example", events, rules.zone)
    at = example.until or max(event.time for event in events)
    differences = [
        difference
        for clock, expected in example.expect.items()
        for difference in _clock_differences(rules, example.policy, clock, expected, case, at)
    ]
    return _judged("policy", example.policy, example.at, "; ".join(differences))


def _clock_differences(
    rules: CompiledRulebook, policy_id: str, clock_id: str, expected: ExpectedClock, case: Case, at: datetime
) -> Iterator[str]:
    planned = _plan(rules, policy_id, clock_id, case, at)
    if planned is None:
        yield f"{clock_id} has not started"
        return
    if expected.due is not None and planned.due_at != expected.due:
        calendar = rules.rulebook.calendars[rules.rulebook.policies[policy_id].calendar]
        shown = planned.due_at.astimezone(calendar.tzinfo) if planned.due_at else None
        yield f"{clock_id} is due {shown:%Y-%m-%d %H:%M:%S}" if shown else f"{clock_id} has no due time"
    if expected.state is not None and planned.state.value != expected.state:
        yield f"{clock_id} is {planned.state.value}, expected {expected.state}"
    if expected.breached is not None and planned.breached != expected.breached:
        yield f"{clock_id} breached: {_words(planned.breached)}, expected {_words(expected.breached)}"


def _plan(rules: CompiledRulebook, policy_id: str, clock_id: str, case: Case, at: datetime) -> Clock | None:
    policy = rules.rulebook.policies[policy_id]
    clock = next(one for one in policy.clocks if one.id == clock_id)
    cycles = plan_clock(policy, clock, case, rules.rulebook.calendars[policy.calendar], at)
    return cycles[-1] if cycles else None


def _judge_coverage(rules: CompiledRulebook) -> Iterator[Judged]:
    """Every policy clock has an example in time and one breached."""
    for policy in rules.rulebook.policies.values():
        examples = [example for example in rules.rulebook.policy_examples if example.policy == policy.id]
        for clock in policy.clocks:
            seen = {expected.breached for one in examples if (expected := one.expect.get(clock.id)) is not None}
            for wanted, words in ((False, "in time"), (True, "breached")):
                if wanted not in seen and examples:
                    message = f"no example in which {clock.id} is {words}"
                    yield _judged("policy", policy.id, examples[0].at, message)
