"""`triage bench`: events a second, and microseconds a rule match, on this machine, as ratios within one run."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.options import AsJson, Config, StoreUrl, group, settings_from
from triage.main.bench import Bench
from triage.main.bench_rules import Timed, bench_rules


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    benches = group(app, "bench", "Measure on this machine: the service end to end, or its rules.")
    benches.callback(invoke_without_command=True, no_args_is_help=False)(bench)
    benches.command("rules")(rules)


def bench(
    context: typer.Context,
    complaints: Annotated[int, typer.Option(help="How many complaints to generate, about nine events each.")] = 2000,
    kafka: Annotated[
        bool, typer.Option("--kafka", help="Measure Kafka + PostgreSQL too, beside a raw echo of the client.")
    ] = False,
    config: Config = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Measure the service end to end, with exactly-once effect, all clocks and outputs included."""
    if context.invoked_subcommand is not None:
        return
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


def rules(
    sizes: Annotated[str, typer.Option(help="Rules in a rulebook, by commas.")] = "20,200,1000",
    cases: Annotated[int, typer.Option(min=100, help="Cases to decide; slow engines get fewer.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; the median counts.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Measure how long matching takes: by the first engine, by both, and by two of PyPI, on the same cases."""
    wanted = [int(size) if size.strip().isdecimal() else 0 for size in sizes.split(",")]
    if min(wanted) < 1:
        raise typer.BadParameter("numbers by commas, such as 20,200", param_hint="--sizes")
    console = Console(stderr=True)
    with console.status("measuring") as status:
        found = bench_rules(wanted, cases, rounds, lambda what: status.update(f"measuring {what}"))
    if as_json:
        for one in found:
            print(msgspec.json.encode(one).decode())
        return
    table = Table("engine", "rules", "µs a decision", "ratio", "compared", "differing", box=None)
    for one in found:
        table.add_row(one.engine, str(one.rules), *_figures(one))
    Console().print(table)


def _figures(one: Timed) -> tuple[str, ...]:
    if one.microseconds is None or one.ratio is None:
        return ("not installed", "-", "-", "-")
    return (f"{one.microseconds:.1f}", f"{one.ratio:.2f}", str(one.decisions), str(one.differing))
