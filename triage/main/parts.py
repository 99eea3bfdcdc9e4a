"""What one running instance is made of, built and connected in a written order."""

import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import msgspec

from monitors.loops.clock_guard import ClockGuard, StepDetector
from monitors.loops.dispatcher import Dispatcher
from monitors.loops.sweeper import Sweeper
from monitors.metrics.collectors import StoreGauges
from monitors.metrics.registry import Metrics
from monitors.ports import Publisher, TimeSource
from triage.adapters.apart import read_apart
from triage.adapters.files.publisher import FilePublisher
from triage.adapters.files.source import FileSource
from triage.adapters.store.store import open_store
from triage.entrypoints.consumer import Consumer
from triage.errors import Refused
from triage.main.engines import await_engine, second_engine
from triage.main.kafka_clients import publisher_of, source_of
from triage.main.tools import rules_scanner
from triage.main.tracing import tracing_of
from triage.ports import CONSUME, DISPATCH, SWEEP, WORKS, EventSource, Store
from triage.service.approval import shadow_folder
from triage.service.fire_due import DueFirer
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.pause import PauseWatch
from triage.service.release import Library
from triage.service.reload import Reloader
from triage.service.retention import Retention, Terms
from triage.service.shadow import Shadow
from triage.settings import Settings


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What one run is asked to do. `source`: `kafka`, a file, a directory, or `-`. `out`: where outputs of files
    go. `once`: stop when the input is drained, due timers are handled and every output is sent. `shadow`: the rules
    folder is not proposed but runs in the shadow of the active revision."""

    source: str = "kafka"
    out: Path = Path("out")
    once: bool = False
    shadow: bool = False


class Parts:
    """The parts of one instance. `roles`: what it does. `decides`: whether it needs rules. `name`: of the instance, as
    leases and the log know it. `dispatcher`, `gauges`: None where others dispatch."""

    def __init__(
        self, settings: Settings, options: RunOptions, time: TimeSource, stopping: threading.Event, opened: ExitStack
    ) -> None:
        """Connects to everything; what was opened is closed by `opened`. Raises Unreachable, FaultyRules,
        WrongSettings."""
        self.settings, self.options, self.time, self._stopping = settings, options, time, stopping
        self.roles = frozenset(settings.run.roles)
        self.decides = bool(self.roles & {"consume", "sweep"})
        self.name = f"{socket.gethostname()}:{uuid4().hex[:8]}"
        self.metrics = Metrics()
        self.engine = second_engine(settings.engine, self.metrics) if self.decides else None
        if self.engine is not None:
            opened.callback(self.engine.close)
        self.store = open_store(settings.store.url, time, claim=True)
        opened.callback(self.store.close)
        self.pauses = {work: PauseWatch(self.store, work, time) for work in WORKS}
        self._read_rules()
        self.tracing = tracing_of(settings.tracing, self.name, time)
        if self.tracing is not None:
            opened.callback(self.tracing.close)
        self.source = self._source()
        self.dispatcher = self._dispatcher(opened) if "dispatch" in self.roles else None
        self.gauges = None if self.dispatcher is None else self._gauges(self.dispatcher)
        if self.engine is not None:
            await_engine(self.engine, self.library.active, settings.engine)
        self._build_deciding()

    def _read_rules(self) -> None:
        rules = self.settings.rules
        self.shadow = Shadow(self.metrics, self.time, self.name)
        self.library = Library(self.metrics, rules.activation, self.shadow)
        take = self._take_as_shadow if self.options.shadow else None
        self.reloader = Reloader(self.store, self.library, rules_scanner(rules.dir), rules.proposer, take)
        if self.decides:  # an instance that decides nothing has no word in which rules are active
            self.reloader.start()
        if self.options.once and self.reloader.troubles():
            raise Refused(self.reloader.troubles())
        self.library.read_by(read_apart)  # at the start nothing waits yet

    def _build_deciding(self) -> None:
        settings = self.settings
        low_mark = LowMark(self.source.inputs, settings.sla.max_hold, self.time, settings.backfill.before)
        handler = EventHandler(self.store, self.library, self.metrics, low_mark, self.time, self.engine, self.tracing)
        self.consumer = Consumer(
            self.source, self.store, handler, self.time, self.metrics, self._stopping.wait, self.pauses[CONSUME]
        )
        per_minute = 0 if self.options.once else settings.notices.per_minute
        firer = DueFirer(self.store, self.library, self.metrics, low_mark, per_minute, self.engine)
        guard, pause = ClockGuard(StepDetector(self.time.drift), self.store.ahead, self.metrics), self.pauses[SWEEP]
        self.sweeper = Sweeper(firer, self.metrics, lambda: guard.agrees() and not pause.is_on())

    def _source(self) -> EventSource:
        if self.options.source == "kafka":
            return source_of(self.settings, self.time)
        return FileSource(self.options.source, self.time, self._stopping.wait, once=self.options.once)

    def _dispatcher(self, opened: ExitStack) -> Dispatcher:
        is_kafka = self.options.source == "kafka"
        publisher: Publisher = publisher_of(self.settings) if is_kafka else FilePublisher(self.options.out)
        opened.callback(publisher.close)
        if self.tracing is not None:
            publisher = self.tracing.traced(publisher)
        is_paused = self.pauses[DISPATCH].is_on
        return Dispatcher(self.store.outbox, publisher, self.store.lease, self.metrics, self.name, self.time, is_paused)

    def _gauges(self, dispatcher: Dispatcher) -> StoreGauges:
        return StoreGauges(self.metrics, self._figures, dispatcher.on_duty, dispatcher.surely_on_duty, self.time)

    def retention(self) -> Retention:
        """What the settings let go of after their days."""
        kept = self.settings.retention
        terms = Terms(
            closed_cases=kept.closed_cases_days,
            dead_letters=kept.dead_letters_days,
            outbox=kept.outbox_days,
            audit=kept.audit_days,
        )
        return Retention(self.store, self.library.shelf, terms, self.time, self.metrics)

    def _take_as_shadow(self, store: Store, files: dict[str, bytes], by: str) -> None:
        shadow_folder(store, self.library, files, by)

    def _figures(self, figures: str) -> Sequence[tuple[str, Mapping[str, str], float]]:
        with self.store.read() as reading:
            return reading.gauges(self.time.now(), figures)

    def oldest_wait(self) -> float:
        """How long the longest waiting step that may fire is waiting, in seconds."""
        with self.store.transaction() as tx:
            low_mark = tx.offsets.low_mark(tuple(self.source.inputs))
            now = tx.now()
        if low_mark is None:
            return 0.0
        self.metrics.gauge("low_mark_seconds", max(0.0, (now - low_mark).total_seconds()))
        with self.store.read() as reading:
            return reading.oldest_wait(low_mark)

    def has_forgotten_clock(self) -> bool:
        """Whether nobody will look at a running clock again."""
        with self.store.read() as reading:
            return reading.has_forgotten_clock()
