"""Work of once a day, by the instance on duty."""

from collections.abc import Callable

from monitors.ports import TimeSource

DAY_SECONDS = 86_400.0


class Daily:
    """Asked every few seconds. `work`: does a piece, True when the day's work is done. A start begins with it: what
    was done before is found done."""

    def __init__(self, work: Callable[[], bool], on_duty: Callable[[], bool], time: TimeSource) -> None:
        self._work, self._on_duty, self._time = work, on_duty, time
        self._done_at: float | None = None

    def look(self) -> None:
        """Work when the time has come. Raises TryAgain."""
        is_done = self._done_at is not None and self._time.monotonic() - self._done_at < DAY_SECONDS
        if not is_done and self._on_duty() and self._work():
            self._done_at = self._time.monotonic()
