"""Every fault that the rows plant, found again: what tests of wording and of corrected lines look at."""

from collections.abc import Iterator, Mapping
from functools import cache

from tests.builders_rules import changed, policies_of, sound_rules
from tests.unit.analysis.provoked import warned
from tests.unit.rulebook_load import clock_rows, fault_rows, table_rows
from tests.unit.rulebook_load.folders import FOLDER_ROWS
from triage.rulebook.catalogue import CODES
from triage.rulebook.faults import Finding
from triage.rulebook.load import load
from triage.service.release import inspect_files

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


CIRCLE = policies_of(
    {
        "one": ["id: it, start: complaint.registered, stop: {clock: other/it, is: met}, limit: 1 hour"],
        "other": ["id: it, start: {clock: one/it, is: ended}, stop: complaint.withdrawn, limit: 1 hour"],
    }
)

PAIRS = ", ".join(f"{{any: [{{weight: {{at_least: {number}}}}}, {{channel: phone}}]}}" for number in range(15))
"""So many groups in one rule that the second engine cannot take it."""

FURTHER: dict[str, Mapping[str, bytes]] = {
    **table_rows.by_code(),
    "missing-file": {},
    "too-large": {"terms/big.yaml": b"#" * ((1 << 20) + 1)},
    "not-utf-8": {"terms/gbk.yaml": "id: medical\nterms: [医疗]\n".encode("gbk")},
    "unlisted-pack": {"packs/gb/triage/a.yaml": b"rules: []"},
    "beyond-second-engine": changed("triage/rules.yaml", "- description: {mentions: medical}", f"- all: [{PAIRS}]"),
    "clock-circle": {"sla/circle.yaml": CIRCLE.encode()},
    "example-fails": changed(
        "triage/rules.yaml", "priority: high, department: claims, policies", "priority: low, policies"
    ),
}
"""Files that give a code which no row gives, beside the sound ones or in their place. A code without a row has its
example here."""

FOLDER_CODES = {place.split()[1]: row for row in FOLDER_ROWS for place in row.expected}
"""Codes of the folder itself, and a row that gives them."""


@cache
def examples() -> dict[str, Finding]:
    """A finding of each code that files can give."""
    found = {one.code: one for one in warned()}
    found |= {one.code: one for _, one in reversed(planted())}
    for code, files in FURTHER.items():
        sound = {} if code == "missing-file" else sound_rules()
        found |= {one.code: one for one in inspect_files({**sound, **files}) if one.code == code}
    return {code: found[code] for code in CODES if code in found}
