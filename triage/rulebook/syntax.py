"""From a file's bytes to nodes: decoding, and lines that the parser does not understand.

A line that a Chinese keyboard has spoilt is put right in memory, so that the faults behind it are found in the same
run; the file itself stays as it is and the rulebook is refused all the same.
"""

import re
from collections.abc import Iterator, Mapping

import yaml

from triage.rulebook.characters import Suspect, corrected, repairs, suspects
from triage.rulebook.faults import Finding
from triage.rulebook.nodes import Composed, Node, compose
from triage.rulebook.page import SPOILT, Page
from triage.rulebook.parser_words import problem_of
from triage.rulebook.slips import origins_of, readable_forms
from triage.wording.text import NOTHING, Text, say

LARGEST = 1 << 20
"""Bytes of a rule file."""

MOST_REPAIRS, MOST_PARSES, PARSED_CHARACTERS = 20, 60, 8_000_000
"""Bounds on putting lines right, for files that are far from YAML."""

_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

_AT_CONTEXT = ("while scanning a simple key", "while scanning a quoted scalar")
"""Where the parser's errors are found at what it was reading, not where it gave up."""


def line_of(files: Mapping[str, bytes], file: str, line: int) -> str:
    """A line of a rule file as it is written, from 1; empty when there is none."""
    lines = Page(file, files.get(file, b"").decode("utf-8-sig", "replace")).written
    return lines[line - 1] if 1 <= line <= len(lines) else ""


def open_page(file: str, content: bytes) -> tuple[Page, Node | None]:
    """The file's page, and its nodes as far as they could be read. `page.broken`: not to its end."""
    page = open_text(file, content)
    return (page, None) if page.broken else _composed(page)


def open_text(file: str, content: bytes) -> Page:
    """The page of a file of text; `page.broken`: it is none."""
    if len(content) > LARGEST:
        page = Page(file, "")
        page.add("too-large", 1, 1, say("larger than 1 MiB"), say("split it into several files"))
        return _broken(page)
    page = Page(file, content.decode("utf-8-sig", "replace"))
    if not _is_utf_8(page, content):
        return _broken(page)
    text = page.text
    found = _NOT_PRINTABLE.search(text)
    if found:
        line, column = _place(text, found.start())
        number = f"U+{ord(found.group()):04X}"
        page.add(
            "control-character", line, column, say("the character {number}", number=number), say("delete it"),
            found=number, end_column=column + 1,
        )  # fmt: skip
        return _broken(page)
    return page


def _broken(page: Page) -> Page:
    page.broken = True
    return page


def _is_utf_8(page: Page, content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(content[: error.start].decode("utf-8-sig", "replace"), None)
        byte = error.object[error.start]
        message = say("the byte {byte} is not UTF-8", byte=f"0x{byte:02X}")
        page.add("not-utf-8", line, column, message, _encoding_hint(content), found=f"0x{byte:02X}")
        return False
    return True


def _encoding_hint(content: bytes) -> Text:
    """What to do with a file that is not UTF-8; Excel and older editors save Chinese as GBK or Big5."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return say("save the file as UTF-8; it is in {encoding} now", encoding="UTF-16")
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return say("save the file as UTF-8")
    return say("save the file as UTF-8; it is in {encoding} now", encoding="GBK / Big5")


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
        put_right += page.findings[-1:]
        page = repair
        result = compose(page)
    if result.error is None and result.ill_indented:
        page, result, spoilt_lines = _indented(page, result)
        put_right += spoilt_lines
    cut_short = any(finding.code == "several-documents" for finding in page.findings)
    page.broken = result.root is None or result.error is not None or cut_short
    if result.error is not None:
        _unparsed(page, result.error)
    elif result.root is None and not page.findings:
        page.add("empty-file", 1, 1, say("nothing in this file"), say("fill it or delete it"))
    page.findings[:0] = put_right
    return page, result.root


def _indented(page: Page, result: Composed) -> tuple[Page, Composed, list[Finding]]:
    """The page with an indentation of full-width or no-break spaces put right, when it can be parsed then; and what
    was wrong."""
    trial, before = page, len(page.findings)
    for line in dict.fromkeys(result.ill_indented):
        written = page.lines[line]
        indent_end = len(written) - len(written.lstrip())
        these = suspects(written, 0, indent_end)
        if these:
            spoilt(page, line, these)
            trial = trial.changed(line, *corrected(written, these))
    found = page.findings[before:]
    composed = compose(trial)
    if composed.error is not None:
        del page.findings[before:]
        return page, result, []
    return trial, composed, found


def _repair(page: Page, error: yaml.MarkedYAMLError, parses: Iterator[int]) -> Page | None:
    """The page with one line put right, when that lets the parser come further; what was wrong with the line is the
    last finding of the page given."""
    stopped = _lines_of(error)[0]
    candidates = ((line, these) for line in _near(page, error) for these in repairs(page.lines[line]))
    for (line, these), _ in zip(candidates, parses, strict=False):
        trial = page.changed(line, *corrected(page.lines[line], these))
        if _comes_further(trial, stopped):
            spoilt(page, line, these)
            return trial
    for (line, form), _ in zip(readable_forms(page.lines, error), parses, strict=False):
        trial = page.changed(line, form, origins_of(page.lines[line], form))
        if _comes_further(trial, stopped):
            _unparsed(page, error, line, form)
            return trial
    return None


def _comes_further(page: Page, stopped: int) -> bool:
    """Whether the parser comes to the end of the page, or at least behind the line with this index."""
    stops = compose(page).error
    return stops is None or _lines_of(stops)[0] > stopped


def _near(page: Page, error: yaml.MarkedYAMLError) -> list[int]:
    """Indices of lines that may have stopped the parser, the likeliest first."""
    lines = _lines_of(error)
    behind = range(lines[0] - 1, max(-1, lines[0] - 4), -1)
    return [line for line in dict.fromkeys([*lines, *behind]) if 0 <= line < len(page.lines)]


def _lines_of(error: yaml.MarkedYAMLError) -> list[int]:
    """The index of the line where the parser stopped, then that of what it was reading."""
    return [mark.line for mark in (error.problem_mark, error.context_mark) if mark is not None] or [0]


def spoilt(page: Page, line: int, these: list[Suspect], about: Text = NOTHING) -> None:
    """Note look-alike characters in the line with this index; `about`: what they led to."""
    first = these[0]
    message = say("{character} instead of {meant}", character=first.name, meant=first.meant)
    if about:
        message = say("{message}: {about}", message=message, about=about)
    page.add(
        SPOILT, line + 1, first.column + 1, message, first.advice,
        found=first.character, corrected=corrected(page.lines[line], these)[0], end_column=first.column + 2,
    )  # fmt: skip


def _unparsed(page: Page, error: yaml.MarkedYAMLError, repaired: int = -1, form: str = "") -> None:
    """Note where the parser stopped. `repaired`: the line that can be put right, `form`: how; -1: none is known."""
    problem, advice = problem_of(error)
    for line in _lines_of(error) if repaired < 0 else ():
        found = suspects(page.lines[line]) if line < len(page.lines) else []
        if found:
            spoilt(page, line, found, problem)
            return
    marks = [mark for mark in (error.problem_mark, error.context_mark) if mark is not None]
    if error.context in _AT_CONTEXT or repaired == marks[-1].line:
        marks.reverse()
    at = next((mark for mark in marks if mark.line == repaired), marks[0])
    is_told = repaired == at.line
    page.add("not-yaml", at.line + 1, at.column + 1, problem, advice, corrected=form if is_told else "")
