"""New rules reach several instances one after another, and folders file by file: nothing flips back, nothing torn is
ever proposed."""

import base64
import json
import shutil
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.builders_rules import sound_rules
from tests.e2e.clock_desk import event
from tests.e2e.desks import Desk, FilesDesk, KafkaDesk
from tests.e2e.records import count, rows
from tests.e2e.test_release import write
from tests.e2e.workers import Worker, query, wait_for, wait_for_events
from tests.fixtures import Topics
from tests.services.kafka import Broker

INSTANCES = ("a", "b", "c")
EVENTS = 30
MARK = "edition-"
LOOKS_APART = 1.0
"""Seconds between two looks at a folder."""


def edition(number: int) -> dict[str, bytes]:
    """A sound folder in which every file carries the edition's number."""
    return {path: content + f"# {MARK}{number}.\n".encode() for path, content in sound_rules().items()}


def editions_in(files: str) -> set[str]:
    """The numbers of the editions that a stored revision is made of: its files are base64 by path."""
    texts = (base64.b64decode(content).decode() for content in json.loads(files).values())
    return {text.split(MARK)[1].split(".")[0] for text in texts}


def revisions(url: str) -> dict[str, str]:
    """Each stored revision's edition, by plain SQL; fails for one that is made of two."""
    found = {}
    for revision, files in query(url, "SELECT revision, files FROM rulebooks"):
        (found[revision],) = editions_in(files)
    return found


class Fleet:
    """Three instances of one group, each with a rules folder of its own."""

    def __init__(self, desk: Desk, stack: ExitStack) -> None:
        self.desk, self._stack = desk, stack
        self.running: dict[str, Worker] = {}
        self.sent = 0

    def start(self, name: str, number: int) -> None:
        """With the folder of this edition; a running one is stopped first."""
        if name in self.running:
            assert self.running[name].stop() == 0
        folder = self.desk.directory / f"rules-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, edition(number))
        self.running[name] = self._stack.enter_context(self.desk.run("--rules", str(folder)))

    def happens(self, number: int) -> None:
        """So many complaints, named after the edition that has to decide them; waits for their decisions."""
        cases = [f"{number}-{self.sent + at}" for at in range(EVENTS)]
        self.desk.send([event(case, "registered", datetime.now(UTC)) for case in cases])
        self.sent += EVENTS
        wait_for_events(self.desk.url, self.sent)

    def is_active(self, number: int) -> bool:
        """Whether the store says so."""
        active = rows(self.desk.url, "SELECT files FROM rulebooks WHERE state = 'active'")
        return [editions_in(one) for one in active] == [{str(number)}]


def run_rolling(desk: Desk, editions: int) -> dict[str, Any]:
    """Three instances on edition 1; then, edition after edition, one is started with the new folder, one once more with
    the old one, then all with the new. Complaints come in between."""
    with ExitStack() as stack:
        fleet = Fleet(desk, stack)
        for name in INSTANCES:
            fleet.start(name, 1)
        fleet.happens(1)
        for number in range(2, editions + 1):
            fleet.start("c", number)
            wait_for(partial(fleet.is_active, number))
            fleet.happens(number)
            fleet.start("b", number - 1)
            fleet.running["b"].logged("service.started")
            fleet.happens(number)
            for name in ("a", "b"):
                fleet.start(name, number)
            for name in ("a", "b"):
                fleet.running[name].logged("service.started")
            fleet.happens(number)
        for worker in fleet.running.values():
            assert worker.stop() == 0
    return judge_rolling(desk, fleet, editions)


def judge_rolling(desk: Desk, fleet: Fleet, editions: int) -> dict[str, Any]:
    found = revisions(desk.url)
    assert sorted(found.values(), key=int) == [str(number) for number in range(1, editions + 1)]
    activated = rows(desk.url, "SELECT revision FROM rulebook_changes WHERE what = 'activated' ORDER BY no")
    assert [found[one] for one in activated] == [str(number) for number in range(1, editions + 1)], (
        "once each, in order"
    )
    assert fleet.is_active(editions)
    decided = query(desk.url, "SELECT c.id, t.decision FROM timeline t JOIN cases c ON c.no = t.case_no")
    by = Counter(
        (case.split("-")[0], found[json.loads(decision)["revision"]]) for case, decision in decided if decision
    )
    assert all(wanted == edition for wanted, edition in by), by
    assert sum(by.values()) == fleet.sent
    return {"editions": editions, "activations": len(activated), "decisions": fleet.sent, "flipped back": 0}


def test_a_rolling_restart_activates_new_rules_once_and_never_goes_back(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """Three instances on PostgreSQL, restarted one by one with old and new folders mixed: one activation, and every
    complaint that comes after it is decided by the new rules."""
    run_rolling(KafkaDesk(tmp_path, broker, topics, postgres_url), editions=2)


class StoodStillError(Exception):
    """The machine was so busy that a copy was interrupted for as long as the daemon takes for a finished one."""


def run_torn(directory: Path, copies: int) -> dict[str, Any]:
    """Copies over a running daemon's folder, on a desk of its own; again, when the machine stood still on the way."""
    for turn in ("one", "two", "three"):
        (directory / turn).mkdir()
        try:
            return copy_over(directory / turn, copies)
        except StoodStillError:
            continue
    raise AssertionError("the machine stood still in each of three turns")


def copy_over(directory: Path, copies: int) -> dict[str, Any]:
    """Edition after edition is copied over a running daemon's folder, file by file, with a pause behind each."""
    desk, folder = FilesDesk(directory), directory / "rules"
    write(folder, edition(1))
    longest, number, torn = 0.0, 1, 0
    with desk.run("--rules", "rules") as daemon:
        daemon.logged("service.started")
        while torn < copies:
            number += 1
            stood = copied(folder, edition(number), pause=0.3)
            if stood >= LOOKS_APART:
                raise StoodStillError
            longest, torn = max(longest, stood), torn + 1
            wait_for(partial(has_revisions, desk.url, number))
        assert daemon.metric("triage_rulebook_last_reload_success") == {"": 1.0}
        assert daemon.stop() == 0
    assert sorted(revisions(desk.url).values(), key=int) == [str(one) for one in range(1, number + 1)]
    return {"copies": copies, "files a copy": len(edition(1)), "longest torn state": f"{longest:.2f} s"}


def has_revisions(url: str, number: int) -> bool:
    return count(url, "rulebooks") == number


def copied(folder: Path, files: dict[str, bytes], pause: float) -> float:
    """Copy them one by one; gives for how long the longest state in between stood."""
    longest = 0.0
    for name, content in files.items():
        write(folder, {name: content})
        began = time.monotonic()
        if name != list(files)[-1]:
            time.sleep(pause)
            longest = max(longest, time.monotonic() - began)
    return longest


def test_a_folder_that_is_being_copied_is_never_proposed(tmp_path: Path) -> None:
    """Half of the old and half of the new rules would be sound, and are no revision all the same: only whole folders
    come into the store."""
    run_torn(tmp_path, copies=3)
