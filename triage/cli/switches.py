"""`triage mute`: notices that nobody wants for a while."""

from collections.abc import Sequence
from getpass import getuser
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.options import AsJson, Config, StoreUrl, local_instant, settings_from
from triage.errors import WrongSettings
from triage.main.tools import machine_now, opened_store
from triage.service.case_view import instant
from triage.service.mute import MuteLine, in_force
from triage.service.mute import mute as mute_in


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("mute")(mute)


def mute(
    department: Annotated[str | None, typer.Option("--department", help="Notices of its cases.")] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="Notices of its clocks.")] = None,
    case: Annotated[str | None, typer.Option("--case", help="Notices of this case.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Instant or date; one that is past ends it.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit.")] = "",
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Mute notices until an instant: steps are recorded as muted, clocks and metrics go on. Without a scope, list what
    is muted."""
    scopes = [(name, value) for name, value in
              (("department", department), ("policy", policy), ("case", case)) if value]  # fmt: skip
    settings = settings_from(config, store__url=store)
    if not scopes:
        with opened_store(settings) as opened, opened.read() as reading:
            _show(in_force(reading, machine_now()), as_json=as_json)
        return
    faults = ["one of --department, --policy and --case at a time"] if len(scopes) > 1 else []
    faults += [] if reason.strip() else ["--reason: say why"]
    ends = local_instant(until or "")
    faults += [] if ends else ["--until: an instant or a date, such as 2026-03-17T18:00:00+08:00"]
    if faults or ends is None:
        raise WrongSettings(faults)
    ((scope, value),) = scopes
    with opened_store(settings) as opened:
        mute_in(opened, scope, value, ends, who=getuser(), reason=reason)
    is_muted = ends > machine_now()
    print(f"{scope} {value} is {f'muted until {instant(ends)}' if is_muted else 'heard again'}")


def _show(mutes: Sequence[MuteLine], *, as_json: bool) -> None:
    if as_json:
        for one in mutes:
            print(msgspec.json.encode(one).decode())
        return
    table = Table("scope", "value", "until (UTC)", box=None)
    for one in mutes:
        table.add_row(one.scope, one.value, one.until.removesuffix("Z").replace("T", " "))
    Console().print(table if mutes else "nothing is muted")
