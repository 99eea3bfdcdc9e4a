"""Judging the examples of a rulebook, and what they show of it."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from triage.rulebook.coverage.cover import cover
from triage.rulebook.coverage.covered import Covered, Total, total
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.judge import Judged, judge
from triage.rulebook.model import Position

COUNTED = ("rule", "policy")
"""What `--fail-under` counts: nobody writes a sentence for every term."""


class Report(msgspec.Struct, frozen=True):
    """Every example that was asked for, and what all examples show; `covered` is empty when it was not asked for."""

    judged: tuple[Judged, ...]
    covered: tuple[Covered, ...]

    @property
    def failed(self) -> int:
        """How many examples do not hold."""
        return sum(not one.passed for one in self.judged)

    @property
    def total(self) -> Total:
        """The branches that count."""
        return total(self.covered, COUNTED)


class MissingLine(msgspec.Struct, frozen=True):
    """A branch that no example shows, in the reader's language. `given`: as in `Missing`."""

    at: Position
    what: str
    given: str


class CoveredLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, row, term list or policy as `triage test --coverage --json` prints it; the keys are those of
    `Covered`."""

    kind: str
    subject: str
    at: Position
    fires: bool | None
    silent: bool | None
    reached: int
    branches: int
    missing: tuple[MissingLine, ...]


class TotalLine(msgspec.Struct, frozen=True, kw_only=True):
    """The branches of everything of a kind, in per cent cut to a tenth. `total`: rule | policy | term."""

    total: str
    reached: int
    branches: int
    percent: float


def covered_line(one: Covered, reader: str) -> CoveredLine:
    """What is covered of one thing, in the reader's language."""
    return CoveredLine(
        kind=one.kind,
        subject=one.subject,
        at=one.at,
        fires=one.fires,
        silent=one.silent,
        reached=one.reached,
        branches=one.branches,
        missing=tuple(MissingLine(each.at, each.what.said(reader), each.given) for each in one.missing),
    )


def total_line(kind: str, covered: Iterable[Covered]) -> TotalLine:
    """The sum of a kind."""
    found = total(covered, (kind,))
    return TotalLine(total=kind, reached=found.reached, branches=found.branches, percent=found.percent)


def run_examples(
    compiled: CompiledRulebook, files: Mapping[str, bytes], only: Sequence[str], *, coverage: bool
) -> Report:
    """Judge the examples. `only`: ids of rules, term lists and policies; empty: all. Coverage counts the examples of
    the whole rulebook even then."""
    wanted = frozenset(only)
    judged = tuple(one for one in judge(compiled) if not wanted or one.subject in wanted)
    covered = cover(compiled, files) if coverage else ()
    return Report(judged, tuple(one for one in covered if not wanted or one.subject in wanted))


def junit(judged: Iterable[Judged], folder: str, reader: str = "en") -> bytes:
    """The examples as JUnit XML: a suite for each kind, a case for each example. `folder`: stands before the files'
    names, so that a reader of the report finds them; empty for none. `reader`: the language of the messages."""
    kinds: dict[str, list[Judged]] = {}
    for one in judged:
        kinds.setdefault(one.kind, []).append(one)
    root = ET.Element("testsuites", name="triage test")
    for kind, listed in kinds.items():
        failures = sum(not one.passed for one in listed)
        counts = {"tests": f"{len(listed)}", "failures": f"{failures}", "errors": "0", "skipped": "0"}
        suite = ET.SubElement(root, "testsuite", {"name": kind, **counts})
        for number, one in enumerate(listed, 1):
            _add_case(suite, one, number, folder, reader)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add_case(suite: ET.Element, one: Judged, number: int, folder: str, reader: str) -> None:
    file = f"{folder}/{one.at.file}" if folder else one.at.file
    name = f"{one.subject} {one.at.file}:{one.at.line} ({number})"
    case = ET.SubElement(suite, "testcase", classname=one.subject, name=name, file=file, line=str(one.at.line))
    if not one.passed:
        ET.SubElement(
            case, "failure", message=one.message.said(reader), type="example-fails"
        ).text = f"{file}:{one.at.line}"
