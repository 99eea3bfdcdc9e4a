"""The header of a decision table: what each column says, checked once."""

import re
from collections.abc import Sequence as ManyOf

import msgspec

from triage.domain.condition import Op
from triage.domain.facts import FactType
from triage.rulebook.characters import suspects
from triage.rulebook.faults import Finding, Hint, nearest, suggestion
from triage.rulebook.nodes import ABSENT, Mapping, Node, Page, Scalar, Sequence
from triage.rulebook.noting import shown
from triage.rulebook.read_conditions import BLOCKS, ConditionReader
from triage.rulebook.schema import NOTE, ROW, THEN, THEN_MARK
from triage.rulebook.sheets import Cell, Row
from triage.rulebook.syntax import spoilt
from triage.rulebook.words import Words
from triage.wording.text import say

SEVERAL = (Op.IN, Op.NOT_IN, Op.BETWEEN, Op.CONTAINS_ANY, Op.CONTAINS_NONE, Op.MENTIONS)
"""Tests that take several values."""

SEVERAL_THENS = ("tags", "policies")


class Column(msgspec.Struct, frozen=True):
    """What stands under a header cell. `kind`: row | note | test | then. `key`: the fact, or the key of `then`.
    `test`: None when none is written. `type`: how values are read; TEXT where they are words."""

    index: int
    header: str
    kind: str
    key: Scalar
    test: Scalar | None = None
    type: FactType = FactType.TEXT

    @property
    def takes_several(self) -> bool:
        """Whether a cell may hold several values."""
        if self.kind == "then":
            return self.key.text in SEVERAL_THENS
        return self.test is None or self.test.text in SEVERAL

    def tests(self, operand: Node) -> Mapping:
        """The condition that the operand makes, as a rule file would write it."""
        return mapping_of((self.key, operand if self.test is None else mapping_of((self.test, operand))))


def mapping_of(first: tuple[Scalar, Node], *more: tuple[Scalar, Node]) -> Mapping:
    """A mapping of these keys and values; it stands where its first key does."""
    at = first[0]
    return Mapping(at.page, at.line, at.column, {one[0].text: one for one in (first, *more)}, complete=True)


def scalar(page: Page, cell: Cell, text: str, index: int) -> Scalar:
    """A part of a cell's text as a value; `index`: where in the text it begins."""
    column = cell.column_of(index)
    return Scalar(page, cell.line, column, cell.line, column + len(text), text, plain=True)


class HeaderReader:
    """Reads the header of one table. `understood`: every cell of it, so that what rows lack can be told."""

    def __init__(self, page: Page, words: Words, reader: ConditionReader) -> None:
        self._page, self._words, self._reader = page, words, reader
        self.understood = False

    def read(self, header: Row) -> list[Column]:
        """The columns that have a meaning. Faults are noted at the header's cells, never again in the rows."""
        columns: list[Column] = []
        noted = len(self._page.findings)
        for index, cell in enumerate(header.cells):
            column = self._column(index, cell) if cell.text else None
            if column is None:
                continue
            if any(one.header == column.header for one in columns):
                message = say("the column {header} stands twice", header=shown(column.header))
                self._page.add("duplicate-key", cell.line, cell.column, message, say("keep one of them"))
            columns.append(column)
        self.understood = len(columns) == sum(bool(cell.text) for cell in header.cells)
        if self.understood:
            self._check_whole(header, columns)
        self.understood = self.understood and len(self._page.findings) == noted
        return columns

    def _check_whole(self, header: Row, columns: ManyOf[Column]) -> None:
        place = header.cells[0].line, header.cells[0].column
        if not any(column.kind == "test" for column in columns):
            self._page.add("missing-column", *place, say("no column tests a fact"), say("name a fact in the header"))
        if not any(column.kind == "then" for column in columns):
            hint = say("name one of {columns}", columns=tuple(THEN_MARK + key for key in THEN.keys))
            self._page.add("missing-column", *place, say("no column says what is to be done"), hint)

    def _column(self, index: int, cell: Cell) -> Column | None:
        words = cell.text.split()
        header = " ".join(words)
        key = scalar(self._page, cell, words[0], 0)
        if header == NOTE:
            return Column(index, header, NOTE, key)
        if header == ROW:
            if index:
                self._page.add("misplaced-column", cell.line, cell.column, say("row may only be the first column"),
                               say("move it to the left"))  # fmt: skip
            return Column(index, header, ROW, key)
        noted = len(self._page.findings)
        found = self._then(index, header, key) if header.startswith(THEN_MARK) else self._test(index, header, cell)
        self._blame(cell, noted)
        return found

    def _then(self, index: int, header: str, key: Scalar) -> Column | None:
        written = header.removeprefix(THEN_MARK)
        if written in THEN.keys:
            return Column(index, header, "then", msgspec.structs.replace(key, text=written))
        allowed = [THEN_MARK + one for one in THEN.keys]
        self._unknown(key, header, allowed)
        return None

    def _unknown(self, key: Scalar, header: str, allowed: ManyOf[str]) -> None:
        message = say("unknown column {header}", header=shown(header))
        self._page.add("unknown-key", key.line, key.column, message, suggestion(header, allowed))

    def _test(self, index: int, header: str, cell: Cell) -> Column | None:
        fact, _, test = header.partition(" ")
        key = scalar(self._page, cell, fact, 0)
        spec = self._words.facts.get(fact)
        if spec is None:
            if self._words.facts_known or fact in BLOCKS:
                names = [*self._words.facts, *(THEN_MARK + one for one in THEN.keys), ROW, NOTE]
                self._unknown(key, header if nearest(header, names) else fact, names)
            return None
        test_key = scalar(self._page, cell, test, cell.text.find(test.split(" ")[0], len(fact))) if test else None
        kind = FactType.YES_NO if test == Op.KNOWN else FactType.TEXT if test == Op.MENTIONS else spec.type
        column = Column(index, header, "test", key, test_key, kind)
        noted = len(self._page.findings)
        self._reader.read(column.tests(self._nothing(column)))
        return column if len(self._page.findings) == noted else None

    def _nothing(self, column: Column) -> Node:
        """A value that is passed over in silence, so that the header alone is read."""
        if not column.takes_several:
            return ABSENT
        at = column.key
        return Sequence(self._page, at.line, at.column, [ABSENT, ABSENT], complete=True)

    def _blame(self, cell: Cell, noted: int) -> None:
        for number in range(noted, len(self._page.findings)):
            self._page.findings[number] = blamed(self._page.findings[number], cell)


_COMPARISON = re.compile(r"[<>=≤≥≠＜＞＝!]+")
_ANYTHING = ("*", "-", "—", "–", "any", "all", "任意", "全部", "不限", "/")


def blamed(finding: Finding, cell: Cell) -> Finding:
    """The finding about a cell, with what a look-alike character, a sign or a word for anything in it explains."""
    text = cell.text
    found = suspects(text)
    if found:
        page = Page(finding.file, text)
        spoilt(page, 0, found, finding.message)
        [named] = page.findings
        return msgspec.structs.replace(
            named, line=cell.line, column=cell.column_of(found[0].column), end_column=None,
            line_text=finding.line_text, corrected=_corrected(finding.line_text, cell, named.corrected),
        )  # fmt: skip
    if cell.exact and isinstance(finding.hint, Hint) and finding.hint.instead:
        start, end = finding.column - 1, (finding.end_column or finding.column) - 1
        whole = finding.line_text[:start] + finding.hint.instead + finding.line_text[end:]
        return msgspec.structs.replace(finding, corrected=whole if end > start else "")
    if text.casefold() in _ANYTHING:
        return msgspec.structs.replace(finding, hint=say("leave the cell empty where anything will do"))
    if _COMPARISON.match(text):
        hint = say("write the test in the header, as in {example}", example=shown("customer.age at_least"))
        return msgspec.structs.replace(finding, hint=hint)
    return finding


def _corrected(line: str, cell: Cell, text: str) -> str:
    """The line with the cell's text put right; the text alone where a line cannot be told."""
    start = cell.column - 1
    if not cell.exact or line[start : start + len(cell.text)] != cell.text:
        return text
    return line[:start] + text + line[start + len(cell.text) :]
