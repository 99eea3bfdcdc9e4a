"""Reading decision tables: each row becomes a rule, out of the same readers that read rule files."""

import msgspec

from triage.rulebook.model import InTable, Position, Rule, Table, TableRow
from triage.rulebook.read_conditions import ConditionReader
from triage.rulebook.read_rows import ReadRow, read_rows
from triage.rulebook.read_rules import read_examples
from triage.rulebook.reading import fields, name, word
from triage.rulebook.reading_values import effective, notes, reason, source, status, titles
from triage.rulebook.rule_files import SIDECAR, TableFiles
from triage.rulebook.schema import HITS, TABLE, TABLE_EXPECT
from triage.rulebook.sheets import TEXT_TABLE, WORKBOOK
from triage.rulebook.words import Words
from triage.wording.text import say


def row_id(table: str, row: str) -> str:
    """The id of the rule that a row is, as reasons name it."""
    return f"{table} row {row}"


def read_table(files: TableFiles, words: Words) -> tuple[Table, list[Rule]]:
    """The table and, in their order, the rules that its rows are."""
    rows = read_rows(files.sheet, words) if files.sheet is not None else []
    _check_pair(files)
    found = fields(files.sidecar, TABLE)
    notes(found, words.languages)
    table_status = status(found["status"])
    start, end = found.read("effective", effective) or (None, None)
    own = msgspec.structs.replace(words, rows=tuple(row.name for row in rows) or None)
    reader = ConditionReader(words, words.facts, closed=words.facts_known)
    table = Table(
        id=words.full(name(found["id"])),
        title=titles(found["title"], words.languages),
        why=reason(found["why"], words.languages),
        source=found.read("source", source, table_status),
        hit=word(found["hit"], HITS, say("a way to hit")),
        status=table_status,
        effective_from=start,
        effective_to=end,
        columns=() if files.sheet is None else tuple(cell.text for cell in files.sheet.rows[0].cells),
        rows=(),
        examples=read_examples(found["examples"], own, reader, TABLE_EXPECT),
        file="" if files.sheet_page is None else files.sheet_page.file,
        at=Position(files.sidecar.page.file, files.sidecar.line, files.sidecar.column),
    )
    rules = [_rule(table, number, row, words) for number, row in enumerate(rows)]
    return msgspec.structs.replace(table, rows=tuple(map(_table_row, rules, rows))), rules


def _rule(table: Table, number: int, row: ReadRow, words: Words) -> Rule:
    return Rule(
        id=row_id(table.id, row.name),
        title=table.title,
        why=table.why,
        source=table.source,
        when=words.applied(row.when),
        then=row.then,
        status=table.status,
        effective_from=table.effective_from,
        effective_to=table.effective_to,
        examples=(),
        at=row.at,
        in_table=InTable(table.id, number, first_only=table.hit == "first"),
    )


def _table_row(rule: Rule, row: ReadRow) -> TableRow:
    return TableRow(rule=rule.id, name=row.name, cells=row.cells, at=row.at)


def _check_pair(files: TableFiles) -> None:
    """A table and its sidecar come together."""
    stem = files.path.rpartition("/")[2]
    if files.sidecar_page is None and files.sheet_page is not None:
        message = say("this table has no sidecar {file}", file=stem + SIDECAR)
        files.sheet_page.add("missing-sidecar", 1, 1, message, say("triage table new writes one"))
    if files.sheet_page is None and files.sidecar_page is not None:
        message = say("there is no table {name} to this sidecar", name=stem + TEXT_TABLE)
        hint = say("save the table as {csv} or {xlsx}", csv=stem + TEXT_TABLE, xlsx=stem + WORKBOOK)
        files.sidecar_page.add("missing-table", 1, 1, message, hint)
