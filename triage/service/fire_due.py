"""Due steps fire: cases are locked, clocks read again under the lock, notices inserted under their unique key."""

from collections import deque
from collections.abc import Sequence
from datetime import timedelta

import structlog

from monitors.ports import Observer, Sweep
from triage.errors import NEVER_AT_FAULT, describe
from triage.ports import CaseRow, Changes, Engine, OneEngine, Sibling, Store, Transaction
from triage.service.draft import Count, Effects, Moment, report
from triage.service.handle_event import collect
from triage.service.low_mark import LowMark
from triage.service.release import Library
from triage.service.second_engine import ask, marked
from triage.service.step import fire

log = structlog.get_logger()

POSTPONE_SECONDS = 60
"""A case whose sweep failed is left alone for so long."""

ALARM_AFTER_FAILURES = 5


class DueFirer:
    """Fires what is due, one transaction a batch; a batch that raises is done again in halves, down to the cases that
    cannot be read."""

    def __init__(
        self,
        store: Store,
        library: Library,
        observer: Observer,
        low_mark: LowMark,
        per_minute: int,
        engine: Engine | None = None,
    ) -> None:
        """`engine`: the second one; None: there is none."""
        self._store, self._library, self._observer, self._low_mark = store, library, observer, low_mark
        self._engine = engine or OneEngine()
        self._brake = _Brake(per_minute)

    def __call__(self, limit: int) -> Sweep:
        """See `monitors.ports.FireDue`."""
        try:
            return self._sweep(limit)
        except NEVER_AT_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 # one unreadable case must not stop the sweep of the others
            log.warning("sweep failed, trying in parts", action="sweep.failed", error=describe(error))
            return self._sweep_in_parts(limit)

    def _sweep(self, limit: int) -> Sweep:
        return self._library.with_rules(self._store, lambda: self._sweep_batch(limit))

    def _sweep_batch(self, limit: int) -> Sweep:
        with self._store.transaction() as tx:
            moment = self._low_mark.moment(tx)
            room = self._brake.room(moment)
            rows = tx.cases.lock_due(moment.seen_until, moment.now, min(limit, room)) if room else []
            effects = self._fire_all(tx, rows, moment)
        self._after_commit(effects, moment)
        fired = sum(step.state == "fired" for one in effects for step in one.steps if step.resolved is None)
        return Sweep(len(rows), fired, more=bool(rows), held=room == 0)

    def _sweep_in_parts(self, limit: int) -> Sweep:
        with self._store.transaction() as tx:
            moment = self._low_mark.moment(tx)
            ids = tx.cases.due(moment.seen_until, moment.now, min(limit, self._brake.room(moment)))
        return Sweep(len(ids), self._fire_halves(ids), more=bool(ids))

    def _fire_halves(self, ids: Sequence[str]) -> int:
        middle = len(ids) // 2
        return sum(self._fire_part(part) for part in (ids[:middle], ids[middle:]) if part)

    def _fire_part(self, ids: Sequence[str]) -> int:
        """Fire these cases in one transaction, or in halves when that fails: the others need few more transactions for
        one unreadable case among them. Gives how many were fired."""
        try:
            effects, moment = self._library.with_rules(self._store, lambda: self._fire_cases(ids))
        except NEVER_AT_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 # this case waits, the sweep goes on, an alert tells after five
            if len(ids) > 1:
                return self._fire_halves(ids)
            log.error("case cannot be swept", action="sweep.case_failed", case=ids[0], error=describe(error))
            self._postpone(ids[0])
            return 0
        self._after_commit(effects, moment)
        return len(effects)

    def _fire_cases(self, ids: Sequence[str]) -> tuple[list[Effects], Moment]:
        with self._store.transaction() as tx:
            moment = self._low_mark.moment(tx)
            rows = tx.cases.lock(ids)
            return self._fire_all(tx, [rows[case_id] for case_id in ids if case_id in rows], moment), moment

    def _postpone(self, case_id: str) -> None:
        with self._store.transaction() as tx:
            failures = tx.cases.postpone(case_id, tx.now() + timedelta(seconds=POSTPONE_SECONDS))
        self._observer.count("sweep_failures_total", alarm="yes" if failures >= ALARM_AFTER_FAILURES else "no")

    def _fire_all(self, tx: Transaction, rows: Sequence[CaseRow], moment: Moment) -> list[Effects]:
        if not rows:
            return []
        rules = self._library.current(tx, (row.document for row in rows))
        siblings: dict[str, list[Sibling]] = {}
        if rules.active.asks_history:
            siblings = tx.cases.of_customers({row.customer for row in rows if row.customer})
        questions = self._engine.batch()
        effects = []
        for row in rows:
            effects.append(fire(row, rules, moment, siblings.get(row.customer or "", ())))
            ask(questions, rules.active, effects[-1])
        effects = marked(effects, questions)
        changes = Changes()
        for one in effects:
            collect(changes, one)
        tx.cases.write(changes)
        return effects

    def _after_commit(self, effects: Sequence[Effects], moment: Moment) -> None:
        counts: list[Count] = [count for one in effects for count in one.counts]
        self._brake.note(moment, sum(count.name == "alerts_total" for count in counts))
        report(self._observer, counts)
        self._library.compare([one.considered for one in effects if one.considered is not None])


class _Brake:
    """At most so many notices a minute, 0 for no limit: a wrong rule file must not flood the desk."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._sent: deque[tuple[float, int]] = deque()

    def room(self, moment: Moment) -> int:
        if self._per_minute == 0:
            return 1_000_000
        minute_ago = moment.now.timestamp() - 60
        while self._sent and self._sent[0][0] <= minute_ago:
            self._sent.popleft()
        return max(0, self._per_minute - sum(count for _, count in self._sent))

    def note(self, moment: Moment, count: int) -> None:
        if count:
            self._sent.append((moment.now.timestamp(), count))
