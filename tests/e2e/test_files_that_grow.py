"""Files that another program writes while the daemon reads them."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.clock_desk import event, instant, write_events
from tests.e2e.records import count, json_lines, rows
from tests.e2e.workers import Worker, count_events, query, wait_for, wait_for_events


def registered(case: str) -> dict[str, Any]:
    return event(case, "registered", datetime.now(UTC))


def is_looked_at_since(url: str, at: datetime) -> bool:
    """Whether the input was seen complete after this instant."""
    found = rows(url, "SELECT max(caught_up_at) FROM offsets")[0]
    return found is not None and instant(found) > at


def run_in_halves(directory: Path, seconds: float) -> dict[str, Any]:
    """Half a line, and the rest so much later; then the same name with another content; then less than was read."""
    url, source = f"sqlite:///{directory}/desk.sqlite", directory / "claims.jsonl"
    write_events(source, [registered("C-1")])
    arguments = ("run", "--source", str(source), "--store", url, "--out", "out")
    with Worker(directory, *arguments) as daemon:
        wait_for_events(url, 1)
        line = json.dumps(registered("C-2")).encode() + b"\n"
        append(source, line[:60])
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        wait_for(lambda: is_looked_at_since(url, until))
        assert (count_events(url), count(url, "dead_letters")) == (1, 0)
        append(source, line[60:])
        wait_for_events(url, 2)

        tomorrow = directory / "tomorrow"
        write_events(tomorrow, [registered(f"D-{number}") for number in range(3)])
        os.replace(tomorrow, source)
        wait_for_events(url, 5)

        os.truncate(source, len(source.read_bytes()) - 10)
        lost = daemon.logged("consumer.position_lost")
        assert str(source) in lost["detail"]
        wait_for(lambda: sum(daemon.metric("triage_positions_lost_total").values()) == 1)
        status, why = daemon.asks("/readyz")
        assert status == 503
        assert str(source) in why
        assert daemon.stop() == 0
    events = rows(url, "SELECT event_id FROM timeline WHERE kind = 'event'")
    assert sorted(events) == [f"{case}-registered" for case in ("C-1", "C-2", "D-0", "D-1", "D-2")]
    assert count(url, "dead_letters") == 0
    return {"half a line stood for": f"{seconds:.0f} s", "events": len(events), "fault": lost["detail"]}


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def run_once(directory: Path, lines: int) -> dict[str, Any]:
    """A run over so many lines sends everything that they cause, and ends."""
    url, source = f"sqlite:///{directory}/desk.sqlite", directory / "claims.jsonl"
    now = datetime.now(UTC)
    write_events(source, [event(f"C-{number:05}", "registered", now) for number in range(lines)])
    began = datetime.now(UTC)
    with Worker(directory, "run", "--source", str(source), "--store", url, "--out", "out", "--once") as worker:
        assert worker.finish(600) == 0, worker.output()
    assert rows(url, "SELECT count(DISTINCT event_id) FROM timeline WHERE kind = 'event'") == [lines]
    assert query(url, "SELECT DISTINCT state FROM outbox") == [("sent",)]
    decisions, alerts = (json_lines(directory / "out" / f"{name}.jsonl") for name in ("decisions", "alerts"))
    sent = [one["id"] for one in (*decisions, *alerts)]
    assert sorted(sent) == sorted(rows(url, "SELECT id FROM outbox"))
    triaged = {one["subject"] for one in decisions if one["type"] == "complaint.triaged"}
    assert len(triaged) == lines
    return {"lines": lines, "outputs": len(sent), "seconds": round((datetime.now(UTC) - began).total_seconds())}


def test_half_a_line_waits_another_content_is_read_and_a_shorter_file_is_named(tmp_path: Path) -> None:
    """Half a line is no event and no dead letter, however long it stands; the next day's content under the same name is
    read whole; a file that has become shorter stops with its name in log, metric and readiness."""
    run_in_halves(tmp_path, 1)


def test_a_run_over_a_file_sends_everything_and_ends(tmp_path: Path) -> None:
    """`--once`: every line is an event, every output is sent once, exit 0."""
    run_once(tmp_path, 2000)
