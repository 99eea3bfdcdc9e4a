"""The self-audit: a heartbeat that is set only when no timer waits longer than its bound."""

from collections.abc import Callable

import structlog

from monitors.ports import Observer, TimeSource

log = structlog.get_logger()

BOUND_SECONDS = 10.0
"""A due step fires within this bound when the service is caught up."""


class SelfAudit:
    """Asks how long the longest waiting step that may fire is waiting, and whether a clock was forgotten.

    `oldest_wait`: in seconds, 0 for none. `has_forgotten`: whether a running clock has no time at which it is looked at
    again. `is_paused`: whether an operator keeps timers from being handled: silence then tells that nobody watches.
    """

    def __init__(
        self,
        oldest_wait: Callable[[], float],
        has_forgotten: Callable[[], bool],
        time: TimeSource,
        observer: Observer,
        is_paused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._oldest_wait, self._has_forgotten, self._is_paused = oldest_wait, has_forgotten, is_paused
        self._time, self._observer = time, observer

    def audit(self) -> bool:
        """Set the heartbeat when all is handled in time; True then."""
        if self._is_paused():
            return False
        waited = self._oldest_wait()
        if waited > BOUND_SECONDS:
            log.error("timers are late", action="audit.late", seconds=waited)
            return False
        if self._has_forgotten():
            log.error("a running clock has no timer, run triage verify --fix", action="audit.forgotten")
            return False
        self._observer.gauge("heartbeat_timestamp_seconds", self._time.now().timestamp())
        return True
