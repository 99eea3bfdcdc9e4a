"""`triage replay`: events in virtual time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from triage.cli.options import AsJson, RulesDir, exact_instant
from triage.cli.terminal import people_console, whole_table
from triage.errors import Refused
from triage.main.rule_folders import compiled_folder
from triage.main.tools import event_lines
from triage.service.replay import Replay, ReplayedCase


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("replay")(replay)


def replay(
    events: Annotated[str, typer.Option("--events", help="JSON Lines of events; - reads stdin.")],
    rules: RulesDir = None,
    until: Annotated[str | None, typer.Option("--until", help="Instant (RFC 3339) at which the run ends.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay events in virtual time: every clock and every notice as it would have happened. Exit 1 when a line could
    not be read as an event."""
    running = Replay(compiled_folder(rules), exact_instant("--until", until))
    unreadable = list(_read(running, event_lines(events)))
    cases = running.finish()
    if as_json:
        for case in cases:
            print(msgspec.json.encode(case).decode())
    else:
        people_console().print(_table(cases))
    if unreadable:
        raise Refused(unreadable)


def _read(running: Replay, lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        letter = running.read(line) if line.strip() else None
        if letter is not None:
            yield f"line {number}: {letter.reason}: {letter.detail}"


def _table(cases: Iterable[ReplayedCase]) -> Table:
    """One case a row, its clocks and what was notified counted."""
    table = whole_table("case", "status", "priority", "department", "clocks", "notices")
    for case in cases:
        clocks = "\n".join(f"{clock.clock} {clock.in_words}" for clock in case.clocks)
        notices = Counter(alert.type.removeprefix("complaint.") for alert in case.alerts)
        told = ", ".join(f"{number} {kind}" for kind, number in notices.items())
        table.add_row(case.case, case.status, case.priority or "-", case.department or "-", clocks, told)
    return table
