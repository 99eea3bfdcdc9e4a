"""Gauges over the whole store: exported by the one instance on duty, so that a sum over instances is right."""

import threading
from collections.abc import Callable, Mapping, Sequence

from monitors.metrics.registry import Metrics
from monitors.ports import TimeSource

FIGURES: Mapping[str, tuple[str, ...]] = {
    "queues": (
        "oldest_unfired_timer_seconds",
        "provisional_deadlines",
        "outbox_pending",
        "outbox_oldest_seconds",
        "switch_state",
    ),
    "overdue": ("overdue_cases", "oldest_overdue_seconds"),
    "open": ("open_cases", "open_cases_by_age"),
    "upcoming": ("upcoming_deadlines",),
}
"""What is read together, by its name: gauges that one look at the store gives."""

STORE_GAUGES: tuple[str, ...] = tuple(name for names in FIGURES.values() for name in names)

PAUSE_TIMES_READING = 99
"""Figures are read again after so many times as long as their last reading took, that is in at most a hundredth of the
time: a store of a million cases is not kept busy by those who watch it."""

LONGEST_PAUSE_SECONDS = 300.0
"""However slow the store is: figures that are older would hide what an alert waits for."""

Values = Sequence[tuple[str, Mapping[str, str], float]]


class StoreGauges:
    """Refreshes the gauges while on duty, and drops them when another instance may have taken the duty over.

    `read`: the values of one of `FIGURES`. `on_duty`: asks the store, and renews the duty. `surely_on_duty`: without
    asking, whether nobody else can be.
    """

    def __init__(
        self,
        metrics: Metrics,
        read: Callable[[str], Values],
        on_duty: Callable[[], bool],
        surely_on_duty: Callable[[], bool],
        time: TimeSource,
    ) -> None:
        self._metrics, self._read, self._time = metrics, read, time
        self._on_duty, self._surely_on_duty = on_duty, surely_on_duty
        self._read_again_at: dict[str, float] = {}
        self._exporting = threading.Lock()
        self._drop()

    def refresh(self) -> None:
        """Export the figures of now, those that are due. Raises TryAgain when the store is away."""
        if self._on_duty():
            for figures in FIGURES:
                if self._time.monotonic() >= self._read_again_at.get(figures, 0.0):
                    self._renew(figures)
        self.check()

    def check(self) -> None:
        """Asked before each scrape: figures of an instance that may no longer be on duty are not shown."""
        with self._exporting:
            if not self._surely_on_duty():
                self._drop()

    def _renew(self, figures: str) -> None:
        began = self._time.monotonic()
        values = self._read(figures)
        took = self._time.monotonic() - began
        with self._exporting:
            self._read_again_at[figures] = began + took + min(took * PAUSE_TIMES_READING, LONGEST_PAUSE_SECONDS)
            self._metrics.replace(FIGURES[figures], values)
            self._metrics.gauge("gauges_read_seconds", took, figures=figures)
            self._metrics.gauge("on_duty", 1)

    def _drop(self) -> None:
        self._read_again_at.clear()
        self._metrics.replace((*STORE_GAUGES, "gauges_read_seconds"), ())
        self._metrics.gauge("on_duty", 0)
