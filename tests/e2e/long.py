"""Scenarios at full size: the code of the tests with other numbers, on real parts that this starts itself.

    python -m tests.e2e.long all|NAME [DIRECTORY]

One line of figures each; whatever breaks a promise raises. Takes about an hour.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.e2e.desks import FILES, KINDS, Desk, Desks
from tests.e2e.test_any_order import run_orders
from tests.e2e.test_explained_months_later import run_explained
from tests.e2e.test_files_that_grow import run_in_halves, run_once
from tests.e2e.test_moved_deadline import run_moved
from tests.e2e.test_poison import run_poisoned
from tests.e2e.test_rules_roll_out import run_rolling, run_torn
from tests.e2e.test_small_disk import run_small_disk
from tests.e2e.test_wall_clock_jumps import run_jumps
from tests.services.kafka import Broker
from tests.services.postgres import Server

Scenario = Callable[[Desks], dict[str, Any]]


def on_desk(run: Callable[..., dict[str, Any]], **sizes: Any) -> Scenario:
    """On one desk."""
    return lambda desks: run(desks.new("desk"), **sizes)


def in_folder(run: Callable[..., dict[str, Any]], *sizes: Any) -> Scenario:
    """In a folder alone."""

    def scenario(desks: Desks) -> dict[str, Any]:
        desk: Desk = desks.new("folder")
        directory = desk.directory / "alone"
        directory.mkdir()
        return run(directory, *sizes)

    return scenario


BOTH: dict[str, Scenario] = {
    "poison": on_desk(run_poisoned, events=1000),
    "any-order": lambda desks: run_orders(desks, cases=500, orders=20),
    "moved-deadline": on_desk(run_moved),
    "explained": on_desk(run_explained, decisions=1000),
}
"""On files and SQLite, and on Kafka and PostgreSQL."""

ON_KAFKA: dict[str, Scenario] = {"rolling-restart": on_desk(run_rolling, editions=6)}

ON_FILES: dict[str, Scenario] = {
    "half-a-line": in_folder(run_in_halves, 10),
    "once": in_folder(run_once, 10_000),
    "torn-copies": in_folder(run_torn, 20),
    "clock-jumps": in_folder(run_jumps, 1000),
    "small-disk": in_folder(run_small_disk, 200, 512),
}


def chosen(name: str) -> list[tuple[str, str, Scenario]]:
    """Name, kind of desk and scenario of what was asked for."""
    found = [(one, kind, run) for one, run in BOTH.items() for kind in KINDS]
    found += [(one, FILES, run) for one, run in ON_FILES.items()]
    found += [(one, "kafka", run) for one, run in ON_KAFKA.items()]
    return [one for one in found if name in ("all", one[0])]


def main() -> None:
    wanted = chosen(sys.argv[1])
    if not wanted:
        raise SystemExit(f"no scenario {sys.argv[1]}; there are: {', '.join({**BOTH, **ON_FILES, **ON_KAFKA})}, all")
    with ExitStack() as stack:
        given = sys.argv[2:] or [stack.enter_context(tempfile.TemporaryDirectory())]
        root = Path(given[0]).resolve()
        parts: tuple[Any, ...] = ()
        if any(kind != FILES for _, kind, _ in wanted):
            parts = (stack.enter_context(Broker()), stack.enter_context(Server()))
        for name, kind, run in wanted:
            began = time.monotonic()
            with Desks(root / f"{name}-{kind}", *(() if kind == FILES else parts)) as desks:
                figures = ", ".join(f"{what}: {value}" for what, value in run(desks).items())
            print(f"{name} on {kind}: {figures} ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
