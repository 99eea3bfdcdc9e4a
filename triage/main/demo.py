"""The demo: the real composition on embedded defaults, fed by the sample generator, on an accelerated clock."""

import tempfile
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from monitors.metrics.names import PREFIX
from triage.adapters.logs import set_up_logs
from triage.adapters.time_source import AcceleratedTime
from triage.main.parts import RunOptions
from triage.main.running import Service
from triage.main.signals import stop_on_signals
from triage.ports import Reading
from triage.ports.engine import AGREE, DISAGREE, SINGLE
from triage.service.sample_complaints import SampleComplaints
from triage.settings import load_settings

START = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Monday, so that the first clocks run in opening hours."""

FACTOR = 28_800.0
"""Eight hours of the desk's time pass in a second: a 15-day deadline in 45 seconds."""

FEED_EVERY_SECONDS = 0.1


class Snapshot(msgspec.Struct, frozen=True):
    """What the demo's screen shows, read from the store. `open_cases`, `overdue`: by department and priority.
    `engines`: decisions by what the second engine said of them; empty where there is none."""

    now: datetime
    open_cases: dict[tuple[str, str], int]
    overdue: dict[tuple[str, str], int]
    notices: list[dict[str, Any]]
    totals: dict[str, Any]
    unsent_events: int
    engines: dict[str, int]


class Demo:
    """Runs the service in this process until it is left; a feeder writes each event when its time has come."""

    def __init__(self, seed: int, complaints: int, seconds: float, directory: Path | None = None) -> None:
        self._temporary = None if directory else tempfile.TemporaryDirectory(prefix="triage-demo-")
        self.directory = directory or Path(self._temporary.name if self._temporary else ".")
        self._time = AcceleratedTime(START, FACTOR)
        self._began = self._time.monotonic()
        between = timedelta(seconds=seconds * FACTOR * 0.7) / complaints
        self._events = SampleComplaints(seed, START, between).events(complaints)
        self._fed = 0
        self._stopping = threading.Event()
        self._feed = self.directory / "events.jsonl"
        self._feed.touch()
        settings = load_settings(
            environment={},
            flags={
                "store.url": f"sqlite:///{self.directory / 'demo.sqlite'}",
                "notices.per_minute": 0,
                "http.port": 0,
                "log.level": "error",
                "log.format": "text",
            },
        )
        set_up_logs(settings.log.level, settings.log.format)
        options = RunOptions(source=str(self._feed), out=self.directory / "out")
        self.service = Service(settings, options, self._time)
        self._threads = (
            threading.Thread(target=self._feed_events, name="feeder"),
            threading.Thread(target=self.service.run, name="service"),
        )

    def __enter__(self) -> "Demo":
        """Start service and feeder. SIGINT and SIGTERM end the demo early, in order."""
        stop_on_signals(self._stopping.set)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both in order."""
        self._stopping.set()
        self.service.stop()
        for thread in self._threads:
            thread.join()
        if self._temporary is not None:
            self._temporary.cleanup()

    @property
    def is_stopped(self) -> bool:
        """Whether a signal has ended it."""
        return self._stopping.is_set()

    def wait(self, seconds: float) -> float:
        """Wait so many real seconds, less when a signal comes; gives those since the demo was made."""
        self._stopping.wait(seconds)
        return self._time.monotonic() - self._began

    def snapshot(self) -> Snapshot:
        """What the store holds now."""
        now = self._time.now()
        with self.service.parts.store.read() as reading:
            gauges = reading.gauges(now)
            return Snapshot(
                now=now,
                open_cases=_by_desk(gauges, "open_cases"),
                overdue=_by_desk(gauges, "overdue_cases"),
                notices=_notices(reading),
                totals=reading.summary(),
                unsent_events=len(self._events) - self._fed,
                engines=self._engines(),
            )

    def _engines(self) -> dict[str, int]:
        if self.service.parts.engine is None:
            return {}
        read = self.service.parts.metrics.registry.get_sample_value
        name = f"{PREFIX}engine_decisions_total"
        return {mark: int(read(name, {"result": mark}) or 0) for mark in (AGREE, DISAGREE, SINGLE)}

    def _feed_events(self) -> None:
        with self._feed.open("ab") as file:
            while not self._stopping.wait(FEED_EVERY_SECONDS) and self._fed < len(self._events):
                now = self._time.now()
                while self._fed < len(self._events) and self._events[self._fed]["time"] <= now:
                    file.write(msgspec.json.encode(self._events[self._fed]) + b"\n")
                    self._fed += 1
                file.flush()


def _by_desk(gauges: Sequence[tuple[str, Any, float]], name: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for metric, labels, value in gauges:
        if metric == name:
            key = (labels["department"], labels["priority"])
            found[key] = found.get(key, 0) + int(value)
    return found


def _notices(reading: Reading) -> list[dict[str, Any]]:
    return [msgspec.json.decode(message.payload) for message in reading.recent_messages("alerts", 8)]
