"""XLSX into cells: the first sheet of a workbook, which may be broken, huge or meant to do harm."""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import IO, Any
from xml.etree.ElementTree import Element, iterparse
from zipfile import BadZipFile, ZipFile

from triage.rulebook.nodes import Page
from triage.rulebook.sheets import Cell, Kept, Row, Sheet, is_blank, with_header
from triage.rulebook.syntax import LARGEST
from triage.wording.text import Text, say

LARGEST_INSIDE = 16 << 20
"""Bytes of all parts of a workbook once they are unpacked: 5,000 rows of ten columns need 3 MiB."""

MOST_COLUMNS = 256

NO_WORKBOOK = (
    ArithmeticError, AttributeError, BadZipFile, EOFError, LookupError, NotImplementedError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What zip, XML and openpyxl raise on a file that is broken or of another kind; SyntaxError: the XML."""

_REFERENCE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_LEFT_OUT = re.compile(r"_.|\[[^\]]*\]|\\ ")
_FIXED = re.compile(r"(?:#,##)?0(?:\.(0+))?")
_SEEN_AS_KEPT = ("General", "@", "GENERAL")


def open_workbook(file: str, content: bytes) -> tuple[Page, Sheet | None]:
    """The file's page, and the rows of its first sheet when they could be read. `page.broken`: they could not."""
    page = Page(file, "")
    page.broken = True
    if len(content) > LARGEST:
        page.add("too-large", 1, 1, say("larger than 1 MiB"), say("split it into several files"))
        return page, None
    try:
        with ZipFile(BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_INSIDE:
                page.add(
                    "too-large", 1, 1, say("unpacked, the workbook is larger than 16 MiB"),
                    say("keep the table alone in it, and split it when it is too long"),
                )  # fmt: skip
                return page, None
            _check_harmless(parts)
        rows = _read(page, content)
    except NO_WORKBOOK:
        page.findings.clear()
        page.add("not-a-workbook", 1, 1, say("this is no Excel workbook that can be read"),
                 say("save it in Excel as an Excel workbook (.xlsx)"))  # fmt: skip
        return page, None
    return page, with_header(page, rows)


def _check_harmless(parts: ZipFile) -> None:
    """Raises ValueError when a part declares entities, which no spreadsheet does: they may grow a hundredfold."""
    for part in parts.namelist():
        content = parts.read(part)
        if any("<!DOCTYPE".encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
            raise ValueError("entities")


def _read(page: Page, content: bytes) -> tuple[Row, ...]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about drawings and the like, which no table needs
        book = load_workbook(BytesIO(content), read_only=True)
    try:
        first = book.worksheets[0]
        if first.sheet_state != "visible":
            page.add("hidden-cells", 1, 1, say("the first sheet is hidden, and it is the one that counts"),
                     say("show it, or take it out"), "warning")  # fmt: skip
        with first._get_source() as source:  # openpyxl's own cells leave out what is merged or hidden
            return tuple(_Reading(page, book, first).rows(source))
    finally:
        book.close()


class _Reading:
    """One way through the XML of a sheet."""

    def __init__(self, page: Page, book: Any, sheet: Any) -> None:
        self._page, self._book, self._sheet = page, book, sheet
        self._row = self._column = self._width = 0
        self._hidden_columns: list[tuple[int, int]] = []
        self._hidden_rows: list[int] = []

    def rows(self, source: IO[bytes]) -> Iterator[Row]:
        """The rows that are not blank, in their order."""
        data: Element | None = None
        for event, element in iterparse(source, events=("start", "end")):
            tag = _tag(element)
            if event == "start":
                data = element if tag == "sheetData" else data
            elif tag == "row":
                yield from self._one_row(element)
                if data is not None:
                    data.clear()
            else:
                self._beside(tag, element)
        self._tell_hidden()

    def _beside(self, tag: str, element: Element) -> None:
        """What a sheet says beside its rows."""
        if tag == "mergeCell":
            self._merged(element)
        elif tag == "col" and _is_hidden(element):
            self._hidden_columns.append((int(element.get("min", "1")), int(element.get("max", "1"))))

    def _tell_hidden(self) -> None:
        if self._hidden_rows:
            message = say("{count} hidden rows from here on count all the same", count=len(self._hidden_rows))
            self._hidden(self._hidden_rows[0], 1, message)
        for first, last in self._hidden_columns:
            for column in range(max(first, 1), min(last, self._width) + 1):
                self._hidden(1, column, say("this column is hidden, and counts all the same"))

    def _one_row(self, element: Element) -> Iterator[Row]:
        number = int(element.get("r", self._row + 1))
        if number <= self._row:
            raise ValueError("rows out of order")
        self._row, self._column = number, 0
        cells: list[Cell] = []
        for one in element:
            if _tag(one) == "c":
                self._add(cells, one)
        if not is_blank(cells):
            if _is_hidden(element):
                self._hidden_rows.append(number)
            self._width = max(self._width, len(cells))
            yield Row(number, tuple(cells))

    def _add(self, cells: list[Cell], element: Element) -> None:
        column = self._column_of(element)
        cell = self._cell(element, column)
        if cell is None:
            return
        if column > MOST_COLUMNS:
            self.fault("too-large", self._row, column, say("more than 256 columns"), say("delete what stands there"))
            return
        cells += [Cell("", self._row, empty) for empty in range(len(cells) + 1, column)]
        cells.append(cell)

    def _column_of(self, element: Element) -> int:
        """The column of the next cell; they stand in order. Raises ValueError."""
        from openpyxl.utils import column_index_from_string

        reference = element.get("r")
        column = self._column + 1
        if reference is not None:
            found = _REFERENCE.fullmatch(reference)
            if found is None or int(found[2]) != self._row:
                raise ValueError("cell outside its row")
            column = column_index_from_string(found[1])
        if column <= self._column:
            raise ValueError("cells out of order")
        self._column = column
        return column

    def _cell(self, element: Element, column: int) -> Cell | None:
        """The cell, None when nothing stands in it."""
        if any(_tag(one) == "f" for one in element):
            self.fault("formula", self._row, column, say("a formula"), say("paste the value in its place"))
            return None
        if element.get("t") == "inlineStr":
            text, kept = _inline(element), Kept.TEXT
        else:
            written = next((one.text for one in element if _tag(one) == "v"), None)
            text, kept = self._value(element, written, column) if written else ("", Kept.TEXT)
        text = text.strip()
        return Cell(text, self._row, column, kept=kept) if text else None

    def _value(self, element: Element, written: str, column: int) -> tuple[str, Kept]:
        match element.get("t", "n"):
            case "s":
                return str(self._sheet._shared_strings[int(written)]), Kept.TEXT
            case "str":
                return written, Kept.TEXT
            case "b":
                return ("true" if int(written) else "false"), Kept.YES_NO
            case "e":
                self.fault("cell-error", self._row, column, say("the error {error}", error=written),
                           say("type the value"))  # fmt: skip
                return "", Kept.TEXT
            case "d":
                return _instant(datetime.fromisoformat(written)), Kept.DATE
            case _:
                return self._number(written, int(element.get("s", 0)))

    def _number(self, written: str, style: int) -> tuple[str, Kept]:
        """A number as text; what the cell's format makes a date is one."""
        from openpyxl.cell.read_only import ReadOnlyCell
        from openpyxl.styles.numbers import is_date_format
        from openpyxl.utils.datetime import from_excel

        shown_as = str(ReadOnlyCell(self._sheet, 1, 1, None, style_id=style).number_format)
        value = float(written)
        if is_date_format(shown_as):
            made = from_excel(value, self._book.epoch)
            return (_instant(made), Kept.DATE) if isinstance(made, datetime) else (str(made), Kept.ODD)
        text = _plain(value)
        return text, Kept.NUMBER if _is_seen_as_kept(shown_as, text) else Kept.ODD

    def _merged(self, element: Element) -> None:
        reference = element.get("ref", "")
        row, column = _place(reference)
        message = say("the cells {cells} are merged", cells=reference)
        self.fault("merged-cells", row, column, message, say("unmerge them and fill each cell"))

    def _hidden(self, row: int, column: int, message: Text) -> None:
        self._page.add("hidden-cells", row, column, message, say("show it, or delete it"), "warning")

    def fault(self, code: str, row: int, column: int, message: Text, hint: Text) -> None:
        """Note a fault of a cell."""
        self._page.add(code, row, column, message, hint)


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") in ("1", "true")


def _inline(element: Element) -> str:
    """A text that stands in the cell itself, its runs together; readings above Chinese characters left out."""
    inside = next((one for one in element if _tag(one) == "is"), None)
    runs = [one for run in inside if _tag(run) in ("t", "r") for one in (run, *run)] if inside is not None else []
    return "".join(one.text or "" for one in runs if _tag(one) == "t")


def _place(reference: str) -> tuple[int, int]:
    """Row and column of the first cell of a range. Raises ValueError."""
    from openpyxl.utils import column_index_from_string

    found = _REFERENCE.match(reference)
    if found is None:
        raise ValueError("no range of cells")
    return int(found[2]), column_index_from_string(found[1])


def _instant(value: datetime) -> str:
    """A date, with the time unless it is midnight."""
    if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds")


def _plain(value: float) -> str:
    """The number as Excel shows it: with at most 15 digits, never with an exponent. Raises ValueError."""
    from decimal import Decimal

    text = format(Decimal(format(value, ".15g")), "f")
    if not text.lstrip("-").replace(".", "").isdigit():
        raise ValueError("no number")
    return text


def _is_seen_as_kept(shown_as: str, text: str) -> bool:
    """Whether the cell shows the number that it keeps: no percentage, no leading zeros, nothing rounded away."""
    plain = _LEFT_OUT.sub("", shown_as.split(";", maxsplit=1)[0]).strip()
    fixed = _FIXED.fullmatch(plain)
    return plain in _SEEN_AS_KEPT or (fixed is not None and len(text.partition(".")[2]) <= len(fixed[1] or ""))
