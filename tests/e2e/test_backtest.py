"""`triage backtest` as a process: figures against a naive count, exit codes, the report, one worker or more."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.e2e.samples import sample_events
from tests.e2e.workers import ROOT

RULE = "then: {department: service-attitude, tags: [information]}"
"""Of complaints about missing information."""

UNTIL = ("--until", "2026-12-31T00:00:00Z")
"""Long after the last event: what is open is overdue by then."""

VOID = {"meta", "link", "br", "img", "input", "hr"}


def triage(
    directory: Path, *arguments: str, code: int = 0, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a verb; it has to end with the exit code."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
    done = subprocess.run(
        [sys.executable, "-m", "triage", *arguments],
        cwd=directory, env={**kept, "PYTHONPATH": str(ROOT)}, input=stdin, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout.decode() + done.stderr.decode()
    return done


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Generated events, and two copies of the shipped rulebook: `rule` with one rule changed, `law` with a statutory
    deadline a day later."""
    lines = [msgspec.json.encode(event) + b"\n" for event in sample_events(150)]
    (tmp_path / "events.jsonl").write_bytes(b"".join(lines))
    for name, file, old, new in (
        ("rule", "triage/causes.yaml", RULE, RULE.replace("service-attitude", "coordination")),
        ("law", "sla/cn-law.yaml", "limit: 15 calendar days", "limit: 16 calendar days"),
    ):
        shutil.copytree(ROOT / "rules", tmp_path / name)
        path = tmp_path / name / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


def run(desk: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = triage(desk, "backtest", "--events", "events.jsonl", *arguments, "--json", code=code)
    found: dict[str, Any] = json.loads(done.stdout)
    return {name: value for name, value in found.items() if name != "seconds"}


def replayed(desk: Path, rules: str | None) -> dict[str, dict[str, Any]]:
    done = triage(desk, "replay", "--events", "events.jsonl", *UNTIL, *(["--rules", rules] if rules else []), "--json")
    cases = [json.loads(line) for line in done.stdout.splitlines()]
    return {case["case"]: case for case in cases}


def test_the_figures_are_those_of_two_replays(desk: Path) -> None:
    """Counted from what `replay --json` says, by code that knows nothing of a backtest."""
    arguments = ("--rules", "rule", "--against", "shipped", "--diff", "changed.jsonl", "--workers", "2", *UNTIL)
    found = run(desk, *arguments)
    after, before = replayed(desk, "rule"), replayed(desk, None)
    fields = ("priority", "department", "team", "handler", "tags")
    clock_fields = ("clock", "cycle", "state", "breached", "due_at")
    changed = [
        name
        for name, case in after.items()
        if any(case[field] != before[name][field] for field in fields)
        or case["decision"]["policies"] != before[name]["decision"]["policies"]
        or [[clock[field] for field in clock_fields] for clock in case["clocks"]]
        != [[clock[field] for field in clock_fields] for clock in before[name]["clocks"]]
    ]
    assert found["complaints"] == len(after) == 150
    assert found["changed"] == len(changed) > 0
    lines = [json.loads(line) for line in (desk / "changed.jsonl").read_bytes().splitlines()]
    assert [line["case"] for line in lines] == changed
    assert found["by"]["priority"] == counted(case["priority"] for case in after.values())
    assert found["against"]["by"]["department"] == counted(case["department"] for case in before.values())
    late = sum(
        clock["breached"] and clock["state"] not in ("running", "paused")
        for case in after.values()
        for clock in case["clocks"]
    )
    assert found["clocks"]["A"]["late"] == late
    overdue = [one for case in after.values() for one in case["clocks"] if one["state"] == "running"]
    assert found["clocks"]["A"]["open_overdue"] == sum(one["breached"] for one in overdue) > 0
    assert sum(week["A"] for week in found["workload"]) == sum(week["B"] for week in found["workload"]) == 150


def counted(values: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return found


def test_one_worker_and_two_say_the_same(desk: Path) -> None:
    """To the byte, the list of changed complaints too; read as a folder of two files, a stream or one file."""
    arguments = ("--rules", "rule", "--against", "shipped", "--diff")
    one = run(desk, *arguments, "one.jsonl", "--workers", "1")
    assert run(desk, *arguments, "two.jsonl", "--workers", "2") == one
    assert (desk / "one.jsonl").read_bytes() == (desk / "two.jsonl").read_bytes()
    lines = (desk / "events.jsonl").read_bytes().splitlines(keepends=True)
    (desk / "spool").mkdir()
    (desk / "spool" / "1.jsonl").write_bytes(b"".join(lines[:300]))
    (desk / "spool" / "2.jsonl").write_bytes(b"".join(lines[300:]))
    folder = ("backtest", "--events", "spool", *arguments, "three.jsonl", "--json")
    assert {**json.loads(triage(desk, *folder).stdout), "seconds": 0} == {**one, "seconds": 0}
    stream = ("backtest", "--events", "-", *arguments, "four.jsonl", "--json")
    assert {**json.loads(triage(desk, *stream, stdin=b"".join(lines)).stdout), "seconds": 0} == {**one, "seconds": 0}


@pytest.mark.parametrize("flag", ["--diff", "--html"])
def test_an_unwritable_place_is_refused_before_the_work(desk: Path, flag: str) -> None:
    arguments = ("backtest", "--events", "there-is-none.jsonl", "--rules", "rule", "--against", "shipped")
    refused = triage(desk, *arguments, flag, "no-folder/found", code=2)
    assert refused.stderr.decode().splitlines() == [f"{flag} no-folder/found: No such file or directory"]


def test_a_statutory_deadline_that_moves_later_is_refused_unless_accepted(desk: Path) -> None:
    """Exit 1 with the number of complaints; exit 0 with a reason, which stands in the audit of the store."""
    arguments = ("backtest", "--events", "events.jsonl", "--rules", "law", "--against", "shipped", "--workers", "1")
    refused = triage(desk, *arguments, code=1)
    assert b"a statutory deadline moves later for" in refused.stderr
    triage(desk, *arguments, "--accept", " ", code=2)
    accepted = triage(desk, *arguments, "--accept", "the order was amended")
    assert b"accepted, the order was amended" in accepted.stdout
    url = f"sqlite:///{desk / 'desk.sqlite'}"
    triage(desk, "run", "--source", "events.jsonl", "--store", url, "--once", "--backfill-before", "2027-01-01")
    told = triage(desk, "backtest", "--store", url, "--rules", "law", "--accept", "the order was amended", "--json")
    assert json.loads(told.stdout)["complaints"] == 150
    with closing(sqlite3.connect(desk / "desk.sqlite")) as connection:
        rows = connection.execute("SELECT what, why FROM audit WHERE what LIKE 'accepted a backtest%'").fetchall()
    assert [why for _, why in rows] == ["the order was amended"]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.resources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.resources += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset", "data", "onload")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_the_report_is_one_page_that_needs_nothing_else(desk: Path, language: str) -> None:
    """Well formed, without scripts and resources; no words of a complaint stand in it."""
    arguments = ("--rules", "rule", "--against", "shipped", "--html", "report.html", "--lang", language)
    run(desk, *arguments, "--workers", "1")
    text = (desk / "report.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert (page.open, page.resources) == ([], [])
    assert "<script" not in text
    data = [event["data"] for event in sample_events(150) if "customer" in event["data"]]
    assert not [one for one in data if one["description"] in text or one["customer"]["name"] in text]


def test_faulty_rulebooks_and_lines_are_told(desk: Path) -> None:
    """All faults of both at once; a line that is no event is counted and named, the others count."""
    for name in ("rule", "law"):
        (desk / name / "triage" / "causes.yaml").write_text("rules: [{id: x}]\n", encoding="utf-8")
    done = triage(desk, "backtest", "--events", "events.jsonl", "--rules", "rule", "--against", "law", code=1)
    assert {line[:2] for line in done.stderr.decode().splitlines()} == {"A:", "B:"}
    with (desk / "events.jsonl").open("ab") as events:
        events.write(b"{broken\n")
    done = triage(desk, "backtest", "--events", "events.jsonl", "--json", "--workers", "1", code=1)
    assert json.loads(done.stdout)["unreadable"] == 1
    assert json.loads(done.stdout)["against"] is None
    assert b"unreadable: not JSON" in done.stderr
    triage(desk, "backtest", "--events", "nowhere.jsonl", code=2)
    triage(desk, "backtest", "--events", "events.jsonl", "--rules", "nowhere", code=2)
    triage(desk, "backtest", code=2)
    triage(desk, "backtest", "--events", "events.jsonl", "--until", "tomorrow", code=2)


def test_a_stopped_run_leaves_nothing_behind(desk: Path) -> None:
    """No copy of complaints, and no process."""
    reading, writing = os.pipe()
    folder = desk / "temporary"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "triage", "backtest", "--events", "-"],
        cwd=desk, env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}, stdin=reading,
    ) as process:  # fmt: skip
        os.write(writing, (desk / "events.jsonl").read_bytes()[:4096])
        deadline = time.monotonic() + 60
        while not list(folder.rglob("events.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list(folder.rglob("events.jsonl"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    os.close(writing)
    os.close(reading)
    assert list(folder.iterdir()) == []


def test_workers_end_with_a_run_that_is_killed(desk: Path) -> None:
    """In the middle of the work, while nobody is left to tell them."""
    lines = [msgspec.json.encode(event) + b"\n" for event in sample_events(1000)]
    (desk / "events.jsonl").write_bytes(b"".join(lines))
    with subprocess.Popen(
        [sys.executable, "-m", "triage", "backtest", "--events", "events.jsonl", "--workers", "2"],
        cwd=desk, env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(desk)}, stdout=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        workers: list[int] = []
        assert waited_for(lambda: len(readers(process.pid, workers)) > 0)
        process.kill()
        assert process.wait(timeout=60) == -signal.SIGKILL
    assert waited_for(lambda: not any(is_running(worker) for worker in workers))


def readers(parent: int, found: list[int]) -> list[int]:
    """The processes started by this one that have the events open; `found` is filled with them."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    found[:] = [int(child) for child in children if "events.jsonl" in open_files(int(child))]
    return found


def open_files(pid: int) -> set[str]:
    """Names of the files that a process has open, nothing when it has gone."""
    names: set[str] = set()
    try:
        for one in Path(f"/proc/{pid}/fd").iterdir():
            names.add(one.readlink().name)
    except OSError:
        pass
    return names


def is_running(pid: int) -> bool:
    """Whether the process is there and does something: what has ended may wait for somebody to hear of it."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def waited_for(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it comes to hold before the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found
