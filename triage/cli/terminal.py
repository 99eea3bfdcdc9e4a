"""What verbs print for people: as wide as the terminal, and never cut when nobody looks."""

from rich.console import Console

NO_EDGE = 100_000
"""Columns of an output that a program reads or a file keeps: nothing is cut or wrapped."""


def people_console() -> Console:
    """Colours and the terminal's width in a terminal; plain text without an edge elsewhere. NO_COLOR and COLUMNS count
    as everywhere."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = NO_EDGE
    return console
