"""Reading the rows of a decision table: each as a condition and what it asks for."""

from collections.abc import Iterator

import msgspec

from triage.domain.condition import All, Always, Condition
from triage.domain.facts import FactType
from triage.rulebook.columns import Column, HeaderReader, blamed, mapping_of, scalar
from triage.rulebook.model import Position, Then
from triage.rulebook.nodes import Mapping, Node, Scalar, Sequence
from triage.rulebook.read_conditions import ConditionReader
from triage.rulebook.read_rules import read_then
from triage.rulebook.reading import name, shown
from triage.rulebook.reading_values import LIKE_DATE
from triage.rulebook.schema import ROW
from triage.rulebook.sheets import WORKBOOK, Cell, Kept, Row, Sheet
from triage.rulebook.words import Words
from triage.wording.text import NOTHING, Text, say

BAR, WIDE_BAR = "|", "｜"
"""Stands between several values in a cell; what a Chinese keyboard writes for it."""

MISFITS = ("unknown-value", "wrong-type", "bad-name")

WITH_DATES = (FactType.DATE, FactType.INSTANT)


class ReadRow(msgspec.Struct, frozen=True):
    """A row as read. `name`: its own, else the number that a spreadsheet shows."""

    name: str
    when: Condition
    then: Then
    cells: tuple[str, ...]
    at: Position


def read_rows(sheet: Sheet, words: Words) -> list[ReadRow]:
    """The rows; a workbook's findings are given the names of their cells."""
    rows = _SheetReader(sheet, words).rows()
    if sheet.page.file.endswith(WORKBOOK):
        sheet.page.findings = [
            msgspec.structs.replace(one, message=say("{cell}: {message}", cell=_cell_name(one.line, one.column),
                                                     message=one.message))
            for one in sheet.page.findings
        ]  # fmt: skip
    return rows


def row_name(header: Row, row: Row) -> str:
    """What the first column says under `row`, else the number that a spreadsheet shows."""
    own = row.cells[0].text if header.cells[0].text == ROW else ""
    return own or str(row.number)


def _position(file: str, cell: Cell) -> Position:
    return Position(file, cell.line, cell.column)


def _cell_name(row: int, column: int) -> str:
    """A cell as a spreadsheet calls it: `C7`."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


class _SheetReader:
    """Reads the rows of one table."""

    def __init__(self, sheet: Sheet, words: Words) -> None:
        self._page, self._words = sheet.page, words
        self._header, *self._body = sheet.rows
        self._reader = ConditionReader(words, words.facts, closed=words.facts_known)
        self._columns: list[Column] = []
        self._header_sound = False
        self._names: set[str] = set()

    def rows(self) -> list[ReadRow]:
        """Every row as read."""
        noted = len(self._page.findings)
        header = HeaderReader(self._page, self._words, self._reader)
        self._columns = header.read(self._header)
        self._header_sound = header.understood
        if any(one.code == "look-alike-character" for one in self._page.findings[noted:]):
            return []  # a separator may be lost: every cell would be read under another's header
        if not self._body:
            at = self._header.cells[0]
            self._page.add("empty-table", at.line, at.column, say("a header without rows"), say("add a row"))
        numbers = {str(row.number) for row in self._body if not self._name_cell(row)}
        read = []
        for row in self._body:
            self._check_width(row)
            self._check_name(row, numbers)
            read.append(self._row(row, is_last=row is self._body[-1]))
        return read

    def _row(self, row: Row, *, is_last: bool) -> ReadRow:
        noted = len(self._page.findings)
        tests = [(column, self._cell(row, column)) for column in self._columns if column.kind == "test"]
        thens = [(column, self._cell(row, column)) for column in self._columns if column.kind == "then"]
        first = row.cells[0]
        if self._header_sound and not is_last and not any(cell.text for _, cell in tests):
            self._page.add("any-row-not-last", first.line, first.column, say("this row fits every complaint"),
                           say("move it to the end, or fill one of its tests"))  # fmt: skip
        conditions = tuple(self._conditions(tests))
        when = conditions[0] if len(conditions) == 1 else All(conditions) if conditions else Always()
        then = self._then(thens, first)
        self._blame(row, noted)
        cells = tuple(cell.text for cell in row.cells)
        return ReadRow(row_name(self._header, row), when, then, cells, _position(self._page.file, first))

    def _conditions(self, tests: list[tuple[Column, Cell]]) -> Iterator[Condition]:
        for column, cell in tests:
            operand = self._operand(column, cell) if cell.text else None
            if operand is not None:
                yield self._reader.read(column.tests(operand))

    def _then(self, thens: list[tuple[Column, Cell]], first: Cell) -> Then:
        found = [(column, self._operand(column, cell)) for column, cell in thens if cell.text]
        pairs = [(column.key, operand) for column, operand in found if operand is not None]
        if pairs:
            return read_then(mapping_of(*pairs), self._words)
        if self._header_sound and not found:
            read_then(Mapping(self._page, first.line, first.column, {}, complete=True), self._words)
        return Then()

    def _operand(self, column: Column, cell: Cell) -> Node | None:
        """What the cell holds, as a rule file would write it; None: a fault that was noted."""
        if not self._is_kept_well(column, cell):
            return None
        if WIDE_BAR in cell.text:
            self._fault("unknown-value", cell, say("several values in a cell"))
            return None
        parts = self._parts(column, cell)
        if any(not part.text for part in parts):
            self._fault("empty-value", cell, say("nothing before or behind a |"), say("take the | out"))
            return None
        if len(parts) > 1 and not column.takes_several:
            self._fault("wrong-type", cell, say("{header} takes one value", header=column.header), _several(column))
            return None
        if len(parts) == 1 and (not column.takes_several or (column.kind == "test" and column.test is None)):
            return parts[0]
        return Sequence(self._page, parts[0].line, parts[0].column, [*parts], complete=True)

    def _parts(self, column: Column, cell: Cell) -> list[Scalar]:
        parts = []
        start = 0
        for part in cell.text.split(BAR):
            text = part.strip()
            parts.append(scalar(self._page, cell, _as_read(column.type, text), start + len(part) - len(part.lstrip())))
            start += len(part) + 1
        return parts

    def _is_kept_well(self, column: Column, cell: Cell) -> bool:
        """Whether the spreadsheet keeps what its author sees; otherwise a fault is noted."""
        made = {
            Kept.ODD: True,
            Kept.DATE: column.type not in WITH_DATES,
            Kept.YES_NO: column.type is not FactType.YES_NO,
        }
        if made.get(cell.kept):
            message = say("the spreadsheet keeps something else here than was typed: {text}", text=shown(cell.text))
            self._fault("cell-type", cell, message, say("format the cell as text and type it again"))
            return False
        return True

    def _cell(self, row: Row, column: Column) -> Cell:
        if column.index < len(row.cells):
            return row.cells[column.index]
        return Cell("", row.cells[0].line, column.index + 1)

    def _name_cell(self, row: Row) -> Cell | None:
        """The cell that names the row, None when the row has no name of its own."""
        named = self._header.cells[0].text == ROW and row.cells[0].text
        return row.cells[0] if named else None

    def _check_name(self, row: Row, numbers: set[str]) -> None:
        cell = self._name_cell(row)
        if cell is None:
            return
        if cell.kept not in (Kept.TEXT, Kept.NUMBER):
            self._is_kept_well(self._columns[0], cell)
            return
        name(scalar(self._page, cell, cell.text, 0))
        if cell.text in self._names or cell.text in numbers:
            self._fault("duplicate-id", cell, say("another row is called {name} too", name=shown(cell.text)))
        self._names.add(cell.text)

    def _check_width(self, row: Row) -> None:
        """Cells stand under a header, and a line of text has as many as the header."""
        if not self._header_sound:
            return
        width = len(self._header.cells)
        for index, cell in enumerate(row.cells):
            if cell.text and (index >= width or not self._header.cells[index].text):
                self._fault("ragged-row", cell, say("no header stands above this cell"),
                            say("name the column, or empty the cell"))  # fmt: skip
        if len(row.cells) < width and not self._page.file.endswith(WORKBOOK):
            message = say("the row has {found} cells, the header {wanted}", found=len(row.cells), wanted=width)
            self._fault("ragged-row", row.cells[0], message, say("keep the separators of empty cells"))

    def _fault(self, code: str, cell: Cell, message: Text, hint: Text = NOTHING) -> None:
        self._page.add(code, cell.line, cell.column, message, hint)

    def _blame(self, row: Row, noted: int) -> None:
        """Say of the row's new findings what their cells explain."""
        for number in range(noted, len(self._page.findings)):
            finding = self._page.findings[number]
            cell = next((one for one in row.cells if _holds(one, finding.line, finding.column)), None)
            if cell is not None and finding.code in MISFITS:
                self._page.findings[number] = blamed(finding, cell)


def _holds(cell: Cell, line: int, column: int) -> bool:
    return bool(cell.text) and cell.line == line and cell.column <= column <= cell.column_of(len(cell.text))


def _several(column: Column) -> Text:
    """How to write several values of a column that takes one."""
    if column.kind == "then":
        return say("write one, or a row for each")
    meant = {"is": "in", "is_not": "not_in", "contains": "contains_any"}.get(column.test.text if column.test else "")
    if meant is None:
        return say("write one, or a row for each")
    return say('write "{fact} {test}" in the header', fact=column.key.text, test=meant)


def _as_read(kind: FactType, text: str) -> str:
    """A value as rule files write it: a spreadsheet that saves text turns `true` and dates into forms of its own."""
    if kind is FactType.YES_NO and text.casefold() in ("true", "false"):
        return text.casefold()
    found = LIKE_DATE.fullmatch(text) if kind in WITH_DATES else None
    if found is None:
        return text
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}{found[4] or ''}"
