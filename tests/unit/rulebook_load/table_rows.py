"""What can be wrong with decision tables, and what has to be found at which place."""

import io
from collections.abc import Callable
from datetime import date, time
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from tests.builders_rules import RULES
from tests.unit.rulebook_load.fault_rows import HERE
from tests.unit.rulebook_load.table_files import CSV, SHEET, SIDE, SIDECAR, XLSX, rows_of, with_table, workbook_of
from triage.rulebook.catalogue_tables import TABLES


class CsvRow(NamedTuple):
    """The sound table with `old` replaced by `new`. `codes`: of the findings at the marks, in their order. `says`:
    stands in the message or hint of the first."""

    codes: str
    old: str
    new: str
    says: str = ""

    @property
    def files(self) -> dict[str, bytes]:
        """The folder, marks taken out."""
        return with_table(self._marked.replace(HERE, ""))

    @property
    def _marked(self) -> str:
        assert SHEET.count(self.old) == 1, f"{self.old!r} stands {SHEET.count(self.old)} times in the table"
        return SHEET.replace(self.old, self.new)

    @property
    def expected(self) -> list[str]:
        """`file:line:column code` of each finding."""
        places = []
        for number, line in enumerate(self._marked.split("\n"), start=1):
            *before, _ = line.split(HERE)
            places += [f"{CSV}:{number}:{len(''.join(before[: count + 1])) + 1}" for count in range(len(before))]
        return [f"{place} {code}" for place, code in zip(places, self.codes.split(), strict=True)]


CSV_ROWS = (
    # the header
    CsvRow("unknown-key", ",channel,", ",¦chanel,", 'did you mean "channel"?'),
    CsvRow("unknown-key", "customer.age at_least", "¦customer.agee at_least", 'did you mean "customer.age"?'),
    CsvRow("unknown-key", "customer.age at_least", "customer.age ¦at_leats", 'did you mean "at_least"?'),
    CsvRow("wrong-test", "customer.age at_least", "customer.age ¦contains", "is no test of customer.age"),
    CsvRow("wrong-test", "causes contains_any", "¦causes", 'did you mean "contains"?'),
    CsvRow("unknown-key", "then.priority", "¦then.prority", 'did you mean "then.priority"?'),
    CsvRow("unknown-key", "then.priority", "¦priority", 'did you mean "then.priority"?'),
    CsvRow("unknown-key", ",channel,", ",¦all,", "unknown column"),
    CsvRow("duplicate-key", "then.tags,note", "note,¦note", "stands twice"),
    CsvRow("look-alike-character", "row,channel,", "row,channel¦，", "write: row,channel, customer.age at_least"),
    # values
    CsvRow("unknown-value", "phone|fax", "phone|¦faxx", 'did you mean "fax"?'),
    CsvRow("look-alike-character", "phone|fax", "phone¦｜fax", "write: ,phone|fax,70"),
    CsvRow("wrong-type", ",70,", ",¦seventy,", "a whole number is wanted"),
    CsvRow("wrong-type", ",70,", ",¦>=70,", 'write the test in the header, as in "customer.age at_least"'),
    CsvRow("look-alike-character", ",70,", ",7¦０,", "write: ,phone|fax,70,1000"),
    CsvRow("wrong-type", ",70,", ",¦*,", "leave the cell empty"),
    CsvRow("wrong-type", ",70,", ",¦70|80,", "customer.age at_least takes one value"),
    CsvRow("wrong-type", "1000 CNY|50000 CNY", "¦1000 CNY", "between takes two values"),
    CsvRow("wrong-type", "1000 CNY|50000 CNY", "1000 CNY|¦50000", 'did you mean "50000 CNY"?'),
    CsvRow(
        "unknown-value", "amount_dispute | claim_delay", "amount_dispute | ¦claim_dely", 'did you mean "claim_delay"?'
    ),
    CsvRow("empty-value", "phone|fax", "¦phone|", "take the | out"),
    CsvRow("unknown-value", ",high,", ",¦hihg,", 'did you mean "high"?'),
    CsvRow("wrong-type", ",high,", ",¦high|low,", "then.priority takes one value"),
    CsvRow("bad-name", "press|loud", "press|¦very loud"),
    CsvRow("duplicate-value", "press|loud", "press|¦press", "stands twice in tags"),
    CsvRow("unknown-value", "press,media,,,,urgent", "press,¦MEDIA,,,,urgent", 'did you mean "media"?'),
    # rows
    CsvRow("empty-list", "\n,,,,,normal,,", "\n¦,,,,,,,", "then asks for nothing"),
    CsvRow("any-row-not-last", "press,media,", "¦press,,", "move it to the end"),
    CsvRow("duplicate-id", "\n,phone", "\n¦press,phone", "another row is called"),
    CsvRow("duplicate-id", "\n,phone", "\n¦4,phone", "another row is called"),
    CsvRow("bad-name", "\npress,media", "\n¦the press,media"),
    CsvRow("ragged-row", ",normal,,anything else", ",normal,,anything else,,¦more", "no header stands above"),
    CsvRow("ragged-row", "\n,,,,,normal,,anything else", "\n¦,,,,,normal", "the row has 6 cells, the header 8"),
    CsvRow("not-csv", '"the press, always"', '¦"the press, always', "not closed"),
    CsvRow("not-csv", '"the press, always"', '"the press"¦s, always', "text behind a closing quote"),
    CsvRow("wrong-separator", "row,channel", "row,channel¦;x", "comma, semicolon"),
    CsvRow("control-character", "media", "me¦\x00dia"),
)
"""Changes of the sound table, and what is found."""


def cells(name: str, value: Any, **style: str) -> Callable[[Any], None]:
    """Puts a value, and a number format, into a cell."""

    def change(sheet: Any) -> None:
        sheet[name] = value
        for key, one in style.items():
            setattr(sheet[name], key, one)

    return change


def _hide(sheet: Any) -> None:
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.column_dimensions["Z"].hidden = True


def _error(sheet: Any) -> None:
    sheet["C3"] = "#REF!"
    sheet["C3"].data_type = "e"


WORKBOOK_ROWS: dict[str, tuple[Callable[[Any], object], list[str], str]] = {
    "a formula": (cells("C3", "=60+10"), ["3:3 formula"], "C3: a formula (paste the value in its place)"),
    "merged cells": (lambda sheet: sheet.merge_cells("B2:C3"), ["2:2 merged-cells"], "B2: the cells B2:C3"),
    "an error": (_error, ["3:3 cell-error"], "C3: the error #REF!"),
    "a date where a word is wanted": (cells("G3", date(2026, 3, 2)), ["3:7 cell-type"], "G3: the spreadsheet keeps"),
    "a date where a number is wanted": (cells("C3", date(2026, 3, 2)), ["3:3 cell-type"], '"2026-03-02"'),
    "a percentage": (cells("C3", 0.7, number_format="0%"), ["3:3 cell-type"], '"0.7"'),
    "a rounded number": (cells("C3", 70.4, number_format="0"), ["3:3 cell-type"], '"70.4"'),
    "leading zeros": (cells("C3", 70, number_format="000"), ["3:3 cell-type"], '"70"'),
    "a time of day": (cells("C3", time(9, 30)), ["3:3 cell-type"], '"09:30:00"'),
    "true where a word is wanted": (cells("F3", True), ["3:6 cell-type"], '"true"'),
    "a fraction": (cells("C3", 70.5), ["3:3 wrong-type"], "C3: a whole number is wanted"),
    "an amount without currency": (cells("D3", 5000), ["3:4 wrong-type"], "between takes two values"),
    "a misspelt word": (cells("B3", "phone|faxx"), ["3:2 unknown-value"], 'did you mean "fax"?'),
    "a full-width bar": (cells("B3", "phone｜fax"), ["3:2 look-alike-character"], "write: phone|fax"),
    "a cell beside the table": (cells("K3", "x"), ["3:11 ragged-row"], "K3: no header stands above"),
    "a misspelt fact": (cells("B1", "chanel"), ["1:2 unknown-key"], 'B1: unknown column "chanel"'),
}
"""Changes of the sound table as a workbook, the places and codes, and what the first message says."""


def _header_below(sheet: Any) -> None:
    sheet.insert_rows(1)


PLAIN = SIDECAR[: SIDECAR.index("  - given")] + "  - {given: {channel: fax}, expect: {fires: true}}\n"
SOUND_WORKBOOK = workbook_of(rows_of(SHEET))


def entities() -> bytes:
    """The sound workbook with a text that is declared as an entity; such texts can be made to grow a hundredfold."""
    content = io.BytesIO()
    with ZipFile(io.BytesIO(SOUND_WORKBOOK)) as sound, ZipFile(content, "w", ZIP_DEFLATED) as parts:
        for name in sound.namelist():
            text = sound.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = f"<!DOCTYPE x [<!ENTITY a 'phone|fax'>]>{text.replace('phone|fax', '&a;')}"
            parts.writestr(name, text)
    return content.getvalue()


def bomb() -> bytes:
    """A workbook that is small and unpacks to 64 MiB."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (64 << 20))
    return content.getvalue()


TABLE_FILES: dict[str, tuple[dict[str, bytes], list[str]]] = {
    "no sidecar": ({CSV: SHEET.encode(), SIDE: b""}, [f"{SIDE}:1:1 empty-file"]),
    "a table alone": (
        {"tables/other.csv": b"channel,then.priority\nfax,low\n"},
        ["tables/other.csv:1:1 missing-sidecar"],
    ),
    "a sidecar alone": ({SIDE: SIDECAR.encode()}, [f"{SIDE}:1:1 missing-table"]),
    "CSV and XLSX": (with_table() | {XLSX: SOUND_WORKBOOK}, [f"{XLSX}:1:1 two-tables"]),
    "rules among tables": ({"tables/rules.yaml": RULES.encode()}, ["tables/rules.yaml:1:1 misplaced-file"]),
    "no bytes": (with_table(b""), [f"{CSV}:1:1 empty-file"]),
    "an empty sheet": (with_table(workbook_of([]), path=XLSX), [f"{XLSX}:1:1 empty-file"]),
    "a header alone": (with_table("row,channel,then.priority\n", PLAIN), [f"{CSV}:1:1 empty-table"]),
    "an empty first line": (with_table("\n" + SHEET), [f"{CSV}:1:1 missing-column"]),
    "an empty first row": (
        with_table(workbook_of(rows_of(SHEET), _header_below), path=XLSX),
        [f"{XLSX}:1:1 missing-column"],
    ),
    "no tests": (with_table("row,then.priority\npress,low\n", PLAIN), [f"{CSV}:1:1 missing-column"]),
    "row names in the middle": (
        with_table("channel,row,then.priority\nfax,a,low\n", PLAIN),
        [f"{CSV}:1:9 misplaced-column"],
    ),
    "nothing to do": (with_table("row,channel\npress,media\n", PLAIN), [f"{CSV}:1:1 missing-column"]),
    "GBK from Excel": (
        with_table("row,channel,then.priority,note\npress,fax,low,医疗\n".encode("gbk")),
        [f"{CSV}:2:16 not-utf-8"],
    ),
    "Unicode text from Excel": (with_table(SHEET.encode("utf-16")), [f"{CSV}:1:1 not-utf-8"]),
    "a CSV over 1 MiB": (with_table(b"," * ((1 << 20) + 1)), [f"{CSV}:1:1 too-large"]),
    "no workbook": (with_table(SHEET, path=XLSX), [f"{XLSX}:1:1 not-a-workbook"]),
    "half a workbook": (with_table(SOUND_WORKBOOK[:2000], path=XLSX), [f"{XLSX}:1:1 not-a-workbook"]),
    "a workbook over 1 MiB": (with_table(b"PK" * (1 << 20), path=XLSX), [f"{XLSX}:1:1 too-large"]),
    "entities": (with_table(entities(), path=XLSX), [f"{XLSX}:1:1 not-a-workbook"]),
    "a zip bomb": (with_table(bomb(), path=XLSX), [f"{XLSX}:1:1 too-large"]),
    "a wide sheet": (
        with_table(workbook_of(rows_of(SHEET), cells("XFD2", "x")), path=XLSX),
        [f"{XLSX}:2:16384 too-large"],
    ),
    "the same table twice": (
        with_table() | {"tables/second.csv": SHEET.encode(), "tables/second.table.yaml": SIDECAR.encode()},
        ["tables/second.table.yaml:1:1 duplicate-id"],
    ),
    "a misspelt hit": (with_table(sidecar=SIDECAR.replace("first", "frist")), [f"{SIDE}:4:6 unknown-value"]),
    "a row that is none": (with_table(sidecar=SIDECAR.replace("row: 3", "row: 33")), [f"{SIDE}:9:19 unknown-value"]),
    "no hit": (with_table(sidecar=SIDECAR.replace("hit: first\n", "")), [f"{SIDE}:1:1 missing-key"]),
}
"""Folders with tables, and what is found."""

HIDDEN = with_table(workbook_of(rows_of(SHEET), _hide), path=XLSX)
HIDDEN_PLACES = [f"{XLSX}:1:4 hidden-cells", f"{XLSX}:2:1 hidden-cells"]
"""A workbook with a hidden row, a hidden column, and one beside the table that hides nothing."""


def by_code() -> dict[str, dict[str, bytes]]:
    """Files for each code that only tables give."""
    found = {"hidden-cells": HIDDEN}
    found |= {places[0].split()[1]: files for files, places in reversed(TABLE_FILES.values())}
    for change, places, _ in WORKBOOK_ROWS.values():
        found[places[0].split()[1]] = with_table(workbook_of(rows_of(SHEET), change), path=XLSX)
    found |= {row.codes: row.files for row in CSV_ROWS}
    return {code: found[code] for code in TABLES}
