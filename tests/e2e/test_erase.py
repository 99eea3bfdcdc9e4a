"""Erasure and retention beside a running daemon, as an operator does and sees them."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tests.command import app
from tests.e2e.workers import Worker, query, wait_for, wait_for_events

NAME = "Ouyang Zhenzhen"


def event(number: int, kind: str, case: str = "C-1", **data: Any) -> bytes:
    """One line."""
    told = {
        "specversion": "1.0", "id": f"{case}-{number}", "source": "/desk", "type": f"complaint.{kind}", "subject": case,
        "time": f"2026-03-{1 + number:02}T10:00:00+08:00", "data": data,
    }  # fmt: skip
    return json.dumps(told).encode() + b"\n"


def registered(case: str) -> bytes:
    customer = {"id": "K-1", "name": NAME}
    return event(1, "registered", case, channel="phone", customer=customer, description=f"{NAME} waits for her money")


def said(*verb: str) -> str:
    """What a verb prints."""
    done = CliRunner().invoke(app, verb)
    assert done.exit_code == 0, done.output
    return done.output


def put(directory: Path, name: str, *lines: bytes) -> None:
    """Into the spool, whole."""
    (directory / name).write_bytes(b"".join(lines))
    (directory / name).rename(directory / "spool" / name)


def test_a_case_is_erased_while_a_daemon_runs_and_its_events_go_on(tmp_path: Path) -> None:
    """A case that was closed long ago is erased by the daily job; an open one by an operator's word; what comes later
    stops its clock, and nothing that is written then names anybody."""
    (tmp_path / "spool").mkdir()
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    put(tmp_path, "1.jsonl", registered("C-1"), registered("C-2"), event(2, "withdrawn", "C-2", reason=NAME))
    run = ("run", "--source", "spool", "--store", url)
    with Worker(tmp_path, *run, TRIAGE_RETENTION__CLOSED_CASES_DAYS="30") as worker:
        wait_for_events(url, 3)
        wait_for(lambda: query(url, "SELECT id FROM cases WHERE erased_at IS NOT NULL") == [("C-2",)])
        assert said("erase", "--case", "C-1", "--reason", "asked for", "--store", url).startswith("case C-1: erased 1 ")
        wait_for(lambda: query(url, "SELECT count(*) FROM outbox WHERE state <> 'sent'") == [(0,)])
        outputs = tmp_path / "out" / "decisions.jsonl"
        before = outputs.stat().st_size
        put(tmp_path, "2.jsonl", event(9, "reply_sent", channel="email", evidence=NAME))
        wait_for_events(url, 4)
        wait_for(lambda: outputs.stat().st_size > before)
        assert worker.stop() == 0
        assert NAME not in worker.output()
    ended = [json.loads(line) for line in outputs.read_bytes()[before:].splitlines()]
    assert ("complaint.clock_ended", "cn-order-2020-3/decision") in {(o["type"], o["data"].get("clock")) for o in ended}
    assert NAME not in outputs.read_text()
    assert NAME.encode() not in b"".join(file.read_bytes() for file in tmp_path.glob("desk.sqlite*"))
    assert said("verify", "--store", url) == "stored clocks are as their events say\n"
    explained = " ".join(said("explain", "C-1", "--lang", "en", "--store", url).split())
    assert "Personal data of this case were erased " in explained
    audit = query(
        url, "SELECT who <> 'retention', what LIKE '%case C-1:%' FROM audit WHERE what LIKE 'erased%' ORDER BY no"
    )
    assert audit == [(0, 0), (1, 1)]


def test_what_cannot_be_erased_is_refused(tmp_path: Path) -> None:
    """Wrong usage is 2, a case that nobody knows is 1."""
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    (tmp_path / "events.jsonl").write_bytes(registered("C-1"))
    with Worker(tmp_path, "run", "--source", "events.jsonl", "--store", url, "--once") as worker:
        assert worker.finish() == 0
    for code, arguments, words in (
        (2, ("--case", "C-1", "--store", url), "--reason: say why"),
        (2, ("--reason", "x", "--store", url), "one of --case and --customer"),
        (1, ("--case", "C-9", "--reason", "x", "--store", url), "there is no case C-9"),
    ):
        with Worker(tmp_path, "erase", *arguments) as worker:
            assert worker.finish() == code
            assert worker.output().splitlines() == [words]
