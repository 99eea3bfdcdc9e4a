"""`triage bench`: events a second, and microseconds a rule match, on this machine, as ratios within one run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.options import AsJson, Config, RulesDir, StoreUrl, group, settings_from, write_file
from triage.errors import WrongSettings
from triage.main.bench import Bench, Result, candidates, chosen
from triage.main.bench_page import COSTS, RATES, bench_page, costs, rates, stages
from triage.main.bench_rules import Timed, bench_rules

LONG_COMPLAINTS = 111_000
"""About a million events."""


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    benches = group(app, "bench", "Measure on this machine: the service end to end, or its rules.")
    benches.callback(invoke_without_command=True, no_args_is_help=False)(bench)
    benches.command("rules")(rules)


def bench(
    context: typer.Context,
    *,
    complaints: Annotated[int, typer.Option(min=1, help="Complaints to generate, about nine events each.")] = 2000,
    kafka: Annotated[
        bool, typer.Option("--kafka", help="Measure Kafka + SQLite and Kafka + PostgreSQL too, beside a raw echo.")
    ] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; in each, every candidate has its turn.")] = 1,
    only: Annotated[str, typer.Option(help="Only candidates whose name has this text.")] = "",
    long: Annotated[bool, typer.Option("--long", help="A million events, to see memory over time.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="A file for a report with plots.")] = None,
    config: Config = None,
    store: StoreUrl = None,
    rules_dir: RulesDir = None,
    as_json: AsJson = False,
) -> None:
    """Measure the service end to end, with exactly-once effect, all clocks and outputs included."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_from(config, store__url=store, rules__dir=rules_dir)
    wanted = chosen(candidates(kafka=kafka), only)
    if not wanted:
        raise WrongSettings([f"--only {only}: nothing that can be measured here is called so"])
    number = LONG_COMPLAINTS if long else complaints
    with Console(stderr=True).status("generating complaints") as status:
        found = Bench(settings, number).run(wanted, rounds, status.update)
    if html is not None:
        about = f"{number:,} complaints, {rounds} rounds in turns; CPU as the kernel counts it"
        write_file("--html", html, bench_page(found, about).encode())
    if as_json:
        for one in found:
            print(msgspec.json.encode(one).decode())
    else:
        _show(found)


def _show(found: Sequence[Result]) -> None:
    console = Console()
    for columns, cells in ((RATES, rates), (COSTS, costs)):
        table = Table(*columns, box=None)
        for one in found:
            table.add_row(one.candidate.what, *cells(one))
        console.print(table)
    for one in found:
        if one.candidate.work != "echo":
            parts = ", ".join(f"{name} {cost:.0f}" for name, cost in stages(one))
            console.print(f"{one.candidate.what}, µs by stage: {parts}", highlight=False)


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
