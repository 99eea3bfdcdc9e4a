"""Events from a file that grows, a spool folder, or standard input; the same service code as behind Kafka."""

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from monitors.ports import TimeSource
from triage.adapters.files.folder import FileTail, Folder
from triage.adapters.files.stream import Stream
from triage.errors import BrokerAway, PositionLost, Unreachable
from triage.ports import Part, Record

LOOK_SECONDS = 0.2
"""How often files are looked at while nothing comes."""

STDIN = "-"

Tail = FileTail | Stream
Wait = Callable[[float], bool]


class FileSource:
    """Implements `triage.ports.EventSource`. Beside a part for each content there is one for the whole input, without
    records: it is caught up when every content is read to its end, and the low mark looks at it alone."""

    def __init__(self, source: str, time: TimeSource, wait: Wait, *, once: bool = False) -> None:
        """`source`: a file, a directory, a named pipe, or `-`. `once`: a last line without a newline counts too.
        `wait(seconds)` returns True when the run is to end. Raises Unreachable when the path is not there."""
        self._looked = _looked_at(source, once=once)
        self._time, self._wait = time, wait
        self._whole = Part(self._looked.name, 0)
        self._placed: dict[Part, Tail | None] = {}
        self._lost: set[Tail] = set()
        self._held: set[Part] = set()
        self._looked_at: datetime | None = None

    @property
    def inputs(self) -> Sequence[str]:
        """The whole input's name."""
        return (self._whole.input,)

    def open(self) -> None:
        """Look for the first time. Raises Unreachable."""
        try:
            self._look()
        except OSError as error:
            raise Unreachable([f"source {self._whole.input}: {error.strerror}"]) from error

    def unplaced(self) -> Sequence[tuple[Part, str | None]]:
        """The whole input, and contents that have no position yet."""
        found: list[tuple[Part, str | None]] = [] if self._whole in self._placed else [(self._whole, None)]
        return found + [(tail.part, tail.marker) for tail in self._unplaced_contents() if tail.part != self._whole]

    def seek(self, part: Part, next_offset: int | None) -> int | None:
        """Continue the part there. Raises PositionLost."""
        self._held.discard(part)
        tail = self._tail(part)
        if tail is None:
            if part == self._whole:
                self._placed[part] = None
                return 0
            return None
        self._placed[part] = tail
        self._lost.discard(tail)
        with self._losing(tail):
            return tail.seek(next_offset)

    def hold(self, parts: Collection[Part]) -> None:
        """Give no records of these parts until they are sought again."""
        self._held |= set(parts)

    def poll(self, timeout: float) -> Sequence[tuple[Part, Sequence[Record]]]:
        """Records of the first part that has any. A part that was lost gives none until it is sought again. Raises
        PositionLost, once for each loss, and BrokerAway while file or folder cannot be looked at."""
        waited = 0.0
        while True:
            try:
                self._look()
            except OSError as error:
                raise BrokerAway(f"source {self._whole.input}: {error.strerror}") from error
            self._let_go()
            for tail in self._looked.tails():
                if tail.part not in self._held and self._gives(tail) and (records := self._read(tail)):
                    return [(tail.part, records)]
            if waited >= timeout or self.unplaced() or self._wait(LOOK_SECONDS):
                return []
            waited += LOOK_SECONDS

    def caught_up(self) -> Mapping[Part, datetime]:
        """The whole input, when every content was read to its end at the last look, and nothing is held."""
        unread = (
            self._held
            or self._unplaced_contents()
            or any(one.pending() or one in self._lost for one in self._looked.tails())
        )
        return {} if self._looked_at is None or unread else {self._whole: self._looked_at}

    def parts(self) -> Sequence[Part]:
        """The whole input."""
        return (self._whole,)

    def drained(self) -> bool:
        """Whether everything that is there has been polled, but for what was lost."""
        done = not self._unplaced_contents() and not any(self._gives(tail) for tail in self._looked.tails())
        return done and (not isinstance(self._looked, Stream) or self._looked.ended())

    def lag(self) -> Mapping[Part, int]:
        """Bytes not yet read."""
        return {self._whole: sum(tail.behind() for tail in self._looked.tails())}

    def note_committed(self, part: Part, next_offset: int) -> None:  # noqa: ARG002 # a stream is one part
        """A stream forgets what is committed."""
        if isinstance(self._looked, Stream):
            self._looked.forget(next_offset)

    def close(self) -> None:
        """Forget what was seen."""
        self._looked.release()
        self._placed.clear()
        self._lost.clear()
        self._held.clear()

    def _look(self) -> None:
        at = self._time.now()
        self._looked.look()
        self._looked_at = at

    def _let_go(self) -> None:
        """Contents that were removed or replaced are ours no longer. Raises PositionLost when one was not read to its
        end."""
        present = set(self._looked.tails())
        for part, tail in list(self._placed.items()):
            if isinstance(tail, FileTail) and tail not in present:
                del self._placed[part]
                if tail.behind() and tail not in self._lost:
                    raise tail.gone()
                self._lost.discard(tail)

    def _gives(self, tail: Tail) -> bool:
        """Whether the part is placed and may have records."""
        return self._placed.get(tail.part) is tail and tail not in self._lost and tail.pending()

    def _tail(self, part: Part) -> Tail | None:
        return next((tail for tail in self._looked.tails() if tail.part == part), None)

    def _unplaced_contents(self) -> list[Tail]:
        """A content that comes back under its name has to be placed again."""
        return [tail for tail in self._looked.tails() if self._placed.get(tail.part) is not tail]

    def _read(self, tail: Tail) -> list[Record]:
        with self._losing(tail), suppress(FileNotFoundError):  # the next look tells what became of it
            return tail.read()
        return []

    @contextmanager
    def _losing(self, tail: Tail) -> Iterator[None]:
        """An error in the block stops the part. Raises PositionLost."""
        try:
            yield
        except OSError as error:
            self._lost.add(tail)
            raise PositionLost(f"{tail.part.input}: {error.strerror}", tail.part) from error
        except PositionLost:
            self._lost.add(tail)
            raise


def _looked_at(source: str, *, once: bool) -> Folder | Stream:
    """What the source names. Raises Unreachable."""
    path = Path(source)
    if source == STDIN:
        return Stream(sys.stdin.buffer.fileno, once=once)
    if not path.exists():
        raise Unreachable([f"source {source}: no such file or directory"])
    if path.is_fifo():
        return Stream(lambda: os.open(path, os.O_RDONLY), once=once)
    return Folder(path, once=once)
