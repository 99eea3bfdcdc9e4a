"""A finding as a person reads it in a terminal: the line as written, a mark under the place, and what to do."""

import unicodedata

from rich.cells import cell_len

from triage.rulebook.faults import MOST_WORDS_SHOWN, Finding, is_near
from triage.wording.text import say

INDENT = "    "
BEFORE, AFTER = 60, 80
"""Characters of a long line that are shown before and after the place."""

_CONTROL_PICTURES = 0x2400
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def lines_of(finding: Finding, language: str) -> list[str]:
    """The finding's lines: `file:line:column: severity code: message`, then indented what helps to put it right."""
    lines = [visible(finding.headline(language))]
    if finding.line_text:
        lines += [INDENT + one for one in _marked(finding)]
    lines += [INDENT + visible(text) for text in _advice(finding, language)]
    return lines


def _advice(finding: Finding, language: str) -> list[str]:
    texts = [finding.hint]
    if is_near(finding.hint) and 0 < len(finding.allowed) <= MOST_WORDS_SHOWN:
        texts.append(say("one of: {words}", words=finding.allowed))
    if finding.corrected:
        texts.append(say("write: {line}", line=finding.corrected.strip()))
    return [text.said(language) for text in texts if text]


def _marked(finding: Finding) -> tuple[str, str]:
    """The line, and a line with marks under the place. Both begin at the same cell of the terminal; a wide character
    has two marks, a tab stays a tab."""
    written = finding.line_text
    start = finding.column - 1
    end = max(start + 1, (finding.end_column or finding.column + 1) - 1)
    first, last = max(0, start - BEFORE), start + AFTER
    if first <= 1:
        first = 0
    head = "…" if first else ""
    before, place = written[first:start], written[start : min(end, last)]
    tail = "…" if last < len(written) else ""
    shown = head + visible(written[first:last]) + tail
    gap = "".join("\t" if one == "\t" else " " * cell_len(visible(one)) for one in head + before)
    return shown.rstrip(), gap + "^" * max(1, cell_len(visible(place)))


def visible(text: str) -> str:
    """The text with a sign for each character that would act on the terminal instead of being seen."""
    return "".join(_sign(one) for one in text) if not text.isprintable() else text


def _sign(character: str) -> str:
    if character in _DIRECTION_MARKS:
        return "�"
    if unicodedata.category(character) != "Cc" or character == "\t":
        return character
    return chr(_CONTROL_PICTURES + ord(character)) if ord(character) < 0x20 else "�"
