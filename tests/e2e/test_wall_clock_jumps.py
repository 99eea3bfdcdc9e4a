"""The wall clock of a running daemon is set, by libfaketime: nothing fires on a clock that is not believed, and the
loops neither fall silent nor pile up."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.clock_desk import event, instant, rules, write_rules
from tests.e2e.desks import FilesDesk
from tests.e2e.records import count, rows
from tests.e2e.workers import Worker, wait_for, wait_for_events
from tests.services.faketime import Wall
from triage.adapters.store import schema

LIMIT = timedelta(days=30)
WITHIN = 30.0
"""Seconds of true time in which the jump is told and sweeps go on."""

MOST_MEMORY = 50 * 1024
"""Kilobytes that a jump may cost."""

RINGS = 30.0
"""Seconds of `triage_clock_step_seconds` above which the alert ClockStepped rings."""

SWAYS, PUSH, PAUSE = 25, timedelta(seconds=40), 0.25
"""How often, how far and how fast the clock is pushed on; the sweeper looks twice a second."""

AGREEING = timedelta(seconds=0.9)
"""Three looks that agree take two pauses of the sweeper, of half a second each."""

STEP = "triage_clock_step_seconds"


class Jumping:
    """A desk whose daemon lives by a wall clock that the test sets. `ahead`: how far it is from the true one."""

    def __init__(self, directory: Path, url: str | None = None) -> None:
        self.desk = FilesDesk(directory)
        self.desk.settings["TRIAGE_STORE__URL"] = self.url = url or self.desk.url
        write_rules(directory, rules("720 hours"))
        self.wall = Wall(directory / "wall")
        self.desk.settings |= {"TRIAGE_RULES__DIR": str(directory / "rules"), **self.wall.environment()}
        self.desk.settings["TRIAGE_NOTICES__PER_MINUTE"] = "0"
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """By the daemon's clock."""
        return datetime.now(UTC) + self.ahead

    def jump(self, ahead: timedelta) -> float:
        """Set it; gives the true moment."""
        self.ahead = ahead
        self.wall.set(f"{ahead.total_seconds():+.0f}")
        return time.monotonic()

    def sways(self) -> None:
        """Push it on and on: what is read meanwhile is known, so that nothing but the guard holds steps back."""
        for _ in range(SWAYS):
            self.jump(self.ahead + PUSH)
            time.sleep(PAUSE)

    def falls_due(self, *cases: str, after: timedelta) -> None:
        """Complaints that are overdue so long from now, by the daemon's clock."""
        received = self.now().replace(microsecond=0) + after - LIMIT
        self.desk.send(event(case, "registered", received) for case in cases)

    def breached(self, case: str) -> bool:
        """Whether the notice is stored."""
        return count(self.url, "notices", f"case_no = (SELECT no FROM cases WHERE id = '{case}')") == 1


def soon(question: Callable[[], Any], since: float) -> float:
    """Wait for it; gives the seconds since then, which are within the bound."""
    wait_for(question, WITHIN)
    seconds = time.monotonic() - since
    assert seconds < WITHIN
    return seconds


def memory(daemon: Worker) -> int:
    """Kilobytes that the process holds in memory."""
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def run_jumps(directory: Path, cases: int) -> dict[str, Any]:
    """An hour back, then a month ahead of the true time, over so many clocks that are due within the month."""
    jumping = Jumping(directory)
    with jumping.desk.run() as daemon:
        later = [f"L-{number:04}" for number in range(cases)]
        jumping.falls_due(*later, after=timedelta(days=20))
        wait_for_events(jumping.url, cases, seconds=300)
        daemon.logged("service.started")

        since = jumping.jump(timedelta(hours=-1))
        jumping.falls_due("B-1", after=timedelta(seconds=2))
        back = soon(lambda: jumping.breached("B-1"), since)
        assert -3700 < daemon.metric(STEP)[""] < -3500
        assert count(jumping.url, "notices") == 1

        before = memory(daemon)
        since = jumping.jump(timedelta(days=30))
        jumping.sways()
        told = soon(lambda: max(line["seconds"] for line in steps_seen(daemon)) > 29 * 86_400, since)
        assert daemon.metric(STEP)[""] > RINGS
        wait_for(lambda: count(jumping.url, "notices") == 1 + cases)
        jumping.falls_due("B-2", after=timedelta(seconds=2))
        soon(lambda: jumping.breached("B-2"), since)
        grown = memory(daemon) - before
        assert grown < MOST_MEMORY
        assert daemon.stop() == 0
    rest = least_rest(daemon, jumping.url)
    assert rest > AGREEING, "nothing fires before the clocks agree"
    return {
        "clocks": cases, "back: sweeps go on after": f"{back:.1f} s", "ahead: told after": f"{told:.1f} s",
        "fired first": f"{rest.total_seconds():.1f} s after a step", "memory": f"{grown / 1024:+.1f} MB",
    }  # fmt: skip


def least_rest(daemon: Worker, url: str) -> timedelta:
    """From the last look that saw a step to the next notice, by the daemon's clock: the shortest one."""
    steps = [instant(line["timestamp"]) for line in steps_seen(daemon)]
    fired = map(instant, rows(url, "SELECT DISTINCT at FROM notices"))
    return min(at - max(step for step in steps if step <= at) for at in fired if at >= min(steps))


def test_sweeps_go_on_after_the_wall_clock_was_set(tmp_path: Path) -> None:
    """Back by an hour: what is due then goes out within thirty seconds. A month ahead and unsteady: told within thirty
    seconds, no step fires before the clocks agree, and no run that was missed is made up for."""
    run_jumps(tmp_path, 100)


def run_apart(directory: Path, url: str) -> dict[str, Any]:
    """A month ahead of the database's clock, and back."""
    jumping = Jumping(directory, url)
    with jumping.desk.run() as daemon:
        jumping.falls_due("L-1", after=timedelta(days=20))
        wait_for_events(url, 1)
        since = jumping.jump(timedelta(days=30))
        told = soon(lambda: daemon.metric(STEP).get("", 0.0) < -29 * 86_400, since)
        looks = len(steps_seen(daemon))
        wait_for(lambda: len(steps_seen(daemon)) >= looks + 10)
        assert count(url, "notices") == 0
        since = jumping.jump(timedelta(0))
        jumping.falls_due("B-1", after=timedelta(seconds=2))
        back = soon(lambda: jumping.breached("B-1"), since)
        assert daemon.stop() == 0
    assert count(url, "notices") == 1
    return {"apart: told after": f"{told:.1f} s", "agreed: sweeps go on after": f"{back:.1f} s", "fired between": 0}


def steps_seen(daemon: Worker) -> list[dict[str, Any]]:
    return daemon.lines("sweep.clock_step")


def test_nothing_fires_while_the_daemon_and_its_database_disagree_on_the_time(
    tmp_path: Path, postgres_url: str
) -> None:
    """A month ahead of PostgreSQL: told within thirty seconds, no step fires however long it lasts; put right, sweeps
    go on within thirty seconds."""
    schema.upgrade(postgres_url)
    run_apart(tmp_path, postgres_url)
