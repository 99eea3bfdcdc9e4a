"""Where an event's CPU time goes: the main thread is looked at every so many milliseconds of CPU."""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from triage.adapters.time_source import MachineTime

EVERY_SECONDS = 0.004

STAGES: dict[tuple[str, str], str] = {
    ("source.py", "poll"): "poll",
    ("handle_event.py", "_decode"): "decode",
    ("cases.py", "lock"): "load",
    ("cases.py", "lock_due"): "load",
    ("cases.py", "known_events"): "load",
    ("cases.py", "of_customers"): "load",
    ("clockwork.py", "plan"): "clocks",
    ("clockwork.py", "clock_rows"): "clocks",
    ("clock_news.py", "announce"): "clocks",
    ("deciding.py", "decide_case"): "decide",
    ("deciding.py", "announce"): "decide",
    ("second_engine.py", "ask"): "second engine",
    ("second_engine.py", "marked"): "second engine",
    ("step.py", "apply"): "fold and rows",
    ("step.py", "fire"): "fold and rows",
    ("cases.py", "write"): "write",
    ("default.py", "do_commit"): "commit",
    ("outbox.py", "pending"): "outbox",
    ("outbox.py", "mark"): "outbox",
    ("publisher.py", "publish"): "publish",
    ("draft.py", "report"): "metrics",
}
"""File and function to the stage that it is: the innermost one on the stack counts."""

OTHER, POLL = "other", "poll"


class Looks:
    """What was found. `since`, `until`: when the main thread was first and last found at work, in seconds that never
    step: between them lie neither the joining of a group nor the waiting for an end."""

    def __init__(self) -> None:
        self.stages: Counter[str] = Counter()
        self.since: float | None = None
        self.until: float | None = None
        self._time = MachineTime()

    def look(self, _number: int, frame: FrameType | None) -> None:
        """Note where the thread is; a handler of signals."""
        stage = _stage_of(frame)
        self.stages[stage] += 1
        if stage not in (OTHER, POLL):
            self.until = self._time.monotonic()
            self.since = self.since or self.until


def _stage_of(frame: FrameType | None) -> str:
    while frame is not None:
        code = frame.f_code
        stage = STAGES.get((code.co_filename.rpartition("/")[2], code.co_name))
        if stage is not None:
            return stage
        frame = frame.f_back
    return OTHER


@contextmanager
def sampled() -> Iterator[Looks]:
    """Look, within the block, in which stage the main thread is. What clients do in threads of their own counts for
    what the main thread does meanwhile; the second engine and the database are not in it."""
    looks = Looks()
    before = signal.signal(signal.SIGPROF, looks.look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
    try:
        yield looks
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
