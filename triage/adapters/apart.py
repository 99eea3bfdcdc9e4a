"""Rules read in a process of their own: a thousand of them take more than a second, in which no batch here has to wait
for the interpreter. What went wrong in such a process, and what it took of memory, ends with it."""

import os
import signal
import threading
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait

from triage.errors import FaultyRules, TryAgain
from triage.rulebook.model import Rulebook
from triage.service.release import read_here

LONGEST_SECONDS = 120.0
"""A thousand rules take two seconds on a busy machine."""


def read_apart(files: dict[str, bytes], is_judged: bool) -> Rulebook:
    """As `read_here`, elsewhere. Raises FaultyRules; TryAgain when the process was ended or takes too long."""
    context = get_context("spawn")  # a process with threads cannot be forked soundly
    answers, answer = context.Pipe(duplex=False)
    process = context.Process(target=_read_for, args=(answer, files, is_judged), name="rules-reader", daemon=True)
    process.start()
    answer.close()
    try:
        if not answers.poll(LONGEST_SECONDS):
            raise TryAgain(f"the rules could not be read within {LONGEST_SECONDS:.0f} s")
        found: Rulebook | tuple[str, ...] = answers.recv()
    except EOFError as error:
        raise TryAgain("the process that reads the rules was ended, perhaps for want of memory") from error
    finally:
        answers.close()
        process.kill()
        process.join()
    if isinstance(found, Rulebook):
        return found
    raise FaultyRules(found)


def _read_for(answer: Connection, files: dict[str, bytes], is_judged: bool) -> None:
    bind_to_parent()
    try:
        found: Rulebook | tuple[str, ...] = read_here(files, is_judged)
    except FaultyRules as error:
        found = error.reasons
    answer.send(found)


def bind_to_parent() -> None:
    """In a process that another one started: end with it, however it ends, and leave signals of the terminal to it."""
    parent = parent_process()
    assert parent is not None, "a worker has been started by another process"
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
