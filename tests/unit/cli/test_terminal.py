"""What verbs print for people: nothing is cut, and what people wrote is no markup."""

from io import StringIO

import pytest
from rich.console import Console

from triage.cli.terminal import people_console, whole_table

LONG = "desk.[/event]s-" * 20


def test_a_pipe_gets_every_row_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """However long a name is: the next program reads lines."""
    table = whole_table("input", "partition")
    table.add_row(LONG, "0")
    people_console().print(table)
    assert LONG in capsys.readouterr().out.splitlines()[1]


def test_a_narrow_terminal_wraps() -> None:
    """No character is lost."""
    table = whole_table("input", "partition")
    table.add_row(LONG, "0")
    shown = StringIO()
    Console(file=shown, width=40, markup=False).print(table)
    lines = [line.split()[0] for line in shown.getvalue().splitlines()[1:]]
    assert "".join(lines) == LONG
