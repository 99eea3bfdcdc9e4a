"""The demo is the real service: it ends by itself or at Ctrl-C, and shows what its store holds."""

import os
import re
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.workers import Worker, query, wait_for, wait_for_events
from triage.main.demo import FACTOR, START
from triage.service.sample_complaints import SampleComplaints

SECONDS, COMPLAINTS, SEED = 5, 25, 3

FIRST_DECISION = re.compile(r"first decision after (\d+\.\d) s; (\d+) s in all")
TOTALS = re.compile(r"(\d+) events, (\d+) cases, notices: (\d+) fired")


def demo(directory: Path, *arguments: str) -> Worker:
    """The demo with its temporary folder below the directory."""
    return Worker(directory, "demo", *arguments, TMPDIR=str(directory), COLUMNS="120")


def running_store(directory: Path) -> Path:
    """The demo's store, once it is there."""
    found: Path = wait_for(lambda: next(directory.glob("triage-demo-*/demo.sqlite"), None))
    return found


def kept(store: Path) -> str:
    """The store's URL under a second name, which stays when the demo has cleaned up; to be read when it has ended."""
    os.link(store, store.parent.parent / "kept.sqlite")
    return f"sqlite:///{store.parent.parent}/kept.sqlite"


def table(output: str) -> dict[str, list[int]]:
    """The desk's rows: department to the numbers of its columns, as the last screen shows them."""
    screen = output.rpartition("complaint desk, ")[2]
    rows = re.findall(r"^ ([a-z-]+) +((?:\d+ +){6})$", screen.partition("last notices")[0], re.MULTILINE)
    return {department: [int(number) for number in numbers.split()] for department, numbers in rows}


def numbers(pattern: re.Pattern[str], output: str) -> tuple[float, ...]:
    found = pattern.search(output)
    assert found, output
    return tuple(map(float, found.groups()))


def leftovers(directory: Path) -> list[Path]:
    return list(directory.glob("triage-demo-*"))


def test_the_demo_decides_rings_and_sums_up_what_its_store_holds(tmp_path: Path) -> None:
    """It ends by itself with 0; the time of the first decision, cases, notices and the table are those of the store;
    the seed alone says which complaints come; nothing stays behind."""
    with demo(tmp_path, "--seconds", str(SECONDS), "--complaints", str(COMPLAINTS), "--seed", str(SEED)) as worker:
        url = kept(running_store(tmp_path))
        assert worker.finish() == 0, worker.output()
        output = worker.output()
    first, took = numbers(FIRST_DECISION, output)
    assert 0 < first < SECONDS <= took
    assert "Traceback" not in output

    events, cases, fired = numbers(TOTALS, output)
    assert cases == COMPLAINTS
    assert query(url, "SELECT count(*) FROM cases WHERE department IS NOT NULL") == [(COMPLAINTS,)]
    # The service goes on for a moment after the last look.
    assert COMPLAINTS < events <= query(url, "SELECT count(*) FROM timeline WHERE kind = 'event'")[0][0]
    assert 0 < fired <= query(url, "SELECT count(*) FROM notices WHERE state = 'fired'")[0][0]

    desk = table(output)
    assert set(desk) == {row[0] for row in query(url, "SELECT DISTINCT department FROM cases")}
    assert sum(row[-2] for row in desk.values()) == COMPLAINTS
    assert all(sum(row[:4]) == row[-2] >= row[-1] for row in desk.values())

    between = timedelta(seconds=SECONDS * FACTOR * 0.7) / COMPLAINTS
    told = SampleComplaints(SEED, START, between).events(COMPLAINTS)
    rows = query(url, "SELECT event_id, type, strftime('%s', event_time) FROM timeline WHERE kind = 'event'")
    assert set(rows) <= {(each["id"], each["type"], str(int(each["time"].timestamp()))) for each in told}
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_the_demo_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, or a plain kill, in mid-run: last screen and summary are printed, exit 0, nothing stays behind."""
    with demo(tmp_path, "--seconds", "60") as worker:
        wait_for_events(f"sqlite:///{running_store(tmp_path)}", 1)
        worker.process.send_signal(number)
        assert worker.finish() == 0, worker.output()
        output = worker.output()
    _, took = numbers(FIRST_DECISION, output)
    assert took < 30
    assert "complaint desk, " in output
    assert re.search(r"\d+ events, \d+ cases, notices: ", output)
    assert "Traceback" not in output
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("option", ["--complaints", "--seconds"])
def test_a_demo_of_nothing_is_wrong_usage(tmp_path: Path, option: str) -> None:
    """Exit 2 with the name of the option."""
    with demo(tmp_path, option, "0") as worker:
        assert worker.finish() == 2
        assert option in worker.output()
        assert "Traceback" not in worker.output()
