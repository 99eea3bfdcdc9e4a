"""`triage cases` and `triage case`: what is on the desk."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.days import show_days
from triage.cli.options import AsJson, Config, StoreUrl, settings_from
from triage.errors import Refused
from triage.main.tools import machine_now, opened_store
from triage.service.case_list import listed
from triage.service.case_view import CaseLine, ClockLine, TimelineLine, timeline_line
from triage.service.release import Shelf
from triage.service.replan import days_at


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
        lines = listed(reading, Shelf(), machine_now(), overdue=overdue)
        if as_json:
            for line in lines:
                print(msgspec.json.encode(line).decode())
        else:
            Console().print(_cases_table(lines))


def case(
    case_id: Annotated[str, typer.Argument(metavar="ID")],
    config: Config = None,
    store: StoreUrl = None,
    days: Annotated[bool, typer.Option("--days", help="Each date of each clock: counted, closed or paused.")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="With --json: events as they were sent.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one case: its state, its clocks, its timeline. Exit 1 when there is no such case."""
    settings = settings_from(config, store__url=store)
    shelf, now = Shelf(), machine_now()
    with opened_store(settings) as opened, opened.read() as reading:
        line = next(listed(reading, shelf, now, ids=[case_id]), None)
        eraser = None if personal else shelf.rules(reading.rulebooks).active.eraser
        timeline = [timeline_line(row, eraser) for row in reading.timeline(case_id)]
        rows = list(reading.cases(ids=[case_id])) if days else []
        counted = [one for row in rows for one in days_at(row, shelf.rules(reading.rulebooks, [row.document]), now)]
    if line is None:
        raise Refused([f"there is no case {case_id}"])
    if days:
        show_days(counted, as_json=as_json)
    elif as_json:
        print(msgspec.json.encode(msgspec.to_builtins(line) | {"timeline": timeline}).decode())
    else:
        _show(line, timeline)


def _cases_table(lines: Iterable[CaseLine]) -> Table:
    """One case a row, one open clock a line; ended clocks are counted."""
    table = Table(box=None)
    for name in ("case", "status", "priority", "department", "owner", "received (UTC)"):
        table.add_column(name, no_wrap=True)
    table.add_column("clocks")
    for line in lines:
        owner = line.owner.name if line.owner else None
        cells = (line.case, line.status, line.priority, line.department, owner, _short(line.received_at)[:16])
        table.add_row(*map(_shown, cells), _clocks(line.clocks), style="red" if line.is_overdue else None)
    return table


def _clocks(clocks: Sequence[ClockLine]) -> str:
    open_ones = [f"{clock.clock} {clock.in_words}" for clock in clocks if clock.ended_at is None]
    ended = Counter(clock.in_words for clock in clocks if clock.ended_at is not None)
    counted = ", ".join(f"{number} {words}" for words, number in ended.items())
    return "\n".join([*open_ones, counted] if counted else open_ones)


def _shown(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)


def _short(instant: str | None) -> str:
    """`2026-03-02T02:00:00Z` as `2026-03-02 02:00:00`: the column's head says UTC."""
    return "-" if instant is None else instant.removesuffix("Z").replace("T", " ")


def _long(late: timedelta) -> str:
    """`2 d 9:00:01`: days, then hours, minutes and seconds."""
    rest = timedelta(seconds=late.seconds)
    return f"{late.days} d {rest}" if late.days else str(rest)


def _show(line: CaseLine, timeline: list[TimelineLine]) -> None:
    console = Console()
    console.print(_head(line))
    console.print(_clock_table(line.clocks))
    console.print(_timeline_table(timeline))


def _head(line: CaseLine) -> Table:
    head = Table.grid(padding=(0, 2))
    for key in ("case", "status", "priority", "department", "team", "handler"):
        head.add_row(key, _shown(getattr(line, key)))
    head.add_row("owner", line.owner.name if line.owner else "-")
    head.add_row("received", f"{_short(line.received_at)} UTC")
    head.add_row("fallback", _shown(line.fallback))
    head.add_row("tags", ", ".join(line.tags) or "-")
    return head


def _clock_table(clocks: Iterable[ClockLine]) -> Table:
    table = Table(box=None)
    for name in ("clock", "state", "started (UTC)", "due (UTC)", "ended (UTC)", "late by"):
        table.add_column(name, no_wrap=True)
    for clock in clocks:
        late = "-" if clock.late_by_seconds is None else _long(timedelta(seconds=clock.late_by_seconds))
        times = map(_short, (clock.started_at, clock.due_at, clock.ended_at))
        table.add_row(clock.clock, clock.in_words, *times, late, style="red" if clock.is_overdue else None)
    return table


def _timeline_table(timeline: list[TimelineLine]) -> Table:
    table = Table("time (UTC)", "what", "decision", box=None)
    for row in timeline:
        decision = row.decision["outcome"] if row.decision else None
        said = f"{decision['priority']}, {decision['department']}" if decision else ""
        table.add_row(_short(row.time), row.type.removeprefix("complaint."), said)
    return table
