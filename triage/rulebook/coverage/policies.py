"""How much of the policies the examples show."""

from collections.abc import Iterator, Sequence

import msgspec

from monitors.clocks.clock import Clock
from monitors.clocks.policy import ClockPolicy, Policy
from triage.domain.event import EXTENDED, PAUSED
from triage.rulebook.analysis.view import View
from triage.rulebook.attaching import in_force, with_outcome
from triage.rulebook.coverage.conditions import Subject, missing_branches, see
from triage.rulebook.coverage.covered import Covered, Missing
from triage.rulebook.coverage.rules import ExampleFacts, covered_by
from triage.rulebook.judge import case_on, looked_at, plan_example
from triage.rulebook.model import PolicyExample, Position
from triage.wording.text import Text, say

Planned = Sequence[tuple[PolicyExample, dict[str, tuple[Clock, ...]]]]
"""Examples with the cycles of each clock."""


def cover_policies(view: View, examples: Sequence[ExampleFacts]) -> Iterator[Covered]:
    """Every active policy: the branches of its `applies_when`, which the examples of rules show, and of each clock that
    it is met in time, that it is breached, and each pause and extension, which the policy's own examples show."""
    decided = [_with_outcome(view, one) for one in examples]
    for policy in view.rulebook.policies.values():
        if policy.status != "active":
            continue
        at = view.places.of("policy", policy.id)
        own = [one for one in view.rulebook.policy_examples if one.policy == policy.id]
        cycles = [(one, plan_example(view.compiled, one)) for one in own]
        clocks = [branch for clock in policy.clocks for branch in _clock(policy.clock_name(clock), clock, cycles, at)]
        applying = _applying(view, policy, decided, at) if policy.applies_when is not None else None
        yield Covered(
            kind="policy",
            subject=policy.id,
            at=at,
            branches=len(clocks) + (applying.branches if applying else 0),
            missing=(*(applying.missing if applying else ()), *(one for one in clocks if one is not None)),
        )


def _with_outcome(view: View, one: ExampleFacts) -> ExampleFacts:
    outcome = view.compiled.decide(one.facts, case_on(view.compiled, one.on)).outcome
    return msgspec.structs.replace(one, facts=with_outcome(one.facts, outcome))


def _applying(view: View, policy: Policy, decided: Sequence[ExampleFacts], at: Position) -> Covered:
    condition = policy.applies_when
    assert condition is not None
    subject = Subject(
        name=policy.id,
        verb=say("apply"),
        condition=condition,
        universe=view.with_outcome,
        at=at,
        tests=view.places.tests("policy", policy.id),
        of_pack=view.places.tests_of_pack("policy", policy.id),
    )
    cases = [one for one in decided if in_force(policy, one.on)]
    seen = see(subject, (one.facts for one in cases))
    missing = missing_branches(view.compiled, subject, seen, cases[0].on) if cases else []
    return covered_by(subject, seen, missing, "policy")


def _clock(name: str, clock: ClockPolicy, examples: Planned, at: Position) -> Iterator[Missing | None]:
    """A branch each: None when an example shows it, else what is missing."""
    seen = [
        looked_at(example.expect[clock.id], cycles[clock.id])
        for example, cycles in examples
        if clock.id in example.expect
    ]
    breached = {one.breached for one in seen if one is not None}
    yield _branch(at, False in breached, say("no example shows {clock} in time", clock=name))
    yield _branch(at, True in breached, say("no example shows {clock} breached", clock=name))
    events = [event for example, _ in examples for event in example.events]
    paused = {event.data.get("reason") for event in events if event.type == PAUSED}
    for pause in clock.pauses:
        told = say("no example pauses {clock} for {reason}", clock=name, reason=pause.reason)
        yield _branch(at, pause.reason in paused, told)
    granted = {event.data.get("to") for event in events if event.type == EXTENDED}
    for extension in clock.extensions:
        told = say("no example extends {clock} by {extension}", clock=name, extension=extension.text)
        yield _branch(at, extension.text in granted, told)


def _branch(at: Position, is_shown: bool, told: Text) -> Missing | None:
    return None if is_shown else Missing(at, told)
