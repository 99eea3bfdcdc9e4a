"""A workbook for a new decision table: drop-downs for the words that are allowed, and help at each header."""

import io
from collections.abc import Sequence

import msgspec

DEEPEST_ROW = 2_000
"""How far down the drop-downs reach; a table may be longer."""

TEXT_FORMAT = "@"
"""Excel leaves what is typed into such cells as it is: no dates out of 3-2, no numbers out of 007."""

NARROWEST, WIDEST = 12, 40
LISTS = "lists"


class Help(msgspec.Struct, frozen=True):
    """Help for a column. `values`: offered in a drop-down; empty: none. `only_these`: nothing else may be typed.
    `is_number`: Excel may keep its values as numbers."""

    comment: str
    values: tuple[str, ...] = ()
    only_these: bool = False
    is_number: bool = False


def workbook(header: Sequence[str], cells: Sequence[str], helps: Sequence[Help]) -> bytes:
    """The header with help, one row, and drop-downs whose words stand on a hidden sheet."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet, lists = book.worksheets[0], book.create_sheet(LISTS)
    sheet.title, lists.sheet_state = "table", "hidden"
    sheet.freeze_panes = "A2"
    for number, (title, value, help_) in enumerate(zip(header, cells, helps, strict=True), start=1):
        letter = get_column_letter(number)
        top, below = sheet.cell(1, number, title), sheet.cell(2, number, value or None)
        top.font, top.fill = Font(bold=True), PatternFill("solid", start_color="DDE6F0")
        top.comment = Comment(help_.comment, "triage", height=180, width=320)
        sheet.column_dimensions[letter].width = max(NARROWEST, min(WIDEST, max(len(title), len(value)) + 4))
        if not help_.is_number:
            sheet.column_dimensions[letter].number_format = top.number_format = below.number_format = TEXT_FORMAT
        if help_.values:
            for row, word in enumerate(help_.values, start=1):
                lists.cell(row, number, word).number_format = TEXT_FORMAT
            sheet.add_data_validation(_validation(letter, help_))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _validation(letter: str, help_: Help) -> object:
    """The drop-down of a column. Where several values may stand in a cell it only offers, for it would refuse `a|b`."""
    from openpyxl.worksheet.datavalidation import DataValidation

    words = f"{LISTS}!${letter}$1:${letter}${len(help_.values)}"
    made = DataValidation("list", formula1=words, allow_blank=True, showErrorMessage=help_.only_these)
    made.add(f"{letter}2:{letter}{DEEPEST_ROW}")
    return made
