"""Input for the end-to-end tests: the seeded generator's complaints, as files and as records."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from triage.service.sample_complaints import Habits, SampleComplaints

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def sample_events(complaints: int, seed: int = 11) -> list[dict[str, Any]]:
    """Events in the order of time, some weeks in the past. No customer complains twice: facts about other cases are
    read when a case is decided, so between partitions they would depend on the order of arrival."""
    return SampleComplaints(seed, START, timedelta(minutes=40), Habits(customers=10**9)).events(complaints)


def write_spool(directory: Path, events: list[dict[str, Any]], files: int) -> None:
    """The events as so many spool files in the order of their names."""
    directory.mkdir()
    size = -(-len(events) // files)
    for number in range(files):
        lines = [msgspec.json.encode(event) + b"\n" for event in events[number * size : (number + 1) * size]]
        (directory / f"{number:03d}.jsonl").write_bytes(b"".join(lines))
