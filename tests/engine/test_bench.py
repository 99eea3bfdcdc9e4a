"""`triage bench rules` measures what it says, and finds no engine that finds other rules."""

import json
import subprocess
import sys

from triage.main.rivals import rival


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "triage", "bench", "rules", *arguments]
    return subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)


def test_every_engine_that_is_there_is_measured_and_finds_the_same_rules() -> None:
    """One row an engine and size; those of PyPI are not installed unless somebody wants to compare."""
    done = bench("--sizes", "20,60", "--cases", "150", "--rounds", "1", "--json")
    assert done.returncode == 0, done.stderr
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
    assert bench("--sizes", "20,many").returncode == 2
