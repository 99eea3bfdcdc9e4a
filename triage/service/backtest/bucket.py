"""The complaints of one part of the input, under both rulebooks: the same whatever the parts are, as long as no two
complaints of one customer stand in different ones."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from triage.codec.decode import Codec, DeadLetter
from triage.domain.condition import Test, leaf_tests
from triage.rulebook.compiled import compile_tests
from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.comparison import Changed, Comparison, clocks_against_us
from triage.service.backtest.due_times import SharedDueTimes, from_number, to_number
from triage.service.backtest.ending import Arrived, lives, with_parts_of
from triage.service.backtest.kinds import Kinds, Told, is_same_frame
from triage.service.backtest.lens import Lens, see_alike
from triage.service.backtest.neighbours import ALONE, Neighbours, Past, are_steady, households
from triage.service.backtest.plain import Plain, Shape, plain, receipt, shape_of
from triage.service.backtest.tally import Tally

MOST_KEPT = 50_000
"""So many kinds of complaints are kept at a time."""

WEEK = 7


class Line(msgspec.Struct, frozen=True):
    """A line of the input. `place`: among all lines. `at`, `now`: as of `Arrived`."""

    place: int
    raw: bytes
    at: int
    now: int


Sink = Callable[[int, Changed], None]
"""Takes each changed complaint, with the place of its first event."""


class Book(msgspec.Struct, frozen=True, eq=False):
    """One rulebook with all that is needed to run it. Rulebooks that read events alike have one codec, those that see
    alike one lens."""

    rules: CompiledRulebook
    codec: Codec
    lens: Lens
    kinds: Kinds
    against_us: frozenset[str]


class _Alike(msgspec.Struct):
    """Complaints that ended alike under every rulebook, by the week of their receipt. `is_same`: whether that is the
    same under both, for all of them."""

    tolds: Sequence[Told]
    is_same: bool
    weeks: Counter[int] = msgspec.field(default_factory=Counter)


class View(msgspec.Struct):
    """The complaints as one vocabulary reads them."""

    cases: dict[str, list[Arrived]]
    shapes: dict[str, Shape | None]


class Backtest:
    """Runs parts of the input. `before` None: one rulebook alone. `end`: of the whole run."""

    def __init__(self, after: CompiledRulebook, before: CompiledRulebook | None, end: int) -> None:
        rules = [after] if before is None else [after, with_parts_of(before, after)]
        self._end, self._ends_at = end, from_number(end)
        self._books = books_of(rules)
        self._comparison = None if before is None else Comparison(after, before)
        self._asks_history = any(one.asks_history for one in rules)
        self._history_holds = compile_tests([test for test in tests_of(rules) if test.fact.startswith("history.")])
        self._alike: dict[tuple[int, ...], _Alike] = {}

    def run(self, lines: Iterable[Line], sink: Sink | None = None) -> Tally:
        """The figures of the complaints of these lines, which stand in the order of their arrival."""
        tally = Tally()
        views = self._read(lines)
        first = views[0].cases
        for household in households(first) if self._asks_history else [[case] for case in first]:
            pasts = self._pasts(household, views)
            if pasts is None:
                together = [self._live_together(household, *pair) for pair in zip(self._books, views, strict=True)]
                for case in household:
                    self._count(tally, case, views[0], [lived[case] for lived in together], sink)
            else:
                for case in household:
                    self._count(tally, case, views[0], self._live(case, views, pasts[case]), sink)
        self._flush(tally)
        tally.differences.trim()
        return tally

    def _read(self, lines: Iterable[Line]) -> list[View]:
        kept = list(lines)
        views: dict[int, View] = {}
        for book in self._books:
            if id(book.codec) not in views:
                cases = _cases(book.codec, kept)
                views[id(book.codec)] = View(cases, {case: shape_of(arrived) for case, arrived in cases.items()})
        return [views[id(book.codec)] for book in self._books]

    def _pasts(self, household: Sequence[str], views: Sequence[View]) -> Mapping[str, Past] | None:
        """What each case knows of the others, None when they have to be lived through together."""
        if len(household) == 1:
            return {household[0]: ALONE}
        cases = {case: views[0].cases[case] for case in household}
        if not all(are_steady({case: view.cases[case] for case in household}, view.shapes) for view in views):
            return None
        neighbours = Neighbours(cases, self._history_holds, self._books[0].rules.zone)
        return {case: neighbours.past(case) for case in household}

    def _live_together(self, household: Sequence[str], book: Book, view: View) -> dict[str, Told]:
        arrived = sorted((one for case in household for one in view.cases[case]), key=lambda one: one.place)
        return {case: Told(lived) for case, lived in lives(book.rules, arrived, self._ends_at).items()}

    def _live(self, case: str, views: Sequence[View], past: Past) -> list[Told]:
        if past.turns:
            pairs = zip(self._books, views, strict=True)
            return [book.kinds.beside(view.cases[case], self._ends_at, past) for book, view in pairs]
        tolds: list[Told] = []
        ready: Plain | None = None
        for place, (book, view) in enumerate(zip(self._books, views, strict=True)):
            arrived, shape = view.cases[case], view.shapes[case]
            if shape is None:
                tolds.append(Told(book.kinds.quick(arrived, self._ends_at)))
                continue
            if place == 0 or ready is None or view is not views[0] or book.lens is not self._books[0].lens:
                ready = plain(arrived, shape, self._end)
                on = book.lens.received_on(ready.received)
                seen = book.lens.see(arrived[0].event, ready.received_at, on, past.counts)
            tolds.append(book.kinds.live(ready, seen, past.others, self._ends_at, tolds[-1] if tolds else None))
        return tolds

    def _count(self, tally: Tally, case: str, view: View, tolds: Sequence[Told], sink: Sink | None) -> None:
        week = self._week(tolds[0], view.cases[case])
        tally.complaints += 1
        if all(told.result is not None for told in tolds):
            tally.work.alike += 1
            key = tuple([id(part) for told in tolds for part in (told.seen, told.result)])
            alike = self._alike.get(key)
            if alike is None:
                if len(self._alike) >= MOST_KEPT:
                    self._flush(tally)
                alike = self._alike[key] = _Alike(tolds, is_same=_are_same(tolds))
            alike.weeks[week] += 1
            if alike.is_same:
                return
        else:
            tally.work.alone += 1
            self._count_sides(tally, tolds, {week: 1})
        if self._comparison is not None:
            after, before = (told.ending for told in tolds)
            changed = self._comparison.changed(case, after, before)
            if changed is not None:
                place = view.cases[case][0].place
                tally.differences.count(place, changed)
                if sink is not None:
                    sink(place, changed)

    def _week(self, told: Told, arrived: Sequence[Arrived]) -> int:
        """The ordinal of the Monday of the week of receipt, in the zone of the proposed rulebook."""
        received = receipt(arrived) if told.lived is None else to_number(told.lived.received_at)
        day = self._books[0].lens.received_on(received)
        return day - (day - 1) % WEEK

    def _flush(self, tally: Tally) -> None:
        """Count what ended alike, and let go of it."""
        for alike in self._alike.values():
            self._count_sides(tally, alike.tolds, alike.weeks)
        self._alike.clear()
        if max(len(book.lens) for book in self._books) > MOST_KEPT:
            for book in self._books:
                book.lens.forget()
                book.kinds.forget()

    def _count_sides(self, tally: Tally, tolds: Sequence[Told], weeks: Mapping[int, int]) -> None:
        for side, told, book in zip((tally.after, tally.before), tolds, self._books, strict=False):
            side.count(told.ending, weeks, book.against_us)


def books_of(rules: Sequence[CompiledRulebook]) -> list[Book]:
    """The rulebooks of a run, with everything shared that may be."""
    first, last = rules[0], rules[-1]
    shared, codec = SharedDueTimes(), Codec(first.rulebook.vocabulary)
    lens = Lens(rules) if see_alike(first, last) else None
    reads_alike = first.rulebook.vocabulary == last.rulebook.vocabulary
    made = [Kinds(one, shared) for one in rules]
    if made[-1] is not made[0] and is_same_frame(first, last):
        made[-1].share(made[0])
    return [
        Book(
            rules=one,
            codec=codec if reads_alike else Codec(one.rulebook.vocabulary),
            lens=Lens([one]) if lens is None else lens,
            kinds=kinds,
            against_us=clocks_against_us(one),
        )
        for one, kinds in zip(rules, made, strict=True)
    ]


def tests_of(rules: Sequence[CompiledRulebook]) -> list[Test]:
    """Every test of the rules, and of the policies that apply by themselves."""
    conditions = [rule.when for one in rules for rule in one.rulebook.rules]
    policies = [policy for one in rules for policy in one.rulebook.policies.values()]
    conditions += [policy.applies_when for policy in policies if policy.applies_when is not None]
    return [test for condition in conditions for test in leaf_tests(condition)]


def _cases(codec: Codec, lines: Iterable[Line]) -> dict[str, list[Arrived]]:
    """The readable events by case, cases in the order of their first ones."""
    cases: dict[str, list[Arrived]] = {}
    for line in lines:
        event = codec.decode_event(line.raw)
        if not isinstance(event, DeadLetter):
            cases.setdefault(event.subject, []).append(Arrived(line.place, event, line.at, line.now))
    return cases


def _are_same(tolds: Sequence[Told]) -> bool:
    """Whether all that end so end the same under both rulebooks."""
    after, before = tolds[0], tolds[-1]
    return after is before or after.is_as(before)
