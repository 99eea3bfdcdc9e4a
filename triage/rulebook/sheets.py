"""Tables as cells with their places; CSV into such cells. What a cell means is decided by its column, never here."""

import re
from enum import StrEnum

import msgspec

from triage.rulebook.nodes import Page
from triage.rulebook.syntax import open_text
from triage.wording.text import Text, say

TEXT_TABLE, WORKBOOK = ".csv", ".xlsx"

SEPARATORS = {",": say("comma"), ";": say("semicolon"), "\t": say("tab")}
"""Excel writes the one that the system's region says; a header, which holds none of them, tells which it was."""

_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_LINE_END = re.compile("\r\n|[\r\n]")


class Kept(StrEnum):
    """How a spreadsheet keeps the value of a cell. ODD: it shows something else than it keeps, such as 80% of 0.8."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    ODD = "odd"


class Cell(msgspec.Struct, frozen=True, gc=False):
    """One cell, its text without white space around it. `line`, `column`: where the text begins, both from 1; in a
    workbook its row and column. `exact`: each character of the text stands in a column of the file."""

    text: str
    line: int
    column: int
    exact: bool = False
    kept: Kept = Kept.TEXT

    def column_of(self, index: int) -> int:
        """The column of a character of the text."""
        return self.column + index if self.exact else self.column


class Row(msgspec.Struct, frozen=True):
    """A row that is not blank. `number`: as a spreadsheet shows it, from 1. `cells`: from the first column on."""

    number: int
    cells: tuple[Cell, ...]


class Sheet(msgspec.Struct, frozen=True):
    """The rows of a table, the header among them."""

    page: Page
    rows: tuple[Row, ...]


def with_header(page: Page, rows: tuple[Row, ...]) -> Sheet | None:
    """The sheet, when its first row is a header; otherwise that is noted and the page is broken."""
    if not rows:
        page.add("empty-file", 1, 1, say("nothing in this file"), say("fill it or delete it"))
    elif rows[0].number > 1:
        page.add("missing-column", 1, 1, say("the first row is empty, and the header stands there"),
                 say("delete the empty rows above the header"))  # fmt: skip
    page.broken = not rows or rows[0].number > 1
    return None if page.broken else Sheet(page, rows)


def is_blank(cells: list[Cell]) -> bool:
    """Whether nothing stands in a row."""
    return not any(cell.text for cell in cells)


def open_csv(file: str, content: bytes) -> tuple[Page, Sheet | None]:
    """The file's page, and its rows when they could be read. `page.broken`: they could not."""
    page = open_text(file, content)
    if page.broken:
        page.findings = [
            msgspec.structs.replace(one, hint=say('save it in Excel as "CSV UTF-8 (Comma delimited)"'))
            if one.code == "not-utf-8"
            else one
            for one in page.findings
        ]
        return page, None
    page.lines = []  # a look-alike in another cell of the line is nothing to speak of
    page.written = _LINE_END.split(page.text)
    separator = _separator(page)
    rows = _Scan(page, separator).rows() if separator else None
    page.broken = rows is None
    return page, None if rows is None else with_header(page, rows)


def _separator(page: Page) -> str | None:
    """What stands between the cells of the header, None when that is not one thing."""
    header = _QUOTED.sub(lambda quoted: "_" * len(quoted.group()), _LINE_END.split(page.text, maxsplit=1)[0])
    found = sorted((header.index(one), one) for one in SEPARATORS if one in header)
    if len(found) > 1:
        names = tuple(SEPARATORS[one] for _, one in found)
        message = say("the header is separated by more than one character: {names}", names=names)
        page.add("wrong-separator", 1, found[1][0] + 1, message, say("put commas between all cells"))
        return None
    return found[0][1] if found else ","


class _Scan:
    """One way through the text of a CSV file (RFC 4180), line by line and cell by cell."""

    def __init__(self, page: Page, separator: str) -> None:
        self._page, self._text, self._separator = page, page.text, separator
        self._plain = re.compile(f"[^{separator}\r\n]*")
        self._place, self._line, self._line_start = 0, 1, 0

    def rows(self) -> tuple[Row, ...] | None:
        """Every row that is not blank, None when the text is no CSV."""
        rows: list[Row] = []
        number = 0
        while self._place < len(self._text):
            number += 1
            cells = self._row()
            if cells is None:
                return None
            if not is_blank(cells):
                rows.append(Row(number, tuple(cells)))
        return tuple(rows)

    def _row(self) -> list[Cell] | None:
        cells: list[Cell] = []
        while True:
            cell = self._quoted() if self._text.startswith('"', self._place) else self._unquoted()
            if cell is None:
                return None
            cells.append(cell)
            if not self._text.startswith(self._separator, self._place):
                break
            self._place += 1
        return cells if self._end_line() else None

    def _unquoted(self) -> Cell:
        found = self._plain.match(self._text, self._place)
        assert found is not None, "every pattern takes nothing too"
        cell = self._cell(found.group(), self._place, exact=True)
        self._place = found.end()
        return cell

    def _quoted(self) -> Cell | None:
        found = _QUOTED.match(self._text, self._place)
        if found is None:
            self._fault(say("a text in quotes that is not closed"), say("end it with the same quote"))
            return None
        written = found[1]
        ends = [*_LINE_END.finditer(written)]
        cell = self._cell(written.replace('""', '"'), found.start(1), exact=not ends and '""' not in written)
        if ends:
            self._line += len(ends)
            self._line_start = found.start(1) + ends[-1].end()
        self._place = found.end()
        return cell

    def _cell(self, written: str, start: int, *, exact: bool) -> Cell:
        lead = len(written) - len(written.lstrip()) if exact else 0
        return Cell(written.strip(), self._line, start + lead - self._line_start + 1, exact)

    def _end_line(self) -> bool:
        """Step over the end of a line, or stand at the end of the text; False: text stands behind a quote."""
        found = _LINE_END.match(self._text, self._place)
        if found is None:
            if self._place < len(self._text):
                self._fault(say("text behind a closing quote"), say("write a quote inside quotes twice"))
                return False
            return True
        self._place = self._line_start = found.end()
        self._line += 1
        return True

    def _fault(self, message: Text, hint: Text) -> None:
        self._page.add("not-csv", self._line, self._place - self._line_start + 1, message, hint)
