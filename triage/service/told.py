"""Findings and judged examples as the verbs print them with --json: in one language."""

import msgspec

from triage.rulebook.faults import Finding
from triage.rulebook.judge import Judged
from triage.rulebook.model import Position


class FindingLine(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. `message`, `hint`: in the language asked for, `hint` empty when there is nothing to add; for the
    other fields see `Finding`."""

    severity: str
    file: str
    line: int
    column: int
    end_column: int | None
    code: str
    message: str
    hint: str
    found: str
    allowed: tuple[str, ...]
    line_text: str
    corrected: str


class JudgedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One example. `kind`: rule | table | term | policy. `message`: what was expected and what came, empty when it
    holds."""

    kind: str
    subject: str
    at: Position
    passed: bool
    message: str


def finding_line(finding: Finding, language: str) -> FindingLine:
    """The finding as it is printed."""
    given = msgspec.structs.asdict(finding)
    return FindingLine(
        **given | {"message": finding.message.said(language), "hint": finding.hint.said(language)},
    )


def judged_line(judged: Judged, language: str) -> JudgedLine:
    """The example as it is printed."""
    return JudgedLine(**msgspec.structs.asdict(judged) | {"message": judged.message.said(language)})
