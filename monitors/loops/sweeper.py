"""The sweeper: fires what is due, batch after batch, until nothing is."""

from collections.abc import Callable

from monitors.ports import FireDue, Observer

BATCH = 500


class Sweeper:
    """Drives the firing of due steps. `may_fire`: whether the clock is to be believed, and nobody has paused it."""

    def __init__(self, fire_due: FireDue, observer: Observer, may_fire: Callable[[], bool] = lambda: True) -> None:
        self._fire_due, self._observer, self._may_fire = fire_due, observer, may_fire

    def sweep(self) -> int | None:
        """Fire everything that is due now; gives the number of cases, None when nothing may fire. Raises TryAgain."""
        cases = 0
        while self._may_fire():
            sweep = self._fire_due(BATCH)
            cases += sweep.cases
            self._observer.gauge("notices_held", sweep.held)
            if not sweep.more:
                return cases
        return None
