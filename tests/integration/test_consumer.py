"""The consumer over several parts: whatever interrupts it, every record is handled once, in its part's order."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

import pytest

from monitors.metrics.registry import Metrics
from triage.adapters.store.store import SqlStore, open_store
from triage.adapters.time_source import MachineTime
from triage.entrypoints.consumer import TURN_SECONDS, Consumer
from triage.errors import StoreAway
from triage.ports import CONSUME, Part, Record
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.pause import PauseWatch, pause, resume
from triage.service.release import Library

LENGTH = 6
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = (Part("events", 0), Part("events", 1), Part("events", 2))
MEETS = Callable[[Part, int], None]


class Parts:
    """A source of three parts of six records each, which goes on like Kafka: a poll gives two records of every part and
    moves its places on, whatever becomes of them. `polls`: how often it was polled."""

    inputs = ("events",)

    def __init__(self) -> None:
        self.at: dict[Part, int] = {}
        self.held: set[Part] = set()
        self.polls = 0

    def open(self) -> None:
        self.at.clear()

    def unplaced(self) -> Sequence[tuple[Part, str | None]]:
        return [(part, None) for part in PARTS if part not in self.at]

    def seek(self, part: Part, next_offset: int | None) -> int | None:
        self.held.discard(part)
        self.at[part] = next_offset or 0
        return self.at[part]

    def hold(self, parts: Collection[Part]) -> None:
        self.held |= set(parts)

    def poll(self, _timeout: float) -> Sequence[tuple[Part, Sequence[Record]]]:
        self.polls += 1
        given = []
        for part in PARTS:
            here = self.at[part]
            if part not in self.held and here < LENGTH:
                self.at[part] += 2
                given.append((part, [_record(at) for at in range(here, here + 2)]))
        return given

    def caught_up(self) -> Mapping[Part, datetime]:
        now = datetime.now(UTC)
        return {part: now for part in PARTS if self.at[part] == LENGTH and part not in self.held}

    def parts(self) -> Sequence[Part]:
        return PARTS

    def drained(self) -> bool:
        return all(self.at.get(part) == LENGTH for part in PARTS)

    def lag(self) -> Mapping[Part, int]:
        return {}

    def note_committed(self, part: Part, next_offset: int) -> None: ...

    def close(self) -> None: ...


def _record(offset: int) -> Record:
    return Record(offset=offset, next_offset=offset + 1, value=b"", timestamp=LONG_AGO)


class Counting(EventHandler):
    """Moves positions as the real one does, and keeps what it was given. `meets` happens before each batch."""

    def __init__(self, store: SqlStore, meets: MEETS) -> None:
        time = MachineTime()
        super().__init__(store, Library(Metrics()), Metrics(), LowMark(("events",), 900, time), time)
        self.handled: dict[Part, list[int]] = {part: [] for part in PARTS}
        self._meets = meets

    def handle(self, part: Part, known: int, records: Sequence[Record]) -> int:
        self._meets(part, records[0].offset)
        with self._store.transaction() as tx:
            tx.offsets.advance(part, known, records[-1].next_offset)
        self.handled[part] += [record.offset for record in records]
        return records[-1].next_offset


class Slowed(MachineTime):
    """`lost`: seconds that work took beside the true ones."""

    lost = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.lost


class Desk:
    """A consumer, its store and its source."""

    def __init__(self, directory: Path, meets: MEETS) -> None:
        self.time = time = Slowed()
        self.store = open_store(f"sqlite:///{directory}/desk.sqlite", time)
        self.source, self.flag = Parts(), Flag()
        self.handler = Counting(self.store, meets)
        watch = PauseWatch(self.store, CONSUME, time)
        self.consumer = Consumer(self.source, self.store, self.handler, time, Metrics(), self._wait, watch)

    def _wait(self, _seconds: float) -> bool:
        """No wait takes time here."""
        return self.flag.is_set()

    def caught_up(self) -> list[bool]:
        """Of each part, whether the store holds it for read to its end."""
        with self.store.read() as reading:
            return [(position.caught_up_at or LONG_AGO) > LONG_AGO for _, position in reading.positions()]


ALL = {part: list(range(LENGTH)) for part in PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_a_store_that_goes_away_costs_no_record_of_any_part(tmp_path: Path, part: Part) -> None:
    """A poll gave batches of three parts when it went: those behind the failed one are read again too."""
    failures = iter([StoreAway("gone"), None, StoreAway("gone")])

    def meets(given: Part, offset: int) -> None:
        if given == part and (error := next(failures, None)):
            raise error

    desk = Desk(tmp_path, meets)
    desk.consumer.run(until_drained=True)
    assert desk.handler.handled == ALL


def test_a_pause_between_two_batches_keeps_the_rest_for_later(tmp_path: Path) -> None:
    """Paused in the middle of a poll: what was polled is handled after the pause, once; no part is told as caught up
    before; and it is polled all the while."""
    polls: list[int] = []

    def meets(part: Part, offset: int) -> None:
        if (part, offset) == (PARTS[0], LENGTH - 2) and not polls:
            polls.append(desk.source.polls)
            pause(desk.store, CONSUME, None, who="li.na", reason="test")

    desk = Desk(tmp_path, meets)
    wait = desk._wait
    troubles: list[str] = []
    caught_up: list[bool] = []

    def looks(seconds: float) -> bool:
        """Asked between all steps: after five polls in the pause somebody ends it."""
        if polls and desk.source.polls == polls[0] + 5:
            troubles.extend(desk.consumer.troubles())
            caught_up.extend(desk.caught_up())
            resume(desk.store, CONSUME, who="li.na", reason="test")
            polls.append(0)
            desk.source.polls += 1
        return wait(seconds)

    desk.consumer._wait = looks
    desk.consumer.run(until_drained=True)
    assert desk.handler.handled == ALL
    assert caught_up == [False, False, False]
    (trouble,) = troubles
    assert trouble.startswith("consume is paused by li.na since ")
    assert trouble.endswith("until it is resumed: test")
    assert desk.caught_up() == [True, True, True]


def test_a_pause_that_ends_at_once_costs_no_record(tmp_path: Path) -> None:
    """Seen between two batches and over before the next poll."""
    done: list[Part] = []

    def meets(part: Part, offset: int) -> None:
        if (part, offset) == (PARTS[0], 2) and not done:
            pause(desk.store, CONSUME, None, who="li.na", reason="test")
            done.append(part)

    desk = Desk(tmp_path, meets)
    is_on = desk.consumer._pause.is_on

    def asked() -> bool:
        on = is_on()
        if on:
            resume(desk.store, CONSUME, who="li.na", reason="test")
        return on

    desk.consumer._pause.is_on = asked  # type: ignore[method-assign] # the switch is thrown between two looks
    desk.consumer.run(until_drained=True)
    assert desk.handler.handled == ALL


def test_a_stop_between_two_batches_claims_nothing_of_the_rest(tmp_path: Path) -> None:
    """The other parts' records were polled and not handled: their ends are not told as reached."""

    def meets(part: Part, offset: int) -> None:
        if (part, offset) == (PARTS[0], LENGTH - 2):
            desk.flag.set()

    desk = Desk(tmp_path, meets)
    desk.consumer.run()
    assert desk.handler.handled[PARTS[0]] == ALL[PARTS[0]]
    assert desk.handler.handled[PARTS[1]] == [0, 1, 2, 3]
    assert desk.caught_up() == [False, False, False]


def test_a_turn_that_took_too_long_claims_no_end(tmp_path: Path) -> None:
    """A source is at the end of what it gave out, also of files in a folder: what the turn left of that is not read."""
    caught_up: list[bool] = []

    def meets(part: Part, offset: int) -> None:
        if (part, offset) == (PARTS[0], LENGTH - 2):
            desk.time.lost += TURN_SECONDS + 1
        if (part, offset) == (PARTS[1], LENGTH - 2):
            caught_up.extend(desk.caught_up())

    desk = Desk(tmp_path, meets)
    desk.consumer.run(until_drained=True)
    assert caught_up == [False, False, False]
    assert desk.handler.handled == ALL
    assert desk.caught_up() == [True, True, True]


def test_an_operators_new_position_counts_from_the_end_of_the_pause(tmp_path: Path) -> None:
    """Set while the work is paused, as it should be."""

    def meets(part: Part, offset: int) -> None:
        if (part, offset) == (PARTS[1], 0) and not moved:
            pause(desk.store, CONSUME, None, who="li.na", reason="test")

    moved: list[Part] = []
    desk = Desk(tmp_path, meets)
    wait = desk._wait

    def looks(seconds: float) -> bool:
        if desk.source.held and not moved:
            with desk.store.transaction() as tx:
                tx.offsets.put(PARTS[1], 4)
            moved.append(PARTS[1])
            resume(desk.store, CONSUME, who="li.na", reason="test")
        return wait(seconds)

    desk.consumer._wait = looks
    desk.consumer.run(until_drained=True)
    assert desk.handler.handled == {**ALL, PARTS[1]: [0, 1, 4, 5]}
