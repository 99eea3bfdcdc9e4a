"""The schedule: each loop on its own interval, never twice at once, and no failure ends one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from monitors.loops.schedule import STUCK_SECONDS, Loop, Schedule
from tests.contract.builders import MovableTime
from tests.unit.loops.fakes import Noted
from triage.errors import StoreAway

OFTEN = 0.01
PATIENCE = 10.0


@contextmanager
def running(*loops: Loop, noted: Noted | None = None) -> Iterator[Schedule]:
    schedule = Schedule(loops, MovableTime(), noted or Noted())
    schedule.start()
    try:
        yield schedule
    finally:
        schedule.stop()


class Work:
    """Work that is awaited until it was done so often; `does` is called each time, with the number of the run."""

    def __init__(self, runs: int, does: Callable[[int], object] = lambda _run: None) -> None:
        self._runs, self._does = runs, does
        self._done = threading.Event()
        self.times = 0

    def __call__(self) -> None:
        self.times += 1
        if self.times >= self._runs:
            self._done.set()
        self._does(self.times)

    def is_done(self) -> bool:
        return self._done.wait(PATIENCE)


@pytest.mark.parametrize("error", [StoreAway("no answer"), ValueError("a case nobody thought of")])
def test_a_loop_that_fails_runs_again_and_is_counted(error: Exception) -> None:
    """Whatever it raised: a loop that ended would let complaints wait unseen."""

    def fail_twice(run: int) -> None:
        if run <= 2:
            raise error

    noted, work = Noted(), Work(4, fail_twice)
    with running(Loop("sweep", OFTEN, work), noted=noted):
        assert work.is_done()
    assert noted.counts == {("loop_failures_total", "sweep"): 2}


def test_a_failing_loop_takes_no_other_with_it() -> None:
    """The others go on."""

    def fail(_run: int) -> None:
        raise ValueError

    failing, other = Work(3, fail), Work(3)
    with running(Loop("audit", OFTEN, failing), Loop("sweep", OFTEN, other)):
        assert failing.is_done()
        assert other.is_done()


def test_a_loop_never_runs_twice_at_once_and_a_slow_one_holds_up_no_other() -> None:
    """While one run lasts longer than its interval no second one begins; other loops are not held up."""
    go_on, inside, most = threading.Event(), [0], [0]

    def wait(_run: int) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        go_on.wait(PATIENCE)
        inside[0] -= 1

    slow, quick = Work(1, wait), Work(10)
    with running(Loop("slow", OFTEN, slow), Loop("quick", OFTEN, quick)):
        assert slow.is_done()
        assert quick.is_done()
        go_on.set()
    assert most == [1]


def test_a_loop_that_overslept_is_woken() -> None:
    """By the monotonic clock its time is long past, whatever the scheduler waits for; a run under way is left alone."""
    time, work = MovableTime(), Work(1)
    schedule = Schedule((Loop("sweep", 60.0, work),), time, Noted(), watch_seconds=OFTEN)
    schedule.start()
    time.forward(200)
    assert work.is_done()
    schedule.stop()
    assert schedule.late_loops() == []


def test_a_stop_waits_for_the_run_under_way() -> None:
    """Nothing is cut off in the middle, and nothing begins afterwards."""
    go_on, ended = threading.Event(), []

    def last(_run: int) -> None:
        go_on.wait(PATIENCE)
        ended.append(1)

    work = Work(1, last)
    schedule = Schedule((Loop("sweep", OFTEN, work),), MovableTime(), Noted())
    schedule.start()
    assert work.is_done()
    stop = threading.Thread(target=schedule.stop)
    stop.start()
    stop.join(0.05)
    assert stop.is_alive()
    go_on.set()
    stop.join(PATIENCE)
    assert len(ended) == work.times


def test_a_schedule_that_never_started_can_be_stopped() -> None:
    """A start that was refused stops as any other."""
    Schedule((), MovableTime(), Noted()).stop()


def test_a_loop_is_late_after_three_intervals_without_an_attempt() -> None:
    """At least three seconds, so that a short loop is not called stuck for a breath; each loop by its own interval."""
    time = MovableTime()
    loops = (Loop("quick", 0.25, lambda: None), Loop("slow", 5.0, lambda: None))
    schedule = Schedule(loops, time, Noted())
    late = {}
    for seconds in (0, 2.9, 3.0, 3.1, 14.9, 15.0, 15.1):
        time.at = MovableTime().at
        time.forward(seconds)
        late[seconds] = schedule.late_loops()
    assert late == {
        0: [], 2.9: [], 3.0: [], 3.1: ["quick"], 14.9: ["quick"], 15.0: ["quick"], 15.1: ["quick", "slow"],
    }  # fmt: skip


def test_a_run_that_lasts_is_no_missing_attempt_until_it_is_stuck() -> None:
    """A publisher waits for the time-outs of a broker that is away: a restart would not help."""
    time, go_on = MovableTime(), threading.Event()

    def wait(_run: int) -> None:
        go_on.wait(PATIENCE)

    work = Work(1, wait)
    schedule = Schedule((Loop("dispatch", OFTEN, work),), time, Noted())
    schedule.start()
    assert work.is_done()
    began, late = time.at, {}
    for seconds in (60, STUCK_SECONDS, STUCK_SECONDS + 1):
        time.at = began
        time.forward(seconds)
        late[seconds] = schedule.late_loops()
    go_on.set()
    schedule.stop()
    assert late == {60: [], STUCK_SECONDS: [], STUCK_SECONDS + 1: ["dispatch"]}


def test_a_failing_attempt_is_an_attempt() -> None:
    """A dependency that is away makes no loop late: a restart would not help."""
    time = MovableTime()

    def away(_run: int) -> None:
        raise StoreAway("no answer")

    work = Work(2, away)
    schedule = Schedule((Loop("sweep", OFTEN, work),), time, Noted())
    time.forward(60)
    assert schedule.late_loops() == ["sweep"]
    schedule.start()
    assert work.is_done()
    schedule.stop()
    assert schedule.late_loops() == []


def test_a_loop_shows_when_it_last_did_its_work() -> None:
    """From its start on, so that one stuck in its first run is seen too; a failure does not count."""
    noted, time = Noted(), MovableTime()

    def late_and_failed(_run: int) -> None:
        time.forward(60)
        raise ValueError

    fail = Work(2, late_and_failed)
    schedule = Schedule((Loop("sweep", OFTEN, fail),), time, noted)
    begun = time.now().timestamp()
    schedule.start()
    assert fail.is_done()
    schedule.stop()
    assert noted.gauges == {("loop_last_success_timestamp_seconds", "sweep"): begun}
    good = Work(2, lambda _run: time.forward(60))
    with running(Loop("audit", OFTEN, good), noted=noted):
        assert good.is_done()
    assert noted.gauges["loop_last_success_timestamp_seconds", "audit"] >= MovableTime().now().timestamp()
