"""What the rules see of a complaint when it is registered: which of them hold whatever happens later, and which of the
tests hold that others will make with what happens."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from monitors.clocks.policy import Policy
from triage.domain.condition import Op, Test, leaf_tests
from triage.domain.event import Event
from triage.domain.facts import History
from triage.rulebook.compiled import Matcher, compile_tests
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.facts import FactReader
from triage.rulebook.model import Rule
from triage.service.backtest.due_times import local_dates
from triage.service.backtest.glance import Glance

CHANGING = frozenset(
    {"complexity", "followup.satisfied", "followup.score", "reopened", "happened", "status", "clocks.breached"}
)
"""Facts that events and due times change. All others stay as the registration tells them until it is amended, and
`history.*` as long as the customer's other complaints do not change."""

ONE_DAY = timedelta(days=1)


class Seen(msgspec.Struct, frozen=True, eq=False):
    """What was seen, the same object for the same sight. `matched`: rules that hold throughout. `open_tests`: places of
    the other rules' and the policies' tests that hold. `era`: which of those rules and policies are in force."""

    matched: tuple[Rule, ...]
    open_tests: tuple[int, ...]
    era: int


def is_steady(rule: Rule) -> bool:
    """Whether nothing that happens after the registration can make the rule hold or not."""
    return all(test.fact not in CHANGING for test in leaf_tests(rule.when))


def see_alike(one: CompiledRulebook, other: CompiledRulebook) -> bool:
    """Whether both rulebooks read the same facts out of a complaint, so that one look serves both."""
    same_words = one.rulebook.vocabulary == other.rulebook.vocabulary and one.rulebook.zone == other.rulebook.zone
    return same_words and _terms(one) == _terms(other)


def _terms(rules: CompiledRulebook) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {name: (one.terms, one.not_terms) for name, one in rules.rulebook.terms.items()}


def same_rule(one: Rule, other: Rule) -> bool:
    """Whether two rules say the same, wherever they stand and however they are titled."""
    return content_of(one) == content_of(other)


def content_of(rule: Rule) -> tuple[object, ...]:
    """What of a rule decides."""
    return (rule.id, rule.when, rule.then, rule.status, rule.effective_from, rule.effective_to)


class Lens:
    """Looks at registrations for rulebooks that see alike."""

    def __init__(self, books: Sequence[CompiledRulebook]) -> None:
        first, models = books[0], [one.rulebook for one in books]
        self._dates = local_dates(first.rulebook.zone)
        self._matcher = Matcher(_distinct(rule for book in models for rule in book.rules if is_steady(rule)))
        tests = [test for book in models for test in _tests(book.rules)]
        conditions = [one.applies_when for book in models for one in book.policies.values() if one.applies_when]
        about_policies = [test for condition in conditions for test in leaf_tests(condition)]
        others = [rule for book in models for rule in book.rules if not is_steady(rule)]
        self._hold = compile_tests(
            list(dict.fromkeys(one for one in [*_tests(others), *about_policies] if one.fact not in CHANGING))
        )
        self._reader = _narrow_reader(first, [*tests, *about_policies])
        self._glance = Glance(self._reader, first.rulebook.vocabulary.facts, _made_here([*tests, *about_policies]))
        policies = [policy for book in models for policy in book.policies.values()]
        self._eras = _eras([*others, *policies])
        self._all_eras = _eras([*others, *policies, *(rule for book in models for rule in book.rules)])
        self._seen: dict[tuple[object, ...], Seen] = {}
        self._glanced: dict[tuple[object, ...], Seen] = {}

    def see(self, event: Event, received_at: datetime, received_on: int, past: History) -> Seen:
        """What is seen of a registration. `received_on`: ordinal of the local date. `past`: throughout."""
        era = bisect_right(self._all_eras, received_on)
        key = (era, self._glance.of(event.data, received_at, received_on, past))
        found = self._glanced.get(key)
        if found is None:
            found = self._glanced[key] = self.look(event, received_at, received_on, past)
        return found

    def look(self, event: Event, received_at: datetime, received_on: int, past: History) -> Seen:
        """The same by a look at everything."""
        facts = self._reader.of_data(event.data, received_at)
        facts["history.complaints_90d"], facts["history.open"] = past.complaints_90d, past.open
        matched = self._matcher.matching(facts, date.fromordinal(received_on))
        era = bisect_right(self._eras, received_on)
        tests = self._hold(facts)
        key = (*map(id, matched), era, *tests)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = Seen(tuple(matched), tuple(tests), era)
        return found

    def received_on(self, received_at: int) -> int:
        """The ordinal of the local date of an instant."""
        return self._dates.of(received_at)

    def __len__(self) -> int:
        return len(self._glanced)

    def forget(self) -> None:
        """Let go of everything seen, when there is too much of it."""
        self._seen.clear()
        self._glanced.clear()


def _distinct(rules: Iterable[Rule]) -> list[Rule]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        alike = found.setdefault(rule.id, [])
        if not any(same_rule(rule, other) for other in alike):
            alike.append(rule)
    return [rule for alike in found.values() for rule in alike]


def _tests(rules: Iterable[Rule]) -> list[Test]:
    return [test for rule in rules for test in leaf_tests(rule.when)]


def _narrow_reader(rules: CompiledRulebook, tests: Sequence[Test]) -> FactReader:
    """Reads only what is tested, and the date of birth that an age is told by."""
    words = rules.rulebook.vocabulary
    tested = {test.fact for test in tests} | {"customer.birth_date"}
    narrowed = msgspec.structs.replace(words, facts={name: one for name, one in words.facts.items() if name in tested})
    mentioned_in = sorted({test.fact for test in tests if test.op is Op.MENTIONS})
    return FactReader(narrowed, rules.terms, mentioned_in, rules.zone)


def _made_here(tests: Sequence[Test]) -> list[Test]:
    return [test for test in tests if test.fact not in CHANGING]


def _eras(parts: Iterable[Rule | Policy]) -> list[int]:
    """The ordinals of the dates on which any of them comes into force, or is no longer."""
    return sorted({day for one in parts for day in _boundaries(one.effective_from, one.effective_to)})


def _boundaries(begin: date | None, end: date | None) -> Iterator[int]:
    if begin is not None:
        yield begin.toordinal()
    if end is not None:
        yield (end + ONE_DAY).toordinal()
