"""Microseconds a decision: rules matched by the first engine, by both, and by engines of others, on the same cases."""

from collections.abc import Callable, Sequence
from statistics import median

import msgspec

from monitors.metrics.registry import Metrics
from triage.adapters.durable_child.supervisor import DurableEngine, Patience
from triage.adapters.logs import set_up_logs
from triage.adapters.time_source import MachineTime
from triage.domain.facts import Facts
from triage.main.engines import is_installed
from triage.main.rivals import BATCH, Evaluate, Found, rival
from triage.main.rule_folders import compiled_folder
from triage.ports import Evaluated
from triage.ports.engine import AGREE
from triage.rulebook.decide import CompiledRulebook
from triage.service.sample_rules import ON, SampleRules

SEED = 1
ENOUGH_SECONDS = 2.0
"""A slow engine is asked about fewer cases: a round of it takes about so long."""

FIRST, BOTH = "compiled", "compiled + durable-rules"
RIVALS = ("zen-engine", "rule-engine")
AMPLE = Patience(answer=600, load=120)


class Timed(msgspec.Struct, frozen=True):
    """One row. `microseconds`: a decision, the median of the rounds, None: not installed. `decisions`: compared with
    the first engine's; `differing`: of these."""

    engine: str
    rules: int
    microseconds: float | None
    decisions: int = 0
    differing: int = 0
    ratio: float | None = None


class _Course:
    """All engines over one rulebook and its cases."""

    def __init__(self, rules: int, cases: int) -> None:
        sample = SampleRules(SEED, rules)
        shipped = compiled_folder(None).rulebook
        self.book = CompiledRulebook(msgspec.structs.replace(shipped, rules=sample.rules, revision=f"bench-{rules}"))
        self.cases: list[Facts] = [facts for facts, _ in sample.cases(cases)]
        self.time = MachineTime()
        self._second: DurableEngine | None = None
        self.engines: dict[str, Evaluate | None] = {FIRST: self._first, BOTH: self._both if is_installed() else None}
        for name in RIVALS:
            make = rival(name)
            self.engines[name] = make(sample.rules) if make else None

    def __enter__(self) -> "_Course":
        if self.engines[BOTH] is not None:
            self._second = DurableEngine(Metrics(), self.time, AMPLE)
            self._second.prepare(self.book)
            self._second.wait_ready(AMPLE.load)
        return self

    def __exit__(self, *_: object) -> None:
        if self._second is not None:
            self._second.close()

    def _first(self, cases: Sequence[Facts]) -> Found:
        return [frozenset(rule.id for rule in self.book.matcher.matching(facts, ON)) for facts in cases]

    def _both(self, cases: Sequence[Facts]) -> Found:
        """As the service does it: the second engine is asked while the batch is handled and awaited at its end."""
        assert self._second is not None
        found: Found = []
        for start in range(0, len(cases), BATCH):
            questions = self._second.batch()
            for facts in cases[start : start + BATCH]:
                matching = tuple(rule.id for rule in self.book.matcher.matching(facts, ON))
                questions.ask(self.book, Evaluated(facts, ON, matching))
                found.append(frozenset(matching))
            for place, mark in enumerate(questions.marks(), start):
                if mark != AGREE:
                    found[place] = frozenset({mark})  # seen as a difference
        return found

    def per_decision(self, evaluate: Evaluate, count: int) -> float:
        began = self.time.monotonic()
        evaluate(self.cases[:count])
        return (self.time.monotonic() - began) / count * 1e6


def bench_rules(sizes: Sequence[int], cases: int, rounds: int, note: Callable[[str], None]) -> list[Timed]:
    """Rows of all engines over rulebooks of these sizes; rounds go through the engines forwards and backwards in turn.
    `note`: is told what is measured."""
    set_up_logs("error", "text")
    found: list[Timed] = []
    for size in sizes:
        note(f"{size} rules")
        with _Course(size, cases) as course:
            found += _measured(course, size, rounds)
    return found


def _measured(course: _Course, size: int, rounds: int) -> list[Timed]:
    wanted = course.engines[FIRST]
    assert wanted is not None
    right = wanted(course.cases)
    there = {name: evaluate for name, evaluate in course.engines.items() if evaluate is not None}
    counts = {name: _count(course, evaluate) for name, evaluate in there.items()}
    seen = {name: evaluate(course.cases[: counts[name]]) for name, evaluate in there.items()}
    times: dict[str, list[float]] = {name: [] for name in there}
    for turn in range(rounds):
        for name in list(there) if turn % 2 == 0 else list(there)[::-1]:
            times[name].append(course.per_decision(there[name], counts[name]))
    base = median(times[FIRST])
    return [
        Timed(name, size, None)
        if name not in there
        else Timed(
            engine=name,
            rules=size,
            microseconds=median(times[name]),
            decisions=counts[name],
            differing=sum(one != other for one, other in zip(seen[name], right, strict=False)),
            ratio=median(times[name]) / base,
        )
        for name in course.engines
    ]


def _count(course: _Course, evaluate: Evaluate) -> int:
    """How many cases this engine gets in a round."""
    few = min(BATCH, len(course.cases)) if course.per_decision(evaluate, 2) < 1e4 else 2
    per_second = 1e6 / course.per_decision(evaluate, few)
    return max(2, min(len(course.cases), int(ENOUGH_SECONDS * per_second)))
