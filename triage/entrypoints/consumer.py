"""The consumer: poll → handle → commit. Batch, then single steps, then quarantine; Kafka, files and stdin alike."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from monitors.ports import Observer, TimeSource, note_success
from triage.errors import NEVER_AT_FAULT, Fenced, PositionLost, TryAgain, describe
from triage.ports import EventSource, Part, Position, Record, Store
from triage.service.dead_letters import origin_told
from triage.service.handle_event import EventHandler
from triage.service.pause import PauseWatch

log = structlog.get_logger()

MAX_TRIES = 3
"""An event that failed so often, deaths of the process included, is quarantined."""

LEAVE_SOURCE_AFTER_SECONDS = 30.0
"""With the store away for longer, the source is left so that others may take its parts."""

POLL_SECONDS = 1.0

LOOP = "consume"
"""The consumer's name among the loops."""

TURN_SECONDS = 5.0
"""After so long no further work of a turn is begun: while a worker does not poll, nobody can join or leave the group.
"""

BACK_OFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Consumer:
    """Runs one source until it is told to stop, or until the source is drained."""

    def __init__(
        self,
        source: EventSource,
        store: Store,
        handler: EventHandler,
        time: TimeSource,
        observer: Observer,
        wait: Callable[[float], bool],
        pause: PauseWatch,
    ) -> None:
        """`wait(seconds)` returns True as soon as a stop was asked for. `pause`: whether an operator has paused it."""
        self._pause = pause
        self._source, self._store, self._handler = source, store, handler
        self._time, self._observer, self._wait = time, observer, wait
        self._known: dict[Part, int] = {}
        self._again: set[Part] = set()
        self._forgiven: dict[Part, int] = {}
        self._lost: dict[Part, str] = {}
        self._holds = False
        self._until_drained = False
        self._failures = 0
        self._away_since: float | None = None
        self._began_at = self._time.now()
        self._turn_began = 0.0
        self.assigned = False

    def run(self, *, until_drained: bool = False) -> None:
        """Consume; `until_drained`: until everything that was there is read; PositionLost is raised then."""
        self._until_drained = until_drained
        self._began_at = self._time.now()
        note_success(self._observer, self._began_at, LOOP)  # one that never gets through its first turn is silent too
        while not self._wait(0):
            try:
                self._join()
                if self._consume():
                    return
            except TryAgain as error:
                self._back_off(error)
            finally:
                self.assigned = False
                self._source.close()

    def troubles(self) -> Sequence[str]:
        """Why it takes no events now; nothing when all is well."""
        if self._away_since is not None:
            return ["the store or the broker is away, the batch in hand is tried again"]
        if not self.assigned:
            return ["no part of the source is assigned yet"]
        if self._holds:
            return self._pause.troubles()
        return sorted(self._lost.values())

    def _join(self) -> None:
        """Open the source once the store answers: who cannot commit takes no parts. Raises TryAgain."""
        with self._store.transaction():
            pass
        self._source.open()
        self._known.clear()
        self._again.clear()
        self._away_since = None

    def _consume(self) -> bool:
        """True when the run is over, False when the source was left and has to be opened again."""
        while not self._wait(0):
            if self._away_for() > LEAVE_SOURCE_AFTER_SECONDS:
                return False
            try:
                self._turn()
                note_success(self._observer, self._time.now(), LOOP)
                self._failures, self._away_since = 0, None
                if self._until_drained and self._is_drained():
                    return True
            except TryAgain as error:
                self._back_off(error)
        return True

    def _is_drained(self) -> bool:
        """Whether every part of the input was seen complete since this run began, here or by another worker: the parts
        of one that died come to us when its session ends."""
        if self._again or not self._source.drained():
            return False
        with self._store.transaction() as tx:
            positions = [tx.offsets.place(part, None) for part in self._source.parts()]
        times = [position.caught_up_at if position else None for position in positions]
        return all(at is not None and at >= self._began_at for at in times)

    def _away_for(self) -> float:
        return 0.0 if self._away_since is None else self._time.monotonic() - self._away_since

    def _back_off(self, error: TryAgain) -> None:
        if self._away_since is None:
            self._away_since = self._time.monotonic()
        pause = BACK_OFF_SECONDS[min(self._failures, len(BACK_OFF_SECONDS) - 1)]
        self._failures += 1
        self._observer.count("retries_total")
        log.warning("trying again", action="consumer.retry", error=describe(error), seconds=pause)
        self._wait(pause)

    def _turn(self) -> None:
        """One poll, and every batch of it; what takes too long is read again in the next turn. While paused nothing is
        read, and everything polled, so that the parts stay ours."""
        self._heed_pause()
        self._place()
        self._turn_began = self._time.monotonic()
        seen: dict[Part, datetime] = {}
        try:
            if self._holds:
                self._source.hold(self._known.keys())
            if not self._take_all(deque(self._source.poll(POLL_SECONDS)), seen):
                return
        except PositionLost as error:
            self._lose(error)
        # The source is at the end of what it gave out; what the turn left of that is not read.
        ends = {} if self._again else dict(self._source.caught_up())
        self._note_progress(seen | ends)

    def _heed_pause(self) -> None:
        """At its end every part is placed anew: an operator may have moved it meanwhile."""
        before, self._holds = self._holds, self._pause.is_on()
        if before and not self._holds:
            for part in list(self._known):
                self._place_again(part)

    def _take_all(self, left: deque[tuple[Part, Sequence[Record]]], seen: dict[Part, datetime]) -> bool:
        """Every batch of a poll that the turn has time for; `seen` gets the latest time of each part. False when a stop
        was asked for or a pause began between two; whatever ends it, what was polled and not handled is read again."""
        try:
            while left and not self._is_turn_over():
                if self._wait(0) or self._pause.is_on():
                    return False
                part, records = left[0]
                if part in self._known:
                    self._take(part, records)
                    # A run that ends with its input judges clocks when all is read: what it leaves does not depend
                    # on how far the other parts were at each event.
                    if records[-1].timestamp is not None and not self._until_drained:
                        seen[part] = records[-1].timestamp
                left.popleft()
            return True
        finally:
            for part in {part for part, _ in left} & self._known.keys():
                self._place_again(part)

    def _is_turn_over(self) -> bool:
        return self._time.monotonic() - self._turn_began > TURN_SECONDS

    def _take(self, part: Part, records: Sequence[Record]) -> None:
        try:
            self._step(part, records)
        except Fenced:
            self._place_again(part)
        except TryAgain:
            self._forgiven[part] = self._known[part]
            raise

    def _place(self) -> None:
        """Read the stored position of every part that has none here, and continue there."""
        for part, marker in [*self._source.unplaced(), *((part, None) for part in self._again)]:
            with self._store.transaction() as tx:
                if part in self._forgiven:
                    tx.offsets.forgive(part, self._forgiven[part])
                position = tx.offsets.place(part, marker)
            self._forgiven.pop(part, None)
            self._again.discard(part)
            try:
                self._continue_at(part, marker, position)
            except PositionLost as error:
                self._lose(error)
            except TryAgain:
                self._again.add(part)  # the source may think that it is placed
                raise
        self.assigned = True

    def _continue_at(self, part: Part, marker: str | None, position: Position | None) -> None:
        offset = self._source.seek(part, None if position is None else position.next_offset)
        if offset is None:
            return
        if position is None:
            with self._store.transaction() as tx:
                stored = tx.offsets.begin(part, marker, offset).next_offset
            if stored != offset:
                self._again.add(part)
                return
        self._known[part] = offset

    def _place_again(self, part: Part) -> None:
        self._known.pop(part, None)
        self._again.add(part)

    def _lose(self, error: PositionLost) -> None:
        """That part stops until an operator speaks; the others go on. A run that is to drain its input ends."""
        part = Part(*error.part)
        self._known.pop(part, None)
        self._again.discard(part)
        self._lost[part] = str(error)
        self._observer.count("positions_lost_total")
        log.error("position lost", action="consumer.position_lost", detail=str(error))
        if self._until_drained:
            raise error

    def _step(self, part: Part, records: Sequence[Record]) -> None:
        """A batch in one transaction; one that failed before is stepped through singly."""
        with self._store.transaction() as tx:
            position = tx.offsets.place(part, None)
            if position is None or position.next_offset != self._known[part]:
                raise Fenced
            fresh = position.trying is None
            if fresh:
                tx.offsets.mark_trying(part, self._known[part], records[-1].offset)
        if fresh:
            try:
                self._commit(part, self._handler.handle(part, self._known[part], records))
            except NEVER_AT_FAULT:
                raise
            except Exception as error:  # noqa: BLE001 # an event is at fault: find it by single steps
                log.warning("batch failed, stepping singly", action="consumer.batch", error=describe(error))
            else:
                return
        self._step_singly(part, records, position)

    def _step_singly(self, part: Part, records: Sequence[Record], position: Position) -> None:
        until = records[-1].offset if position.trying is None else position.trying
        for record in records:
            if record.offset > until or self._is_turn_over():
                self._place_again(part)
                return
            self._single(part, record)

    def _single(self, part: Part, record: Record) -> None:
        """One event, one transaction, three tries; then the dead letters."""
        error_text = "the process died on it"
        while self._count_try(part) <= MAX_TRIES:
            try:
                self._commit(part, self._handler.handle(part, self._known[part], [record]))
            except NEVER_AT_FAULT:
                raise
            except Exception as error:  # noqa: BLE001 # three tries, then quarantine with this error
                error_text = describe(error)
                log.warning("event failed", action="consumer.event", error=error_text, **origin_told(part, record))
            else:
                return
        self._commit(part, self._handler.quarantine(part, self._known[part], record, error_text))
        log.error("event quarantined", action="consumer.quarantined", error=error_text, **origin_told(part, record))

    def _count_try(self, part: Part) -> int:
        with self._store.transaction() as tx:
            return tx.offsets.count_try(part, self._known[part])

    def _commit(self, part: Part, after: int) -> None:
        self._known[part] = after
        self._source.note_committed(part, after)

    def _note_progress(self, times: Mapping[Part, datetime]) -> None:
        """Until when each part was seen complete: the time before its end was asked for when it was reached, else
        the broker's time of the last committed record."""
        now = self._time.now()
        ours = {part: min(at, now) for part, at in times.items() if part in self._known}
        if ours:
            with self._store.transaction() as tx:
                tx.offsets.caught_up(ours)
        for part, lag in self._source.lag().items():
            self._observer.gauge("consumer_lag", lag, topic=part.input, partition=str(part.partition))
