"""`triage cases` and `triage case`: what is on the desk."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.options import AsJson, Config, StoreUrl, settings_from
from triage.errors import Refused
from triage.main.tools import machine_now, opened_store
from triage.ports import ClockRow, Reading
from triage.service.case_view import CaseLine, TimelineLine, case_line, timeline_line

CHUNK = 500


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("cases")(cases)
    app.command("case")(case)


def cases(
    config: Config = None,
    store: StoreUrl = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those with an overdue clock.")] = False,
    as_json: AsJson = False,
) -> None:
    """List cases with priority, department, owner and clocks."""
    settings = settings_from(config, store__url=store)
    with opened_store(settings) as opened, opened.read() as reading:
        lines = _lines(reading, machine_now(), overdue=overdue)
        if as_json:
            for line in lines:
                print(msgspec.json.encode(line).decode())
        else:
            Console().print(_cases_table(lines))


def case(
    case_id: Annotated[str, typer.Argument(metavar="ID")],
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show one case: its state, its clocks, its timeline. Exit 1 when there is no such case."""
    settings = settings_from(config, store__url=store)
    with opened_store(settings) as opened, opened.read() as reading:
        line = next(_lines(reading, machine_now(), ids=[case_id]), None)
        timeline = [timeline_line(row) for row in reading.timeline(case_id)]
    if line is None:
        raise Refused([f"there is no case {case_id}"])
    if as_json:
        print(msgspec.json.encode(msgspec.to_builtins(line) | {"timeline": timeline}).decode())
    else:
        _show(line, timeline)


def _lines(
    reading: Reading, now: datetime, *, overdue: bool = False, ids: list[str] | None = None
) -> Iterator[CaseLine]:
    found = reading.cases(overdue=overdue, ids=ids)
    while rows := list(islice(found, CHUNK)):
        clocks: dict[str, list[ClockRow]] = {}
        for clock in reading.clocks([row.no for row in rows]):
            clocks.setdefault(clock.case, []).append(clock)
        for row in rows:
            yield case_line(row, clocks.get(row.id, ()), now)


def _cases_table(lines: Iterable[CaseLine]) -> Table:
    table = Table("case", "status", "priority", "department", "owner", "received", "clocks", box=None)
    for line in lines:
        clocks = ", ".join(f"{clock.clock} {clock.in_words}" for clock in line.clocks)
        owner = line.owner.name if line.owner else "-"
        style = "red" if line.is_overdue else None
        table.add_row(
            line.case, line.status, line.priority, line.department, owner, line.received_at, clocks, style=style
        )
    return table


def _show(line: CaseLine, timeline: list[TimelineLine]) -> None:
    console = Console()
    head = Table.grid(padding=(0, 2))
    for key in ("case", "status", "priority", "department", "team", "handler", "received_at", "fallback"):
        head.add_row(key, str(getattr(line, key)))
    head.add_row("owner", line.owner.name if line.owner else "-")
    head.add_row("tags", ", ".join(line.tags))
    console.print(head)
    clocks = Table("clock", "state", "started", "due", "ended", "late by", box=None)
    for clock in line.clocks:
        late = "" if clock.late_by_seconds is None else f"{clock.late_by_seconds} s"
        clocks.add_row(clock.clock, clock.in_words, clock.started_at, clock.due_at, clock.ended_at, late)
    console.print(clocks)
    rows = Table("time", "what", "decision", box=None)
    for row in timeline:
        decision = row.decision["outcome"] if row.decision else None
        said = f"{decision['priority']} {decision['department']}" if decision else ""
        rows.add_row(row.time, row.type.removeprefix("complaint."), said)
    console.print(rows)
