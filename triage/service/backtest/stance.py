"""What of a rulebook and of the rules that hold bears on how a complaint goes on."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from monitors.clocks.happenings import references
from monitors.clocks.policy import ClockPolicy, EventPattern
from triage.domain import event as ev
from triage.domain.case import fold
from triage.domain.condition import Op, leaf_tests
from triage.domain.event import Event
from triage.rulebook.combine import said_by_rules
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Rule, Rulebook


def weighed(rulebook: Rulebook, fired: Sequence[Rule]) -> tuple[object, ...]:
    """What the rules together put forward, as long as no human speaks: whatever other rules come to hold beside them,
    what is outweighed here never counts. Of the department that comes first every team counts."""
    said = said_by_rules(rulebook, fired)
    thens = [rule.then for rule in fired]
    department = said.department if any(then.department == said.department for then in thens) else None
    return (
        said.priority if any(then.priority == said.priority for then in thens) else None,
        said.handler if any(then.handler == said.handler for then in thens) else None,
        department,
        frozenset(then.team for then in thens if department is not None and then.department == department),
        frozenset(policy for then in thens for policy in then.policies),
    )


def humans_speak(case: str, events: Sequence[Event], zone: tzinfo) -> bool:
    """Whether a human's word on priority, department or handler ever counts."""
    return any(fold(case, events[: number + 1], zone).human for number in range(len(events)))


def patterns_of_registration(rules: CompiledRulebook) -> tuple[EventPattern, ...]:
    """What clocks ask of a registration's own data."""
    return tuple(dict.fromkeys(one for one in _patterns(rules) if one.type == ev.REGISTERED and one.when is not None))


def _patterns(rules: CompiledRulebook) -> Iterator[EventPattern]:
    clocks: Iterable[ClockPolicy] = (clock for policy in rules.rulebook.policies.values() for clock in policy.clocks)
    for clock in clocks:
        for _, ref in references(clock):
            yield from (one for one in ref if isinstance(one, EventPattern))


def asked_tags(rules: CompiledRulebook) -> frozenset[str] | None:
    """The tags that policies ask for by name; None when a policy asks otherwise, so that any may make a difference."""
    conditions = (one.applies_when for one in rules.rulebook.policies.values() if one.applies_when is not None)
    tests = [test for condition in conditions for test in leaf_tests(condition) if test.fact == "tags"]
    if not all(test.op in (Op.CONTAINS, Op.CONTAINS_ANY, Op.CONTAINS_NONE) for test in tests):
        return None
    named = (test.value if isinstance(test.value, tuple) else (test.value,) for test in tests)
    return frozenset(tag for tags in named for tag in tags)
