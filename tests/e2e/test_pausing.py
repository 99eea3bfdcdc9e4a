"""An operator pauses work while a daemon runs: nothing is lost, and everybody can see it."""

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.e2e.asked import lines_of, metric, unready, verb
from tests.e2e.clock_desk import event, rules, write_events, write_rules
from tests.e2e.workers import Worker, answer, count_events, published, query, wait_for

RUN = ("run", "--source", "events.jsonl", "--rules", "rules")
COMPILED = {"TRIAGE_ENGINE__MODE": "compiled"}
HEARTBEAT = "triage_heartbeat_timestamp_seconds"


def desk(directory: Path) -> str:
    """A folder with rules whose only clock is due after an hour; gives the store's URL."""
    write_rules(directory, rules("1 hours"))
    write_events(directory / "events.jsonl", [])
    return f"sqlite:///{directory}/desk.sqlite"


def register(directory: Path, case: str) -> None:
    """A complaint that is due in two seconds."""
    at = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=2)
    write_events(directory / "events.jsonl", [event(case, "registered", at)])


def notices(url: str) -> int:
    return int(query(url, "SELECT count(*) FROM notices")[0][0])


def test_paused_work_waits_and_goes_on(tmp_path: Path) -> None:
    """Of reading, timers and publishing each waits where it is while paused, is told by readiness, metrics and the log,
    and goes on when it is resumed or its time has come; health stays, and every word is in the audit."""
    url = desk(tmp_path)
    at = ("--store", url)
    with Worker(tmp_path, *RUN, *at, **COMPILED) as daemon:
        port = daemon.logged("service.started")["port"]
        wait_for(lambda: answer(port, "/readyz")[0] == 200)
        verb("pause", "consume", "--reason", "bad sender", *at)
        daemon.logged("pause.began")
        register(tmp_path, "C-1")
        (why,) = wait_for(lambda: unready(port))
        assert why.startswith("consume is paused by ")
        assert why.endswith(", until it is resumed: bad sender")
        wait_for(lambda: metric(port, 'triage_switch_state{switch="pause_consume"}') == 1)
        assert metric(port, 'triage_switch_state{switch="pause_sweep"}') == 0
        wait_for(lambda: (metric(port, "triage_low_mark_seconds") or 0) > 3)  # it stands still
        assert count_events(url) == 0
        (line,) = lines_of("pause", "pause", *at)
        assert (line["work"], line["until"], line["why"]) == ("consume", None, "bad sender")

        timers_and_outputs_wait(tmp_path, daemon, port, url)
        beat = metric(port, HEARTBEAT) or 0
        verb("pause", "sweep", "--reason", "shorter", *at, "--until", _soon(1))
        wait_for(lambda: notices(url) == 1)  # its end has passed, nobody resumed it
        verb("resume", "dispatch", "--reason", "done", *at)
        wait_for(lambda: len(published(tmp_path / "out")) == query(url, "SELECT count(*) FROM outbox")[0][0])
        wait_for(lambda: (metric(port, HEARTBEAT) or 0) > beat)
        wait_for(lambda: not unready(port))
        assert daemon.stop() == 0
    said = [line["what"] for line in lines_of("audit", "audit", "--what", "paused", *at)][::-1]
    assert [what.partition(" until")[0] for what in said] == [
        "paused consume", "paused sweep", "paused dispatch", "paused sweep",
    ]  # fmt: skip
    assert [line["why"] for line in lines_of("audit", "audit", "--what", "resumed", *at)] == [
        "done", "mended",
    ]  # fmt: skip


def timers_and_outputs_wait(directory: Path, daemon: Worker, port: int, url: str) -> None:
    """With reading resumed and the other two paused, what is read is decided; no timer is handled and none is said to
    be, and nothing goes out."""
    at = ("--store", url)
    for work in ("sweep", "dispatch"):
        verb("pause", work, "--reason", "test", *at)
        wait_for(partial(_says_paused, daemon, work))
    assert len(unready(port)) == 3
    verb("resume", "consume", "--reason", "mended", *at)
    wait_for(lambda: count_events(url) == 1)
    daemon.logged("pause.ended")
    wait_for(lambda: (metric(port, "triage_oldest_unfired_timer_seconds") or 0) > 1)
    beat, looked = metric(port, HEARTBEAT), time.monotonic()
    wait_for(lambda: time.monotonic() > looked + 6)  # an audit comes every five seconds
    assert metric(port, HEARTBEAT) == beat
    assert query(url, "SELECT count(*) FROM outbox")[0][0] > 0
    assert (notices(url), published(directory / "out")) == (0, [])


def _says_paused(worker: Worker, work: str) -> bool:
    return any(line["work"] == work for line in worker.lines("pause.began"))


def _soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def test_a_run_with_once_waits_for_the_end_of_a_pause(tmp_path: Path) -> None:
    """Whichever work is paused; it says so, ends well when it is stopped meanwhile, and does everything afterwards."""
    url = desk(tmp_path)
    at = ("--store", url)
    verb("db", "upgrade", *at)
    for number, work in enumerate(("consume", "sweep", "dispatch"), start=1):
        register(tmp_path, f"C-{number}")
        verb("pause", work, "--reason", "test", *at)
        if work == "consume":
            with Worker(tmp_path, *RUN, *at, "--once", **COMPILED) as stopped:
                stopped.logged("pause.began")
                assert stopped.stop() == 0
        with Worker(tmp_path, *RUN, *at, "--once", **COMPILED) as worker:
            wait_for(partial(_says_paused, worker, work))
            assert worker.process.poll() is None
            verb("resume", work, "--reason", "test", *at)
            assert worker.finish() == 0, worker.output()
        assert count_events(url) == number
        assert query(url, "SELECT count(*) FROM outbox WHERE state <> 'sent'") == [(0,)]
