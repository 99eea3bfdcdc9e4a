"""`triage verify`, `triage apply-policy`, `triage calendar`: clocks checked, moved, and what they count by."""

from datetime import date, datetime, timedelta
from getpass import getuser
from itertools import groupby
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from triage.cli.options import AsJson, Config, RulesDir, StoreUrl, counted, settings_from
from triage.cli.terminal import people_console
from triage.codec.instants import YEARS
from triage.errors import Refused, WrongSettings
from triage.main.rule_folders import compiled_folder
from triage.main.tools import machine_now, opened_store
from triage.service.apply_policy import Moved, move_open, preview
from triage.service.calendar_view import CalendarDay, coming_days
from triage.service.release import Shelf
from triage.service.verify import differences, repair

WEEK = 7


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("verify")(verify)
    app.command("apply-policy")(apply_policy)
    app.command("calendar")(calendar)


def verify(
    config: Config = None,
    store: StoreUrl = None,
    fix: Annotated[bool, typer.Option("--fix", help="Write the rows that differ anew.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what --fix would write.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the stored clocks of every case with their recomputation from its events. Exit 1 when they differ and are
    not repaired."""
    settings = settings_from(config, store__url=store)
    shelf = Shelf()
    with opened_store(settings) as opened:
        with opened.read() as reading:
            found = list(differences(reading, shelf))
        for one in found:
            line = f"{one.case} {one.clock} cycle {one.cycle}: {one.field} is {one.stored}, right is {one.right}"
            print(msgspec.json.encode(one).decode() if as_json else line)
        cases = sorted({one.case for one in found})
        if fix and not dry_run:
            repair(opened, shelf, cases, getuser())
    if found and (dry_run or not fix):
        raise Refused([] if as_json else [f"{counted(len(found), 'difference')} in {counted(len(cases), 'case')}"])
    if not as_json:
        print(f"{counted(len(cases), 'case')} repaired" if found else "stored clocks are as their events say")


def apply_policy(
    to: Annotated[str, typer.Option("--to", help="open: the clocks of open cases.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit table.")] = "",
    config: Config = None,
    store: StoreUrl = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move the open clocks of open cases, which hold the rules that they started with, to the active rules."""
    if to != "open":
        raise WrongSettings(["--to: open is the only choice"])
    if not (dry_run or reason):
        raise WrongSettings(["--reason: say why, it is kept in the audit table"])
    settings = settings_from(config, store__url=store)
    with opened_store(settings) as opened:
        if dry_run:
            with opened.read() as reading:
                moved = list(preview(reading, Shelf(), machine_now()))
        else:
            moved = list(move_open(opened, Shelf(), getuser(), reason))
    for one in moved:
        print(msgspec.json.encode(one).decode() if as_json else _in_words(one))
    if not as_json:
        changed = sum(not one.kept for one in moved)
        print(f"{counted(changed, 'clock')} {'would change' if dry_run else 'changed'}")


def _in_words(moved: Moved) -> str:
    before, after = (_shown(at) for at in (moved.due_before, moved.due_after))
    if moved.kept:
        return f"{moved.case} {moved.clock}: due {before}, kept: the new rules would judge its earlier cycles otherwise"
    return f"{moved.case} {moved.clock}: due {before} → {after if moved.state_after else 'no such clock'}"


def _shown(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z" if at else "-"


def calendar(
    calendar_id: Annotated[str, typer.Argument(metavar="ID", help="The calendar's id.")],
    next_days: Annotated[int, typer.Option("--next", min=1, max=1000, help="So many dates.")] = 20,
    first: Annotated[str | None, typer.Option("--from", help="First date; default: today there.")] = None,
    rules: RulesDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a calendar's coming weeks: what is open, what is closed, and why."""
    calendars = compiled_folder(rules).rulebook.calendars
    if calendar_id not in calendars:
        raise WrongSettings([f"there is no calendar {calendar_id}, only {', '.join(sorted(calendars))}"])
    found = calendars[calendar_id]
    days = coming_days(found, _date(first) or found.date_of(machine_now()), next_days)
    if as_json:
        for day in days:
            print(msgspec.json.encode(day).decode())
    else:
        _show(days)


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise WrongSettings([f"--from: {text} is no date, write 2026-10-01"]) from error
    if found.year not in YEARS:
        raise WrongSettings([f"--from: {text} is not of the years {YEARS.start} to {YEARS.stop - 1}"])
    return found


def _show(days: list[CalendarDay]) -> None:
    """A row a week, Monday to Sunday; below it what is out of the ordinary."""
    console = people_console()
    table = Table(box=None)
    for name in ("week of", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        table.add_column(name, no_wrap=True)
    for monday, week in groupby(days, lambda day: day.date - timedelta(days=day.date.weekday())):
        cells = [""] * WEEK
        for day in week:
            mark = "open" if day.open else "-"
            cells[day.date.weekday()] = f"{day.date.day:02} {mark}{'' if day.known else '?'}{'*' if day.name else ''}"
        table.add_row(f"{monday}", *cells)
    console.print(table)
    for (name, is_open), named in groupby((day for day in days if day.name), lambda day: (day.name, day.open)):
        dates = [day.date for day in named]
        console.print(f"* {_range(dates)} {name}: {'open' if is_open else 'closed'}")
    hours = sorted({", ".join(day.hours) for day in days if day.open})
    console.print(f"open: {' or '.join(hours)}" if hours else "closed throughout")
    if not all(day.known for day in days):
        console.print("? nobody has published the holidays of this date yet: deadlines counted over it are provisional")


def _range(dates: list[date]) -> str:
    return f"{dates[0]}" if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
