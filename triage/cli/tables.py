"""`triage table`: decision tables, new ones and those that are there."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from triage.cli.options import AsJson, Language, RulesDir, group
from triage.cli.terminal import people_console, whole_table
from triage.errors import FaultyRules, WrongSettings
from triage.main.rule_folders import compiled_folder
from triage.main.tools import rules_scanner
from triage.service.new_table import Order, new_table
from triage.service.table_view import shown_rows
from triage.settings import language
from triage.wording.text import title_in


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    verbs = group(app, "table", "Decision tables.")
    verbs.command("new")(new)
    verbs.command("show")(show)


def new(
    name: Annotated[str, typer.Argument(help="Id of the table and name of its files.")],
    facts: Annotated[str, typer.Option(help='Columns that test: "channel,customer.age at_least".')],
    rules: Annotated[Path, typer.Option("--rules", "--dir", help="Rules folder that gets the table.")],
    then: Annotated[str, typer.Option(help="Columns of what is to be done.")] = "priority,department",
    as_xlsx: Annotated[bool, typer.Option("--xlsx", help="An Excel workbook; so without either.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="A CSV file.")] = False,
    lang: Language = None,
) -> None:
    """Write a decision table ready to be filled: drop-downs for the words that are allowed, one row, a sidecar. It is
    disabled until its author deletes that line."""
    if as_csv and as_xlsx:
        raise WrongSettings(["--csv and --xlsx exclude each other"])
    found = rules_scanner(rules)()
    if found.findings:
        raise FaultyRules([str(finding) for finding in found.findings])
    order = Order(name=name, facts=_listed(facts), thens=_listed(then), as_workbook=not as_csv, language=language(lang))
    made = new_table(found.files, order)
    for path, content in made.items():
        _write(rules / path, content)
        print(rules / path)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in text.split(","))))


def _write(path: Path, content: bytes) -> None:
    """Raises WrongSettings when there is such a file, or it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise WrongSettings([f"{path}: {error.strerror}"]) from error


def show(
    name: Annotated[str, typer.Argument(help="Id of the table.")],
    rules: RulesDir = None,
    as_json: AsJson = False,
    lang: Language = None,
) -> None:
    """Show a decision table with the names of its rows, as reasons say them."""
    tables = compiled_folder(rules).rulebook.tables
    if name not in tables:
        raise WrongSettings([f"there is no table {name}; tables: {', '.join(tables) or 'none'}"])
    table = tables[name]
    rows = shown_rows(table)
    if as_json:
        for row in rows:
            print(msgspec.json.encode(row).decode())
        return
    console = people_console()
    console.print(f"{title_in(table.title, language(lang))} ({table.id}, hit: {table.hit}, {table.status})")
    columns = [*rows[0].cells]
    grid = whole_table("row", *columns)
    for row in rows:
        grid.add_row(row.row, *(row.cells[column] for column in columns))
    console.print(grid)
