"""Where the command begins. Verbs whose start-up counts import their own module alone; every other one all of them."""

import io
import sys
from importlib import import_module

import typer
from typer.main import get_command

from triage.adapters.traces import hide_texts_of_errors
from triage.cli.options import new_app
from triage.errors import Refused, TriageError, TryAgain, Unreachable

QUICK = {"try": "triage.cli.try_text"}
"""Verb to the module that registers it."""


def main() -> None:
    """Entry of the `triage` command. Exit codes: 0 fine, 1 the check found faults, 2 wrong usage or settings, 3 a
    dependency is unreachable or a schema is behind. A character that the terminal cannot show is written as its
    number, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    hide_texts_of_errors()
    try:
        get_command(app_for(sys.argv[1:2]))()  # called itself, typer would put its hook for errors in the place of ours
    except Refused as error:
        for reason in error.reasons:
            print(reason, file=sys.stderr)
        sys.exit(error.exit_code)
    except TriageError as error:
        print(error, file=sys.stderr)
        sys.exit(Unreachable.exit_code if isinstance(error, TryAgain) else 1)


def app_for(verb: list[str]) -> typer.Typer:
    """The command for what the first word asks; with a quick verb it has this verb alone."""
    module = next((QUICK[name] for name in verb if name in QUICK), None)
    if module is None:
        whole: typer.Typer = import_module("triage.cli.app").app
        return whole
    app = new_app()
    app.callback()(lambda: None)  # an app of one verb would do without its name
    import_module(module).add_to(app)
    return app
