"""Where the command begins. A verb imports the modules of its own name alone; what is no verb, all of them."""

import errno
import io
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from types import TracebackType
from typing import Annotated

import typer
from typer.main import get_command

from triage.cli.options import new_app
from triage.errors import Refused, TriageError, TryAgain, Unreachable, without_text

HOMES: Mapping[str, tuple[str, ...]] = {
    "run": ("running",),
    "demo": ("demo",),
    "check": ("check",),
    "test": ("examples",),
    "try": ("try_text",),
    "explain": ("explain",),
    "backtest": ("backtest",),
    "rules": ("release", "comparing", "quality", "rules_repository"),
    "table": ("tables",),
    "cases": ("cases",),
    "case": ("cases",),
    "verify": ("clocks",),
    "apply-policy": ("clocks",),
    "calendar": ("clocks",),
    "replay": ("replay",),
    "mute": ("switches",),
    "pause": ("switches",),
    "resume": ("switches",),
    "erase": ("erase",),
    "import": ("importing",),
    "schema": ("schemas",),
    "db": ("database",),
    "offsets": ("offsets",),
    "dead-letters": ("dead_letters",),
    "outbox": ("outbox",),
    "audit": ("audit",),
    "bench": ("bench",),
}
"""Each verb, and each group of verbs, to the modules here that register it, in the order of the help."""


def main() -> None:
    """Entry of the `triage` command. Exit codes: 0 fine, 1 the check found faults, 2 wrong usage or settings, 3 a
    dependency is unreachable or a schema is behind. A character that the terminal cannot show is written as its
    number, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.excepthook, threading.excepthook = _tell, _tell_of_thread
    try:
        try:
            get_command(app_for(sys.argv[1:2]))()  # called itself, typer would put its hook in the place of ours
        finally:
            sys.stdout.flush()
    except Refused as error:
        for reason in error.reasons:
            print(reason, file=sys.stderr)
        sys.exit(error.exit_code)
    except TriageError as error:
        print(error, file=sys.stderr)
        sys.exit(Unreachable.exit_code if isinstance(error, TryAgain) else 1)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in the buffer goes nowhere
        print(f"not all was written: {error.strerror}", file=sys.stderr)
        sys.exit(1)


def _tell(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """An error that nobody foresaw is told by its kind and its place: its text may hold what people wrote, as a
    database's does that shows the row at fault."""
    print(without_text(error), file=sys.stderr)


def _tell_of_thread(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None:
        print(without_text(what.exc_value), file=sys.stderr)


def app_for(words: Sequence[str]) -> typer.Typer:
    """The command for what the first word asks: with the modules of a verb, or with every one."""
    homes = next((HOMES[word] for word in words[:1] if word in HOMES), None)
    app = new_app()
    app.callback()(_command)
    for home in homes or dict.fromkeys(each for modules in HOMES.values() for each in modules):
        import_module(f"triage.cli.{home}").add_to(app)
    return app


def _version(*, wanted: bool) -> None:
    if wanted:
        print(version("complaint-triage"))
        raise typer.Exit


def _command(
    *,
    _: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """What comes before a verb; without it, an app of one verb would do without the verb's name."""
