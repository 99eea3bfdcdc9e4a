"""One child process, its two pipes, and nothing that waits for it longer than it was told."""

import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from triage.adapters.durable_child.protocol import (
    Failed,
    Frames,
    FromChild,
    FromParent,
    Garbled,
    frame,
    from_child,
)

PIECE = 1 << 16
WORTH_A_WRITE = 32 * 1024
"""Bytes; questions are small, and a write for each would cost more than their answers."""

MOST_UNSENT = 1 << 20
"""Bytes that may wait for a child that does not read; questions beyond them are not asked."""


def child_command() -> list[str]:
    """How the child is started: from what is installed alone, with our process id, which it outlives by no instant."""
    return [sys.executable, "-P", "-m", "triage.adapters.durable_child", str(os.getpid())]


class Lost(Exception):
    """The child is of no more use. `reason`: died | late | failed | garbled | disagreed | self_test."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class Wake:
    """Wakes the thread that waits for a child."""

    def __init__(self) -> None:
        self.fd, self._write = os.pipe()
        for fd in (self.fd, self._write):
            os.set_blocking(fd, False)

    def __call__(self) -> None:
        """Wake it, once however often."""
        with suppress(BlockingIOError):  # it was woken and has not looked yet
            os.write(self._write, b"!")

    def clear(self) -> None:
        """It looked."""
        with suppress(BlockingIOError):
            os.read(self.fd, PIECE)

    def close(self) -> None:
        """Release the pipe."""
        os.close(self.fd)
        os.close(self._write)


class Session:
    """The child from its start to its end. One thread receives; any thread sends."""

    def __init__(self, command: Sequence[str], wake: Wake) -> None:
        """Raises Lost."""
        self._wake = wake
        self._frames = Frames()
        self._unsent = bytearray()
        self._sending = threading.Lock()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                env={},
                start_new_session=True,
            )
        except OSError as error:
            raise Lost("died", str(error)) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        for pipe in (self._in, self._out):
            os.set_blocking(pipe.fileno(), False)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, message: FromParent) -> None:
        """Send without waiting; what the pipe does not take now goes when it does. A child that is gone is met by
        `receive`."""
        with self._sending:
            self._unsent += frame(message)
        self.flush()

    def put(self, message: FromParent) -> bool:
        """Send it together with others, at the next flush at the latest. False when too much waits already: the message
        is not sent."""
        with self._sending:
            if len(self._unsent) > MOST_UNSENT:
                return False
            self._unsent += frame(message)
            is_enough = len(self._unsent) >= WORTH_A_WRITE
        if is_enough:
            self.flush()
        return True

    def flush(self) -> None:
        """Send what was put; never waits."""
        with self._sending:
            self._write()
            is_waiting = bool(self._unsent)
        if is_waiting:
            self._wake()

    def receive(self, seconds: float | None) -> list[FromChild]:
        """What the child has said; nothing when the time is over or somebody wakes us. Raises Lost."""
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        poll.register(self._wake.fd, select.POLLIN)
        if self._unsent:
            poll.register(self._in, select.POLLOUT)
        ready = dict(poll.poll(None if seconds is None else max(0, int(seconds * 1000))))
        if self._wake.fd in ready:
            self._wake.clear()
        if self._in.fileno() in ready:
            with self._sending:
                self._write()
        return self._read() if self._out.fileno() in ready else []

    def kill(self) -> None:
        """End the child at once, stopped or hanging as it may be; no zombie and no open pipe stays."""
        self._process.kill()
        self._process.wait()
        with self._sending:
            self._unsent.clear()
            self._in.close()
        self._out.close()

    def _write(self) -> None:
        if self._in.closed:
            self._unsent.clear()
        try:
            while self._unsent:
                del self._unsent[: os.write(self._in.fileno(), self._unsent)]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._unsent.clear()

    def _read(self) -> list[FromChild]:
        piece = os.read(self._out.fileno(), PIECE)
        if not piece:
            raise Lost("died")
        try:
            messages = [from_child.decode(body) for body in self._frames.feed(piece)]
        except (msgspec.DecodeError, Garbled):
            raise Lost("garbled") from None
        for message in messages:
            if isinstance(message, Failed):
                raise Lost("failed", message.why)
        return messages
