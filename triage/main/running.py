"""The daemon: built, started and stopped in a written order.

Stop order: not ready → no new polls or sweeps → finish or roll back the batch → drain the outbox → source,
publisher, scheduler, store, HTTP. A second signal exits at once.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import structlog

from monitors.loops.daily import Daily
from monitors.loops.dispatcher import Dispatcher
from monitors.loops.schedule import Loop, Schedule
from monitors.loops.self_audit import SelfAudit
from monitors.ports import TimeSource
from triage.adapters.logs import set_up_logs
from triage.adapters.time_source import MachineTime
from triage.entrypoints.http import HttpServer
from triage.errors import StoreDamaged, TryAgain, describe
from triage.main.collector import rare_collections
from triage.main.parts import Parts, RunOptions
from triage.main.signals import stop_on_signals
from triage.ports import DISPATCH, SWEEP
from triage.settings import Settings

log = structlog.get_logger()

RELOAD_SECONDS = 1.0
"""A changed folder is taken after two equal looks; with the time to load it that has to stay below 5 s."""

LAST_DRAIN_SECONDS = 10.0
"""For how long a stop goes on sending."""


class Service:
    """One running instance."""

    def __init__(self, settings: Settings, options: RunOptions, time: TimeSource | None = None) -> None:
        """Connects to everything. Raises Unreachable, FaultyRules, WrongSettings."""
        self.time = time or MachineTime()
        self._stopping = threading.Event()
        with ExitStack() as opened:  # what was opened is closed again when a later part refuses
            self.parts = Parts(settings, options, self.time, self._stopping, opened)
            self._schedule = Schedule(self._loops(), self.time, self.parts.metrics)
            self._http = HttpServer(
                settings.http.host,
                settings.http.port,
                unhealthy=self._unhealthy,
                unready=self._unready,
                exposition=self._exposition,
            )
            self._closing = opened.pop_all()

    def _loops(self) -> tuple[Loop, ...]:
        parts = self.parts
        loops = [Loop("reload", RELOAD_SECONDS, self._look_at_rules)] if parts.decides else []
        if "sweep" in parts.roles:
            is_paused = parts.pauses[SWEEP].is_on
            audit = SelfAudit(parts.oldest_wait, parts.has_forgotten_clock, self.time, parts.metrics, is_paused)
            loops += [Loop("sweep", 0.5, parts.sweeper.sweep), Loop("audit", 5.0, audit.audit)]
        if parts.dispatcher is not None and parts.gauges is not None:
            loops += [Loop("dispatch", 0.25, parts.dispatcher.drain), Loop("gauges", 5.0, parts.gauges.refresh)]
            loops.append(Loop("retention", 5.0, Daily(parts.retention(), parts.dispatcher.on_duty, self.time).look))
        return tuple(loops)

    def _look_at_rules(self) -> None:
        self.parts.reloader.look()
        if self.parts.engine is not None and self.parts.library.active is not None:
            self.parts.engine.prepare(self.parts.library.active)

    def run(self) -> None:
        """Run until a signal or, with `once`, until all is done; then stop in order."""
        with rare_collections():
            self._run()

    def _run(self) -> None:
        try:
            if "http" in self.parts.roles and not self.parts.options.once:
                self._http.start()
                self._closing.callback(self._http.stop)
            log.info(
                "started",
                action="service.started",
                instance=self.parts.name,
                source=self.parts.options.source,
                port=self._http.port,
                roles=sorted(self.parts.roles),
            )
            if self.parts.options.once:
                self._run_once()
            else:
                self._schedule.start()
                self._run_on()
        finally:
            self._stop()

    def stop(self) -> None:
        """Ask the run to end; safe from a signal handler and from other threads."""
        self._stopping.set()

    def _run_on(self) -> None:
        if "consume" in self.parts.roles:
            self.parts.consumer.run()
        while not self._stopping.wait(1.0):
            pass

    def _run_once(self) -> None:
        if "consume" in self.parts.roles:
            self.parts.consumer.run(until_drained=True)
        if "sweep" in self.parts.roles:
            self._insist(lambda: self.parts.sweeper.sweep() is not None)
        if self.parts.dispatcher is not None:
            self._insist(self.parts.dispatcher.drain)
        self.parts.shadow.write(self.parts.store)

    def _insist(self, work: Callable[[], bool]) -> None:
        """Do it until it says that all is done, or a stop was asked for: a store or a broker that is away, another
        instance on duty, or the end of an operator's pause is waited for."""
        while not self._stopping.is_set():
            try:
                if work():
                    return
            except TryAgain as error:
                log.warning("trying again", action="service.retry", error=describe(error))
            self._stopping.wait(0.5)

    def _stop(self) -> None:
        self._stopping.set()
        self.parts.consumer.assigned = False
        self._schedule.stop()
        if self.parts.dispatcher is not None:
            self._drain_last(self.parts.dispatcher)
        self._closing.close()
        log.info("stopped", action="service.stopped")

    def _drain_last(self, dispatcher: Dispatcher) -> None:
        """Send what is left, but not for ever: other instances may go on writing."""
        until = self.time.monotonic() + LAST_DRAIN_SECONDS
        try:
            dispatcher.drain(lambda: self.time.monotonic() < until)
            dispatcher.stop()
        except TryAgain as error:
            log.warning(
                "outbox not drained, it goes out at the next start", action="stop.outbox", error=describe(error)
            )

    def _exposition(self, accept: str) -> tuple[bytes, str]:
        if self.parts.gauges is not None:
            self.parts.gauges.check()
        return self.parts.metrics.answer(accept)

    def _unhealthy(self) -> Sequence[str]:
        return [f"loop {name} is stuck" for name in self._schedule.late_loops()]

    def _unready(self) -> Sequence[str]:
        if self._stopping.is_set():
            return ["stopping"]
        parts = self.parts
        reasons = list(parts.reloader.troubles())
        if "consume" in parts.roles:
            reasons += parts.consumer.troubles()
        reasons += [why for work in (SWEEP, DISPATCH) if work in parts.roles for why in parts.pauses[work].troubles()]
        try:
            with parts.store.read() as reading:
                reading.ping()
        except (TryAgain, StoreDamaged) as error:
            reasons.append(f"the store is away: {describe(error)}")
        return reasons


def run_service(settings: Settings, options: RunOptions, open_secrets: Sequence[str] = ()) -> None:
    """Run one instance in the foreground; SIGINT and SIGTERM stop it in order, a second one at once. `open_secrets`:
    files of secrets that everybody may read, which is told."""
    set_up_logs(settings.log.level, settings.log.format)
    for path in open_secrets:
        log.warning("every account may read this secret, chmod 600 it", action="service.open_secret", file=path)
    service = Service(settings, options)

    stop_on_signals(service.stop)
    service.run()
