"""`triage mute`, `triage pause`, `triage resume`: what nobody wants for a while."""

from collections.abc import Sequence
from getpass import getuser
from typing import Annotated

import msgspec
import typer

from triage.cli.options import AsJson, Config, Reason, StoreUrl, local_instant, settings_from, shown, stated_instant
from triage.cli.terminal import people_console, whole_table
from triage.errors import WrongSettings
from triage.main.tools import machine_now, opened_store
from triage.ports import WORKS
from triage.service.case_view import instant
from triage.service.mute import MuteLine, in_force
from triage.service.mute import mute as mute_in
from triage.service.pause import PauseLine
from triage.service.pause import in_force as paused_now
from triage.service.pause import pause as pause_in
from triage.service.pause import resume as resume_in


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("mute")(mute)
    app.command("pause")(pause)
    app.command("resume")(resume)


Work = Annotated[str | None, typer.Argument(metavar="consume|sweep|dispatch", help="Which work.")]


def mute(
    department: Annotated[str | None, typer.Option("--department", help="Notices of its cases.")] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="Notices of its clocks.")] = None,
    case: Annotated[str | None, typer.Option("--case", help="Notices of this case.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Instant or date; one that is past ends it.")] = None,
    reason: Reason = "",
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
    table = whole_table("scope", "value", "until (UTC)")
    for one in mutes:
        table.add_row(one.scope, one.value, shown(one.until))
    people_console().print(table if mutes else "nothing is muted")


def pause(
    work: Work = None,
    until: Annotated[str | None, typer.Option("--until", help="Instant or date at which it goes on by itself.")] = None,
    reason: Reason = "",
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Pause work of all instances: reading events, handling due timers, publishing. Nothing is lost, it waits. Without
    a work, list what is paused."""
    settings = settings_from(config, store__url=store)
    if work is None:
        if until or reason:
            raise WrongSettings([f"name what to pause: {', '.join(WORKS)}"])
        with opened_store(settings) as opened, opened.read() as reading:
            _show_pauses(paused_now(reading, machine_now()), as_json=as_json)
        return
    ends = stated_instant("--until", until)
    _check_work(work, reason)
    with opened_store(settings) as opened:
        pause_in(opened, work, ends, who=getuser(), reason=reason.strip())
    print(f"{work} is paused until {instant(ends) if ends else 'it is resumed'}")


def resume(
    work: Annotated[str, typer.Argument(metavar="consume|sweep|dispatch", help="Which work.")],
    reason: Reason = "",
    config: Config = None,
    store: StoreUrl = None,
) -> None:
    """End a pause. Exit 1 when it is not paused."""
    _check_work(work, reason)
    with opened_store(settings_from(config, store__url=store)) as opened:
        resume_in(opened, work, who=getuser(), reason=reason.strip())
    print(f"{work} goes on")


def _check_work(work: str, reason: str) -> None:
    faults = [] if work in WORKS else [f"{work} cannot be paused, only {', '.join(WORKS)}"]
    faults += [] if reason.strip() else ["--reason: say why"]
    if faults:
        raise WrongSettings(faults)


def _show_pauses(pauses: Sequence[PauseLine], *, as_json: bool) -> None:
    if as_json:
        for one in pauses:
            print(msgspec.json.encode(one).decode())
        return
    table = whole_table("paused", "since (UTC)", "until (UTC)", "by", "why")
    for one in pauses:
        table.add_row(one.work, shown(one.since), shown(one.until) if one.until else "resumed", one.who, one.why)
    people_console().print(table if pauses else "nothing is paused")
