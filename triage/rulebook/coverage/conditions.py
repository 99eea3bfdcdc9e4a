"""How much of a condition the examples show."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from triage.domain.condition import Condition, Op, Test, leaf_tests, mentions_key
from triage.domain.facts import Facts
from triage.rulebook.analysis.boxes import boxes_or_none, witness
from triage.rulebook.analysis.given import given_of
from triage.rulebook.analysis.universe import Universe
from triage.rulebook.coverage.branch import Branch, all_branches, shown, way_to
from triage.rulebook.coverage.covered import Missing
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Position
from triage.rulebook.spelled import condition_words, given_words
from triage.wording.text import Text, say


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that is looked at. `verb`: what the thing does when it holds. `tests`: where each of its tests
    stands; empty when that is not known. `of_pack`: how many of them, the first, are those of the pack, which are no
    concern of its examples."""

    name: str
    verb: Text
    condition: Condition
    universe: Universe
    at: Position
    tests: tuple[Position, ...]
    of_pack: int

    def branches(self) -> list[Branch]:
        """Those that examples should show."""
        return [one for one in all_branches(self.condition) if one.test >= self.of_pack]


class Seen(msgspec.Struct, frozen=True):
    """What the examples show: whether one makes the condition hold, whether one does not, and by which branches."""

    holds: bool = False
    fails: bool = False
    branches: frozenset[Branch] = frozenset()


def see(subject: Subject, cases: Iterable[Facts]) -> Seen:
    """What the cases show together; those of which the condition sees the same are looked at once."""
    condition, wanted = subject.condition, frozenset(subject.branches())
    names = _names(condition)
    holds = fails = False
    branches: set[Branch] = set()
    known = set()
    for facts in cases:
        key = tuple(map(facts.get, names))
        if key in known:
            continue
        known.add(key)
        one = shown(condition, facts)
        holds, fails = holds or one.holds, fails or not one.holds
        branches |= one.branches & wanted
        if len(branches) == len(wanted) and holds and fails:
            break
    return Seen(holds, fails, frozenset(branches))


def _names(condition: Condition) -> list[str]:
    tests = leaf_tests(condition)
    return sorted({mentions_key(test.fact) if test.op is Op.MENTIONS else test.fact for test in tests})


def missing_branches(compiled: CompiledRulebook, subject: Subject, seen: Seen, on: date) -> list[Missing]:
    """The branches that were not shown, but for those that no facts can reach. `on`: the date of receipt of an example
    that would show one."""
    tests = leaf_tests(subject.condition)
    found = []
    for branch in subject.branches():
        if branch in seen.branches:
            continue
        way = way_to(subject.condition, branch)
        boxes = boxes_or_none(subject.universe, way.condition)
        if boxes != []:
            at = subject.tests[branch.test] if branch.test < len(subject.tests) else subject.at
            what = _told(subject, tests[branch.test], branch.held, does=way.holds)
            given = _given(
                compiled,
                subject.condition,
                branch,
                [one for box in boxes or () if (one := witness(box)) is not None],
                on,
            )
            found.append(Missing(at, what, given))
    return found


def _told(subject: Subject, test: Test, held: bool, *, does: bool) -> Text:
    words, name, verb = condition_words(test), subject.name, subject.verb
    if does:
        if held:
            return say("no example in which {test} makes {name} {verb}", test=words, name=name, verb=verb)
        return say("no example in which {name} can {verb} because not {test}", test=words, name=name, verb=verb)
    if held:
        return say("no example in which {name} would {verb} but for {test}", test=words, name=name, verb=verb)
    return say("no example in which {name} would {verb} if only {test}", test=words, name=name, verb=verb)


def _given(compiled: CompiledRulebook, condition: Condition, branch: Branch, ways: Sequence[Facts], on: date) -> str:
    """What an example has to give to show the branch, and no more; it is tried before it is told."""

    def shows(given: dict[str, Any]) -> bool:
        return branch in shown(condition, compiled.facts.of_example(given, on)).branches

    for facts in ways:
        given = given_of(facts, compiled.rulebook.terms)
        if shows(given):
            for name in [*given]:
                fewer = {other: value for other, value in given.items() if other != name}
                given = fewer if shows(fewer) else given
            return given_words(given)
    return ""
