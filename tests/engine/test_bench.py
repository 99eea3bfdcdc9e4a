"""`triage bench rules` measures what it says, and finds no engine that finds other rules."""

import json

from typer.testing import CliRunner

from triage.cli.app import app
from triage.main.rivals import rival


def test_every_engine_that_is_there_is_measured_and_finds_the_same_rules() -> None:
    """One row an engine and size; those of PyPI are not installed unless somebody wants to compare."""
    done = CliRunner().invoke(app, ["bench", "rules", "--sizes", "20,60", "--cases", "150", "--rounds", "1", "--json"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["engine"], row["rules"]) for row in rows] == [
        (engine, size)
        for size in (20, 60)
        for engine in ("compiled", "compiled + durable-rules", "zen-engine", "rule-engine")
    ]
    for row in rows:
        is_there = row["engine"].startswith("compiled") or rival(row["engine"]) is not None
        assert (row["microseconds"] is not None) == is_there
        assert row["differing"] == 0
        if row["engine"].startswith("compiled"):
            assert row["decisions"] == 150
            assert row["microseconds"] > 0


def test_sizes_that_are_no_numbers_are_refused() -> None:
    """Wrong usage, exit 2."""
    done = CliRunner().invoke(app, ["bench", "rules", "--sizes", "many"])
    assert done.exit_code == 2
