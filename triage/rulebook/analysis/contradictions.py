"""Contradictions: rules that can never fire, policies that can never apply, parts of conditions that add nothing."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from monitors.clocks.policy import EventPattern, Policy
from triage.domain.condition import All, AnyOf, Condition, NoneOf, leaf_tests
from triage.domain.facts import FactSpec
from triage.rulebook.analysis.boxes import boxes_of, boxes_or_none, narrowed
from triage.rulebook.analysis.universe import GaveUp, Universe
from triage.rulebook.analysis.view import View
from triage.rulebook.event_fields import event_fields
from triage.rulebook.faults import Finding, finding_at
from triage.rulebook.model import Position
from triage.rulebook.spelled import condition_words
from triage.wording.text import Text, say


def contradictions(view: View) -> Iterator[Finding]:
    """What can never hold."""
    for rule in view.rules:
        subject = _Subject(view.universe, rule.when, rule.at, view.places.tests("rule", rule.id))
        if view.own_boxes(rule) == []:
            yield subject.warning(
                "never-fires",
                say("{rule} can never fire: {why}", rule=rule.id, why=why_never(view.universe, rule.when)),
            )
        else:
            yield from _parts(subject, rule.id)
    fields = event_fields(view.rulebook.vocabulary)
    for policy in view.rulebook.policies.values():
        if policy.status == "active":
            yield from _applying(view, policy)
            yield from _references(view, policy, fields)


def _applying(view: View, policy: Policy) -> Iterator[Finding]:
    if policy.applies_when is None:
        return
    at, tests = view.places.of("policy", policy.id), view.places.tests("policy", policy.id)
    subject = _Subject(view.with_outcome, policy.applies_when, at, tests)
    if boxes_or_none(view.with_outcome, policy.applies_when) == []:
        why = why_never(view.with_outcome, policy.applies_when)
        yield subject.warning("never-applies", say("{policy} can never apply: {why}", policy=policy.id, why=why))
    else:
        yield from _parts(subject, policy.id)


def _references(view: View, policy: Policy, fields: Mapping[str, dict[str, FactSpec]]) -> Iterator[Finding]:
    """Events that a clock waits for under a condition that no such event can meet."""
    for clock in policy.clocks:
        for pattern in (*clock.start, *clock.stop, *clock.cancel, *clock.restart, *clock.reset):
            if not isinstance(pattern, EventPattern) or pattern.when is None:
                continue
            universe = Universe(fields.get(pattern.type, {}))
            if boxes_or_none(universe, pattern.when) == []:
                why = why_never(universe, pattern.when)
                name = policy.clock_name(clock)
                message = say("{clock} waits for {event} in vain: {why}", clock=name, event=pattern.type, why=why)
                yield finding_at("never-matches", view.places.of("policy", policy.id), message)


class _Subject(msgspec.Struct, frozen=True):
    """A condition and where it stands. `tests`: where each of its tests does; empty when that is not known."""

    universe: Universe
    condition: Condition
    at: Position
    tests: tuple[Position, ...]

    def warning(self, code: str, message: Text, at: Position | None = None) -> Finding:
        return finding_at(code, at or self.at, message)


def why_never(universe: Universe, condition: Condition) -> Text:
    """Why a condition that never holds does not: the fewest parts of it that exclude each other."""
    parts = _conjuncts(condition)
    for part in [*parts]:
        others = [one for one in parts if one is not part]
        if others and boxes_or_none(universe, All(tuple(others))) == []:
            parts = others
    words = tuple(map(condition_words, parts))
    if len(words) == 1:
        return say("{part} never holds", part=words[0])
    return say("{parts} never hold together", parts=words)


def _conjuncts(condition: Condition) -> list[Condition]:
    """Parts that all have to hold."""
    if isinstance(condition, All):
        return [part for item in condition.items for part in _conjuncts(item)]
    if isinstance(condition, NoneOf):
        return [NoneOf((item,)) for item in condition.items]
    return [condition]


def _parts(subject: _Subject, name: str) -> Iterator[Finding]:
    """The items of an `any` that can never hold, or that say nothing which another does not say too. Of items that are
    the same the last is told."""
    told: list[Branch] = []
    for branch in reversed(branches(subject.condition)):
        left = branch.without(told)
        finding = _part(subject, name, left)
        if finding is not None:
            told.append(branch)
            yield finding


def _part(subject: _Subject, name: str, branch: "Branch") -> Finding | None:
    universe = subject.universe
    at = subject.tests[branch.first_test] if branch.first_test < len(subject.tests) else subject.at
    part = condition_words(branch.item)
    try:
        alone = boxes_of(universe, branch.instead((branch.item,)))
        if not alone:
            why = why_never(universe, branch.instead((branch.item,)))
            return subject.warning(
                "dead-part", say("{part} in {name} can never hold: {why}", part=part, name=name, why=why), at
            )
        if not branch.others or narrowed(universe, alone, branch.instead(branch.others), holds=False):
            return None
        singles = [one for one in branch.others if not narrowed(universe, alone, branch.instead((one,)), holds=False)]
    except GaveUp:
        return None
    other = condition_words(singles[0] if singles else AnyOf(branch.others))
    message = say("{part} in {name} adds nothing: {other} holds whenever it does", part=part, name=name, other=other)
    return subject.warning("needless-part", message, at)


class Branch(msgspec.Struct, frozen=True):
    """One item of an `any` of which one has to hold, and the others. `path`: the way to the `any` from the top, as
    indexes. `first_test`: the index of the item's first test among all of the condition."""

    whole: Condition
    path: tuple[int, ...]
    item: Condition
    others: tuple[Condition, ...]
    first_test: int

    def instead(self, items: tuple[Condition, ...]) -> Condition:
        """The whole condition with only these items in the `any`."""
        return _replaced(self.whole, self.path, items[0] if len(items) == 1 else AnyOf(items))

    def without(self, told: Sequence["Branch"]) -> "Branch":
        """The branch without the items that were told already."""
        gone = [one.item for one in told if one.path == self.path]
        others = tuple(one for one in self.others if not any(one is item for item in gone))
        return msgspec.structs.replace(self, others=others)


def branches(condition: Condition) -> list[Branch]:
    """Every item of every `any` of which one has to hold."""
    found: list[Branch] = []
    _collect(condition, condition, (), 0, found)
    return found


def _collect(whole: Condition, part: Condition, path: tuple[int, ...], test: int, found: list[Branch]) -> None:
    if not isinstance(part, All | AnyOf):
        return
    for index, item in enumerate(part.items):
        if isinstance(part, AnyOf) and len(part.items) > 1:
            others = part.items[:index] + part.items[index + 1 :]
            found.append(Branch(whole, path, item, others, test))
        _collect(whole, item, (*path, index), test, found)
        test += len(leaf_tests(item))


def _replaced(part: Condition, path: Sequence[int], new: Condition) -> Condition:
    if not path:
        return new
    if not isinstance(part, All | AnyOf):
        return part
    items = list(part.items)
    items[path[0]] = _replaced(items[path[0]], path[1:], new)
    return type(part)(tuple(items))
