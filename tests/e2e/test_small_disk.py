"""A small file system that fills up while the daemon is killed again and again."""

import json
from pathlib import Path
from typing import Any

from tests.services.small_disk import run_on_small_disk

MEGABYTES = 64


def run_small_disk(directory: Path, kills: int, megabytes: int = MEGABYTES) -> dict[str, Any]:
    """The whole scenario in a namespace of its own; gives its figures. `megabytes`: room for all that is kept in the
    end; what is free of it is taken away and given back."""
    arguments = ("tests.e2e.small_disk", str(directory), str(kills))
    printed = run_on_small_disk(directory / "disk", megabytes, *arguments, timeout=60 + 30 * kills)
    figures: dict[str, Any] = json.loads(printed)
    return figures


def test_a_full_disk_and_kills_lose_nothing_and_tear_nothing(tmp_path: Path) -> None:
    """Store and outputs stay whole on a file system of 64 MB: the database is sound, every line parses, every output is
    there, every event counts once; a second daemon on the file exits 3."""
    run_small_disk(tmp_path, 4)
