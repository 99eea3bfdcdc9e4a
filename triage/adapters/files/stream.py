"""A stream that is read once, front to back: standard input, a pipe."""

import os
import select
from collections.abc import Callable
from uuid import uuid4

from triage.adapters.files.lines import MAX_BYTES, cut_lines
from triage.errors import PositionLost
from triage.ports import Part, Record

CHUNK = 256 * 1024


class Stream:
    """Offsets count the bytes read in this process: the part's name is new in each, and what is sent again after a
    restart is recognised by the ids of its events. Bytes are kept until they are committed, so that a batch that
    was rolled back can be given again."""

    marker: str | None = None

    def __init__(self, connect: Callable[[], int], *, once: bool) -> None:
        """`connect` gives the file descriptor to read from; it is called once."""
        self.name = f"stdin:{uuid4()}"
        self.part = Part(self.name, 0)
        self._connect, self._once = connect, once
        self._descriptor: int | None = None
        self._ended = False
        self._kept = bytearray()
        self._kept_from = 0
        self._offset, self._line = 0, 1
        self._fruitless: tuple[int, bool] | None = None

    def look(self) -> None:
        """Take in what is there now. Raises OSError."""
        if self._descriptor is None:
            self._descriptor = self._connect()
        while not self._has_enough() and self._take_in():
            pass

    def ended(self) -> bool:
        """Whether its last byte was taken in."""
        return self._ended

    def tails(self) -> list["Stream"]:
        """Itself."""
        return [self]

    def release(self) -> None:
        """Nothing: what was read cannot be read again."""

    def pending(self) -> bool:
        """Whether there may be complete lines behind the position, by the last look."""
        return self._fruitless != (self._kept_from + len(self._kept), self._ended)

    def behind(self) -> int:
        """Bytes taken in and not yet given."""
        return self._kept_from + len(self._kept) - self._offset

    def seek(self, offset: int | None) -> int:
        """Continue there, None: at the first byte. Raises PositionLost."""
        to = offset or 0
        if not self._kept_from <= to <= self._kept_from + len(self._kept):
            raise PositionLost(f"{self.name}: a stream cannot go back to byte {to}", self.part)
        shift = self._kept.count(b"\n", 0, to - self._kept_from) - self._kept.count(
            b"\n", 0, self._offset - self._kept_from
        )
        self._offset, self._line, self._fruitless = to, self._line + shift, None
        return to

    def read(self) -> list[Record]:
        """The next records."""
        reading = self._offset - self._kept_from

        def read_line() -> bytes:
            nonlocal reading
            newline = self._kept.find(b"\n", reading)
            end = len(self._kept) if newline < 0 else newline + 1
            line = bytes(self._kept[reading:end])
            reading = end
            return line

        cut = cut_lines(read_line, self._offset, self._line, take_rest=self._once and self._ended)
        if cut.offset == self._offset:
            self._fruitless = (self._kept_from + len(self._kept), self._ended)
        self._offset, self._line = cut.offset, cut.line
        return cut.records

    def forget(self, until: int) -> None:
        """Bytes before this offset are committed and will not be asked for again."""
        if until > self._kept_from:
            del self._kept[: until - self._kept_from]
            self._kept_from = until

    def _has_enough(self) -> bool:
        """A poll's worth waits: at least one line, however long it is."""
        return self.behind() >= MAX_BYTES and self._kept.find(b"\n", self._offset - self._kept_from) >= 0

    def _take_in(self) -> bool:
        """Read what is there without waiting; False when nothing is."""
        descriptor = self._descriptor
        if self._ended or descriptor is None or not select.select([descriptor], [], [], 0)[0]:
            return False
        taken = os.read(descriptor, CHUNK)
        self._ended = not taken
        self._kept += taken
        return bool(taken)
