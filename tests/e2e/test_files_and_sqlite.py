"""Promises on files and SQLite, held against real processes and real signals."""

import random
import re
import shutil
from pathlib import Path

import pytest

from tests.e2e.samples import sample_events, write_spool
from tests.e2e.workers import Worker, count_events, dump, published, query, wait_for, wait_for_events

KILLS = 4


def arguments(directory: Path, *more: str) -> tuple[str, ...]:
    return ("run", "--source", "spool", "--store", f"sqlite:///{directory}/desk.sqlite", "--out", "out", *more)


def test_nothing_is_lost_and_nothing_counts_twice_over_kill_9(tmp_path: Path) -> None:
    """Killed at random moments in mid-run, the service ends with the same cases, clocks, notices and outputs as
    undisturbed; each output is published, every line parses, a duplicate has the id of its original."""
    events = sample_events(150)
    for name in ("calm", "killed"):
        (tmp_path / name).mkdir()
        write_spool(tmp_path / name / "spool", events, files=40)
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    calm_url, killed_url = f"sqlite:///{calm}/desk.sqlite", f"sqlite:///{killed}/desk.sqlite"
    with Worker(calm, *arguments(calm, "--once")) as worker:
        assert worker.finish() == 0, worker.output()

    chance, midway = random.Random(5), 0
    for _ in range(KILLS):
        goal = count_events(killed_url) + chance.randrange(20, len(events) // KILLS)
        with Worker(killed, *arguments(killed)) as worker:
            wait_for_events(killed_url, goal)
            worker.kill()
        midway += 0.05 < count_events(killed_url) / len(events) < 0.95
    assert midway >= KILLS - 1
    with Worker(killed, *arguments(killed, "--once")) as worker:
        assert worker.finish() == 0, worker.output()

    assert count_events(killed_url) == len(events)
    assert dump(killed_url) == dump(calm_url)
    assert set(published(killed / "out")) == set(published(calm / "out"))
    assert query(killed_url, "PRAGMA integrity_check") == [("ok",)]


def test_a_second_run_over_the_same_input_changes_nothing(tmp_path: Path) -> None:
    """Positions are kept: what was read is not read again, and no output goes out twice."""
    write_spool(tmp_path / "spool", sample_events(20), files=2)
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    for _ in range(2):
        with Worker(tmp_path, *arguments(tmp_path, "--once")) as worker:
            assert worker.finish() == 0, worker.output()
    before = dump(url)
    ids = published(tmp_path / "out")
    assert len(ids) == len(set(ids))
    (tmp_path / "spool" / "again.jsonl").write_bytes((tmp_path / "spool" / "000.jsonl").read_bytes())
    with Worker(tmp_path, *arguments(tmp_path, "--once")) as worker:
        assert worker.finish() == 0, worker.output()
    assert dump(url) == before


def test_a_second_daemon_on_one_file_is_refused(tmp_path: Path) -> None:
    """Two daemons would share one SQLite file: the second exits 3 and names the first."""
    write_spool(tmp_path / "spool", sample_events(5), files=1)
    with Worker(tmp_path, *arguments(tmp_path)) as first:
        first.logged("service.started")
        with Worker(tmp_path, *arguments(tmp_path)) as second:
            assert second.finish() == 3
            assert f"process {first.process.pid}" in second.output()
        assert first.stop() == 0


def test_health_readiness_and_metrics_answer_and_a_signal_stops_in_order(tmp_path: Path) -> None:
    """The endpoints answer while it runs; SIGTERM ends it with 0 and an empty outbox."""
    write_spool(tmp_path / "spool", sample_events(10), files=1)
    with Worker(tmp_path, *arguments(tmp_path)) as worker:

        def answers(path: str) -> str | None:
            status, body = worker.asks(path)
            return body if status == 200 else None

        assert wait_for(lambda: answers("/readyz"))
        assert answers("/healthz")
        registered = re.compile(
            r'^triage_events_total{outcome="applied",type="complaint.registered"} 10\.0$', re.MULTILINE
        )
        wait_for(lambda: registered.search(answers("/metrics") or ""))
        wait_for(lambda: "triage_heartbeat_timestamp_seconds" in (answers("/metrics") or ""))
        assert worker.stop() == 0
    assert query(f"sqlite:///{tmp_path}/desk.sqlite", "SELECT count(*) FROM outbox WHERE state <> 'sent'") == [(0,)]


def test_wrong_settings_are_told_all_at_once(tmp_path: Path) -> None:
    """Every fault of settings and environment in one go, exit 2."""
    (tmp_path / "triage.toml").write_text('[notices]\nper_minute = "x"\n[sla]\nmax_hold = -1\n[unknown]\nkey = 1\n')
    with Worker(tmp_path, "run", "--config", "triage.toml", TRIAGE_LOG__LEVEL="loud") as worker:
        assert worker.finish() == 2
        for name in ("notices.per_minute", "sla.max_hold", "unknown", "log.level"):
            assert name in worker.output()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--source", "nowhere.jsonl"), "nowhere.jsonl"),
        (("--source", "kafka"), "127.0.0.1:1"),
        (("--store", "postgresql+psycopg://triage@127.0.0.1:1/triage"), "127.0.0.1:1"),
    ],
)
def test_a_dependency_that_is_away_at_the_start_is_named(tmp_path: Path, more: tuple[str, ...], words: str) -> None:
    """Exit 3, and what was tried."""
    with Worker(tmp_path, "run", "--once", *more, TRIAGE_KAFKA__BOOTSTRAP_SERVERS="127.0.0.1:1") as worker:
        assert worker.finish() == 3
        assert words in worker.output()


def test_faulty_rules_never_go_live_and_the_last_good_ones_run_on(tmp_path: Path) -> None:
    """At a first start they are listed, exit 1; with an active revision that one runs on, also over a reload, and log
    and metric tell: with file, line and column."""
    write_spool(tmp_path / "spool", sample_events(5), files=1)
    rules = tmp_path / "rules"
    shutil.copytree(Path(__file__).parent.parent.parent / "rules", rules)
    medical = rules / "triage" / "medical.yaml"
    sound = medical.read_text(encoding="utf-8")
    medical.write_text(sound.replace("priority: high", "priority: hihg"), encoding="utf-8")
    with Worker(tmp_path, *arguments(tmp_path, "--once", "--rules", "rules")) as worker:
        assert worker.finish() == 1
        assert "triage/medical.yaml:" in worker.output()
        assert 'did you mean "high"?' in worker.output()

    medical.write_text(sound, encoding="utf-8")
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    with Worker(tmp_path, *arguments(tmp_path, "--rules", "rules")) as worker:
        worker.logged("service.started")
        medical.write_text(sound.replace("priority: high", "priority: hihg"), encoding="utf-8")
        (fault,) = worker.logged("rules.kept")["faults"][:1]
        assert re.match(r"triage/medical\.yaml:\d+:\d+: ", fault)
        assert worker.metric("triage_rulebook_last_reload_success") == {"": 0.0}
        assert len(query(url, "SELECT revision FROM rulebooks")) == 1
        medical.write_text(f"# a new revision\n{sound}", encoding="utf-8")
        wait_for(lambda: len(query(url, "SELECT revision FROM rulebooks")) == 2)
        assert worker.stop() == 0
    assert len(query(url, "SELECT revision FROM rulebooks WHERE state = 'active'")) == 1
