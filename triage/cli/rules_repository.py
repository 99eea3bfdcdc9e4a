"""`triage rules new`: a repository of rules of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import RULES_GROUP, group
from triage.main.rules_repository import new_repository, write_schemas


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    group(app, *RULES_GROUP).command("new")(new)


def new(
    directory: Annotated[Path, typer.Argument(help="Where it is to stand.")],
    schemas_only: Annotated[
        bool, typer.Option("--schemas-only", help="Only renew the editor hints, after facts.yaml has changed.")
    ] = False,
) -> None:
    """Write a repository of rules: the shipped rulebook, checks for every merge request, editor hints."""
    if schemas_only:
        write_schemas(directory)
    else:
        new_repository(directory)
