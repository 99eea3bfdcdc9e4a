"""`triage case ID --days`: the dates of each clock, so that a human can check the sum."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec
from rich.table import Table

from monitors.clocks.clock import Clock
from triage.cli.terminal import people_console
from triage.service.case_view import planned_line
from triage.service.counted_days import CountedDay
from triage.service.explain_view import said_state
from triage.wording.dates import WEEKDAYS
from triage.wording.text import NOTHING, say


def show_days(clocks: Iterable[tuple[Clock, list[CountedDay]]], lang: str, *, as_json: bool) -> None:
    """One object a clock, or a table for each."""
    for clock, days in clocks:
        if as_json:
            line = msgspec.to_builtins(planned_line(clock)) | {"days": days}
            print(msgspec.json.encode(line).decode())
        else:
            console = people_console()
            head = say("{clock}, cycle {cycle}: {state}", clock=clock.name, cycle=clock.cycle,
                       state=said_state(planned_line(clock)))  # fmt: skip
            console.print(head.said(lang), markup=False)
            console.print(_table(days, lang))


WHAT = {
    "start": say("not counted"), "counted": say("counted"), "closed": say("closed"), "paused": say("paused"),
    "rolled": say("moved on"),
}  # fmt: skip
"""What becomes of a date, as people read it."""


def _table(days: list[CountedDay], lang: str) -> Table:
    table = Table(box=None)
    for name in (say("date"), say("day"), NOTHING, say("count"), say("name")):
        table.add_column(name.said(lang), no_wrap=True)
    for day in days:
        what = WHAT[day.what]
        told = say("{what}, due", what=what) if day.is_due else what
        count = str(day.number) if day.number else str(timedelta(seconds=day.seconds)) if day.seconds else ""
        weekday = WEEKDAYS[day.date.weekday()].said(lang)
        table.add_row(f"{day.date}", weekday, told.said(lang), count, day.name or "")
    return table
