"""A child that misbehaves when the file it is given says so, once each time it is written: `stand_in.py FILE PARENT`.

Otherwise it is the real one: the real engine behind the real protocol.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import durable_rules_engine

from triage.adapters.durable_child.engine import DurableRules
from triage.adapters.durable_child.protocol import (
    VERSION,
    Answer,
    Failed,
    Frames,
    FromChild,
    Hello,
    Load,
    Loaded,
    frame,
    from_parent,
)


def say(message: FromChild) -> None:
    os.write(1, frame(message))


def trouble(file: Path, moment: str) -> str:
    """What to do wrong now: the file holds `load WORD` or `ask WORD`."""
    words = file.read_text().split() if file.exists() else []
    if len(words) != 2 or words[0] != moment:
        return ""
    file.unlink()
    return words[1]


def hang() -> None:
    while True:
        time.sleep(60)


def last_word(code: int, *bodies: bytes) -> None:
    os.write(1, b"".join(bodies))
    os._exit(code)


MISDEEDS: dict[str, Callable[[Answer], object]] = {
    "silent": lambda _: None,
    "deaf": lambda _: hang(),
    "hangs": lambda _: hang(),
    "garbage": lambda _: os.write(1, b"\xff" * 4096),
    "nonsense": lambda _: os.write(1, b"\x00\x00\x00\x03abc"),
    "half": lambda answer: last_word(0, frame(answer)[:-1]),
    "dies": lambda _: last_word(3),
    "error": lambda _: last_word(1, frame(Failed("error code: 303"))),
    "unknown-rule": lambda answer: say(Answer(answer.generation, answer.number, (10**6,))),
    "negative-rule": lambda answer: say(Answer(answer.generation, answer.number, (-1,))),
    "other-message": lambda _: say(Hello(VERSION)),
    "wrong": lambda answer: say(Answer(answer.generation, answer.number, () if answer.rules else (0,))),
}
"""What it does in place of the right answer."""


def main(file: Path) -> None:
    if trouble(file, "start") == "refuses":
        say(Failed("durable_rules_engine cannot be imported"))
        return
    say(Hello(VERSION))
    frames, rules = Frames(), None
    while piece := os.read(0, 1 << 16):
        for body in frames.feed(piece):
            message = from_parent.decode(body)
            if isinstance(message, Load):
                if trouble(file, "load") == "hangs":
                    hang()
                rules = DurableRules(durable_rules_engine, message.networks)
                say(Loaded(message.generation))
                continue
            assert rules is not None
            answer = Answer(message.generation, message.number, rules.fired(message.facts))
            MISDEEDS.get(trouble(file, "ask"), say)(answer)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
