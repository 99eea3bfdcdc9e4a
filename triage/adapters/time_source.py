"""The only reader of the machine's clock."""

import time
from datetime import UTC, datetime


class MachineTime:
    """The machine's own time. Implements `monitors.ports.TimeSource`."""

    def __init__(self) -> None:
        self._apart = _wall_minus_monotonic()

    def now(self) -> datetime:
        """The current instant, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never step."""
        return time.monotonic()

    def drift(self) -> float:
        """Seconds by which the machine's wall clock was set since the start."""
        return _wall_minus_monotonic() - self._apart

    def adjust(self, real: datetime) -> datetime:
        """A real instant as the service's time: the same."""
        return real


class AcceleratedTime:
    """Time that begins at `start` and passes `factor` times as fast as the machine's: for demos and tests."""

    def __init__(self, start: datetime, factor: float) -> None:
        self._start, self._factor = start.astimezone(UTC), factor
        self._real_start = datetime.now(UTC)
        self._apart = _wall_minus_monotonic()

    def now(self) -> datetime:
        """The accelerated instant."""
        return self.adjust(datetime.now(UTC))

    def monotonic(self) -> float:
        """Real seconds: waits are never accelerated."""
        return time.monotonic()

    def drift(self) -> float:
        """Seconds by which the machine's wall clock was set since the start."""
        return _wall_minus_monotonic() - self._apart

    def adjust(self, real: datetime) -> datetime:
        """A real instant as accelerated time."""
        return self._start + (real - self._real_start) * self._factor


def _wall_minus_monotonic() -> float:
    return time.time() - time.monotonic()
