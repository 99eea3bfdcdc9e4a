"""The guard against steps of the wall clock: nothing fires until the clocks agree again."""

from collections.abc import Callable

import structlog

from monitors.ports import Observer

log = structlog.get_logger()

LARGEST_STEP_SECONDS = 30.0
"""A wall clock that runs so far from the monotonic one between two looks, or stands so far from the store's clock, is
not believed."""

AGREEING_LOOKS = 3


class StepDetector:
    """Tells by how much the wall clock was set since the last look. `drift`: seconds by which it has run ahead of the
    monotonic one so far."""

    def __init__(self, drift: Callable[[], float]) -> None:
        self._drift = drift
        self._last = drift()

    def step(self) -> float:
        """Seconds, negative when the clock was set back; 0 for what is no more than its regulation."""
        now = self._drift()
        step, self._last = now - self._last, now
        return step if abs(step) > LARGEST_STEP_SECONDS else 0.0


class ClockGuard:
    """Asked before each sweep. `store_ahead`: seconds by which the store's clock is ahead of ours."""

    def __init__(self, detector: StepDetector, store_ahead: Callable[[], float], observer: Observer) -> None:
        self._detector, self._store_ahead, self._observer = detector, store_ahead, observer
        self._agreed = AGREEING_LOOKS

    def agrees(self) -> bool:
        """Whether steps may fire: at the third look in a row at which the clocks agree. Raises TryAgain when the store
        is away."""
        ahead = self._store_ahead()
        apart = self._detector.step() or (ahead if abs(ahead) > LARGEST_STEP_SECONDS else 0.0)
        if apart:
            self._agreed = 0
            self._observer.gauge("clock_step_seconds", apart)
            log.error("the wall clock was set, nothing fires until it agrees", action="sweep.clock_step", seconds=apart)
        else:
            self._agreed = min(self._agreed + 1, AGREEING_LOOKS)
        return self._agreed == AGREEING_LOOKS
