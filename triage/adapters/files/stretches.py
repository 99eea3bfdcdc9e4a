"""Files of lines, read in stretches by several processes. An offset counts over all files: the number of the file
stands above its own offset."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

FILE_BITS = 44
"""So many bits has an offset within a file: 16 TiB."""

OFFSET_MASK = (1 << FILE_BITS) - 1


class Stretch(msgspec.Struct, frozen=True):
    """The lines of a file that begin at `start` or later, and before `end`."""

    file: int
    start: int
    end: int


def stretches(files: Sequence[Path], size: int) -> list[Stretch]:
    """The files cut into stretches of about so many bytes, in order."""
    return [
        Stretch(number, start, min(start + size, length))
        for number, path in enumerate(files)
        for length in (path.stat().st_size,)
        for start in range(0, length, size)
    ]


def lines_of(files: Sequence[Path], stretch: Stretch) -> Iterator[tuple[int, bytes]]:
    """Each line of the stretch with its offset."""
    with files[stretch.file].open("rb") as file:
        offset = stretch.start
        if offset:
            file.seek(offset - 1)
            offset += len(file.readline()) - 1
        while offset < stretch.end:
            raw = file.readline()
            if not raw:
                return
            yield stretch.file << FILE_BITS | offset, raw
            offset += len(raw)


class Files:
    """Files open for reading lines at offsets."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._open = [path.open("rb", buffering=0) for path in files]

    def read(self, offset: int, length: int) -> bytes:
        """The bytes there."""
        return os.pread(self._open[offset >> FILE_BITS].fileno(), length, offset & OFFSET_MASK)

    def close(self) -> None:
        """Release the files."""
        for file in self._open:
            file.close()
