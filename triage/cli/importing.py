"""`triage import`: tables of old complaints become events."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import track

from triage.cli.options import counted
from triage.errors import Refused, WrongSettings
from triage.main.tools import read_table
from triage.service.import_history import Importer, Report
from triage.service.mapping import load_mapping


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("import")(import_table)


def import_table(
    table: Annotated[Path, typer.Argument(help="CSV, XLSX or Parquet.")],
    mapping: Annotated[Path, typer.Option("--map", help="Mapping file (YAML).")],
    out: Annotated[Path, typer.Option(help="Events as JSON Lines, for `triage run --source`.")] = Path("events.jsonl"),
    rejects: Annotated[Path | None, typer.Option(help="Rejected rows as JSON Lines.")] = None,
) -> None:
    """Turn a table into complaint events. Exit 1 when a row was rejected."""
    try:
        raw = mapping.read_bytes()
    except OSError as error:
        raise WrongSettings([f"{mapping}: {error.strerror}"]) from error
    mapped = load_mapping(raw)
    columns, total, rows = read_table(table)
    _check_columns(mapped.columns(), columns, f"{mapping}: column", table)
    importer = Importer(mapped)
    console = Console(stderr=True)
    quiet = not console.is_terminal
    for _ in track(importer.take(rows), "reading rows", total=total, console=console, transient=True, disable=quiet):
        pass
    _write(out, importer.events())
    _show(importer.report, out)
    _write_rejects(importer.report, rejects)


def _check_columns(wanted: set[str], columns: Sequence[str], which: str, table: Path) -> None:
    """Raises WrongSettings: of two columns with one name, one would be lost."""
    faults = [f"{which} {name!r} is not in {table}" for name in sorted(wanted - set(columns))]
    faults += [f"{which} {name!r} is in {table} twice" for name in sorted(wanted) if columns.count(name) > 1]
    if faults:
        raise WrongSettings(faults)


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Raises WrongSettings when the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)
    except OSError as error:
        raise WrongSettings([f"{path}: {error.strerror}"]) from error


def _show(report: Report, out: Path) -> None:
    made = f"{counted(report.complaints, 'complaint')}, {counted(report.events, 'event')}"
    print(f"{counted(report.rows, 'row')} → {made} in {out}")
    for field, number in sorted(report.conflicts.items()):
        print(f"{field}: rows of {counted(number, 'complaint')} differ; the first one was taken")
    for field, texts in sorted(report.unmapped.items()):
        for text, number in texts.most_common():
            print(f"{field}: {text!r} is in no value map, kept as it is, {counted(number, 'time')}")


def _write_rejects(report: Report, rejects: Path | None) -> None:
    if not report.rejected:
        return
    if rejects is not None:
        _write(rejects, (msgspec.json.encode(one) for one in report.rejected))
    reasons: dict[str, int] = {}
    for one in report.rejected:
        reasons[one.reason] = reasons.get(one.reason, 0) + 1
    for reason, number in sorted(reasons.items()):
        print(f"rejected, {counted(number, 'row')}: {reason}", file=sys.stderr)
    raise Refused([f"{len(report.rejected)} of {report.rows} rows were rejected"])
