"""What the real parts share: calling the scripts under deploy/, free ports, and leaving nothing behind."""

import os
import random
import socket
import subprocess
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


class ServiceUnavailable(Exception):
    """A real part is not installed or did not start; the text says why, and what to install."""


def call(script: Path, *arguments: str) -> str:
    """Run a script of deploy/ and give what it printed. Raises ServiceUnavailable."""
    done = subprocess.run([script, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceUnavailable(f"{script.name} {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def as_root(*command: str) -> None:
    """Run a command as root. Raises ServiceUnavailable."""
    whole = command if os.geteuid() == 0 else ("sudo", "-n", *command)
    done = subprocess.run(whole, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceUnavailable(f"{' '.join(whole[:3])}: {done.stderr.strip()}")


def free_port(together: int = 1) -> int:
    """The first of so many neighbouring free ports on 127.0.0.1.

    Taken below the ports that the kernel gives to outgoing connections: from those, a client that waits for a killed
    server would in time connect to itself, and the server's port would be gone.
    """
    for _ in range(100):
        first = random.randrange(20_000, 32_000)
        if all(_is_free(port) for port in range(first, first + together)):
            return first
    raise ServiceUnavailable(f"no {together} neighbouring free ports between 20000 and 32000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Guard:
    """Runs one last command when it is released, or when this process ends in whatever way, SIGKILL included."""

    def __init__(self, *command: str) -> None:
        # The shell waits for the end of a pipe that only this process holds open.
        self._shell = subprocess.Popen(
            ["sh", "-c", 'cat >/dev/null; exec "$@"', "guard", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> None:
        """Run the command now and wait for its end. A second call does nothing."""
        self._shell.communicate()
