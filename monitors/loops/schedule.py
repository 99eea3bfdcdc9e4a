"""The loops' wiring: APScheduler drives them; no case is ever a job of it."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from monitors.loops.clock_guard import StepDetector
from monitors.ports import Observer, TimeSource, note_success
from triage.errors import TryAgain, describe

log = structlog.get_logger()


class Loop(msgspec.Struct, frozen=True):
    """Something done every so many seconds of real time."""

    name: str
    seconds: float
    work: Callable[[], object]


WATCH_SECONDS = 5.0

STUCK_SECONDS = 300.0
"""A run under way is no missing attempt: with a broker or a database away it waits for their time-outs, one after the
other, and a long backlog is worked off in one run. Longer than this it is stuck."""


class Every(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """So many seconds from now on, whenever now is. The library's own interval counts on from the last run: after a
    step of the wall clock by a month it would list every run that was missed."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """The next run."""
        return now + self._interval


class Schedule:
    """Runs the loops, each on its own interval, never two runs of one at once; remembers when each was attempted.

    APScheduler waits on the wall clock: set back by an hour, it would be silent for an hour, and read wrongly once, for
    as long as it was wrong. A watch on the monotonic clock plans the loops anew then.
    """

    def __init__(
        self, loops: tuple[Loop, ...], time: TimeSource, observer: Observer, watch_seconds: float = WATCH_SECONDS
    ) -> None:
        self._loops, self._time, self._observer = loops, time, observer
        self._attempted = {loop.name: self._time.monotonic() for loop in loops}
        self._under_way: set[str] = set()
        self._detector, self._watch_seconds = StepDetector(time.drift), watch_seconds
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._watch_clock, name="clock-watch", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin all loops."""
        for loop in self._loops:
            note_success(
                self._observer, self._time.now(), loop.name
            )  # a loop that is stuck in its first run is silent too
            self._scheduler.add_job(self._run, Every(loop.seconds), (loop,), id=loop.name)
        self._scheduler.start()
        self._watch.start()

    def stop(self) -> None:
        """No new runs; waits for those under way."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
            self._watch.join()

    def late_loops(self) -> list[str]:
        """Loops not attempted within three intervals (at least three seconds), or stuck in a run."""
        now = self._time.monotonic()
        return [loop.name for loop in self._loops if now - self._attempted[loop.name] > self._patience(loop)]

    def _patience(self, loop: Loop) -> float:
        return STUCK_SECONDS if loop.name in self._under_way else max(3 * loop.seconds, 3.0)

    def _watch_clock(self) -> None:
        while not self._stopping.wait(self._watch_seconds):
            was_set = self._detector.step() != 0
            overslept = set(self.late_loops()) - self._under_way
            for loop in self._loops:
                if loop.name in overslept:
                    self._scheduler.modify_job(loop.name, next_run_time=self._time.now())
                elif was_set:
                    self._scheduler.reschedule_job(loop.name, trigger=Every(loop.seconds))

    def _run(self, loop: Loop) -> None:
        self._attempted[loop.name] = self._time.monotonic()
        self._under_way.add(loop.name)
        try:
            loop.work()
        except TryAgain as error:
            self._observer.count("loop_failures_total", loop=loop.name)
            log.warning("loop will try again", action="loop.away", loop=loop.name, error=describe(error))
        except Exception as error:  # noqa: BLE001 # a loop that ends would let complaints wait unseen
            self._observer.count("loop_failures_total", loop=loop.name)
            log.error("loop failed", action="loop.failed", loop=loop.name, error=describe(error))
        else:
            note_success(self._observer, self._time.now(), loop.name)
        finally:
            self._attempted[loop.name] = self._time.monotonic()
            self._under_way.discard(loop.name)
