"""What verbs print for people: as wide as the terminal, and never cut when nobody looks."""

from rich.console import Console
from rich.table import Table

NO_EDGE = 100_000
"""Columns of an output that a program reads or a file keeps: nothing is cut or wrapped."""


def people_console() -> Console:
    """Colours and the terminal's width in a terminal; plain text without an edge elsewhere. NO_COLOR and COLUMNS count
    as everywhere. Brackets are text."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = NO_EDGE
    return console


def whole_table(*heads: str) -> Table:
    """A table whose cells are wrapped in a narrow terminal, and never cut."""
    table = Table(box=None)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table
