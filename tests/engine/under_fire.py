"""At the desk: `python -m tests.engine.under_fire [COMPLAINTS]` strikes the child again and again under load.

Killed, stopped, and replaced by one that hangs, at moments by chance, with the service's own deadline. Prints how long
the batches waited for the second engine, how the decisions are marked, and how many differ from those of a desk without
one. Exit 1 when one differs.
"""

import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.engine.desk import Desk, batches, engine_of, without_marks
from tests.engine.test_faults import stand_in
from triage.adapters.durable_child.supervisor import DurableEngine, Patience
from triage.ports import Evaluated, Questions
from triage.rulebook.decide import CompiledRulebook

DEADLINE = 0.25


class Timed:
    """The engine, with the seconds that each batch waited for it."""

    def __init__(self, engine: DurableEngine) -> None:
        self._engine = engine
        self.waited: list[float] = []

    def batch(self) -> "_TimedQuestions":
        return _TimedQuestions(self._engine.batch(), self.waited)


class _TimedQuestions:
    def __init__(self, questions: Questions, waited: list[float]) -> None:
        self._questions, self._waited = questions, waited

    def ask(self, rules: CompiledRulebook, evaluated: Evaluated) -> None:
        self._questions.ask(rules, evaluated)

    def marks(self) -> list[str]:
        began = time.monotonic()
        marks = self._questions.marks()
        self._waited.append(time.monotonic() - began)
        return marks


def strike(engine: DurableEngine, word: Path, is_over: threading.Event, struck: Counter[str]) -> None:
    """A blow some tenths of a second after each recovery."""
    chance = random.Random(1)
    while not is_over.wait(chance.uniform(0.05, 0.4)):
        how = chance.choice(["killed", "stopped", "hangs", "hangs at load"])
        pid = engine.pid
        if pid is None:
            continue
        struck[how] += 1
        if how == "hangs":
            word.write_text("ask hangs")
        else:
            if how == "hangs at load":
                word.write_text("load hangs")
            os.kill(pid, signal.SIGSTOP if how == "stopped" else signal.SIGKILL)


def main(complaints: int) -> int:
    struck, is_over = Counter[str](), threading.Event()
    with tempfile.TemporaryDirectory() as name:
        word = Path(name) / "trouble"
        patience = Patience(answer=DEADLINE, load=1.0, pause=0.05, longest_pause=0.2)
        with engine_of(patience, stand_in(word)) as engine:
            timed = Timed(engine)
            desk, calm = Desk(Path(name) / "desk", timed), Desk(Path(name) / "calm")
            engine.prepare(desk.rules)
            assert engine.wait_ready(30)
            striker = threading.Thread(target=strike, args=(engine, word, is_over, struck))
            striker.start()
            for batch in batches(complaints):
                desk.handle(batch)
                calm.handle(batch)
            is_over.set()
            striker.join()
        differing = sum(
            one != other
            for one, other in zip(without_marks(desk.decisions()), without_marks(calm.decisions()), strict=True)
        )
        waited = sorted(timed.waited)
        print(f"{sum(struck.values())} blows: {', '.join(f'{count} {how}' for how, count in sorted(struck.items()))}")
        print(f"{len(waited)} batches waited {waited[len(waited) // 2] * 1000:.1f} ms in the median, "
              f"{waited[-1] * 1000:.0f} ms at most; the deadline is {DEADLINE * 1000:.0f} ms")  # fmt: skip
        print(
            f"{len(desk.marks())} decisions: {dict(Counter(desk.marks()))}; {differing} differ from the first engine's"
        )
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main(*(int(one) for one in sys.argv[1:] or ["1000"])))
