"""The command line: one verb a function, each calling one function of the services or of the composition root."""

import sys

import typer

from triage.cli import (
    bench,
    cases,
    clocks,
    comparing,
    database,
    demo,
    importing,
    offsets,
    release,
    replay,
    rules,
    running,
    schemas,
    switches,
)
from triage.errors import Refused, TriageError

app = typer.Typer(
    name="triage",
    help="Complaint triage: rules, clocks and escalations for a claim-complaint desk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
VERBS = (
    running, demo, rules, release, comparing, cases, clocks, replay, switches, importing, schemas, database, offsets,
    bench,
)  # fmt: skip
"""In the order in which help lists them."""

for module in VERBS:
    module.add_to(app)


def main() -> None:
    """Entry of the `triage` command. Exit codes: 0 fine, 1 the check found faults, 2 wrong usage or settings, 3 a
    dependency is unreachable or a schema is behind."""
    try:
        app()
    except Refused as error:
        for reason in error.reasons:
            print(reason, file=sys.stderr)
        sys.exit(error.exit_code)
    except TriageError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
