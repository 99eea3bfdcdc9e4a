"""What can be wrong with decision tables."""

from triage.rulebook.catalogue_files import Entry
from triage.wording.text import say

TABLES = {
    "missing-sidecar": Entry(
        say("a decision table without its `NAME.table.yaml`"), say("write one; `triage table new` shows its form")
    ),
    "missing-table": Entry(
        say("a sidecar `NAME.table.yaml` without its table"),
        say("save the table beside it as `NAME.csv` or `NAME.xlsx`"),
    ),
    "two-tables": Entry(say("a decision table both as `.csv` and as `.xlsx`"), say("keep one of them")),
    "not-csv": Entry(
        say("quotes in a CSV file that do not pair"), say("close the quote; inside quotes write a quote twice")
    ),
    "wrong-separator": Entry(
        say("a CSV file whose header is separated by more than one character"), say("put commas between all cells")
    ),
    "not-a-workbook": Entry(
        say("an `.xlsx` file that is no workbook or is damaged"), say("save it in Excel as an Excel workbook (.xlsx)")
    ),
    "formula": Entry(say("a cell with a formula"), say("paste the value in its place")),
    "merged-cells": Entry(say("cells that are merged"), say("unmerge them and fill each cell")),
    "cell-error": Entry(say("a cell with an error such as `#REF!`"), say("type the value")),
    "cell-type": Entry(
        say("a cell that keeps a date, a percentage or the like where something else was typed"),
        say("format the cell as text and type it again"),
    ),
    "hidden-cells": Entry(
        say("a hidden sheet, row or column of a workbook (a warning)"), say("show it, or delete it: it counts")
    ),
    "missing-column": Entry(
        say("a table without header, column of tests or column of what is to be done"),
        say("the header is row 1; name a fact, and one of `then.…`"),
    ),
    "misplaced-column": Entry(say("the column `row` stands elsewhere than first"), say("move it to the left")),
    "empty-table": Entry(say("a table without rows"), say("add a row, or delete the table")),
    "ragged-row": Entry(
        say("a row with cells under no header, or with fewer cells than the header"),
        say("name the column; keep the separators of empty cells"),
    ),
    "any-row-not-last": Entry(
        say("a row without tests that is not the last of its table"),
        say("move it to the end, or fill one of its tests"),
    ),
}
