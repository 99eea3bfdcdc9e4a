"""The sweeper: fires what is due, batch after batch, until nothing is."""

from monitors.ports import FireDue, Observer

BATCH = 500


class Sweeper:
    """Drives the firing of due steps."""

    def __init__(self, fire_due: FireDue, observer: Observer) -> None:
        self._fire_due, self._observer = fire_due, observer

    def sweep(self) -> int:
        """Fire everything that is due now; gives the number of cases. Raises TryAgain."""
        cases = 0
        while True:
            sweep = self._fire_due(BATCH)
            cases += sweep.cases
            self._observer.gauge("notices_held", sweep.held)
            if not sweep.more:
                return cases
