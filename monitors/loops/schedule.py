"""The loops' wiring: APScheduler drives them; no case is ever a job of it."""

from collections.abc import Callable

import msgspec
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from monitors.ports import Observer, TimeSource
from triage.errors import TryAgain, describe

log = structlog.get_logger()


class Loop(msgspec.Struct, frozen=True):
    """Something done every so many seconds of real time."""

    name: str
    seconds: float
    work: Callable[[], object]


class Schedule:
    """Runs the loops, each on its own interval, never two runs of one at once; remembers when each was attempted."""

    def __init__(self, loops: tuple[Loop, ...], time: TimeSource, observer: Observer) -> None:
        self._loops, self._time, self._observer = loops, time, observer
        self._attempted = {loop.name: self._time.monotonic() for loop in loops}
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin all loops."""
        for loop in self._loops:
            self._scheduler.add_job(self._run, "interval", (loop,), seconds=loop.seconds, id=loop.name)
        self._scheduler.start()

    def stop(self) -> None:
        """No new runs; waits for those under way."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def late_loops(self) -> list[str]:
        """Loops not attempted within three intervals (at least three seconds)."""
        now = self._time.monotonic()
        return [loop.name for loop in self._loops if now - self._attempted[loop.name] > max(3 * loop.seconds, 3.0)]

    def _run(self, loop: Loop) -> None:
        self._attempted[loop.name] = self._time.monotonic()
        try:
            loop.work()
        except TryAgain as error:
            self._observer.count("loop_failures_total", loop=loop.name)
            log.warning("loop will try again", action=f"{loop.name}.away", error=describe(error))
        except Exception as error:  # noqa: BLE001 # a loop that ends would let complaints wait unseen
            self._observer.count("loop_failures_total", loop=loop.name)
            log.error("loop failed", action=f"{loop.name}.failed", error=describe(error))
        finally:
            self._attempted[loop.name] = self._time.monotonic()
