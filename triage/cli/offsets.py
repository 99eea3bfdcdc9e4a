"""`triage offsets`: where reading continues."""

import getpass
from typing import Annotated

import msgspec
import typer

from triage.cli.options import AsJson, Config, StoreUrl, needs_reason, settings_from
from triage.cli.terminal import people_console, whole_table
from triage.main.tools import opened_store
from triage.ports import Part
from triage.service.set_position import set_position

MOST, MOST_PARTITION = 2**63 - 1, 2**31 - 1
"""Of what Kafka counts in 64 and in 32 bits."""


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    verbs = typer.Typer(help="Where reading continues.", no_args_is_help=True)
    verbs.command("show")(show)
    verbs.command("set")(set_)
    app.add_typer(verbs, name="offsets")


def show(config: Config = None, store: StoreUrl = None, as_json: AsJson = False) -> None:
    """List every part of the sources with its position."""
    settings = settings_from(config, store__url=store)
    with opened_store(settings) as opened, opened.read() as reading:
        positions = reading.positions()
    if as_json:
        for part, position in positions:
            line = {"input": part.input, "partition": part.partition, **msgspec.structs.asdict(position)}
            print(msgspec.json.encode(line).decode())
        return
    table = whole_table("input", "partition", "next offset", "tries", "caught up")
    for part, position in positions:
        caught_up = f"{position.caught_up_at:%Y-%m-%d %H:%M:%S}Z" if position.caught_up_at else "-"
        table.add_row(part.input, str(part.partition), str(position.next_offset), str(position.tries), caught_up)
    people_console().print(table)


def set_(
    input_name: Annotated[str, typer.Option("--input", help="As `offsets show` names it.")],
    to: Annotated[int, typer.Option(help="The next offset to read.", min=0, max=MOST)],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    partition: Annotated[int, typer.Option(min=0, max=MOST_PARTITION)] = 0,
    config: Config = None,
    store: StoreUrl = None,
) -> None:
    """Continue a part at another offset. Exit 1 when the part has no position."""
    needs_reason(reason)
    settings = settings_from(config, store__url=store)
    with opened_store(settings) as opened:
        set_position(opened, Part(input_name, partition), to, who=getpass.getuser(), reason=reason)
    print(f"{input_name}, partition {partition}: reading continues at {to}")
