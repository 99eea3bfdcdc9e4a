"""libfaketime: another wall clock for one process; its monotonic clock stays true."""

from datetime import UTC, datetime
from pathlib import Path

from tests.services.desk import ServiceUnavailable

PLACES = ("lib", "lib64", "local/lib")


def library() -> Path:
    """The library to preload. Raises ServiceUnavailable."""
    for place in PLACES:
        found = sorted(Path("/usr", place).glob("**/faketime/libfaketime.so.1"))
        if found:
            return found[0]
    raise ServiceUnavailable("libfaketime is missing; install it with: apt-get install faketime")


def starting_at(instant: datetime) -> dict[str, str]:
    """The environment of a process that begins at this instant; time goes on from there."""
    return _environment(FAKETIME=f"@{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}", TZ="UTC")


class Wall:
    """A wall clock that can be set while processes run by it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set("+0")

    def set(self, offset: str) -> None:
        """From now on so far from the true one: `-1h`, `+30d`, `+0`."""
        new = self._file.with_suffix(".new")
        new.write_text(offset + "\n")
        new.replace(self._file)

    def environment(self) -> dict[str, str]:
        """What a process is started with to live by it."""
        return _environment(FAKETIME_TIMESTAMP_FILE=str(self._file), FAKETIME_NO_CACHE="1")


def _environment(**how: str) -> dict[str, str]:
    return {"LD_PRELOAD": str(library()), "FAKETIME_DONT_FAKE_MONOTONIC": "1", **how}
