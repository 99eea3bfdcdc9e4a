"""What processes have used, as the kernel tells it under /proc; nothing where there is no such folder."""

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM = 11, 12, 13, 14
PARENT = 1
"""Places behind the name in /proc/PID/stat."""


def resident_mb(pid: int) -> float | None:
    """Memory that the process holds now, in MB; None when it is gone."""
    try:
        lines = (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), None)


def server_of(backend: int) -> int | None:
    """The first process of the PostgreSQL whose backend this is; None when it runs on another machine."""
    fields = _stat(backend)
    return None if fields is None or fields[0] != "postgres" else int(fields[1][PARENT])


def family_cpu_seconds(first: int) -> float:
    """CPU that a process, its children and those of them that have ended have used."""
    found = 0.0
    for entry in PROC.iterdir():
        fields = _stat(int(entry.name)) if entry.name.isdecimal() else None
        if fields is None:
            continue
        if int(entry.name) == first:
            found += _ticks(fields[1], (USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM))
        elif int(fields[1][PARENT]) == first:
            found += _ticks(fields[1], (USER, SYSTEM))
    return found / TICKS


def _ticks(fields: list[str], places: tuple[int, ...]) -> int:
    return sum(int(fields[place]) for place in places)


def _stat(pid: int) -> tuple[str, list[str]] | None:
    """Name, and the fields behind it."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    return name, rest.split()
