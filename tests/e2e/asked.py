"""What a running instance says over HTTP, and what verbs print, as an operator's tools read them."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from typing import Any

import jsonschema

from tests.e2e.workers import answer
from triage.cli.start import main


def unready(port: int) -> list[str]:
    """Why the instance is not ready; nothing when it is. It is healthy whatever it waits for."""
    status, body = answer(port, "/readyz")
    found: dict[str, Any] = json.loads(body)
    assert (status == 200) == found["ok"] == (not found["reasons"])
    assert answer(port, "/healthz")[0] == 200
    return list(found["reasons"])


def metric(port: int, series: str) -> float | None:
    """The value of a series, None when it is not exported."""
    for line in answer(port, "/metrics")[1].splitlines():
        name, _, value = line.rpartition(" ")
        if name == series:
            return float(value)
    return None


def called(*arguments: str) -> tuple[int, str, str]:
    """A verb, called in this process as the command `triage` does: exit code, what it prints, its errors. A process of
    its own would take two seconds to begin."""
    printed, errors, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["triage", *arguments]
    try:
        with redirect_stdout(printed), redirect_stderr(errors):
            main()
    except SystemExit as end:
        return int(end.code or 0), printed.getvalue(), errors.getvalue()
    finally:
        sys.argv = before
    return 0, printed.getvalue(), errors.getvalue()


def verb(*arguments: str, code: int = 0) -> str:
    """What a verb prints; it ends with this code."""
    found, printed, errors = called(*arguments)
    assert found == code, errors
    return printed


def lines_of(shape: str, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """What a verb prints with --json, each line as `triage schema cli` says."""
    schema = _shapes()
    found = [json.loads(line) for line in verb(*arguments, "--json", code=code).splitlines()]
    for one in found:
        jsonschema.validate(one, {"$defs": schema["$defs"], **schema["properties"][shape]})
    return found


@cache
def _shapes() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(verb("schema", "cli"))
    return found
