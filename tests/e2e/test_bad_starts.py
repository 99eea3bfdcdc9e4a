"""Bad input, as a user meets it: every refusal says what is wrong, has its exit code, and never shows a trace."""

import json
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.samples import sample_events, write_spool
from tests.e2e.workers import ROOT, TRIAGE, Worker, count_events, query, wait_for, wait_for_events
from tests.fixtures import Topics
from tests.services.desk import free_port
from tests.services.kafka import Broker

MEDICAL = "triage/medical.yaml"
SOUND, FAULTY = "priority: high", "priority: hihg"


def refused(directory: Path, code: int, *arguments: str, **environment: str) -> list[str]:
    """What a command that is refused prints, line by line: it ends with this code, and shows no trace."""
    with Worker(directory, *arguments, **environment) as worker:
        assert worker.finish() == code, worker.output()
        return lines_of(worker)


def lines_of(worker: Worker) -> list[str]:
    """What it has printed; never a trace."""
    assert "Traceback" not in worker.output()
    return worker.output().splitlines()


def logged(lines: list[str], action: str) -> list[dict[str, Any]]:
    """The log lines with this action."""
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in found if line["action"] == action]


def store_of(directory: Path) -> str:
    return f"sqlite:///{directory}/desk.sqlite"


def on_files(directory: Path, *more: str) -> tuple[str, ...]:
    return ("run", "--source", "spool", "--store", store_of(directory), *more)


def rules_copy(directory: Path) -> Path:
    """A copy of the shipped rules, to be broken; gives the file that the tests break."""
    shutil.copytree(ROOT / "rules", directory / "rules")
    return directory / "rules" / MEDICAL


def revisions_that_decided(url: str) -> set[str]:
    """Of the decisions on the timelines."""
    found = query(url, "SELECT DISTINCT json_extract(decision, '$.revision') FROM timeline WHERE decision NOT NULL")
    return {revision for (revision,) in found}


def rewrite(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_everything_wrong_in_file_environment_and_flags_is_told_in_one_go(tmp_path: Path) -> None:
    """Exit 2 with a line for each fault and no other; no password among them, and nothing is created."""
    (tmp_path / "triage.toml").write_text(
        '[notices]\nper_minute = "x"\n[kafka]\nsasl_pasword = "geheim"\nbootstrap_servers = "here:there"\n', "utf-8"
    )
    lines = refused(
        tmp_path, 2, "run", "--config", "triage.toml",
        TRIAGE_LOG__LEVEL="loud", TRIAGE_STORE="x", TRIAGE_KAFKA__SASL_PASSWORD_FILE="nowhere", TRIAGE_HTTP__PORT="0x",
    )  # fmt: skip
    assert sorted(line.partition(": ")[0] for line in lines) == [
        "environment TRIAGE_KAFKA__SASL_PASSWORD_FILE",
        "environment TRIAGE_STORE",
        "setting http.port",
        "setting kafka.bootstrap_servers",
        "setting kafka.sasl_pasword",
        "setting log.level",
        "setting notices.per_minute",
    ]
    assert "geheim" not in "".join(lines)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".log"] == ["triage.toml"]


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (("--config", "nowhere.toml"), {}, "config file nowhere.toml: "),
        (("--store", "desk.sqlite"), {}, "store.url is no URL"),
        (("--backfill-before", "0001-01-01"), {}, "--backfill-before"),
        (("--sauce", "kafka"), {}, "--sauce"),
        ((), {"TRIAGE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL"}, "kafka.sasl_password: "),
        ((), {"TRIAGE_KAFKA__SSL_CAFILE": "no.pem"}, "kafka.ssl_cafile: there is no file no.pem"),
    ],
)
def test_wrong_usage_is_named(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], words: str
) -> None:
    """Exit 2 with the flag or the setting, before anything is asked of the broker."""
    environment = {"TRIAGE_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1", **environment}
    lines = refused(tmp_path, 2, "run", "--source", "kafka", "--once", *arguments, **environment)
    assert words in "\n".join(lines)


def test_a_store_and_a_broker_that_are_away_are_named(tmp_path: Path) -> None:
    """Exit 3 with what was tried: the database without the password, by every verb; the broker's address."""
    port = free_port()
    broker = f"127.0.0.1:{port}"
    arguments = ("run", "--source", "kafka", "--store", store_of(tmp_path))
    with Worker(tmp_path, *arguments, TRIAGE_KAFKA__BOOTSTRAP_SERVERS=broker) as worker:  # waits for some seconds
        url = f"postgresql+psycopg://triage:geheim@127.0.0.1:{port}/complaints"
        for verb in (("run", "--source", "kafka"), ("cases",), ("db", "upgrade")):
            (line,) = refused(tmp_path, 3, *verb, "--store", url)
            assert f"127.0.0.1:{port}/complaints" in line
            assert "geheim" not in line
        assert worker.finish() == 3
        (line,) = lines_of(worker)
    assert line.startswith(f"kafka {broker}: no answer within ")


def test_every_unknown_topic_is_named(tmp_path: Path, broker: Broker, topics: Topics) -> None:
    """Exit 3 with a line for each topic that the broker does not have; none is created."""
    wrong = [f"{topics.events}-{number}" for number in range(2)]
    environment = {
        "TRIAGE_KAFKA__BOOTSTRAP_SERVERS": broker.bootstrap,
        "TRIAGE_KAFKA__TOPIC_EVENTS": wrong[0],
        "TRIAGE_KAFKA__TOPIC_DECISIONS": topics.decisions,
        "TRIAGE_KAFKA__TOPIC_ALERTS": topics.alerts,
        "TRIAGE_KAFKA__TOPIC_DEAD_LETTERS": wrong[1],
    }
    for _ in range(2):  # the second start would find a topic that the first one created
        lines = refused(tmp_path, 3, "run", "--source", "kafka", "--store", store_of(tmp_path), **environment)
        assert [line.partition(": topic ")[2].split()[0] for line in lines] == wrong


def test_a_postgresql_whose_schema_is_behind_is_refused(tmp_path: Path, postgres_url: str) -> None:
    """Exit 3 with the command to run, by the daemon and by a verb that reads; nothing is created."""
    write_spool(tmp_path / "spool", sample_events(1), files=1)
    for verb in (("run", "--source", "spool", "--once"), ("cases",)):
        (line,) = refused(tmp_path, 3, *verb, "--store", postgres_url)
        assert "run triage db upgrade" in line
    assert query(postgres_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """After a step back to an older version: exit 3, the store is as it was."""
    write_spool(tmp_path / "spool", sample_events(1), files=1)
    with Worker(tmp_path, *on_files(tmp_path, "--once")) as worker:
        assert worker.finish() == 0
    with sqlite3.connect(tmp_path / "desk.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    connection.close()
    (line,) = refused(tmp_path, 3, *on_files(tmp_path, "--once"))
    assert "the schema (from-the-future) is newer" in line
    assert query(store_of(tmp_path), "SELECT version_num FROM alembic_version") == [("from-the-future",)]


def spoil(store: Path, table: str) -> None:
    """Overwrite the first page of a table."""
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with store.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_a_damaged_store_stops_all_and_blames_no_event(tmp_path: Path) -> None:
    """Exit 3 with the file's name, of verbs and of the service; events that came meanwhile are still to be read."""
    first, *later = sample_events(1)
    write_spool(tmp_path / "spool", [first], files=1)
    with Worker(tmp_path, *on_files(tmp_path, "--once")) as worker:
        assert worker.finish() == 0
    spoil(tmp_path / "desk.sqlite", "timeline")
    (line,) = refused(tmp_path, 3, "case", first["subject"], "--store", store_of(tmp_path))
    assert "desk.sqlite: database disk image is malformed; put the file right or restore a backup" in line
    write_spool(tmp_path / "later", later, files=1)
    (tmp_path / "later" / "000.jsonl").rename(tmp_path / "spool" / "001.jsonl")
    told = refused(tmp_path, 3, *on_files(tmp_path, "--once"))
    assert "desk.sqlite: database disk image is malformed" in told[-1]
    assert query(store_of(tmp_path), "SELECT count(*) FROM dead_letters") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--store", "sqlite:///notes.txt"), "notes.txt: file is not a database"),
        (("--store", "sqlite:///notes.txt/desk.sqlite"), "notes.txt"),
        (("--store", "sqlite:////proc/desk.sqlite"), "/proc/desk.sqlite.lock"),
        (("--out", "notes.txt"), "output directory notes.txt: "),
        (("--source", "nowhere"), "source nowhere: "),
    ],
)
def test_files_that_are_not_what_they_are_given_for_are_named(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Exit 3 with the name, and the file is as it was."""
    write_spool(tmp_path / "spool", sample_events(1), files=1)
    (tmp_path / "notes.txt").write_text("notes of the desk\n" * 100, "utf-8")
    (line,) = refused(tmp_path, 3, *on_files(tmp_path, "--once"), *arguments)
    assert words in line
    assert (tmp_path / "notes.txt").read_text("utf-8") == "notes of the desk\n" * 100


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (2, ("cases", "--limit", f"{10**20}")),
        (2, ("cases", "--page", f"{10**20}")),
        (2, ("audit", "--limit", f"{10**20}")),
        (2, ("dead-letters", "list", "--limit", f"{10**20}")),
        (2, ("outbox", "list", "--limit", f"{10**20}")),
        (2, ("offsets", "set", "--reason", "x", "--input", "file:x", "--to", f"{10**20}")),
        (2, ("offsets", "set", "--reason", "x", "--input", "file:x", "--to", "1", "--partition", f"{10**20}")),
        (1, ("outbox", "drop", "--reason", "x", f"{10**20}")),
        (1, ("dead-letters", "show", f"{10**20}")),
    ],
)
def test_numbers_beyond_all_measure_are_refused(tmp_path: Path, code: int, arguments: tuple[str, ...]) -> None:
    """As wrong usage, or as a name of nothing."""
    with Worker(tmp_path, "db", "upgrade", "--store", store_of(tmp_path)) as worker:
        assert worker.finish() == 0
    refused(tmp_path, code, *arguments, "--store", store_of(tmp_path))


def test_an_output_that_takes_no_more_is_told_in_a_line() -> None:
    """Exit 1: who reads on would take a part for the whole."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*TRIAGE, "schema", "cli"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "not all was written: No space left on device\n")


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """Exit 3 with host and port, after an orderly stop."""
    write_spool(tmp_path / "spool", sample_events(1), files=1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        lines = refused(tmp_path, 3, *on_files(tmp_path), TRIAGE_HTTP__PORT=str(port))
    assert lines[-1].startswith(f"http: cannot listen on 127.0.0.1:{port}: ")
    assert logged(lines, "service.stopped")


@contextmanager
def a_daemon(directory: Path, *arguments: str, **environment: str) -> Iterator[Worker]:
    """A daemon that has started; at the end it stops in order and has shown no trace."""
    with Worker(directory, *arguments, **environment) as worker:
        worker.logged("service.started")
        yield worker
        assert worker.stop() == 0
        lines_of(worker)


def test_a_second_daemon_on_one_file_is_refused_whatever_it_is_called(tmp_path: Path) -> None:
    """By a relative path or over a link, also for `--once`: exit 3 with the first one's process, which goes on
    undisturbed and gives way when it has ended."""
    events = sample_events(4)
    write_spool(tmp_path / "spool", events[:10], files=1)
    (tmp_path / "link.sqlite").symlink_to("desk.sqlite")
    with a_daemon(tmp_path, *on_files(tmp_path)) as first:
        for name in ("desk.sqlite", "link.sqlite"):
            (line,) = refused(tmp_path, 3, "run", "--source", "spool", "--once", "--store", f"sqlite:///{name}")
            assert f"{name}: another daemon (process {first.process.pid}) runs on it" in line
        write_spool(tmp_path / "more", events[10:], files=1)
        (tmp_path / "more" / "000.jsonl").rename(tmp_path / "spool" / "001.jsonl")
        wait_for_events(store_of(tmp_path), len(events))
    with Worker(tmp_path, *on_files(tmp_path, "--once")) as second:
        assert second.finish() == 0, second.output()


def test_a_first_start_with_faulty_rules_lists_every_fault(tmp_path: Path) -> None:
    """Exit 1 with file, line and column of each; no case is opened, no revision becomes active."""
    medical = rules_copy(tmp_path)
    rewrite(medical, SOUND, FAULTY)
    rewrite(tmp_path / "rules" / "rulebook.yaml", "zone: Asia/Shanghai", "zone: Asia/Atlantis")
    write_spool(tmp_path / "spool", sample_events(1), files=1)
    lines = refused(tmp_path, 1, *on_files(tmp_path, "--once", "--rules", "rules"))
    wrong = [number for number, line in enumerate(medical.read_text("utf-8").splitlines(), 1) if FAULTY in line]
    found = [line for line in lines if line.startswith(f"{MEDICAL}:")]
    assert [int(line.split(":")[1]) for line in found if 'did you mean "high"?' in line] == wrong
    assert any(line.startswith("rulebook.yaml:") and "Asia/Atlantis" in line for line in lines)
    assert count_events(store_of(tmp_path)) == 0
    assert query(store_of(tmp_path), "SELECT count(*) FROM rulebooks") == [(0,)]


def test_a_later_start_with_faulty_rules_runs_on_the_active_revision(tmp_path: Path) -> None:
    """Once a sound revision is in the store, a broken folder, or none, is told in the log, and the stored revision
    decides what comes: exit 0."""
    medical = rules_copy(tmp_path)
    events = sample_events(6)
    size = len(events) // 3
    url = store_of(tmp_path)
    damages: list[tuple[Callable[[], None], str]] = [
        (lambda: None, ""),
        (lambda: rewrite(medical, SOUND, FAULTY), 'did you mean "high"?'),
        (lambda: shutil.rmtree(tmp_path / "rules"), "unreadable-folder"),
    ]
    for number, (damage, words) in enumerate(damages):
        damage()
        shutil.rmtree(tmp_path / "spool", ignore_errors=True)
        write_spool(tmp_path / "spool", events[number * size : (number + 1) * size], files=1)
        with Worker(tmp_path, *on_files(tmp_path, "--once", "--rules", "rules")) as worker:
            assert worker.finish() == 0, worker.output()
            told = [fault for line in logged(lines_of(worker), "rules.kept") for fault in line["faults"]]
        assert bool(told) == bool(words)
        assert words in "".join(told)
        assert count_events(url) == (number + 1) * size
    assert query(url, "SELECT count(*), sum(state = 'active') FROM rulebooks") == [(1, 1)]
    assert revisions_that_decided(url) == {name for (name,) in query(url, "SELECT revision FROM rulebooks")}


def test_rules_that_break_while_it_runs_leave_the_last_good_ones_running(tmp_path: Path) -> None:
    """The fault is told and shown in the metrics; the last good revision decides on what comes, until the folder
    is put right, which is seen without a restart."""
    medical = rules_copy(tmp_path)
    events = sample_events(4)
    write_spool(tmp_path / "ahead", events, files=2)
    (tmp_path / "spool").mkdir()
    url = store_of(tmp_path)
    with a_daemon(tmp_path, *on_files(tmp_path, "--rules", "rules")) as worker:
        worker.logged("service.started")

        def shown(value: int) -> bool:
            return worker.metric("triage_rulebook_last_reload_success") == {"": value}

        rewrite(medical, SOUND, FAULTY)
        assert any("hihg" in fault for fault in worker.logged("rules.kept")["faults"])
        assert shown(0)
        (tmp_path / "ahead" / "000.jsonl").rename(tmp_path / "spool" / "000.jsonl")
        wait_for_events(url, len(events) // 2)
        medical.write_text(f"# a new revision\n{medical.read_text('utf-8').replace(FAULTY, SOUND)}", "utf-8")
        wait_for(lambda: shown(1))
        (tmp_path / "ahead" / "001.jsonl").rename(tmp_path / "spool" / "001.jsonl")
        wait_for_events(url, len(events))
    assert query(url, "SELECT count(*), sum(state = 'active') FROM rulebooks") == [(2, 1)]
    assert revisions_that_decided(url) == {name for (name,) in query(url, "SELECT revision FROM rulebooks")}
