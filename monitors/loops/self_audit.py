"""The self-audit: a heartbeat that is set only when no timer waits longer than its bound."""

from collections.abc import Callable

import structlog

from monitors.ports import Observer, TimeSource

log = structlog.get_logger()

BOUND_SECONDS = 10.0
"""A due step fires within this bound when the service is caught up."""


class SelfAudit:
    """Asks how long the longest waiting step that may fire is waiting. `oldest_wait`: in seconds, 0 for none."""

    def __init__(self, oldest_wait: Callable[[], float], time: TimeSource, observer: Observer) -> None:
        self._oldest_wait, self._time, self._observer = oldest_wait, time, observer

    def audit(self) -> bool:
        """Set the heartbeat when all is handled in time; True then."""
        waited = self._oldest_wait()
        if waited > BOUND_SECONDS:
            log.error("timers are late", action="audit.late", seconds=waited)
            return False
        self._observer.gauge("heartbeat_timestamp_seconds", self._time.now().timestamp())
        return True
