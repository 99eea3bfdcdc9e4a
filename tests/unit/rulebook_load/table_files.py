"""Decision tables for tests: a sound one, its sidecar, and workbooks made of rows."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

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


_INLINE = re.compile(r't="inlineStr"><is>(<t.*?</t>)</is>', re.DOTALL)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def with_shared_texts(content: bytes) -> bytes:
    """The workbook as Excel itself writes it: each text once, in a part of its own."""
    changed = io.BytesIO()
    texts: list[str] = []

    def shared(found: re.Match[str]) -> str:
        if found[1] not in texts:
            texts.append(found[1])
        return f't="s"><v>{texts.index(found[1])}</v>'

    with ZipFile(io.BytesIO(content)) as old, ZipFile(changed, "w", ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), reverse=True):
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = _INLINE.sub(shared, text)
            elif name == "xl/_rels/workbook.xml.rels":
                relation = f'<Relationship Id="rId99" Type="{_RELATION}" Target="sharedStrings.xml"/></Relationships>'
                text = text.replace("</Relationships>", relation)
            elif name == "[Content_Types].xml":
                part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}"/></Types>'
                text = text.replace("</Types>", part)
            new.writestr(name, text)
        items = "".join(f"<si>{text}</si>" for text in texts)
        new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{items}</sst>')
    assert texts, "nothing to share"
    return changed.getvalue()
