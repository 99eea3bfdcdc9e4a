"""What a shadow revision would have decided otherwise, counted."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from triage.domain.decision import Decision, Outcome

SAMPLES = 50
"""So many of the latest differences are kept by each instance, and shown."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that the shadow made otherwise. `fields`: field to what the live and the shadow revision say."""

    case: str
    at: str
    fields: dict[str, tuple[Any, Any]]


class RuleDiffers(msgspec.Struct, kw_only=True):
    """How often a rule fired in one of the two revisions alone."""

    live_only: int = 0
    shadow_only: int = 0


class Tally(msgspec.Struct, kw_only=True):
    """`departments`: `FROM → TO` to a number. `failed`: batches in which the shadow raised and was left out. `samples`:
    the latest last."""

    compared: int = 0
    differ: int = 0
    failed: int = 0
    fields: dict[str, int] = msgspec.field(default_factory=dict)
    rules: dict[str, RuleDiffers] = msgspec.field(default_factory=dict)
    departments: dict[str, int] = msgspec.field(default_factory=dict)
    samples: list[Sample] = msgspec.field(default_factory=list)

    def add(self, case: str, at: str, live: Decision, shadow: Decision) -> tuple[str, ...]:
        """Count a decision that both made; gives the fields that differ."""
        self.compared += 1
        fields = differing_fields(live.outcome, shadow.outcome)
        ours, theirs = ({reason.rule for reason in one.reasons} for one in (live, shadow))
        for rule in ours - theirs:
            self.rules.setdefault(rule, RuleDiffers()).live_only += 1
        for rule in theirs - ours:
            self.rules.setdefault(rule, RuleDiffers()).shadow_only += 1
        if fields:
            self.differ += 1
            _count(self.fields, fields)
            if "department" in fields:
                _count(self.departments, [f"{live.outcome.department} → {shadow.outcome.department}"])
            self.samples = [*self.samples[1 - SAMPLES :], Sample(case=case, at=at, fields=fields)]
        return tuple(fields)


def differing_fields(live: Outcome, shadow: Outcome) -> dict[str, tuple[Any, Any]]:
    """Field to both values, as JSON has them."""
    one, other = msgspec.to_builtins(live), msgspec.to_builtins(shadow)
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


def together(tallies: Iterable[Tally]) -> Tally:
    """Several instances' tallies as one."""
    total = Tally()
    for one in tallies:
        total.compared += one.compared
        total.differ += one.differ
        total.failed += one.failed
        _add(total.fields, one.fields)
        _add(total.departments, one.departments)
        for rule, counted in one.rules.items():
            mine = total.rules.setdefault(rule, RuleDiffers())
            mine.live_only += counted.live_only
            mine.shadow_only += counted.shadow_only
        total.samples += one.samples
    total.samples = sorted(total.samples, key=lambda sample: sample.at)[-SAMPLES:]
    return total


def _count(counts: dict[str, int], names: Iterable[str]) -> None:
    _add(counts, dict.fromkeys(names, 1))


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        counts[name] = counts.get(name, 0) + number
