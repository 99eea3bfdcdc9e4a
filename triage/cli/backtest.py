"""`triage backtest`: a rulebook against another over past complaints."""

from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from triage.cli.options import (
    AsJson,
    Config,
    Language,
    StoreUrl,
    counted,
    exact_instant,
    settings_from,
    writable,
    write_file,
)
from triage.errors import Refused, WrongSettings
from triage.main.backtest import Tell, cores, run_backtest
from triage.main.backtest_input import Asked, Wanted, chosen
from triage.main.pages import backtest_page
from triage.service.backtest.index import Unreadable
from triage.service.backtest.report_words import WORDS, outcome_words
from triage.service.backtest.summary import Summary
from triage.service.backtest.tally import OUTCOMES
from triage.settings import language
from triage.wording.text import Text, say

MOST_LISTED = 100
"""So many unreadable lines are named one by one."""

FIELDS = {"priority": say("priority"), "department": say("department"), "handler": say("handler")}
"""Of a decision, those whose changes are shown."""

MOVES = ("earlier", "later", "new", "gone")


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("backtest")(backtest)


def backtest(
    *,
    events: Annotated[str | None, typer.Option("--events", help="JSON Lines: file, folder, or - for stdin.")] = None,
    rules: Annotated[str | None, typer.Option("--rules", help="Rulebook A: a folder, or a stored revision.")] = None,
    against: Annotated[
        str | None, typer.Option("--against", help="Rulebook B: a folder, a revision, `shipped` or `active`.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Instant (RFC 3339) at which the run ends.")] = None,
    diff: Annotated[Path | None, typer.Option("--diff", help="A file for the changed complaints, one a line.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="A file for the report.")] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", help="Why statutory deadlines may move later; kept in the audit.")
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, max=1024, help="Default: one a core.")] = None,
    config: Config = None,
    store: StoreUrl = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Run past complaints under a proposed rulebook and, in comparison, under another: what would be decided, due and
    late otherwise. Exit 1 when a statutory deadline moves later and that is not accepted, or a line is no event."""
    reader = language(lang)
    settings = settings_from(config, store__url=store) if store or config else None
    wanted = Wanted(events=events, rules=rules, against=against, settings=settings)
    asked = Asked(until=exact_instant("--until", until), workers=workers or cores(), diff=diff, accept=_reason(accept))
    writable("--diff", diff)
    writable("--html", html)
    with chosen(wanted) as found, _bar() as tell:
        ran = run_backtest(found.options(asked), tell)
        result = ran.summary(accepted=asked.accept)
        if result.accepted:
            found.audit(getuser(), f"accepted a backtest: {_what(result)}", result.accepted)
    if html is not None:
        write_file("--html", html, backtest_page(ran.tally, result, ran.after, ran.before, reader).encode())
    if as_json:
        print(msgspec.json.encode(result).decode())
    else:
        _show(result, reader)
    _refuse(result, ran.unreadable, reader)


def _reason(accept: str | None) -> str | None:
    if accept is not None and not accept.strip():
        raise WrongSettings(["--accept: say why"])
    return accept


def _what(result: Summary) -> str:
    books = result.rulebooks
    before = books.before.revision if books.before else "none"
    return f"{counted(result.statutory_later, 'statutory deadline')} later under {books.after.revision} than {before}"


def _refuse(result: Summary, unreadable: list[Unreadable], reader: str) -> None:
    lines = [f"line {one.line}: {one.reason}: {one.detail}" for one in unreadable[:MOST_LISTED]]
    if len(unreadable) > MOST_LISTED:
        lines.append(say("{number} more lines could not be read", number=len(unreadable) - MOST_LISTED).said(reader))
    if result.statutory_later and not result.accepted:
        refused = say("a statutory deadline moves later for {number} complaints: refused, unless --accept says why",
                      number=result.statutory_later)  # fmt: skip
        lines.append(refused.said(reader))
    if lines:
        raise Refused(lines)


@contextmanager
def _bar() -> Iterator[Tell | None]:
    """A progress bar where somebody looks at stderr."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what)
            progress.update(tasks[what], completed=done, total=of)

        yield tell


def _show(result: Summary, reader: str) -> None:
    console = Console(highlight=False, markup=False)
    head = say("{complaints} complaints, {decided} decided by a rule or a human",
               complaints=result.complaints, decided=result.decided)  # fmt: skip
    console.print(head.said(reader), soft_wrap=True)
    console.print(_sides(result, reader))
    if result.against is None:
        return
    changed = say("{changed} of {complaints} complaints change", changed=result.changed, complaints=result.complaints)
    console.print("\n" + changed.said(reader), soft_wrap=True)
    for number, line in _changes(result):
        console.print(f"  {number:>8} {line.said(reader)}", soft_wrap=True)
    for name, moves in result.deadlines.items():
        told = [
            say("{number} {how}", number=getattr(moves, how), how=WORDS[how]) for how in MOVES if getattr(moves, how)
        ]
        console.print("  " + say("deadlines of {clock}: {moves}", clock=name, moves=told).said(reader), soft_wrap=True)
    if result.accepted:
        accepted = say("Statutory deadlines move later for {number} complaints: accepted, {reason}",
                       number=result.statutory_later, reason=result.accepted)  # fmt: skip
        console.print(accepted.said(reader), soft_wrap=True)


def _changes(result: Summary) -> Iterator[tuple[int, Text]]:
    for rule, number in result.changed_by.rule.items():
        yield number, say("by {rule}", rule=rule)
    for field, word in FIELDS.items():
        for move in getattr(result.changed_by, field):
            yield move.complaints, say("{field} {before} → {after}", field=word, before=move.before, after=move.after)


def _sides(result: Summary, reader: str) -> Table:
    """What each rulebook makes of all complaints; B only when there is one."""
    against, before = result.against, result.clocks.before
    table = Table("", "A", *(["B"] if against else []), box=None)
    for name in ("priority", "department"):
        ours = getattr(result.by, name)
        theirs = getattr(against.by, name) if against else {}
        for value in dict.fromkeys([*ours, *theirs]):
            label = say("{field} {value}", field=FIELDS[name], value=value).said(reader)
            table.add_row(label, str(ours.get(value, 0)), *([str(theirs.get(value, 0))] if against else []))
    for outcome in OUTCOMES:
        label = say("clocks {outcome}", outcome=outcome_words(outcome)).said(reader)
        cells = [str(getattr(result.clocks.after, outcome)), *([str(getattr(before, outcome))] if before else [])]
        table.add_row(label, *cells)
    return table
