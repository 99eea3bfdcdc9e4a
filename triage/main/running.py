"""The daemon: built, started and stopped in a written order.

Stop order: not ready → no new polls or sweeps → finish or roll back the batch → drain the outbox → source,
publisher, scheduler, store, HTTP. A second signal exits at once.
"""

import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from uuid import uuid4

import msgspec
import structlog

from monitors.loops.clock_guard import ClockGuard, StepDetector
from monitors.loops.dispatcher import Dispatcher
from monitors.loops.schedule import Loop, Schedule
from monitors.loops.self_audit import SelfAudit
from monitors.loops.sweeper import Sweeper
from monitors.metrics.collectors import StoreGauges
from monitors.metrics.registry import Metrics
from monitors.ports import Publisher, TimeSource
from triage.adapters.files.publisher import FilePublisher
from triage.adapters.files.source import FileSource
from triage.adapters.logs import set_up_logs
from triage.adapters.store.store import open_store
from triage.adapters.time_source import MachineTime
from triage.entrypoints.consumer import Consumer
from triage.entrypoints.http import HttpServer
from triage.errors import Refused, TryAgain, describe
from triage.main.collector import rare_collections
from triage.main.engines import await_engine, second_engine
from triage.main.kafka_clients import connect
from triage.main.tools import rules_scanner
from triage.ports import EventSource, Store
from triage.service.approval import shadow_folder
from triage.service.fire_due import DueFirer
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.release import Library
from triage.service.reload import Reloader
from triage.service.shadow import Shadow
from triage.settings import Settings

log = structlog.get_logger()

RELOAD_SECONDS = 1.0
"""A changed folder is taken after two equal looks; with the time to load it that has to stay below 5 s."""


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What one run is asked to do. `source`: `kafka`, a file, a directory, or `-`. `out`: where outputs of files
    go. `once`: stop when the input is drained, due timers are handled and every output is sent. `shadow`: the rules
    folder is not proposed but runs in the shadow of the active revision."""

    source: str = "kafka"
    out: Path = Path("out")
    once: bool = False
    shadow: bool = False


class Service:
    """One running instance."""

    def __init__(self, settings: Settings, options: RunOptions, time: TimeSource | None = None) -> None:
        """Connects to everything. Raises Unreachable, FaultyRules, WrongSettings."""
        self.settings, self.options = settings, options
        self.time = time or MachineTime()
        self.metrics = Metrics()
        self._stopping = threading.Event()
        self._closing = ExitStack()
        with ExitStack() as opened:  # what was opened is closed again when a later part refuses
            self._build(opened)
            self._closing = opened.pop_all()

    def _build(self, opened: ExitStack) -> None:
        settings = self.settings
        self.store = open_store(settings.store.url, self.time, claim=True)
        opened.callback(self.store.close)
        holder = f"{socket.gethostname()}:{uuid4().hex[:8]}"
        self.shadow = Shadow(self.metrics, self.time, holder)
        self.library = Library(self.metrics, settings.rules.activation, self.shadow)
        scanner, take = rules_scanner(settings.rules.dir), self._take_as_shadow if self.options.shadow else None
        self.reloader = Reloader(self.store, self.library, scanner, settings.rules.proposer, take)
        self.reloader.start()
        if self.options.once and self.reloader.troubles():
            raise Refused(self.reloader.troubles())
        self.source, self.publisher = self._connect()
        opened.callback(self.publisher.close)
        self.engine = second_engine(settings.engine, self.metrics)
        if self.engine is not None:
            opened.callback(self.engine.close)
            await_engine(self.engine, self.library.active, settings.engine)
        low_mark = LowMark(self.source.inputs, settings.sla.max_hold, self.time, settings.backfill.before)
        per_minute = 0 if self.options.once else settings.notices.per_minute
        self.handler = EventHandler(self.store, self.library, self.metrics, low_mark, self.time, self.engine)
        guard = ClockGuard(StepDetector(self.time.drift), self.store.ahead, self.metrics)
        firer = DueFirer(self.store, self.library, self.metrics, low_mark, per_minute, self.engine)
        self.sweeper = Sweeper(firer, self.metrics, guard.agrees)
        self.dispatcher = Dispatcher(self.store.outbox, self.publisher, self.store.lease, self.metrics, holder)
        self.consumer = Consumer(self.source, self.store, self.handler, self.time, self.metrics, self._stopping.wait)
        self.schedule = Schedule(self._loops(), self.time, self.metrics)
        self.http = HttpServer(
            settings.http.host,
            settings.http.port,
            unhealthy=self._unhealthy,
            unready=self._unready,
            exposition=self.metrics.exposition,
        )

    def _connect(self) -> tuple[EventSource, Publisher]:
        if self.options.source == "kafka":
            return connect(self.settings, self.time)
        source = FileSource(self.options.source, self.time, self._stopping.wait, once=self.options.once)
        return source, FilePublisher(self.options.out)

    def _take_as_shadow(self, store: Store, files: dict[str, bytes], by: str) -> None:
        shadow_folder(store, self.library, files, by)

    def _loops(self) -> tuple[Loop, ...]:
        roles = self.settings.run.roles
        gauges = StoreGauges(self.metrics, self._store_gauges, self.dispatcher.on_duty)
        audit = SelfAudit(self._oldest_wait, self._has_forgotten_clock, self.time, self.metrics)
        loops = [Loop("reload", RELOAD_SECONDS, self._look_at_rules)]
        if "sweep" in roles:
            loops += [Loop("sweep", 0.5, self.sweeper.sweep), Loop("audit", 5.0, audit.audit)]
        if "dispatch" in roles:
            loops += [Loop("dispatch", 0.25, self.dispatcher.drain), Loop("gauges", 5.0, gauges.refresh)]
        return tuple(loops)

    def _look_at_rules(self) -> None:
        self.reloader.look()
        if self.engine is not None and self.library.active is not None:
            self.engine.prepare(self.library.active)

    def run(self) -> None:
        """Run until a signal or, with `once`, until all is done; then stop in order."""
        with rare_collections():
            self._run()

    def _run(self) -> None:
        try:
            if "http" in self.settings.run.roles and not self.options.once:
                self.http.start()
                self._closing.callback(self.http.stop)
            log.info("started", action="service.started", source=self.options.source, port=self.http.port)
            if self.options.once:
                self._run_once()
            else:
                self.schedule.start()
                self._run_on()
        finally:
            self._stop()

    def stop(self) -> None:
        """Ask the run to end; safe from a signal handler and from other threads."""
        self._stopping.set()

    def _run_on(self) -> None:
        if "consume" in self.settings.run.roles:
            self.consumer.run()
        while not self._stopping.wait(1.0):
            pass

    def _run_once(self) -> None:
        self.consumer.run(until_drained=True)
        self._insist(lambda: self.sweeper.sweep() >= 0)
        self._insist(self.dispatcher.drain)
        self.shadow.write(self.store)

    def _insist(self, work: Callable[[], bool]) -> None:
        """Do it until it says that all is done, or a stop was asked for: a store or a broker that is away, or another
        instance on duty, is waited for."""
        while not self._stopping.is_set():
            try:
                if work():
                    return
            except TryAgain as error:
                log.warning("trying again", action="service.retry", error=describe(error))
            self._stopping.wait(0.5)

    def _stop(self) -> None:
        self._stopping.set()
        self.consumer.assigned = False
        self.schedule.stop()
        try:
            self.dispatcher.drain()
            self.dispatcher.stop()
        except TryAgain as error:
            log.warning(
                "outbox not drained, it goes out at the next start", action="stop.outbox", error=describe(error)
            )
        self._closing.close()
        log.info("stopped", action="service.stopped")

    def _store_gauges(self) -> Sequence[tuple[str, Mapping[str, str], float]]:
        with self.store.read() as reading:
            return reading.gauges(self.time.now())

    def _oldest_wait(self) -> float:
        with self.store.transaction() as tx:
            low_mark = tx.offsets.low_mark(tuple(self.source.inputs))
            now = tx.now()
        if low_mark is None:
            return 0.0
        self.metrics.gauge("low_mark_seconds", max(0.0, (now - low_mark).total_seconds()))
        with self.store.read() as reading:
            return reading.oldest_wait(low_mark)

    def _has_forgotten_clock(self) -> bool:
        with self.store.read() as reading:
            return reading.has_forgotten_clock()

    def _unhealthy(self) -> Sequence[str]:
        return [f"loop {name} is stuck" for name in self.schedule.late_loops()]

    def _unready(self) -> Sequence[str]:
        if self._stopping.is_set():
            return ["stopping"]
        reasons = list(self.reloader.troubles())
        if "consume" in self.settings.run.roles:
            reasons += self.consumer.troubles()
        try:
            with self.store.read() as reading:
                reading.ping()
        except TryAgain as error:
            reasons.append(f"the store is away: {describe(error)}")
        return reasons


def run_service(settings: Settings, options: RunOptions) -> None:
    """Run one instance in the foreground; SIGINT and SIGTERM stop it in order, a second one at once."""
    set_up_logs(settings.log.level, settings.log.format)
    service = Service(settings, options)

    stop_on_signals(service.stop)
    service.run()


def stop_on_signals(stop: Callable[[], None]) -> None:
    """SIGINT and SIGTERM call `stop` once; a second one ends the process at once."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        stop()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
