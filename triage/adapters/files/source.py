"""Events from a file that grows, a spool folder, or standard input; the same service code as behind Kafka."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from monitors.ports import TimeSource
from triage.adapters.files.folder import FileTail, Folder, printable
from triage.adapters.files.stream import Stream
from triage.errors import PositionLost, Unreachable
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
        """`source`: a file, a directory, or `-`. `once`: a last line without a newline counts too. `wait(seconds)`
        returns True when the run is to end. Raises Unreachable when the path is not there."""
        if source != STDIN and not Path(source).exists():
            raise Unreachable([f"source {source}: no such file or directory"])
        self._looked: Folder | Stream = (
            Stream(sys.stdin.buffer.fileno, once=once) if source == STDIN else Folder(Path(source), once=once)
        )
        self._time, self._wait = time, wait
        self._whole = Part(self._looked.name, 0)
        self._placed: dict[Part, Tail | None] = {}
        self._looked_at: datetime | None = None

    @property
    def inputs(self) -> Sequence[str]:
        """The whole input's name."""
        return (self._whole.input,)

    def open(self) -> None:
        """Look for the first time. Raises Unreachable."""
        self._look()

    def unplaced(self) -> Sequence[tuple[Part, str | None]]:
        """The whole input, and contents that have no position yet."""
        found: list[tuple[Part, str | None]] = [(self._whole, None)]
        found += [(tail.part, tail.marker) for tail in self._looked.tails() if tail.part != self._whole]
        return [(part, marker) for part, marker in found if part not in self._placed]

    def seek(self, part: Part, next_offset: int | None) -> int | None:
        """Continue the part there. Raises PositionLost."""
        tail = self._tail(part)
        if tail is None:
            if part == self._whole:
                self._placed[part] = None
                return 0
            return None
        self._placed[part] = tail
        try:
            return tail.seek(next_offset)
        except OSError as error:
            raise PositionLost(f"{part.input}: {error.strerror}", part) from error

    def poll(self, timeout: float) -> Sequence[tuple[Part, Sequence[Record]]]:
        """Records of the first part that has any. Raises PositionLost."""
        waited = 0.0
        while True:
            self._look()
            for part, tail in list(self._placed.items()):
                if tail is not None and tail.pending() and (records := self._read(part, tail)):
                    return [(part, records)]
            if waited >= timeout or self.unplaced() or self._wait(LOOK_SECONDS):
                return []
            waited += LOOK_SECONDS

    def caught_up(self) -> Mapping[Part, datetime]:
        """The whole input, when every content was read to its end at the last look."""
        at, unread = self._looked_at, [tail for tail in self._looked.tails() if tail.pending()]
        return {} if at is None or unread or self._unplaced_contents() else {self._whole: at}

    def parts(self) -> Sequence[Part]:
        """The whole input."""
        return (self._whole,)

    def drained(self) -> bool:
        """Whether everything that is there has been polled."""
        done = not self._unplaced_contents() and not any(tail.pending() for tail in self._looked.tails())
        return done and (not isinstance(self._looked, Stream) or not self._looked.changed())

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

    def _look(self) -> None:
        at = self._time.now()
        try:
            self._looked.look()
        except OSError as error:
            raise Unreachable([f"source {self._whole.input}: {error.strerror}"]) from error
        self._looked_at = at

    def _tail(self, part: Part) -> Tail | None:
        return next((tail for tail in self._looked.tails() if tail.part == part), None)

    def _unplaced_contents(self) -> bool:
        return any(tail.part not in self._placed for tail in self._looked.tails())

    def _read(self, part: Part, tail: Tail) -> list[Record]:
        try:
            return tail.read()
        except OSError as error:
            raise PositionLost(f"{printable(part.input)}: {error.strerror}", part) from error
