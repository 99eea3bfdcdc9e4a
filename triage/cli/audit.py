"""`triage audit`: who changed what, when and why."""

from typing import Annotated

import msgspec
import typer

from triage.cli.options import MANY, AsJson, Config, StoreUrl, settings_from, shown, stated_instant
from triage.cli.terminal import people_console, whole_table
from triage.main.tools import opened_store
from triage.service.audit_view import audit_lines


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("audit")(audit)


def audit(
    since: Annotated[str | None, typer.Option("--since", help="Only from this instant or date on.")] = None,
    who: Annotated[str | None, typer.Option("--who", help="Only of this person or account.")] = None,
    what: Annotated[str | None, typer.Option("--what", help="Only what begins so: paused, redrove, outbox.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MANY, help="At most so many.")] = 100,
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """List who changed what, when and why, the newest first. Nothing is ever taken out of it."""
    start = stated_instant("--since", since)
    with opened_store(settings_from(config, store__url=store)) as opened, opened.read() as reading:
        lines = audit_lines(reading, since=start, who=who, what=what, limit=limit + 1)
    if as_json:
        for one in lines[:limit]:
            print(msgspec.json.encode(one).decode())
        return
    table = whole_table("when (UTC)", "who", "what", "why")
    for one in lines[:limit]:
        table.add_row(shown(one.when), one.who, one.what, one.why)
    console = people_console()
    console.print(table if lines else "nothing was changed")
    if len(lines) > limit:
        console.print(f"older rows are not shown: --limit {2 * limit}")
