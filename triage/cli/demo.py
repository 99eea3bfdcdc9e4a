"""`triage demo`: see the service at work within a minute."""

from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from triage.main.demo import Demo, Snapshot

PRIORITIES = ("urgent", "high", "normal", "low")


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("demo")(demo)


def demo(
    seconds: Annotated[float, typer.Option(min=1, help="How long to run.")] = 60.0,
    complaints: Annotated[int, typer.Option(min=1, help="How many complaints to generate.")] = 120,
    seed: Annotated[int, typer.Option(help="Seed of the generator.")] = 7,
) -> None:
    """Run the real service on a temporary store, fed by generated complaints, eight hours a second."""
    console = Console()
    first_decision: float | None = None
    took = 0.0
    with Demo(seed, complaints, seconds) as running:
        snapshot = running.snapshot()
        with Live(_screen(snapshot), console=console, refresh_per_second=4, transient=True) as live:
            while took < seconds and not running.is_stopped:
                took = running.wait(0.25)
                snapshot = running.snapshot()
                if first_decision is None and snapshot.totals["cases"]:
                    first_decision = took
                live.update(_screen(snapshot))
    console.print(_screen(snapshot))
    _summary(console, snapshot, first_decision, took)


def _screen(snapshot: Snapshot) -> Group:
    title = Text(f"complaint desk, {snapshot.now:%a %d %b %Y %H:%M} UTC", style="bold")
    return Group(title, _desk(snapshot), Text(), Text("last notices", style="bold"), _notices(snapshot.notices))


def _desk(snapshot: Snapshot) -> Table:
    table = Table("department", *PRIORITIES, "open", "overdue", box=None)
    for department in sorted({department for department, _ in snapshot.open_cases}):
        counts = [snapshot.open_cases.get((department, priority), 0) for priority in PRIORITIES]
        overdue = sum(count for (name, _), count in snapshot.overdue.items() if name == department)
        marked = Text(str(overdue), style="red" if overdue else "")
        table.add_row(department, *map(str, counts), str(sum(counts)), marked)
    return table


def _notices(notices: list[dict[str, Any]]) -> Table:
    table = Table(box=None)
    for name in ("kind", "case", "clock", "step", "due (UTC)", "to"):
        table.add_column(name, no_wrap=True)
    for notice in notices:
        data = notice["data"]
        to = ", ".join(person["name"] for person in data.get("to", ()))
        kind = notice["type"].removeprefix("complaint.")
        clock = data["clock"].split("/")[0]
        due = data["due_at"][5:16].replace("T", " ")
        table.add_row(kind, notice["subject"], clock, data["step"], due, to)
    return table


def _summary(console: Console, snapshot: Snapshot, first_decision: float | None, took: float) -> None:
    totals = snapshot.totals
    first = "none" if first_decision is None else f"{first_decision:.1f} s"
    console.print()
    console.print(f"first decision after {first}; {took:.0f} s in all")
    console.print(
        f"{totals['events']} events, {totals['cases']} cases, "
        f"notices: {', '.join(f'{count} {kind}' for kind, count in sorted(totals['notices'].items())) or 'none'}"
    )
    marks = ", ".join(f"{count} {mark}" for mark, count in snapshot.engines.items())
    console.print(
        f"evaluations by two engines: {marks}" if marks else "one engine, the second is not installed: all single"
    )
    console.print("Next: triage check; triage test; triage try '客服態度惡劣'; docs/tutorial/writing-rules.md")
