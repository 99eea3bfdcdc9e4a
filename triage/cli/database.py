"""`triage db`: the store's schema. A start never migrates PostgreSQL."""

import msgspec
import typer

from triage.cli.options import AsJson, Config, StoreUrl, settings_from
from triage.errors import Unreachable
from triage.main.tools import schema_status, upgrade_schema


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    verbs = typer.Typer(help="The store's schema.", no_args_is_help=True)
    verbs.command("upgrade")(upgrade)
    verbs.command("status")(status)
    app.add_typer(verbs, name="db")


def upgrade(config: Config = None, store: StoreUrl = None) -> None:
    """Bring the schema up to date."""
    settings = settings_from(config, store__url=store)
    print(f"schema {upgrade_schema(settings)}")


def status(config: Config = None, store: StoreUrl = None, as_json: AsJson = False) -> None:
    """Say whether the schema is current; exit 3 when it is behind."""
    settings = settings_from(config, store__url=store)
    found = schema_status(settings)
    if as_json:
        print(msgspec.json.encode(found).decode())
    if found.state != "current":
        raise Unreachable([f"schema is {found.state}: run triage db upgrade"])
    if not as_json:
        print("schema is current")
