"""Every fault that the rows plant, found again: what tests of wording and of corrected lines look at."""

from collections.abc import Iterator, Mapping
from functools import cache

from tests.builders_rules import sound_rules
from tests.unit.rulebook_load import clock_rows, fault_rows
from triage.rulebook.faults import Finding
from triage.rulebook.load import load

ROWS = (*fault_rows.ROWS, *clock_rows.ROWS)


@cache
def planted() -> tuple[tuple[Mapping[str, bytes], Finding], ...]:
    """The files of each row, and each of its findings."""
    return tuple(_planted())


def _planted() -> Iterator[tuple[Mapping[str, bytes], Finding]]:
    for row in ROWS:
        files = sound_rules() | {row.file: row.text.encode()}
        for found in load(files).findings:
            yield files, found


def with_line(files: Mapping[str, bytes], found: Finding, line: str) -> dict[str, bytes]:
    """The files with the line of the finding replaced."""
    lines = files[found.file].decode().split("\n")
    assert lines[found.line - 1] == found.line_text
    lines[found.line - 1] = line
    return {**files, found.file: "\n".join(lines).encode()}
