"""Counters by words of the rule files begin at zero: Prometheus sees no rise in a series that begins at one."""

from collections.abc import Iterator
from itertools import product

from monitors.clocks.policy import Against
from monitors.ports import Observer
from triage.domain.event import EVENT_TYPES
from triage.rulebook.combine import FALLBACK
from triage.rulebook.model import Rulebook

Series = tuple[str, dict[str, str]]


def show_from_zero(observer: Observer, rulebook: Rulebook) -> None:
    """What alerts and trends ask for: every rule, cause, channel and outcome, and every clock against us in every
    department."""
    for name, labels in (*_of_events(rulebook), *_of_rules(rulebook), *_of_clocks(rulebook)):
        observer.count(name, 0, **labels)


def _of_events(rulebook: Rulebook) -> Iterator[Series]:
    facts = rulebook.vocabulary.facts
    causes, channels = (("none", *(facts[name].values or ())) for name in ("causes", "channel"))
    for kind in EVENT_TYPES:
        yield "events_total", {"type": kind, "outcome": "applied"}
    for cause, channel in product(causes, channels):
        yield "complaints_total", {"cause": cause, "channel": channel}


def _of_rules(rulebook: Rulebook) -> Iterator[Series]:
    rules = [rule.id for rule in rulebook.rules]
    for rule in rules:
        yield "rule_matches_total", {"rule": rule}
    for rule in (*rules, FALLBACK):
        yield "overrides_total", {"rule": rule}


def _of_clocks(rulebook: Rulebook) -> Iterator[Series]:
    for policy in rulebook.policies.values():
        for clock in (one for one in policy.clocks if one.against is Against.US):
            name = policy.clock_name(clock)
            for department in rulebook.departments:
                yield "breaches_total", {"department": department, "clock": name}
            for outcome in ("met", "met_late"):
                yield "clock_outcomes_total", {"clock": name, "outcome": outcome}
