"""`triage case ID --days`: the dates of each clock, so that a human can check the sum."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec
from rich.console import Console
from rich.table import Table

from monitors.clocks.clock import Clock
from triage.service.case_view import planned_line
from triage.service.counted_days import CountedDay


def show_days(clocks: Iterable[tuple[Clock, list[CountedDay]]], *, as_json: bool) -> None:
    """One object a clock, or a table for each."""
    for clock, days in clocks:
        if as_json:
            line = msgspec.to_builtins(planned_line(clock)) | {"days": days}
            print(msgspec.json.encode(line).decode())
        else:
            console = Console()
            console.print(f"{clock.name}, cycle {clock.cycle}: {planned_line(clock).in_words}")
            console.print(_table(days))


def _table(days: list[CountedDay]) -> Table:
    table = Table(box=None)
    for name in ("date", "day", "", "count", "name"):
        table.add_column(name, no_wrap=True)
    for day in days:
        what = "not counted" if day.what == "start" else day.what
        count = str(day.number) if day.number else str(timedelta(seconds=day.seconds)) if day.seconds else ""
        table.add_row(f"{day.date}", f"{day.date:%a}", f"{what}, due" if day.is_due else what, count, day.name or "")
    return table
