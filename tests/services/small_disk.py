"""A file system of some megabytes, for root and for everybody else: a tmpfs in a mount namespace of its own, which is
gone with the program that runs in it."""

import errno
import subprocess
import sys
from pathlib import Path

from tests.services.desk import ServiceUnavailable

RUN = 'mount -t tmpfs -o size="$1" none "$2" || exit 97; shift 2; exec "$@"'
NOT_MOUNTED = 97
ADVICE = "the test needs a file system of its own: allow user namespaces (unshare -rm sh -c 'mount -t tmpfs none /mnt')"


def run_on_small_disk(disk: Path, megabytes: int, module: str, *arguments: str, timeout: float) -> str:
    """Run a Python module that finds so small a file system at `disk`; gives what it printed. Raises
    ServiceUnavailable, with what to allow, where no such file system can be made."""
    disk.mkdir(parents=True)
    program = (sys.executable, "-m", module, *arguments)
    command = ["unshare", "-rm", "sh", "-c", RUN, "run", f"{megabytes}m", str(disk), *program]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout)
    except FileNotFoundError:
        raise ServiceUnavailable(f"unshare is missing (package util-linux); {ADVICE}") from None
    if done.returncode == NOT_MOUNTED or done.stderr.startswith("unshare:"):
        raise ServiceUnavailable(f"{done.stderr.strip()}; {ADVICE}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fill(disk: Path) -> None:
    """Leave not a byte."""
    with (disk / "ballast").open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def relieve(disk: Path) -> None:
    """Give back what `fill` took."""
    (disk / "ballast").unlink(missing_ok=True)
