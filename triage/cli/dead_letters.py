"""`triage dead-letters`: what could not be used, and what to do about it."""

from collections.abc import Sequence
from getpass import getuser
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from triage.cli.options import (
    MANY,
    AsJson,
    Config,
    Reason,
    StoreUrl,
    counted,
    group,
    needs_reason,
    settings_from,
    shown,
    stated_instant,
)
from triage.cli.terminal import people_console, whole_table
from triage.errors import Refused, WrongSettings
from triage.main.tools import opened_store, redriver_of
from triage.ports import LetterFilter, Store
from triage.service.dead_letters import REASONS
from triage.service.letter_view import LetterLine, LetterShown, letter_line, letter_shown
from triage.service.redrive import REFUSED, RedrivenLine, Word, chosen, named

Kind = Annotated[str | None, typer.Option("--kind", help=f"Only these: {', '.join(REASONS)}.")]
OfCase = Annotated[str | None, typer.Option("--case", help="Only those of this case.")]
Since = Annotated[str | None, typer.Option("--since", help="Only those from this instant or date on.")]
SHORT = 8
"""Characters of an id in tables: enough to name a letter."""


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    verbs = group(app, "dead-letters", "Events that could not be used.")
    verbs.command("list")(list_)
    verbs.command("show")(show)
    verbs.command("redrive")(redrive)


def _filter(kind: str | None, case: str | None, since: str | None, *, redriven: bool = False) -> LetterFilter:
    if kind is not None and kind not in REASONS:
        raise WrongSettings([f"--kind: {kind} is none of {', '.join(REASONS)}"])
    return LetterFilter(reason=kind, case=case, since=stated_instant("--since", since), redriven=redriven)


def list_(
    kind: Kind = None,
    case: OfCase = None,
    since: Since = None,
    with_all: Annotated[bool, typer.Option("--all", help="Those too that were redriven.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MANY, help="At most so many.")] = 50,
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """List dead letters, the newest first, without anything that their senders wrote."""
    asked = _filter(kind, case, since, redriven=with_all)
    with opened_store(settings_from(config, store__url=store)) as opened, opened.read() as reading:
        heads = reading.letters.heads(asked, limit + 1)
    lines = [letter_line(head) for head in heads[:limit]]
    if as_json:
        _print_json(lines)
        return
    console = people_console()
    console.print(_table(lines) if lines else "there is no dead letter")
    if len(heads) > limit:
        console.print(f"older ones are not shown: --limit {2 * limit}")


def _table(lines: Sequence[LetterLine]) -> Table:
    table = whole_table("id", "at (UTC)", "reason", "case", "detail", "redriven")
    for one in lines:
        detail = one.detail + (" (a copy: the event reached its case)" if one.copy else "")
        redriven = f"{one.became} by {one.redriven_by}" if one.became else ""
        table.add_row(one.id[:SHORT], shown(one.at), one.reason, one.case or "", detail, redriven)
    return table


def _print_json(lines: Sequence[msgspec.Struct]) -> None:
    for one in lines:
        print(msgspec.json.encode(one).decode())


def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="The beginning of its id.")],
    show_bytes: Annotated[
        bool, typer.Option("--show-bytes", help="With its bytes, which may hold personal data.")
    ] = False,
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter: why, where it came from, its headers. Exit 1 when there is none."""
    with opened_store(settings_from(config, store__url=store)) as opened, opened.read() as reading:
        (found,) = named(reading, [letter])
        whole = reading.letters.whole(found)
    assert whole is not None, "it was found in this snapshot"
    line = letter_shown(whole, with_bytes=show_bytes)
    if as_json:
        _print_json([line])
    else:
        _show(line)


def _show(line: LetterShown) -> None:
    told = {
        "id": line.id,
        "reason": line.reason,
        "detail": line.detail,
        "origin": line.origin,
        "at (UTC)": shown(line.at),
        "case": line.case,
        "copy": "the event reached its case" if line.copy else None,
        "bytes": str(line.bytes),
        "redriven": f"{line.became} by {line.redriven_by} at {line.redriven_at}" if line.became else None,
        **{f"header {one.name}": one.value for one in line.headers},
    }
    for name, value in told.items():
        if value is not None:
            print(f"{name}: {value}")
    if line.value is not None or line.value_base64 is not None:
        print(line.value if line.value is not None else f"base64: {line.value_base64}")


def redrive(
    letters: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Beginnings of their ids.")] = None,
    *,
    kind: Kind = None,
    case: OfCase = None,
    since: Since = None,
    with_all: Annotated[bool, typer.Option("--all", help="All that were not redriven yet.")] = False,
    reason: Reason = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would become of them.")] = False,
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Judge dead letters anew by the active rules, each in a transaction of its own, the oldest first. Exit 1 when one
    of them stays, or there is none."""
    asked = _filter(kind, case, since)
    filtered = with_all or asked != LetterFilter()
    if bool(letters) == filtered:
        raise WrongSettings(["give ids, or choose by --kind, --case, --since or --all"])
    if not dry_run:
        needs_reason(reason)
    settings = settings_from(config, store__url=store)
    word = Word(getuser(), reason.strip(), dry_run)
    with opened_store(settings) as opened:
        ids, copies = _chosen(opened, letters, asked)
        redriver = redriver_of(settings, opened)
        lines = []
        for one in ids:
            lines.append(redriver.redrive(one, word))
            _tell(lines[-1], as_json=as_json, dry_run=dry_run)
    _sum_up(lines, copies, as_json=as_json)


def _chosen(store: Store, letters: list[str] | None, asked: LetterFilter) -> tuple[list[str], int]:
    with store.read() as reading:
        ids, copies = (named(reading, letters), 0) if letters else chosen(reading, asked)
    if not ids:
        only = ", only copies of events that reached their cases" if copies else ""
        raise Refused([f"there is no dead letter to redrive{only}"])
    return ids, copies


def _tell(line: RedrivenLine, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        print(msgspec.json.encode(line).decode())
        return
    would = "would be " if dry_run and line.is_done else ""
    case = f" to case {line.case}" if line.result == "applied" else f", case {line.case}" if line.case else ""
    detail = f": {line.detail}" if line.detail else ""
    print(f"{line.id[:SHORT]} {would}{line.result}{case}{detail}")


def _sum_up(lines: Sequence[RedrivenLine], copies: int, *, as_json: bool) -> None:
    left = sum(not one.is_done for one in lines)
    if not as_json:
        passed = f"; {copies} passed over, copies of events that reached their cases" if copies else ""
        refused = sum(one.result == REFUSED for one in lines)
        print(f"{len(lines) - left} of {counted(len(lines), 'dead letter')} done{passed}")
        if left > refused:
            print("what stays is as it was; mend the cause and redrive again")
    if left:
        raise Refused([] if as_json else [f"{counted(left, 'dead letter')} left"])
