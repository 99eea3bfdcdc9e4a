"""`triage run`: the daemon."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import Config, RulesDir, StoreUrl, local_instant, settings_from
from triage.main.parts import RunOptions
from triage.main.running import run_service
from triage.settings import open_secrets


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("run")(run)


def _instant(text: str) -> datetime:
    found = local_instant(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is not such as 2026-04-01 or 2026-04-01T00:00:00+08:00")
    return found


def run(
    config: Config = None,
    source: Annotated[str, typer.Option(help="kafka, a file, a spool directory, or - for stdin.")] = "kafka",
    rules: RulesDir = None,
    store: StoreUrl = None,
    out: Annotated[Path, typer.Option(help="Where outputs go when the source is not Kafka.")] = Path("out"),
    once: Annotated[
        bool, typer.Option("--once", help="Stop when all is read, due timers are handled, all is sent.")
    ] = False,
    shadow: Annotated[
        bool, typer.Option("--shadow", help="The rules folder runs in the shadow of the active revision.")
    ] = False,
    backfill_before: Annotated[
        datetime | None,
        typer.Option(parser=_instant, metavar="WHEN", help="Steps due before are historic: an instant, a local date."),
    ] = None,
) -> None:
    """Read complaint events, decide, run the clocks, publish."""
    settings = settings_from(config, store__url=store, rules__dir=rules, backfill__before=backfill_before)
    run_service(settings, RunOptions(source=source, out=out, once=once, shadow=shadow), open_secrets(config))
