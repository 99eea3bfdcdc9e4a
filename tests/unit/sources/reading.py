"""How these tests read files: without waiting for real, and with a time that the test moves."""

from datetime import UTC, datetime
from pathlib import Path

from triage.adapters.files.source import FileSource
from triage.ports import Part, Record

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


class StandingTime:
    """A TimeSource that stands still."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def drift(self) -> float:
        return 0.0

    def adjust(self, real: datetime) -> datetime:
        return real


def open_source(path: Path, *, once: bool = False) -> FileSource:
    """An open source whose waits are over at once."""
    source = FileSource(str(path), StandingTime(), lambda _seconds: False, once=once)
    source.open()
    return source


def place(source: FileSource, offset: int | None = None) -> list[Part]:
    """Place all that has no position, contents at this offset; gives the parts that hold records."""
    contents = []
    for part, marker in source.unplaced():
        source.seek(part, None if marker is None else offset)
        contents += [] if marker is None else [part]
    return contents


def poll(source: FileSource) -> list[Record]:
    """Place what is new, and poll until nothing comes."""
    found: list[Record] = []
    while True:
        place(source)
        records = [record for _, batch in source.poll(0.1) for record in batch]
        if not records and not source.unplaced():
            return found
        found += records


def values(records: list[Record]) -> list[bytes]:
    return [record.value for record in records]
