"""`triage schema`: JSON Schemas of every format, out of the same types that read and write it."""

from typing import Annotated

import msgspec
import typer

from triage.cli.options import RulesDir
from triage.errors import WrongSettings
from triage.main.rule_folders import compiled_folder
from triage.service.schemas import SCHEMAS, schema_of


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("schema")(schema)


def schema(
    what: Annotated[str, typer.Argument(help=f"One of: {', '.join(SCHEMAS)}.")],
    rules: RulesDir = None,
) -> None:
    """Print the JSON Schema of a format."""
    if what not in SCHEMAS:
        raise WrongSettings([f"schema {what!r} is unknown, allowed: {', '.join(SCHEMAS)}"])
    print(msgspec.json.format(msgspec.json.encode(schema_of(what, compiled_folder(rules))), indent=2).decode())
