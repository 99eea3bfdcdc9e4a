"""Decision tables for tests: a sound one, its sidecar, and workbooks made of rows."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from tests.builders_rules import sound_rules

SHEET = """\
row,channel,customer.age at_least,amount_disputed between,causes contains_any,then.priority,then.tags,note
press,media,,,,urgent,press|loud,"the press, always"
,phone|fax,70,1000 CNY|50000 CNY,amount_dispute | claim_delay,high,,
,,,,,normal,,anything else
"""

SIDECAR = """\
id: matrix
title: {en: A matrix, zh-Hans: 矩阵}
why: A test needs it.
hit: first
examples:
  - given: {channel: media}
    expect: {row: press, priority: urgent, tags: [press, loud]}
  - given: {channel: fax, customer.age: 70, amount_disputed: 50000 CNY, causes: [claim_delay]}
    expect: {row: 3, priority: high}
  - given: {channel: fax, customer.age: 69, amount_disputed: 50000 CNY, causes: [claim_delay]}
    expect: {fires: true, row: 4, rules: [matrix row 4], priority: normal}
"""

CSV, XLSX, SIDE = "tables/matrix.csv", "tables/matrix.xlsx", "tables/matrix.table.yaml"


def with_table(sheet: str | bytes = SHEET, sidecar: str = SIDECAR, *, path: str = CSV) -> dict[str, bytes]:
    """The sound folder with a decision table."""
    content = sheet.encode() if isinstance(sheet, str) else sheet
    return sound_rules() | {path: content, SIDE: sidecar.encode()}


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as Excel saves them: UTF-8 with a byte order mark and CRLF."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def workbook_of(rows: Iterable[Sequence[Any]], change: Callable[[Any], object] = lambda _: None) -> bytes:
    """A workbook with these values on its first sheet. `change`: done to the sheet before it is saved."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rows_of(text: str) -> list[list[str | None]]:
    """The rows of a CSV text, empty cells as None."""
    return [[cell or None for cell in row] for row in csv.reader(io.StringIO(text))]
