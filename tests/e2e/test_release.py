"""A running daemon and new rules: within five seconds, by somebody's word where that is asked for, in the shadow."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.builders_rules import changed, sound_rules
from tests.command import app
from tests.e2e.clock_desk import event
from tests.e2e.records import json_lines, of_type
from tests.e2e.workers import Worker, query, wait_for
from triage.errors import Refused
from triage.rulebook.revision import revision

FIRST = sound_rules()
URGENT = changed(
    "triage/rules.yaml", "priority: high\n      department: claims", "priority: urgent\n      department: claims"
)
URGENT["triage/rules.yaml"] = URGENT["triage/rules.yaml"].replace(b"{priority: high, dep", b"{priority: urgent, dep")
RELOAD_SECONDS = 5.0


class Desk:
    """A daemon over a spool folder and SQLite, and its rules folder."""

    def __init__(self, directory: Path, worker: Worker) -> None:
        self.directory, self.worker = directory, worker
        self._events = 0

    def happens(self) -> str:
        """A medical dispute is registered; gives the case."""
        self._events += 1
        case = f"C-{self._events}"
        one = event(case, "registered", datetime.now(UTC), causes=["medical_dispute"])
        partial = self.directory / "spool" / f".{case}"
        partial.write_text(json.dumps(one) + "\n", encoding="utf-8")
        partial.rename(self.directory / "spool" / f"{self._events:06}.jsonl")
        return case

    def decided(self, case: str) -> dict[str, Any] | None:
        """What was published of the case."""
        found = of_type(json_lines(self.directory / "out" / "decisions.jsonl"), "triaged")
        return next((one["data"] for one in found if one["subject"] == case), None)

    def next_decision(self) -> dict[str, Any]:
        """Of an event that happens now."""
        case = self.happens()
        found: dict[str, Any] = wait_for(lambda: self.decided(case))
        return found

    def verb(self, *arguments: str) -> str:
        """What a verb of `triage rules` says beside the daemon."""
        done = CliRunner().invoke(app, ["rules", *arguments, "--store", store(self.directory)])
        if done.exception is not None and not isinstance(done.exception, Refused):
            raise done.exception
        return done.output + (str(done.exception) if done.exception else "")


def store(directory: Path) -> str:
    return f"sqlite:///{directory}/desk.sqlite"


def write(directory: Path, files: Mapping[str, bytes]) -> None:
    """Each file whole at once, as an editor saves it."""
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.with_suffix(".tmp").write_bytes(content)
            os.replace(path.with_suffix(".tmp"), path)


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A daemon on the first rules; `param`: further settings."""
    write(tmp_path / "rules", FIRST)
    (tmp_path / "spool").mkdir()
    arguments = ("run", "--source", "spool", "--store", store(tmp_path), "--out", "out", "--rules", "rules")
    with Worker(tmp_path, *arguments, **getattr(request, "param", {})) as worker:
        worker.logged("service.started")
        yield Desk(tmp_path, worker)
        assert worker.stop() == 0


def test_a_changed_file_decides_the_next_events_within_five_seconds(desk: Desk) -> None:
    """From the moment it is saved; events flow all the while."""
    assert desk.next_decision()["priority"] == "high"
    for name, files in (("urgent", URGENT), ("high", changed("rulebook.yaml", "name: small", "name: tiny"))):
        write(desk.directory / "rules", files)
        saved = time.monotonic()
        while desk.next_decision()["priority"] != name:
            assert time.monotonic() - saved < RELOAD_SECONDS
        assert time.monotonic() - saved < RELOAD_SECONDS


APPROVED = {"TRIAGE_RULES__ACTIVATION": "approved", "TRIAGE_RULES__PROPOSER": "Li Na"}


@pytest.mark.parametrize("desk", [APPROVED], indirect=True)
def test_with_approvals_a_change_waits_for_somebody_else(desk: Desk) -> None:
    """From an empty store over a proposal and its approval to a rollback; the events wait, or are decided by what is
    active."""
    waiting = desk.happens()
    assert "somebody else" in desk.verb("approve", "proposed", "--reason", "mine", "--by", "li na")
    desk.verb("approve", "proposed", "--reason", "first rules", "--by", "Wang Lei")
    wait_for(lambda: desk.decided(waiting))

    write(desk.directory / "rules", URGENT)
    proposed = "SELECT 1 FROM rulebooks WHERE state = 'proposed'"
    wait_for(lambda: query(store(desk.directory), proposed))
    assert revision(URGENT) in desk.verb("proposals", "--json")
    assert desk.next_decision()["priority"] == "high"
    assert "rule medical-is-high: priority high → urgent\n" in desk.verb("diff", "active", "proposed")
    desk.verb("approve", "proposed", "--reason", "read", "--by", "Wang Lei")
    assert desk.next_decision()["priority"] == "urgent"

    desk.verb("rollback", "--reason", "too many", "--by", "Wang Lei")
    assert desk.next_decision()["priority"] == "high"
    assert desk.worker.logged("rules.old")["revision"] == revision(URGENT)
    told = [json.loads(line) for line in desk.verb("history", "--json").splitlines()]
    assert [(one["what"], one["who"]) for one in reversed(told)] == [
        ("proposed", "Li Na"), ("approved", "Wang Lei"),
        ("proposed", "Li Na"), ("retired", "Wang Lei"), ("approved", "Wang Lei"),
        ("retired", "Wang Lei"), ("rolled_back", "Wang Lei"),
    ]  # fmt: skip


def test_a_shadow_is_counted_and_changes_nothing(desk: Desk) -> None:
    """Another folder beside the live rules: the decisions stay, the differences are told."""
    write(desk.directory / "other", URGENT)
    assert "changes nothing" in desk.verb("shadow", str(desk.directory / "other"), "--reason", "what would it do")

    tallies = "SELECT 1 FROM shadow_tallies"
    wait_for(lambda: desk.next_decision()["priority"] == "high" and query(store(desk.directory), tallies))
    found = json.loads(desk.verb("shadow", "--json"))
    assert (found["revision"], found["against"], found["on"]) == (revision(URGENT), revision(FIRST), True)
    assert found["tally"]["fields"]["priority"] == found["tally"]["differ"] == found["tally"]["compared"]
    desk.verb("shadow", "off", "--reason", "seen enough")
    assert query(store(desk.directory), "SELECT DISTINCT priority FROM cases") == [("high",)]
    assert len(query(store(desk.directory), "SELECT 1 FROM rulebooks WHERE state = 'active'")) == 1
