"""A disk that fills up while the daemon is killed again and again.

    python -m tests.e2e.small_disk DIRECTORY KILLS

`DIRECTORY/disk` is a small file system, as `tests.services.small_disk` makes it. Prints the figures.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

from tests.e2e.records import count, json_lines, rows
from tests.e2e.samples import sample_events, write_spool
from tests.e2e.workers import Worker, count_events, query, wait_for, wait_for_events
from tests.services.small_disk import fill, relieve

LEAST_MIDWAY = 0.4
FULL_EVERY = 2
"""Every so many kills the disk is full when it comes."""

EVENTS_A_COMPLAINT = 9
EVENTS_A_KILL, LEAST_EVENTS = 20, 400


class Cramped:
    """Store and outputs on the small disk; the events come from elsewhere."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.disk = directory, directory / "disk"
        self.url = f"sqlite:///{self.disk}/desk.sqlite"

    def run(self, *more: str) -> Worker:
        """A daemon, or with --once a run; without the second engine, whose child takes longest to start."""
        arguments = ("run", "--source", "spool", "--store", self.url, "--out", str(self.disk / "out"))
        return Worker(self.directory, *arguments, *more, TRIAGE_ENGINE__MODE="compiled")


def run_killed(directory: Path, kills: int) -> dict[str, Any]:
    """Killed at random moments of its work, each second time on a full disk; then to the end, and judged."""
    events = sample_events(max(LEAST_EVENTS, kills * EVENTS_A_KILL) // EVENTS_A_COMPLAINT)
    write_spool(directory / "waiting", events, files=len(events) // 2)
    waiting = sorted((directory / "waiting").iterdir())
    (directory / "spool").mkdir()
    chance, midway, filled, released = random.Random(22), 0, 0, 0
    desk = Cramped(directory)
    for kill in range(kills):
        share = waiting[kill::kills]
        before = released
        for file in share:
            released += file.read_bytes().count(b"\n")
            file.rename(directory / "spool" / file.name)
        with desk.run() as worker:
            wait_for_events(desk.url, before + chance.randrange(1, len(share)))
            if kill % FULL_EVERY:
                fill(desk.disk)
                filled += told_full(worker, desk, released)
            midway += count_events(desk.url) < released
            worker.kill()
        relieve(desk.disk)
    assert midway > LEAST_MIDWAY * kills, (midway, kills)
    assert filled, "the daemon never noticed the full disk"
    refuse_a_second(desk)
    with desk.run("--once") as worker:
        assert worker.finish(600) == 0, worker.output()
    return {"kills": kills, "midway": midway, "full and told": filled, **judge(desk, len(events))}


def refuse_a_second(desk: Cramped) -> None:
    """Another daemon on the file ends with 3 and names the first."""
    with desk.run() as first:
        first.logged("service.started")
        with desk.run() as second:
            assert second.finish() == 3
            assert f"process {first.process.pid}" in second.output()
        assert first.stop() == 0


def told_full(worker: Worker, desk: Cramped, events: int) -> bool:
    """Wait until the daemon tries in vain; it may have been through with everything."""
    actions = ("consumer.retry", "loop.away", "dispatch.failed")

    def is_told() -> bool:
        return any(worker.lines(one) for one in actions) or count_events(desk.url) == events

    wait_for(is_told)
    return count_events(desk.url) < events


def judge(desk: Cramped, events: int) -> dict[str, Any]:
    assert query(desk.url, "PRAGMA integrity_check") == [("ok",)]
    assert rows(desk.url, "SELECT count(DISTINCT event_id) FROM timeline WHERE kind = 'event'") == [events]
    assert (count_events(desk.url), count(desk.url, "dead_letters")) == (events, 0)
    assert count(desk.url, "outbox", "state <> 'sent'") == 0
    out = desk.disk / "out"
    published = [one["id"] for name in ("decisions", "alerts") for one in json_lines(out / f"{name}.jsonl")]
    assert set(published) == set(rows(desk.url, "SELECT id FROM outbox"))
    return {"events": events, "outputs": len(published), "sent twice": len(published) - len(set(published))}


def main() -> None:
    directory, kills = Path(sys.argv[1]), int(sys.argv[2])
    print(json.dumps(run_killed(directory, kills)))


if __name__ == "__main__":
    main()
