"""Files that are read to their end and beyond: one that grows, or a spool folder of finished ones."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from triage.adapters.files.lines import cut_lines, marker_of
from triage.errors import PositionLost
from triage.ports import Part, Record

UNFINISHED = (".tmp", ".part", "~")
"""Names that end so belong to files that are still being written or left over; so do those that begin with a dot."""

CHUNK = 1024 * 1024
NAME_OF_MARKER = 16
"""Hexadecimal digits of the marker that stand in a part's name."""


def printable(name: str) -> str:
    """The file's name as text that every store takes; bytes that are no UTF-8 as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class FileTail:
    """One file with one content, known by its name and its first line."""

    def __init__(self, path: Path, marker: str, *, once: bool) -> None:
        self.path, self.marker = path, marker
        self.part = Part(f"file:{printable(path.name)}#{marker[:NAME_OF_MARKER]}", 0)
        self._once = once
        self._offset, self._line = 0, 1
        self._size = 0
        self._file: tuple[int, int] | None = None
        self._fruitless: tuple[int, int] | None = None

    def note(self, status: os.stat_result) -> None:
        """Which file holds the content, and how long it was when it was last looked at."""
        self._size, self._file = status.st_size, _identity(status)

    def pending(self) -> bool:
        """Whether there may be complete lines behind the position, by the last look."""
        return self._offset != self._size and self._fruitless != (self._offset, self._size)

    def behind(self) -> int:
        """Bytes behind the position, by the last look."""
        return max(0, self._size - self._offset)

    def seek(self, offset: int | None) -> int:
        """Continue there, None: at the beginning. Raises PositionLost, OSError."""
        self._offset, self._line, self._fruitless = offset or 0, 1, None
        if self._offset:
            with self.path.open("rb") as file:
                self._check_size(file)
                if not _is_line_start(file, self._offset):
                    raise self._lost("holds another content than before")
                file.seek(0)
                self._line = 1 + _count_lines(file, self._offset)
        return self._offset

    def read(self) -> list[Record]:
        """The next records; none when another file has taken the name since the last look. Raises PositionLost,
        OSError."""
        with self.path.open("rb") as file:
            if _identity(os.fstat(file.fileno())) != self._file:
                return []
            self._check_size(file)
            file.seek(self._offset)
            cut = cut_lines(file.readline, self._offset, self._line, take_rest=self._once)
        if cut.offset == self._offset:
            self._fruitless = (self._offset, self._size)
        self._offset, self._line = cut.offset, cut.line
        return cut.records

    def gone(self) -> PositionLost:
        """The error for a content that was removed or replaced before its end was read."""
        return self._lost(f"is gone or replaced, its last {self.behind()} bytes were not read")

    def _check_size(self, file: BinaryIO) -> None:
        self._size = os.fstat(file.fileno()).st_size
        if self._size < self._offset:
            raise self._lost(f"has {self._size} bytes, {self._offset} were read before")

    def _lost(self, why: str) -> PositionLost:
        return PositionLost(f"{printable(str(self.path))}: {why}", self.part)


class Folder:
    """The tails of one file's or one folder's present contents, in the order of the names."""

    def __init__(self, path: Path, *, once: bool) -> None:
        self._path, self._once = path, once
        self._is_spool = path.is_dir()
        self.name = f"{'spool' if self._is_spool else 'file'}:{printable(str(path.resolve()))}"
        self._seen: dict[str, tuple[tuple[int, ...], FileTail | None]] = {}

    def look(self) -> None:
        """See which files are there and how long they are. Raises OSError."""
        seen = {}
        for path in sorted(self._entries(), key=lambda path: path.name):
            try:
                seen[path.name] = self._look_at(path)
            except FileNotFoundError:
                if not self._is_spool:  # from a spool, files may be taken away at any moment
                    raise
        self._seen = seen

    def tails(self) -> list[FileTail]:
        """Those whose first line is complete, by the last look."""
        return [tail for _, tail in self._seen.values() if tail is not None]

    def release(self) -> None:
        """Forget what was seen."""
        self._seen = {}

    def _entries(self) -> Iterator[Path]:
        if not self._is_spool:
            yield self._path
            return
        with os.scandir(self._path) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and not entry.name.endswith(UNFINISHED) and entry.is_file():
                    yield Path(entry.path)

    def _look_at(self, path: Path) -> tuple[tuple[int, ...], FileTail | None]:
        """What can be told apart of the file, and its tail: the known one unless the first line is another."""
        status = path.stat()
        look = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        before, tail = self._seen.get(path.name, ((), None))
        if look == before:
            return before, tail
        with path.open("rb") as file:
            marker = marker_of(file.readline, take_rest=self._once)
        if marker is not None and (tail is None or tail.marker != marker):
            tail = FileTail(path, marker, once=self._once)
        if tail is not None:
            tail.note(status)
        return look, tail


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _is_line_start(file: BinaryIO, offset: int) -> bool:
    """Whether a line can begin there: behind a newline, or where a last line without one once ended the file."""
    file.seek(offset - 1)
    before, after = file.read(1), file.read(1)
    return before == b"\n" or after in (b"", b"\n", b"\r")


def _count_lines(file: BinaryIO, until: int) -> int:
    lines = 0
    while until > 0 and (chunk := file.read(min(CHUNK, until))):
        lines += chunk.count(b"\n")
        until -= len(chunk)
    return lines
