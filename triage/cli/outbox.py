"""`triage outbox`: outputs that were not sent."""

from getpass import getuser
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from triage.cli.options import MANY, AsJson, Config, Reason, StoreUrl, counted, group, needs_reason, settings_from
from triage.cli.terminal import people_console, whole_table
from triage.errors import WrongSettings
from triage.main.tools import machine_now, opened_store
from triage.ports import NOT_SENT
from triage.service.outbox_desk import OutputLine, output_lines
from triage.service.outbox_desk import drop as drop_in
from triage.service.outbox_desk import retry as retry_in

TOPICS = ("decisions", "alerts", "dead_letters")
Named = Annotated[list[str] | None, typer.Argument(metavar="[NO|ID]...", help="Numbers, or beginnings of ids.")]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    verbs = group(app, "outbox", "Outputs that were not sent.")
    verbs.command("list")(list_)
    verbs.command("retry")(retry)
    verbs.command("drop")(drop)


def list_(
    state: Annotated[str | None, typer.Option("--state", help=f"Only those: {', '.join(NOT_SENT)}.")] = None,
    topic: Annotated[str | None, typer.Option("--topic", help=f"Only of this one: {', '.join(TOPICS)}.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MANY, help="At most so many.")] = 50,
    show_payload: Annotated[
        bool, typer.Option("--show-payload", help="With what would be sent; of dead letters it may be personal.")
    ] = False,
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """List outputs that were not sent, the oldest first, and why."""
    faults = [] if state in (None, *NOT_SENT) else [f"--state: {state} is none of {', '.join(NOT_SENT)}"]
    faults += [] if topic in (None, *TOPICS) else [f"--topic: {topic} is none of {', '.join(TOPICS)}"]
    if faults:
        raise WrongSettings(faults)
    states = (state,) if state else NOT_SENT
    with opened_store(settings_from(config, store__url=store)) as opened, opened.read() as reading:
        found = output_lines(reading, machine_now(), states, topic=topic, limit=limit + 1, payload=show_payload)
    if as_json:
        for one in found[:limit]:
            print(msgspec.json.encode(one).decode())
        return
    console = people_console()
    console.print(_table(found[:limit]) if found else "nothing waits to be sent")
    for one in found[:limit] if show_payload else []:
        print(f"{one.no}: {one.payload if one.payload is not None else f'base64: {one.payload_base64}'}")
    if len(found) > limit:
        console.print(f"younger ones are not shown: --limit {2 * limit}")


def _table(lines: list[OutputLine]) -> Table:
    table = whole_table("no", "topic", "key", "sequence", "state", "age", "why")
    for one in lines:
        table.add_row(
            str(one.no), one.topic, one.key, str(one.sequence), one.state, f"{one.age_seconds} s", one.detail or ""
        )
    return table


def retry(
    names: Named = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that failed.")] = False,
    reason: Reason = "",
    config: Config = None,
    store: StoreUrl = None,
) -> None:
    """Let outputs be tried again that failed or are held. Exit 1 when one of them waits for no operator."""
    if bool(names) == failed:
        raise WrongSettings(["give numbers or ids, or --failed for all that failed"])
    needs_reason(reason)
    with opened_store(settings_from(config, store__url=store)) as opened:
        count = retry_in(opened, names or (), who=getuser(), reason=reason.strip())
    print(f"{counted(count, 'output')} will be tried again" if count else "nothing has failed")


def drop(
    names: Annotated[list[str], typer.Argument(metavar="NO|ID...", help="Numbers, or beginnings of ids.")],
    reason: Reason = "",
    config: Config = None,
    store: StoreUrl = None,
) -> None:
    """Take outputs out for good: they are never sent. Exit 1, and nothing changes, when one was sent or is none."""
    needs_reason(reason)
    with opened_store(settings_from(config, store__url=store)) as opened:
        count = drop_in(opened, names, who=getuser(), reason=reason.strip())
    print(f"{counted(count, 'output')} dropped; readers see a gap in their sequence")
