"""What is kept for a while only: once a day, piece by piece, in small transactions."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec

from monitors.ports import Observer, TimeSource
from triage.ports import OldRows, Store
from triage.service.erase import active_eraser, erase_rows
from triage.service.release import Shelf

PIECE_SECONDS = 1.0
"""After so long the work stops and goes on at the next call: an instance that stops waits for it."""

WHO = "retention"
CASES, DEAD_LETTERS, OUTPUTS, AUDIT = KINDS = ("cases", "dead_letters", "outputs", "audit")
"""What is removed or, of cases, erased."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Days for which things are kept, 0: for ever. `closed_cases`: from the last event or step on."""

    closed_cases: int
    dead_letters: int
    outbox: int
    audit: int


class Retention:
    """One pass over everything that is old; a pass may take many calls."""

    def __init__(self, store: Store, shelf: Shelf, terms: Terms, time: TimeSource, observer: Observer) -> None:
        self._store, self._shelf, self._terms, self._time, self._observer = store, shelf, terms, time, observer
        self._steps: Iterator[None] | None = None
        self._done: dict[str, int] = {}

    def __call__(self) -> bool:
        """Go on for a while; True when the pass is over. Raises TryAgain."""
        until = self._time.monotonic() + PIECE_SECONDS
        steps = self._steps or self._pass()
        self._steps = None  # after an error the next call begins anew: what is done is done
        for _ in steps:
            if self._time.monotonic() >= until:
                self._steps = steps
                return False
        return True

    def _pass(self) -> Iterator[None]:
        self._done = dict.fromkeys(KINDS, 0)
        yield from self._erase_cases()
        dropping: tuple[tuple[str, int, Callable[[OldRows], Callable[..., tuple[int, int | None]]]], ...] = (
            (DEAD_LETTERS, self._terms.dead_letters, lambda old: old.drop_dead_letters),
            (OUTPUTS, self._terms.outbox, lambda old: old.drop_sent_outputs),
            (AUDIT, self._terms.audit, lambda old: old.drop_audit),
        )
        for kind, days, drop in dropping:
            after: int | None = 0 if days else None
            while after is not None:
                with self._store.transaction() as tx:
                    rows, after = drop(tx.old_rows)(tx.now() - timedelta(days=days), after)
                self._count(kind, rows)
                yield
        self._tell()

    def _erase_cases(self) -> Iterator[None]:
        days = self._terms.closed_cases
        after: int | None = 0 if days else None
        eraser = active_eraser(self._store, self._shelf) if days else None
        while after is not None and eraser is not None:
            with self._store.transaction() as tx:
                settled = tx.old_rows.settled_cases(tx.now() - timedelta(days=days), after)
                rows = list(tx.cases.lock(settled.cases).values())
                if rows:
                    erase_rows(tx, rows, eraser)
                for row in rows:
                    why = f"settled for {days} days (retention.closed_cases_days)"
                    tx.audit(WHO, f"erased the personal data of case {row.id}", why)
            self._count(CASES, len(rows))
            after = settled.after
            yield

    def _count(self, kind: str, rows: int) -> None:
        if rows:
            self._done[kind] += rows
            self._observer.count("retention_total", rows, kind=kind)

    def _tell(self) -> None:
        removed = [f"{self._done[kind]} {kind.replace('_', ' ')}" for kind in KINDS[1:] if self._done[kind]]
        if removed:
            with self._store.transaction() as tx:
                tx.audit(WHO, f"removed {', '.join(removed)}", "older than the settings [retention] say")
