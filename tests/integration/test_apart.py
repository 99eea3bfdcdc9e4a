"""Rules read in another process: as here, faults and all; what happens to that process harms nothing here."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from pathlib import Path

import pytest

from tests.builders_rules import changed, sound_rules
from tests.e2e.workers import ROOT, wait_for
from triage.adapters.apart import bind_to_parent, read_apart
from triage.errors import FaultyRules, TryAgain
from triage.main.rule_folders import files_of
from triage.service.release import Read, read_here

FAULTY = changed("triage/rules.yaml", "priority: high\n      department", "priority: hihg\n      departement")
FAILING = changed("triage/rules.yaml", "policies: [contact]}", "policies: [contact], handler: any}")


def test_the_shipped_rulebook_comes_over_whole() -> None:
    files = files_of(None)
    assert read_apart(files, True) == read_here(files, True)


@pytest.mark.parametrize("is_judged", [True, False])
@pytest.mark.parametrize("files", [sound_rules(), FAULTY, FAILING])
def test_a_reader_elsewhere_says_the_same(files: dict[str, bytes], is_judged: bool) -> None:
    """The rulebook or its faults; examples that do not hold count where they are asked for."""

    def said(read: Read) -> object:
        try:
            return read(files, is_judged)
        except FaultyRules as error:
            return error.reasons

    assert said(read_apart) == said(read_here)


def test_a_reader_that_is_killed_is_asked_again() -> None:
    """The work is to be done again, as with a store that is away."""
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_apart, files_of(None), True)
        child = wait_for(lambda: next((one for one in active_children() if one.name == "rules-reader"), None))
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(TryAgain, match="was ended"):
            reading.result(60)


def wait_for_ever() -> None:
    """In a process of its own, bound to the one that started it."""
    bind_to_parent()
    print(os.getpid(), flush=True)
    threading.Event().wait()


def start_one() -> None:
    """A process that starts another and waits."""
    get_context("spawn").Process(target=wait_for_ever).start()
    threading.Event().wait()


@contextmanager
def parent() -> Iterator["subprocess.Popen[str]"]:
    script = "from tests.integration.test_apart import start_one\nif __name__ == '__main__': start_one()"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_reader_ends_with_its_daemon(number: signal.Signals) -> None:
    """However that ended."""
    with parent() as started:
        assert started.stdout is not None
        child = Path("/proc", started.stdout.readline().strip())
        assert child.exists()
        started.send_signal(number)
        assert wait_for(lambda: not child.exists())
