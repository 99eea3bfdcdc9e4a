"""Options that many verbs take."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from triage.codec.instants import read_instant
from triage.errors import WrongSettings
from triage.settings import Settings, load_settings

Config = Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).")]
StoreUrl = Annotated[str | None, typer.Option("--store", help="sqlite:///FILE or postgresql+psycopg://USER@HOST/DB.")]
Folder = Annotated[Path | None, typer.Argument(help="Rules folder; default: the shipped rulebook.")]
RulesDir = Annotated[Path | None, typer.Option("--rules", help="Rules folder; default: the shipped rulebook.")]
Language = Annotated[str | None, typer.Option("--lang", help="zh-Hant, zh-Hans or en; default: the terminal's.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the audit.")]
MANY = 1_000_000_000
"""Most that may be asked for of anything that is counted: stores and dates take no greater numbers."""
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
RULES_GROUP = ("rules", "Revisions of the rulebook: write, propose, compare, release and watch them.")
"""Name and purpose of the group of verbs about whole rulebooks."""


def local_instant(text: str) -> datetime | None:
    """An instant; without an offset in the time zone of the machine. Digits alone are a date, never seconds since
    1970. None when it is neither an instant nor a date."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def shown(instant: str) -> str:
    """An instant of a JSON shape as tables show it, under a heading that says UTC."""
    return instant.removesuffix("Z").replace("T", " ")


def needs_reason(reason: str) -> None:
    """Raises WrongSettings when nobody says why."""
    if not reason.strip():
        raise WrongSettings(["--reason: say why"])


def exact_instant(flag: str, text: str | None) -> datetime | None:
    """An instant with its offset. Raises WrongSettings."""
    if text is None:
        return None
    found = read_instant(text)
    if found is None:
        raise WrongSettings([f"{flag}: {text} is no instant with an offset, write 2026-03-17T16:00:00Z"])
    return found


def stated_instant(flag: str, text: str | None) -> datetime | None:
    """What a flag names: see `local_instant`. Raises WrongSettings."""
    found = local_instant(text) if text is not None else None
    if text is not None and found is None:
        raise WrongSettings([f"{flag}: {text} is no instant and no date, write 2026-03-17 or 2026-03-17T16:00:00Z"])
    return found


def writable(flag: str, path: Path | None) -> None:
    """Refuse a place that cannot be written before the work for it is done. Raises WrongSettings."""
    if path is not None:
        try:
            path.open("ab").close()
        except OSError as error:
            raise _unwritable(flag, path, error) from error


def write_file(flag: str, path: Path, content: bytes) -> None:
    """Write what a flag asks for. Raises WrongSettings."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unwritable(flag, path, error) from error


def _unwritable(flag: str, path: Path, error: OSError) -> WrongSettings:
    return WrongSettings([f"{flag} {path}: {error.strerror}"])


def settings_from(config: Path | None, **flags: Any) -> Settings:
    """The settings with the flags on top; `store__url=…` stands for `store.url`. Raises WrongSettings."""
    return load_settings(config, {name.replace("__", "."): value for name, value in flags.items()})


def counted(number: int, noun: str) -> str:
    """`1 fault`, `2 faults`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def group(app: typer.Typer, name: str, about: str) -> typer.Typer:
    """The group of verbs of that name; made when it is first asked for."""
    for known in app.registered_groups:
        if known.name == name and known.typer_instance is not None:
            return known.typer_instance
    made = typer.Typer(no_args_is_help=True)
    app.add_typer(made, name=name, help=about)
    return made


def new_app() -> typer.Typer:
    """The command without verbs."""
    return typer.Typer(
        name="triage",
        help="Complaint triage: rules, clocks and escalations for a claim-complaint desk.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
