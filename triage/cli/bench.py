"""`triage bench`: events a second on this machine, as ratios within one run."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.options import AsJson, Config, StoreUrl, settings_from
from triage.main.bench import Bench


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("bench")(bench)


def bench(
    complaints: Annotated[int, typer.Option(help="How many complaints to generate, about nine events each.")] = 2000,
    kafka: Annotated[
        bool, typer.Option("--kafka", help="Measure Kafka + PostgreSQL too, beside a raw echo of the client.")
    ] = False,
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Measure the service end to end, with exactly-once effect, all clocks and outputs included."""
    settings = settings_from(config, store__url=store)
    measuring = Bench(complaints)
    found = [measuring.files_and_sqlite()]
    if kafka:
        found += measuring.kafka_and_postgres(settings)
    if as_json:
        for one in found:
            print(msgspec.json.encode(msgspec.structs.asdict(one) | {"per_second": one.per_second}).decode())
        return
    table = Table("what", "events", "seconds", "events a second", "ratio", box=None)
    for one in found:
        ratio = one.per_second / found[0].per_second
        table.add_row(one.what, str(one.events), f"{one.seconds:.1f}", f"{one.per_second:.0f}", f"{ratio:.2f}")
    Console().print(table)
