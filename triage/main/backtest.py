"""A backtest on its real parts: files or the store's timeline, read and run by several processes."""

import gc
import heapq
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from triage.adapters.apart import bind_to_parent
from triage.adapters.files.stretches import Files, Stretch, lines_of, stretches
from triage.adapters.time_source import MachineTime
from triage.errors import FaultyRules, Refused
from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.bucket import Backtest, Line
from triage.service.backtest.comparison import Changed
from triage.service.backtest.due_times import to_number
from triage.service.backtest.index import Index, Part, Plan, Unreadable, index_lines, plan
from triage.service.backtest.summary import Summary, summary
from triage.service.backtest.tally import Tally
from triage.service.release import compile_files

OBJECTS_UNTIL_SEARCHED = 300_000
"""Nothing here is left over in circles but what an error leaves; looking for such takes a quarter of the time."""

STRETCH_BYTES = 16 * 1024 * 1024
RuleFiles = dict[str, bytes]
Books = tuple[CompiledRulebook, CompiledRulebook | None]
T = TypeVar("T")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. `before` None: one rulebook alone. `until`: see `Replay`. `diff`: a file for the changed
    complaints."""

    files: Sequence[Path]
    after: RuleFiles
    before: RuleFiles | None
    until: datetime | None = None
    workers: int = 1
    diff: Path | None = None


class Ran(msgspec.Struct, frozen=True):
    """What came of it. `duplicates`: events that came again. `seconds`: from the first byte to the last figure."""

    after: CompiledRulebook
    before: CompiledRulebook | None
    tally: Tally
    unreadable: list[Unreadable]
    events: int
    duplicates: int
    seconds: float

    def summary(self, accepted: str | None = None) -> Summary:
        """The figures as tools read them. `accepted`: why statutory deadlines may move later."""
        return summary(
            self.tally,
            self.after,
            self.before,
            events=self.events,
            duplicates=self.duplicates,
            unreadable=self.unreadable,
            seconds=self.seconds,
            accepted=accepted,
        )


Tell = Callable[[str, int, int], None]
"""Is told: what is done, how much of it, of how much."""


class Job(msgspec.Struct, frozen=True):
    """What every process is told. `asks_history`: whether a rule asks for the customer's other complaints."""

    options: Options
    asks_history: bool


class _Worker(msgspec.Struct):
    """What a process keeps between its tasks."""

    job: Job
    files: Files
    books: Books | None
    backtest: Backtest | None = None


_WORKERS: dict[str, _Worker] = {}
"""Of this process, at most one."""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def run_backtest(options: Options, tell: Tell | None = None) -> Ran:
    """Run it. The figures are the same whatever the number of workers is. Raises FaultyRules, Refused."""
    after, before = compiled_pair(options.after, options.before)
    job = Job(options, asks_history=after.asks_history or (before is not None and before.asks_history))
    clock = MachineTime()
    began = clock.monotonic()
    tell = tell or (lambda _what, _done, _of: None)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-backtest-")))
        crew = stack.enter_context(_crew(job, (after, before)))
        planned = _plan(options, _gather(crew, _index, _stretches(options), "read", tell))
        end = planned.end or 0 if options.until is None else to_number(options.until)
        jobs = [(number, part, end, folder) for number, part in enumerate(planned.parts)]
        tally = Tally()
        for one in _gather(crew, _run_part, jobs, "run", tell):
            tally.add(one)
        if options.diff is not None:
            _write_diff(options.diff, [folder / f"{number}.jsonl" for number in range(len(jobs))])
    return Ran(after, before, tally, planned.unreadable, planned.events, planned.duplicates, clock.monotonic() - began)


def _stretches(options: Options) -> list[tuple[Stretch]]:
    return [(one,) for one in stretches(options.files, STRETCH_BYTES)]


def _plan(options: Options, indices: Sequence[Index]) -> Plan:
    files = Files(options.files)
    try:
        return plan(indices, files.read)
    finally:
        files.close()


@contextmanager
def _crew(job: Job, books: Books) -> Iterator[Executor | None]:
    """Processes, which load the rulebooks themselves, or None where this one does the work."""
    if job.options.workers <= 1:
        _begin(job, books)
        try:
            yield None
        finally:
            _WORKERS.pop("here").files.close()
        return
    context = get_context("spawn")  # a process with threads cannot be forked soundly
    crew = ProcessPoolExecutor(job.options.workers, mp_context=context, initializer=_begin_apart, initargs=(job,))
    with ended_in_order():
        try:
            yield crew
        except BrokenProcessPool as error:
            raise Refused(["backtest: a worker was ended from outside, perhaps for want of memory"]) from error
        finally:
            crew.shutdown(cancel_futures=True)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """A signal to stop ends the block as an exception would, so that nothing is left behind."""

    def stop(_number: int, _frame: object) -> None:
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _gather(
    crew: Executor | None, work: Callable[..., T], jobs: Sequence[tuple[Any, ...]], what: str, tell: Tell
) -> list[T]:
    """What the work gives for each job, in their order."""
    tell(what, 0, len(jobs))
    found: dict[int, T] = {}
    for place, one in _done(crew, work, jobs):
        found[place] = one
        tell(what, len(found), len(jobs))
    return [found[place] for place in range(len(jobs))]


def _done(crew: Executor | None, work: Callable[..., T], jobs: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
    if crew is None:
        yield from ((place, work(*job)) for place, job in enumerate(jobs))
        return
    places = {crew.submit(work, *job): place for place, job in enumerate(jobs)}
    for future in as_completed(places):
        yield places[future], future.result()


def compiled_pair(after: RuleFiles, before: RuleFiles | None) -> Books:
    """Both rulebooks. Raises FaultyRules with the faults of both."""
    made: list[CompiledRulebook] = []
    faults: list[str] = []
    for name, files in (("A", after), ("B", before)):
        try:
            made += [] if files is None else [compile_files(files)]
        except FaultyRules as error:
            faults += [f"{name}: {reason}" for reason in error.reasons]
    if faults:
        raise FaultyRules(faults)
    return made[0], made[1] if before is not None else None


# --- in a worker


def _begin_apart(job: Job) -> None:
    """In a process of its own, which ends with the one that started it."""
    bind_to_parent()
    gc.freeze()
    gc.set_threshold(OBJECTS_UNTIL_SEARCHED, 50, 50)
    _begin(job)


def _begin(job: Job, books: Books | None = None) -> None:
    _WORKERS["here"] = _Worker(job, Files(job.options.files), books)


def _index(stretch: Stretch) -> Index:
    job = _WORKERS["here"].job
    lines = lines_of(job.options.files, stretch)
    return index_lines(lines, job.options.until, customers=job.asks_history)


def _run_part(number: int, part: Part, end: int, folder: Path) -> Tally:
    """The figures of a part; its changed complaints go to a file of its own, in their order."""
    worker = _WORKERS["here"]
    options = worker.job.options
    if worker.backtest is None:
        worker.backtest = Backtest(*(worker.books or compiled_pair(options.after, options.before)), end)
    changed: list[tuple[int, bytes]] = []

    def keep(place: int, one: Changed) -> None:
        changed.append((place, msgspec.json.encode(one)))

    tally = worker.backtest.run(_lines(worker.files, part), None if options.diff is None else keep)
    if options.diff is not None:
        lines = (b"%020d %s\n" % one for one in sorted(changed))
        (folder / f"{number}.jsonl").write_bytes(b"".join(lines))
    return tally


def _lines(files: Files, part: Part) -> Iterator[Line]:
    columns = (part.place, part.offset, part.length, part.at, part.now)
    for place, offset, length, at, now in zip(*columns, strict=True):
        yield Line(place, files.read(offset, length), at, now)


def _write_diff(target: Path, parts: Iterable[Path]) -> None:
    """The changed complaints of all parts, in the order of their first events."""
    with ExitStack() as stack, target.open("wb") as out:
        files = [stack.enter_context(part.open("rb")) for part in parts]
        for line in heapq.merge(*files):
            out.write(line.partition(b" ")[2])
