"""The benchmark: the real service on its real parts, beside the raw limit of the same client on the same broker.

Every run is a process of its own; the candidates take turns, round after round, so that what the machine does beside
them meets all of them alike.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import msgspec

from triage.adapters.kafka import yard
from triage.adapters.kafka.options import KafkaOptions
from triage.adapters.processes import family_cpu_seconds, resident_mb
from triage.adapters.store.scratch import scratch_database, server_process
from triage.adapters.time_source import MachineTime
from triage.errors import TriageError
from triage.main import bench_run
from triage.main.bench_run import Failed, Ran
from triage.main.engines import is_installed
from triage.main.kafka_clients import has_confluent
from triage.main.tools import kafka_options
from triage.service.sample_complaints import Habits, SampleComplaints
from triage.settings import Settings

SEED = 1
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LOOK_SECONDS = 1.0
END_SECONDS = 30.0
"""For a process that has told its result, or of which nothing is wanted any more."""

KAFKA_PYTHON, CONFLUENT = "kafka-python", "confluent"
COMPLAINTS_OF_A_CUSTOMER = 3
"""However many complaints are generated: with a fixed number of customers a longer run would measure another desk, on
which everybody complains hundreds of times."""


class BenchFailed(TriageError):
    """A run ended without a result; why it did."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured. `work`: serve, sweep or echo. `client`: None for files. `store`: sqlite or postgresql."""

    what: str
    work: str = "serve"
    client: str | None = None
    store: str = "sqlite"
    engine: str = "compiled"
    workers: int = 1


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a candidate. CPU in microseconds an event (of a sweep: a step): the service's processes, the second
    engine's, the database's (None: on another machine or embedded)."""

    per_second: float
    app_cpu: float
    engine_cpu: float
    store_cpu: float | None
    peak_mb: float
    ready: float
    stages: dict[str, float]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate's rounds. `ratio`: of its median to that of the echo of its client; None without a broker. `memory`:
    MB by the second, of the last round."""

    candidate: Candidate
    events: int
    rounds: list[Round]
    ratio: float | None = None
    memory: list[float] = []

    @property
    def median(self) -> Round:
        """The round with the middle rate."""
        return sorted(self.rounds, key=lambda one: one.per_second)[len(self.rounds) // 2]

    def rates(self) -> tuple[float, float, float]:
        """Least, median and greatest events a second."""
        rates = [one.per_second for one in self.rounds]
        return min(rates), median(rates), max(rates)


def candidates(*, kafka: bool) -> list[Candidate]:
    """What can be measured here."""
    engines = ["compiled", "both"] if is_installed() else ["compiled"]
    found = [Candidate(what=f"files + SQLite, {_engine(one)}", engine=one) for one in engines]
    found.append(Candidate(what="due steps, SQLite", work="sweep"))
    if not kafka:
        return found
    clients = [KAFKA_PYTHON, CONFLUENT] if has_confluent() else [KAFKA_PYTHON]
    for client in clients:
        found.append(Candidate(what=f"{client}: raw echo", work="echo", client=client))
        found += [
            Candidate(
                what=f"{client} + {name}, {_engine(engine)}, {workers} worker{'s' * (workers > 1)}",
                client=client, store=store, engine=engine, workers=workers,
            )
            for name, store in (("SQLite", "sqlite"), ("PostgreSQL", "postgresql"))
            for engine in engines
            for workers in ((1, 2) if store == "postgresql" else (1,))
        ]  # fmt: skip
    return found


def chosen(found: Sequence[Candidate], text: str) -> list[Candidate]:
    """Those with the text in their name, and the echo of each client among them."""
    named = {one.what for one in found if text in one.what}
    clients = {one.client for one in found if one.what in named and one.client}
    return [one for one in found if one.what in named or (one.work == "echo" and one.client in clients)]


def _engine(mode: str) -> str:
    return "both engines" if mode == "both" else "one engine"


def _lines(complaints: int, habits: Habits) -> list[tuple[bytes, bytes]]:
    """Key and event, in the order of time."""
    made = SampleComplaints(SEED, START, timedelta(minutes=2), habits).events(complaints)
    return [(event["subject"].encode(), msgspec.json.encode(event)) for event in made]


class Bench:
    """Measures on one input of so many generated complaints."""

    def __init__(self, settings: Settings, complaints: int) -> None:
        """`settings`: the rules, and with Kafka the broker and the PostgreSQL server."""
        self._settings = settings
        customers = max(1, complaints // COMPLAINTS_OF_A_CUSTOMER)
        self._events = _lines(complaints, Habits(customers=customers))
        # a desk that answers no complaint: every step of every clock comes
        self._unhandled = _lines(complaints, Habits(forgotten=1.0, customers=customers))
        self._time = MachineTime()
        self._options: KafkaOptions | None = None
        self._files: dict[str, Path] = {}

    def run(self, wanted: Sequence[Candidate], rounds: int, tell: Callable[[str], None]) -> list[Result]:
        """Every candidate once a round; `tell` hears what is measured now. Raises WrongSettings, Unreachable,
        BenchFailed."""
        found: dict[str, list[Round]] = {one.what: [] for one in wanted}
        memory: dict[str, list[float]] = {}
        with self._input(kafka=any(one.client for one in wanted)):
            for number in range(1, rounds + 1):
                for one in wanted:
                    tell(f"round {number}: {one.what}")
                    taken, memory[one.what] = self._one(one)
                    found[one.what].append(taken)
        results = [
            Result(candidate=one, events=self._count(one), rounds=found[one.what], memory=memory[one.what])
            for one in wanted
        ]
        return with_ratios(results)

    def _count(self, one: Candidate) -> int:
        return len(self._unhandled if one.work == "sweep" else self._events)

    @contextmanager
    def _input(self, *, kafka: bool) -> Iterator[None]:
        with ExitStack() as opened:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="triage-bench-")))
            for name, events in (("serve", self._events), ("sweep", self._unhandled)):
                self._files[name] = folder / f"{name}.jsonl"
                self._files[name].write_bytes(b"".join(line + b"\n" for _, line in events))
            if kafka:
                self._options = yard.make_topics(kafka_options(self._settings))
                opened.callback(yard.drop_topics, self._options)
                yard.produce(self._options, self._events)
            yield

    def _one(self, one: Candidate) -> tuple[Round, list[float]]:
        with ExitStack() as opened:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="triage-bench-")))
            server = None
            url = f"sqlite:///{folder / 'bench.sqlite'}"
            if one.store == "postgresql":
                url = opened.enter_context(scratch_database(self._settings.store.url))
                server = server_process(url)
            before = family_cpu_seconds(server) if server else 0.0
            ran, memory = self._processes(one, url, folder)
            store_cpu = family_cpu_seconds(server) - before if server else None
        return self._round(one, ran, store_cpu), memory

    def _round(self, one: Candidate, ran: Sequence[Ran], store_cpu: float | None) -> Round:
        count = max(1, sum(each.steps for each in ran)) if one.work == "sweep" else self._count(one)
        seconds = max(each.until for each in ran) - min(each.since for each in ran)
        return Round(
            per_second=count / seconds,
            app_cpu=sum(each.cpu for each in ran) / count * 1e6,
            engine_cpu=sum(each.children for each in ran) / count * 1e6,
            store_cpu=None if store_cpu is None else store_cpu / count * 1e6,
            peak_mb=max(each.peak_mb for each in ran),
            ready=max(each.ready for each in ran),
            stages=ran[0].stages,
        )

    def _processes(self, one: Candidate, url: str, folder: Path) -> tuple[list[Ran], list[float]]:
        """What each process took, and the memory of the first by the second."""
        context = get_context("spawn")
        started = []
        flags = self._flags(one, url)
        for _ in range(one.workers):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(
                target=getattr(bench_run, one.work), args=(theirs, *self._work(one, flags, folder))
            )
            process.start()
            theirs.close()
            started.append((process, ours))
        memory: list[float] = []
        try:
            first = started[0]
            while not first[1].poll(LOOK_SECONDS):
                memory.append(resident_mb(first[0].pid or 0) or 0.0)
            return [_result(one, answer) for _, answer in started], memory
        finally:
            for process, _ in started:
                process.join(END_SECONDS)
                if process.exitcode is None:
                    process.kill()
                    process.join()

    def _work(self, one: Candidate, flags: dict[str, Any], folder: Path) -> tuple[Any, ...]:
        began = self._time.monotonic()
        if one.work == "echo":
            return began, one.client, self._options, len(self._events)
        source = "kafka" if one.client else str(self._files[one.work])
        return began, flags, source, str(folder / "out")

    def _flags(self, one: Candidate, url: str) -> dict[str, Any]:
        """Every deadline of the input lies behind the backfill's end: what is measured is the way of an event, with all
        its clocks, not the sending of a flood of overdue notices. A sweep is about just that flood."""
        flags: dict[str, Any] = {
            "log.level": "error", "http.port": 0, "engine.mode": one.engine, "store.url": url,
            "rules.dir": self._settings.rules.dir,
        }  # fmt: skip
        if one.work == "serve":
            flags["backfill.before"] = datetime(2100, 1, 1, tzinfo=UTC)
        if one.client and self._options:
            kept = msgspec.structs.asdict(self._options)
            flags |= {f"kafka.{name}": value for name, value in kept.items() if value is not None}
            flags |= {"kafka.client": one.client, "kafka.group_id": f"{self._options.group_id}.{uuid4().hex[:8]}"}
        return flags


def _result(one: Candidate, answer: Connection) -> Ran:
    try:
        told = answer.recv()
    except EOFError:
        raise BenchFailed(f"{one.what}: its process died") from None
    if isinstance(told, Failed):
        raise BenchFailed(f"{one.what}: {told.why}")
    ran: Ran = told
    return ran


def with_ratios(results: Sequence[Result]) -> list[Result]:
    """The results, each of a client beside that client's echo."""
    echoes = {one.candidate.client: one.rates()[1] for one in results if one.candidate.work == "echo"}
    return [
        msgspec.structs.replace(one, ratio=one.rates()[1] / echoes[one.candidate.client])
        if one.candidate.client in echoes
        else one
        for one in results
    ]
