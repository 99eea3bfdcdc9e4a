"""The child: reads questions from stdin, answers on stdout. It ends with its parent, however that one ends."""

import os
import resource
import signal
import sys
from contextlib import suppress
from typing import Any

import msgspec

from triage.adapters.durable_child.engine import DurableRules, EngineFailed
from triage.adapters.durable_child.protocol import (
    VERSION,
    Answer,
    Ask,
    Failed,
    Frames,
    FromChild,
    FromParent,
    Garbled,
    Hello,
    Load,
    Loaded,
    frame,
    from_parent,
)

PR_SET_PDEATHSIG = 1
PIECE = 1 << 16
MOST_MEMORY = 1 << 30
"""Bytes of address space; 4,000 rules were seen to take a fifth of it."""


def main(parent: int) -> int:
    """Answer until stdin ends. `parent`: the process id of who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops in order, and closes stdin at the end
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _die_with_parent()
    if os.getppid() != parent:
        return 1
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32)):
        _lower(limit, most)
    out = os.dup(1)
    os.dup2(2, 1)  # what the engine may print is no frame
    try:
        import durable_rules_engine
    except ImportError as error:
        _say(out, Failed(f"durable_rules_engine cannot be imported: {error}"))
        return 1
    _say(out, Hello(VERSION))
    try:
        _serve(durable_rules_engine, out)
    except (EngineFailed, MemoryError, Garbled, msgspec.DecodeError) as error:
        _say(out, Failed(f"{type(error).__name__}: {error}"))
        return 1
    return 0


def _die_with_parent() -> None:
    """Also while it hangs in the engine; where that cannot be asked for, the end of stdin has to do."""
    if sys.platform == "linux":
        with suppress(ImportError, MemoryError, OSError):  # ctypes may want memory to execute, which systemd may deny
            import ctypes

            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _lower(limit: int, most: int) -> None:
    _, hard = resource.getrlimit(limit)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (most, most))


def _serve(module: Any, out: int) -> None:
    frames = Frames()
    child = _Child(module)
    while piece := os.read(0, PIECE):
        heard = (child.hear(from_parent.decode(body)) for body in frames.feed(piece))
        _say(out, *(answer for answer in heard if answer is not None))


class _Child:
    def __init__(self, module: Any) -> None:
        self._module = module
        self._rules: DurableRules | None = None
        self._generation = 0

    def hear(self, message: FromParent) -> FromChild | None:
        match message:
            case Load(generation, networks):
                if self._rules is not None:
                    self._rules.free()
                self._rules = DurableRules(self._module, networks)
                self._generation = generation
                return Loaded(generation)
            case Ask(generation, number, facts):
                if self._rules is None or generation != self._generation:
                    return None  # it was asked while other rules were on their way, and nobody waits for it
                return Answer(generation, number, self._rules.fired(facts))


def _say(out: int, *messages: FromChild) -> None:
    rest = b"".join(map(frame, messages))
    while rest:
        rest = rest[os.write(out, rest) :]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
