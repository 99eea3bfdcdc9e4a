"""Every fault of a decision table is told at its cell, and nothing else is made up beside it."""

import pytest

from tests.builders_rules import places, sound_rules
from tests.unit.rulebook_load.table_files import CSV, SHEET, SIDE, SIDECAR, XLSX, rows_of, with_table, workbook_of
from tests.unit.rulebook_load.table_rows import (
    CSV_ROWS,
    HIDDEN,
    HIDDEN_PLACES,
    TABLE_FILES,
    WORKBOOK_ROWS,
    CsvRow,
)
from triage.rulebook.faults import WARNING
from triage.rulebook.load import load
from triage.service.release import inspect_files


@pytest.mark.parametrize("path", [CSV, XLSX])
def test_the_sound_table_is_sound(path: str) -> None:
    """What is changed below begins without a finding, and its examples hold."""
    sheet = SHEET.encode() if path == CSV else workbook_of(rows_of(SHEET))
    assert inspect_files(with_table(sheet, path=path)) == []


@pytest.mark.parametrize("row", CSV_ROWS, ids=lambda row: f"{row.codes}-{CSV_ROWS.index(row)}")
def test_a_fault_of_a_csv_is_found_at_its_cell(row: CsvRow) -> None:
    """One fault gives one finding, with line and column of the text and the words that help."""
    loaded = load(row.files)
    faults = [one for one in loaded.findings if one.file == CSV or one.code != "unknown-value"]
    assert places(faults) == row.expected
    assert row.says in f"{faults[0].message} {faults[0].hint} write: {faults[0].corrected}"
    assert loaded.rulebook is None


@pytest.mark.parametrize("name", WORKBOOK_ROWS)
def test_a_fault_of_a_workbook_is_found_at_its_cell(name: str) -> None:
    """Of a workbook line and column are those of the cell, and the message calls it as a spreadsheet does."""
    change, expected, says = WORKBOOK_ROWS[name]
    loaded = load(with_table(workbook_of(rows_of(SHEET), change), path=XLSX))
    faults = [one for one in loaded.findings if one.file == XLSX]
    assert places(faults) == [f"{XLSX}:{place}" for place in expected]
    assert says in f"{faults[0]} write: {faults[0].corrected}"
    assert loaded.rulebook is None


@pytest.mark.parametrize("name", TABLE_FILES)
def test_a_fault_of_the_files_is_found(name: str) -> None:
    """Missing, doubled, broken and oversized files are told by their own path, and alone."""
    files, expected = TABLE_FILES[name]
    loaded = load(sound_rules() | files)
    assert places(loaded.findings) == expected
    assert loaded.rulebook is None


def test_a_table_that_is_not_utf_8_says_how_to_save_it() -> None:
    """The hint names what Excel calls the right format, in the reader's language."""
    files, _ = TABLE_FILES["GBK from Excel"]
    [found] = load(sound_rules() | files).findings
    assert not isinstance(found.hint, str)
    assert "CSV UTF-8" in str(found.hint)
    assert found.hint.said("zh-Hans").startswith("在 Excel 中另存为")


def test_hidden_cells_count_and_are_told() -> None:
    """Hidden rows and columns of the table are in force; a warning says so."""
    loaded = load(HIDDEN)
    assert places(loaded.findings) == HIDDEN_PLACES
    assert {one.severity for one in loaded.findings} == {WARNING}
    assert loaded.rulebook is not None
    assert len(loaded.rulebook.tables["matrix"].rows) == 3


def test_a_broken_vocabulary_makes_no_faults_of_a_table() -> None:
    """While facts.yaml cannot be read its facts are not known, and nothing is said of columns that ask them."""
    sheet = "nature,then.priority\ncomplaint,low\npetition,high\n"
    side = SIDECAR[: SIDECAR.index("  - given")] + "  - {given: {nature: petition}, expect: {row: 3}}\n"
    files = with_table(sheet, side)
    assert [one.code for one in inspect_files(files)] == ["example-fails"]
    broken = files | {"facts.yaml": b"facts: ["}
    assert {one.file for one in load(broken).findings} == {"facts.yaml"}


def test_all_faults_of_a_table_come_at_once() -> None:
    """Faults of the header do not hide those of the rows, nor those of the sidecar."""
    sheet = SHEET.replace("channel", "chanel").replace(",70,", ",seventy,").replace(",high,", ",hihg,")
    loaded = load(with_table(sheet) | {SIDE: b"id: matrix\nhit: first\n"})
    assert places(loaded.findings) == [
        f"{CSV}:1:5 unknown-key",
        f"{CSV}:3:12 wrong-type",
        f"{CSV}:3:68 unknown-value",
        *[f"{SIDE}:1:1 missing-key"] * 3,
    ]
