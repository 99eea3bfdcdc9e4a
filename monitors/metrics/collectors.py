"""Gauges over the whole store: exported by the one instance on duty, so that a sum over instances is right."""

from collections.abc import Callable, Mapping, Sequence

from monitors.metrics.registry import Metrics

STORE_GAUGES: tuple[str, ...] = (
    "open_cases",
    "overdue_cases",
    "oldest_overdue_seconds",
    "oldest_unfired_timer_seconds",
    "provisional_deadlines",
    "outbox_pending",
    "outbox_oldest_seconds",
    "switch_state",
)

Values = Sequence[tuple[str, Mapping[str, str], float]]


class StoreGauges:
    """Refreshes the gauges while on duty, and drops them when another instance took the duty over."""

    def __init__(self, metrics: Metrics, read: Callable[[], Values], on_duty: Callable[[], bool]) -> None:
        self._metrics, self._read, self._on_duty = metrics, read, on_duty

    def refresh(self) -> None:
        """Export the figures of now. Raises TryAgain when the store is away."""
        self._metrics.replace(STORE_GAUGES, self._read() if self._on_duty() else ())
