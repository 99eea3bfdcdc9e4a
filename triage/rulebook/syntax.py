"""From a file's bytes to nodes: decoding, and lines that the parser does not understand.

A line that a Chinese keyboard has spoilt is put right in memory, so that the faults behind it are found in the same
run; the file itself stays as it is and the rulebook is refused all the same.
"""

import re
from collections.abc import Iterator

import yaml

from triage.rulebook.characters import Suspect, corrected, repairs, suspects
from triage.rulebook.faults import FAULT, Finding
from triage.rulebook.nodes import Node, Page, compose

LARGEST = 1 << 20
"""Bytes of a rule file."""

MOST_REPAIRS, MOST_PARSES, PARSED_CHARACTERS = 20, 60, 8_000_000
"""Bounds on putting lines right, for files that are far from YAML."""

_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

_AT_CONTEXT = ("while scanning a simple key", "while scanning a quoted scalar")
"""Where the parser's errors are found at what it was reading, not where it gave up."""

_WORDS = {
    "could not find expected ':'": ("a key without a colon", "write `key: value`, with a space behind the colon"),
    "mapping values are not allowed in this context": (
        "a colon where no key can stand",
        'indent keys of one mapping alike; put a text that holds ": " in quotes',
    ),
    "did not find expected key": ("indentation that fits no mapping", "indent keys of one mapping alike"),
    "did not find expected '-' indicator": ("indentation that fits no list", "begin each entry of the list with `- `"),
    "did not find expected ',' or ']'": ("a list that is not closed", "separate entries by commas and end with `]`"),
    "did not find expected ',' or '}'": ("a mapping that is not closed", "separate keys by commas and end with `}`"),
    "found unexpected end of stream": ("a text in quotes that is not closed", "end it with the same quote"),
    "found character that cannot start any token": (
        "a character that cannot begin a value",
        "put the text in quotes; indent with spaces",
    ),
}
"""The parser's words to ours, with a hint."""


def open_page(file: str, content: bytes) -> tuple[Page, Node | None]:
    """The file's page, and its nodes as far as they could be read. `page.broken`: not to its end."""
    page = open_text(file, content)
    return (page, None) if page.broken else _composed(page)


def open_text(file: str, content: bytes) -> Page:
    """The page of a file of text; `page.broken`: it is none."""
    page = Page(file, "")
    if len(content) > LARGEST:
        page.add("too-large", 1, 1, "larger than 1 MiB", "split it into several files")
        return _broken(page)
    text = _decoded(page, content)
    if text is None:
        return _broken(page)
    page = Page(file, text)
    found = _NOT_PRINTABLE.search(text)
    if found:
        line, column = _place(text, found.start())
        page.add("control-character", line, column, f"the character U+{ord(found.group()):04X}", "delete it")
        return _broken(page)
    return page


def _broken(page: Page) -> Page:
    page.broken = True
    return page


def _decoded(page: Page, content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(content[: error.start].decode("utf-8-sig", "replace"), None)
        byte = error.object[error.start]
        page.add("not-utf-8", line, column, f"the byte 0x{byte:02X} is not UTF-8", "save the file as UTF-8")
        return None


def _place(text: str, index: int | None) -> tuple[int, int]:
    """Line and column of a place in a text, from 1; None: its end."""
    lines = Page("", text[:index] if index is not None else text).lines
    return len(lines), len(lines[-1]) + 1


def _composed(page: Page) -> tuple[Page, Node | None]:
    """Compose; put spoilt lines right and compose again while that helps."""
    parses = iter(range(max(4, min(MOST_PARSES, PARSED_CHARACTERS // (len(page.text) + 1)))))
    put_right: list[Finding] = []
    result = compose(page)
    while result.error is not None and len(put_right) < MOST_REPAIRS:
        repair = _repair(page, result.error, parses)
        if repair is None:
            break
        page, finding = repair
        put_right.append(finding)
        result = compose(page)
    cut_short = any(finding.code == "several-documents" for finding in page.findings)
    page.broken = result.root is None or result.error is not None or cut_short
    if result.error is not None:
        page.findings.append(_unparsed(page, result.error))
    elif result.root is None and not page.findings:
        page.add("empty-file", 1, 1, "nothing in this file", "fill it or delete it")
    page.findings[:0] = put_right
    return page, result.root


def _repair(page: Page, error: yaml.MarkedYAMLError, parses: Iterator[int]) -> tuple[Page, Finding] | None:
    """The page with one line put right, when that lets the parser come further; and what was wrong with the line."""
    stopped = _lines_of(error)[0]
    candidates = ((line, these) for line in _near(page, error) for these in repairs(page.lines[line]))
    for (line, these), _ in zip(candidates, parses, strict=False):
        trial = page.changed(line, corrected(page.lines[line], these))
        stops = compose(trial).error
        if stops is None or _lines_of(stops)[0] > stopped:
            return trial, spoilt(page, line, these)
    return None


def _near(page: Page, error: yaml.MarkedYAMLError) -> list[int]:
    """Indices of lines that may have stopped the parser, the likeliest first."""
    lines = _lines_of(error)
    behind = range(lines[0] - 1, max(-1, lines[0] - 4), -1)
    return [line for line in dict.fromkeys([*lines, *behind]) if 0 <= line < len(page.lines)]


def _lines_of(error: yaml.MarkedYAMLError) -> list[int]:
    """The index of the line where the parser stopped, then that of what it was reading."""
    return [mark.line for mark in (error.problem_mark, error.context_mark) if mark is not None] or [0]


def spoilt(page: Page, line: int, these: list[Suspect], about: str = "") -> Finding:
    """The finding about look-alike characters in the line with this index; `about`: what they led to."""
    first = these[0]
    message = f"{first.name} instead of {first.meant}" + (f": {about}" if about else "")
    hint = "write: " + corrected(page.lines[line], these).strip()
    return Finding(
        severity=FAULT, file=page.file, line=line + 1, column=first.column + 1,
        code="look-alike-character", message=message, hint=hint,
    )  # fmt: skip


def _unparsed(page: Page, error: yaml.MarkedYAMLError) -> Finding:
    problem, hint = _WORDS.get(error.problem or "", (error.problem or "not YAML", ""))
    for line in _lines_of(error):
        found = suspects(page.lines[line]) if line < len(page.lines) else []
        if found:
            return spoilt(page, line, found, problem)
    at_key = error.context in _AT_CONTEXT
    mark = error.context_mark if at_key and error.context_mark else error.problem_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Finding(
        severity=FAULT, file=page.file, line=line, column=column, code="not-yaml", message=problem, hint=hint
    )
