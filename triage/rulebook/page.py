"""A rule file while it is read: its lines, and what was found in it."""

import re
from typing import TypedDict, Unpack

import msgspec

from triage.rulebook.faults import FAULT, Finding, Hint
from triage.wording.text import NOTHING, Text

SPOILT = "look-alike-character"
"""The code of lines that a Chinese keyboard has spoilt."""

LONGEST_LINE = 4_000
"""Characters of a line that a finding repeats."""

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Known(TypedDict, total=False):
    """What more a finding may tell; see `Finding`. Columns as the parser counts them."""

    found: str
    allowed: tuple[str, ...]
    line_text: str
    corrected: str
    end_column: int | None


class Page:
    """One rule file while it is read: its name, its lines as the parser counts them, and what was found in it.

    `lines` are what the parser reads, `written` what stands in the file: a line that a Chinese keyboard has spoilt is
    put right in memory. Findings are told where the file has them.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.lines = self.written = _LINE_END.split(text)
        self.origins: dict[int, list[int]] = {}
        self.findings: list[Finding] = []
        self.broken = False

    def add(
        self, code: str, line: int, column: int, message: Text, hint: Text = NOTHING, severity: str = FAULT,
        **known: Unpack[Known],
    ) -> None:  # fmt: skip
        """Note a finding; line and column from 1, as the parser counts."""
        known.setdefault("allowed", hint.allowed if isinstance(hint, Hint) else ())
        end = known.get("end_column")
        if end is not None:
            known["end_column"] = self._written_column(line, end)
        written = self.written[line - 1] if line <= len(self.written) else ""
        if len(written) <= LONGEST_LINE:
            known["line_text"] = written
        else:
            known["corrected"] = ""
        column = self._written_column(line, column)
        self.findings.append(
            Finding(
                severity=severity, file=self.file, line=line, column=column, code=code, message=message, hint=hint,
                **known,
            )
        )  # fmt: skip

    def told(self) -> list[Finding]:
        """The findings; those about one spoilt line all show it with everything put right that was found in it."""
        spoilt = {one.line: one.corrected for one in self.findings if one.code == SPOILT and one.corrected}
        return [
            msgspec.structs.replace(one, corrected=spoilt[one.line]) if one.code == SPOILT and one.corrected else one
            for one in self.findings
        ]

    def changed(self, line: int, new: str, origins: list[int]) -> "Page":
        """The same page with another line in place of the one with this index; without findings. `origins`: for each
        character of the new line, and its end, the column from 0 that it had."""
        lines = [*self.lines]
        lines[line] = new
        page = Page(self.file, "\n".join(lines))
        before = self.origins.get(line)
        page.written = self.written
        page.origins = self.origins | {line: [before[one] for one in origins] if before else origins}
        return page

    def _written_column(self, line: int, column: int) -> int:
        """The column from 1 that the file has for one of the parser's."""
        origins = self.origins.get(line - 1)
        return origins[min(column, len(origins)) - 1] + 1 if origins else column
