"""`triage cases` and `triage case`: what is on the desk."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from typing import Annotated

import msgspec
import typer

from triage.cli.case_page import show_case
from triage.cli.case_table import Reader, show_cases
from triage.cli.days import show_days
from triage.cli.options import MANY, AsJson, Config, Language, StoreUrl, exact_instant, settings_from
from triage.cli.terminal import people_console
from triage.domain.lifecycle import FINAL_STATUSES, PROGRESS
from triage.errors import Refused, WrongSettings
from triage.main.tools import machine_now, opened_store
from triage.ports import Wanted
from triage.service.case_list import listed
from triage.service.case_view import CaseLine, timeline_lines
from triage.service.release import Shelf
from triage.service.replan import days_at
from triage.settings import language
from triage.wording.text import say

PAGE = 100
"""So many cases a table shows, unless it is told otherwise."""

MOST = 10_000
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Status = StrEnum("Status", {name: name for name in (*PROGRESS, *sorted(FINAL_STATUSES))})  # type: ignore[misc]


class Order(StrEnum):
    """What a listing goes by."""

    RECEIVED = "received"
    DUE = "due"


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("cases")(cases)
    app.command("case")(case)


Overdue = Annotated[bool, typer.Option("--overdue", help="Only those with an overdue clock.")]
DueWithin = Annotated[
    str | None, typer.Option("--due-within", metavar="SPAN", help="Only those due within 90m, 12h, 2d or 1w.")
]
OpenOnly = Annotated[bool, typer.Option("--open", help="Only open cases.")]
Departments = Annotated[list[str] | None, typer.Option("--department", help="Its id; may be repeated.")]
Owners = Annotated[list[str] | None, typer.Option("--owner", help="The owner's id; may be repeated.")]
Priorities = Annotated[list[str] | None, typer.Option("--priority", help="May be repeated.")]
Statuses = Annotated[list[Status] | None, typer.Option("--status", help="May be repeated.")]
Sort = Annotated[Order | None, typer.Option("--sort", help="due: the earliest deadline first, as with --overdue.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, max=MANY, help=f"Default: {PAGE}, with --json all.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help="Judge clocks as if it were then and nothing had happened."),
]
Page = Annotated[int, typer.Option("--page", min=1, max=MANY, help="Pass over the pages before it.")]


def cases(
    *,
    config: Config = None,
    store: StoreUrl = None,
    overdue: Overdue = False,
    due_within: DueWithin = None,
    open_only: OpenOnly = False,
    department: Departments = None,
    owner: Owners = None,
    priority: Priorities = None,
    status: Statuses = None,
    sort: Sort = None,
    limit: Limit = None,
    page: Page = 1,
    at: At = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """List cases with priority, department, owner and deadlines."""
    asked = Wanted(
        departments=tuple(department or ()),
        owners=tuple(owner or ()),
        priorities=tuple(priority or ()),
        statuses=tuple(str(one) for one in status or ()),
        is_open=open_only,
        overdue=overdue,
        due_within=None if due_within is None else _span(due_within),
        by_due=sort is Order.DUE,
    )
    if sort is Order.RECEIVED and (asked.overdue or asked.due_within is not None):
        raise WrongSettings(["--sort received: --overdue and --due-within list by deadline"])
    size = min(limit or PAGE, MOST)
    page_and_one = msgspec.structs.replace(asked, skip=(page - 1) * size, limit=size + 1)
    wanted = _all_or_page(asked, limit, page) if as_json else page_and_one
    reader = Reader(language(lang), exact_instant("--at", at) or machine_now())
    with opened_store(settings_from(config, store__url=store)) as opened, opened.read() as reading:
        lines = listed(reading, Shelf(), reader.now, reading.listed(wanted, reader.now))
        _show(lines, size, page, reader, as_json=as_json)


def _show(lines: Iterator[CaseLine], size: int, page: int, reader: Reader, *, as_json: bool) -> None:
    if as_json:
        for line in lines:
            print(msgspec.json.encode(line).decode())
    else:
        _show_page(lines, size, page, reader)


def _all_or_page(asked: Wanted, limit: int | None, page: int) -> Wanted:
    """Raises WrongSettings."""
    if limit is None and page > 1:
        raise WrongSettings(["--page: with --json, say with --limit how long a page is"])
    return asked if limit is None else msgspec.structs.replace(asked, skip=(page - 1) * limit, limit=limit)


def _show_page(lines: Iterator[CaseLine], size: int, page: int, reader: Reader) -> None:
    console = people_console()
    shown = show_cases(console, islice(lines, size), reader)
    if not shown:
        console.print(reader.said(say("no such case")))
    if next(lines, None) is not None:
        console.print(reader.said(say("more cases: --page {page}", page=page + 1)), style="dim")


def _span(text: str) -> timedelta:
    """Raises WrongSettings."""
    number, unit = text[:-1], text[-1:]
    if not (number.isascii() and number.isdecimal() and unit in UNITS and len(number) <= 4):
        raise WrongSettings([f"--due-within: {text} is no span, write 90m, 12h, 2d or 1w"])
    return timedelta(**{UNITS[unit]: int(number)})


def case(
    case_id: Annotated[str, typer.Argument(metavar="ID")],
    config: Config = None,
    store: StoreUrl = None,
    days: Annotated[bool, typer.Option("--days", help="Each date of each clock: counted, closed or paused.")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="With --json: events as they were sent.")] = False,
    at: At = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show one case: its state, its clocks, its timeline. Exit 1 when there is no such case."""
    settings, chosen = settings_from(config, store__url=store), language(lang)
    shelf, now = Shelf(), exact_instant("--at", at) or machine_now()
    with opened_store(settings) as opened, opened.read() as reading:
        row = next(iter(reading.cases(ids=[case_id])), None)
        if row is None:
            raise Refused([f"there is no case {case_id}"])
        (line,) = listed(reading, shelf, now, iter([row]))
        eraser = None if personal else shelf.rules(reading.rulebooks).active.eraser
        timeline = list(timeline_lines(row, reading.timeline(case_id), eraser))
        counted = list(days_at(row, shelf.rules(reading.rulebooks, [row.document]), now)) if days else []
    if days:
        show_days(counted, chosen, as_json=as_json)
    elif as_json:
        print(msgspec.json.encode(msgspec.to_builtins(line) | {"timeline": timeline}).decode())
    else:
        show_case(people_console(), line, timeline, Reader(chosen, now))
