"""A whole revision in the shadow of the live one: it decides the same cases, after the commit, and is only counted.

Nothing here can touch a batch: what it decided is committed before the shadow looks at it.
"""

import threading
from collections.abc import Sequence

import msgspec
import structlog

from monitors.ports import Observer, TimeSource
from triage.errors import describe
from triage.ports import ShadowRun, ShadowTally, Store
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Considered
from triage.service.shadow_tally import Tally

log = structlog.get_logger()


class Shadow:
    """The shadow revision of one running instance, and what it has counted. The consumer's and the sweeper's threads
    compare; the reload loop's sets the revision and stores the counts."""

    def __init__(self, observer: Observer, time: TimeSource, instance: str) -> None:
        self._observer, self._time, self._instance = observer, time, instance
        self._lock = threading.Lock()
        self._loaded: tuple[ShadowRun, CompiledRulebook] | None = None
        self._tallies: dict[tuple[int, str], Tally] = {}
        self._unwritten: set[tuple[int, str]] = set()

    def set(self, run: ShadowRun | None, rules: CompiledRulebook | None) -> None:
        """Which revision is compared from now on; None: none."""
        with self._lock:
            self._loaded = None if run is None or rules is None else (run, rules)
            kept = {key for key in self._tallies if run is not None and key[0] == run.no}
            self._tallies = {key: tally for key, tally in self._tallies.items() if key in kept | self._unwritten}

    def compare(self, wanted: ShadowRun | None, considered: Sequence[Considered]) -> None:
        """Decide again what a committed batch has decided. `wanted`: the run that the store named for that batch. What
        the shadow raises ends the comparison of this batch, and is counted."""
        loaded = self._loaded
        if wanted is None or loaded is None or loaded[0] != wanted:
            return
        run, rules = loaded
        at = self._time.now().isoformat(timespec="seconds").replace("+00:00", "Z")
        with self._lock:
            for one in considered:
                tally = self._tallies.setdefault((run.no, one.decision.revision), Tally())
                self._unwritten.add((run.no, one.decision.revision))
                try:
                    fields = _decide(tally, rules, one, at)
                except Exception as error:  # noqa: BLE001 # a shadow must never be more than a shadow
                    tally.failed += 1
                    self._observer.count("shadow_failures_total")
                    log.warning("the shadow revision failed", action="shadow.failed", error=describe(error))
                    return
                self._observer.count("shadow_decisions_total")
                for field in fields:
                    self._observer.count("shadow_differences_total", field=field)

    def write(self, store: Store) -> None:
        """Store what was counted since the last time. Raises StoreAway; it is stored the next time then."""
        with self._lock:
            waiting, self._unwritten = self._unwritten, set()
            rows = [
                ShadowTally(run, against, self._instance, msgspec.json.encode(self._tallies[run, against]).decode())
                for run, against in sorted(waiting)
            ]
        if not rows:
            return
        is_written = False
        try:
            with store.transaction() as tx:
                for row in rows:
                    tx.rulebooks.put_tally(row)
            is_written = True
        finally:
            if not is_written:
                with self._lock:
                    self._unwritten |= waiting


def _decide(tally: Tally, rules: CompiledRulebook, one: Considered, at: str) -> tuple[str, ...]:
    facts = rules.facts.of_case(one.case, one.past, one.breached)
    return tally.add(one.case.id, at, one.decision, rules.decide(facts, one.case))
