"""Personal data that is planted everywhere comes out nowhere but where it is meant to: store and dead letters."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tests.command import app
from tests.e2e.test_kafka_and_postgres import environment, upgrade
from tests.e2e.workers import Worker, query, wait_for
from tests.fixtures import Topics
from tests.services.kafka import Broker
from tests.unit.codec.samples import SOUND

NAME, PHONE, BORN, HOME = "Ouyang Zhenzhen", "13912345678", "1941-07-19", "7 Willow Lane"
STORY = "my mother's tumour was operated on 3 May"
CHINESE = "歐陽珍珍"
PERSONAL = (NAME, PHONE, BORN, HOME, STORY, CHINESE)
ALL = " / ".join(PERSONAL)
PIECES = ("Ouyang", "Zhenzhen", PHONE, BORN, "Willow", "tumour", "歐陽", "\\u6b50\\u967d", "6b50")
"""What is looked for: a piece that was cut off counts too."""

FREE = ("description", "summary", "findings", "note", "comment", "evidence", "reference")
"""Texts that people write. Numbers of policies and claims, and who is complained of, are no personal data here."""

WHO = {"id": "K-77", "name": NAME, "contact": {"phone": PHONE, "home": HOME}, "birth_date": BORN, "nick": CHINESE}
"""With a field that nobody declares."""


def envelope(number: int, kind: str, data: Any, case: str = "C-1", **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": f"{case}-{number}", "source": "/desk", "type": kind, "subject": case,
        "time": f"2026-03-{2 + number // 20:02}T{number % 20:02}:00:00+08:00", "data": data, **more,
    }  # fmt: skip


def texts_planted(data: dict[str, Any]) -> dict[str, Any]:
    """The sound data with personal data wherever a text is free, and beside what is declared."""
    planted = {"customer": WHO} if "customer" in data else {}
    free = {name: ALL for name in FREE if name in data}
    return data | planted | free | {"remark": ALL, CHINESE: {ALL: [ALL]}}


def faulty_everywhere(data: dict[str, Any]) -> dict[str, Any]:
    """Every declared field holds what it must not, but for the owner, whose name is told to everybody."""
    return {name: ALL for name in data if name != "owner"} | {"remark": [ALL]}


def planted_lines() -> list[bytes]:
    """Sound, faulty and odd events of every type, and what is no event."""
    events: list[dict[str, Any]] = [
        envelope(0, "complaint.registered", texts_planted(SOUND["complaint.registered"]), traceparent=ALL)
    ]
    for number, (kind, data) in enumerate(sorted(SOUND.items()), 1):
        if kind not in ("complaint.registered", "complaint.erased", "complaint.voided"):
            events.append(envelope(number, kind, texts_planted(data)))
            events.append(envelope(number, kind, faulty_everywhere(data), "C-2"))
    events += [
        envelope(91, "complaint.registered", {**SOUND["complaint.registered"], "customer": ALL}, "C-3"),
        envelope(92, "complaint.registered", [ALL], "C-4"),
        envelope(93, f"desk.{NAME}", {"text": ALL}, "C-4"),
        envelope(94, "complaint.contacted", {"direction": PHONE}, "C-4", specversion=ALL, traceparent=ALL, extra=ALL),
        envelope(95, "complaint.contacted", {"direction": "to_customer", CHINESE: "\x00", ALL: {"a": "\x00"}}, "C-4"),
        {**envelope(96, "complaint.contacted", {}, "C-4"), "id": "C-4-94"},
        {**envelope(97, "complaint.contacted", {"summary": ALL}, "C-4"), "time": "2099-01-01T00:00:00Z"},
        {**envelope(98, "complaint.contacted", {"summary": ALL}, "C-4"), "time": ALL},
        {**envelope(99, "complaint.contacted", {"summary": ALL}, "C-4"), "id": None},
    ]
    deep: Any = ALL
    for _ in range(60):
        deep = {ALL: deep}
    events.append(envelope(89, "complaint.contacted", {"direction": "to_customer", "deep": deep}, "C-4"))
    odd = [
        ALL.encode(),
        b'{"id": "' + ALL.encode(),
        json.dumps([ALL]).encode(),
        b'{"a": NaN, "b": "' + ALL.encode() + b'"}',
    ]
    return [json.dumps(event, ensure_ascii=at % 2 == 0).encode() for at, event in enumerate(events)] + odd


def leaks(said: Iterable[tuple[str, str]]) -> list[str]:
    """Where a piece of it is found, with what stands around it."""
    return [
        f"{where}: …{text[max(0, text.index(piece) - 80) : text.index(piece) + 60]}…"
        for where, text in said
        for piece in PIECES
        if piece in text
    ]


def asked(worker: Worker) -> list[tuple[str, str]]:
    """What HTTP tells."""
    paths = ("/metrics", "/readyz", "/healthz")
    found = [worker.asks(path) for path in paths]
    assert [status for status, _ in found] == [200] * len(paths)
    return [(path, body) for path, (_, body) in zip(paths, found, strict=True)]


def verbs(url: str) -> list[tuple[str, str]]:
    """What an operator's verbs print who does not ask for personal data."""
    found = []
    for verb in (
        ("cases",), ("cases", "--json"), ("case", "C-1", "--json"), ("case", "C-2", "--json"),
        ("explain", "C-1"), ("explain", "C-2", "--json"), ("explain", "C-4", "--all"),
    ):  # fmt: skip
        done = CliRunner().invoke(app, [*verb, "--store", url])
        assert done.exit_code == 0, done.output
        found.append((" ".join(verb), done.output))
    return found


CRASHING = """
import sys
from pathlib import Path
import triage.service.handle_event as handling
real = handling.apply
def apply(row, arrival, *more):
    if "crash" in arrival.event.data:
        raise ValueError(f"cannot apply {{arrival.event.data}}")
    return real(row, arrival, *more)
handling.apply = apply
sys.argv = ["triage", *{arguments!r}]
from triage.cli.start import main
main()
"""
"""The daemon with a defect whose error tells everything."""


def with_defect(*arguments: str) -> tuple[str, str]:
    """The same command, with the defect."""
    return ("-c", CRASHING.format(arguments=list(arguments)))


def crash_lines() -> list[bytes]:
    """Events that meet the defect: of a case that is there, and of a new one."""
    return [json.dumps(envelope(90, "complaint.contacted", {"crash": ALL}, case)).encode() for case in ("C-1", "C-5")]


def test_on_files_and_sqlite(tmp_path: Path) -> None:
    """Log, metrics, readiness, decisions, alerts and verbs; the dead letters hold the bytes, as they are meant to."""
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "1.jsonl").write_bytes(b"".join(line + b"\n" for line in planted_lines() + crash_lines()))
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    with Worker(tmp_path, command=(sys.executable, *with_defect("run", "--source", "spool", "--store", url))) as worker:
        said = watched(worker, url)
    said += [(name, (tmp_path / "out" / name).read_text()) for name in ("decisions.jsonl", "alerts.jsonl")]
    said += verbs(url)
    assert leaks(said) == [], leaks(said)[:10]
    assert leaks([("dead letters", (tmp_path / "out" / "dead-letters.jsonl").read_text())])


def test_on_kafka_and_postgresql(tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str) -> None:
    """The same, with headers that hold it too and a database whose errors name the row at fault."""
    upgrade(tmp_path, postgres_url)
    lines = planted_lines() + crash_lines()
    broker.produce(topics.events, ((b"C", line) for line in lines), headers=[("who", ALL.encode())])
    with Worker(
        tmp_path, command=(sys.executable, *with_defect("run")), **environment(broker, topics, postgres_url)
    ) as worker:
        said = watched(worker, postgres_url)
    for topic in (topics.decisions, topics.alerts):
        said += [(topic, repr(record) + (record.value or b"").decode()) for record in broker.read_all(topic)]
    assert leaks(said) == [], leaks(said)[:10]
    assert leaks([("dead letters", (record.value or b"").decode()) for record in broker.read_all(topics.dead_letters)])


def watched(worker: Worker, url: str) -> list[tuple[str, str]]:
    """What a daemon says until everything is handled and sent, and when it stops."""
    wait_for(lambda: worker.output().count('"consumer.quarantined"') == 2)
    wait_for(lambda: query(url, "SELECT count(*) FROM outbox WHERE state <> 'sent'") == [(0,)])
    said = asked(worker)
    assert worker.stop() == 0
    assert "ValueError in " in worker.output()
    return [*said, ("log", worker.output())]


def test_an_error_that_nobody_foresaw_is_told_without_its_text(tmp_path: Path) -> None:
    """A verb that ends with a trace shows where, not what."""
    defect = (
        "import triage.service.case_list as listing, triage.cli.cases as cases, sys\n"
        f"def fail(*_, **__): raise KeyError({ALL!r})\n"
        "cases.listed = fail\n"
        "sys.argv = ['triage', 'cases', '--store', 'sqlite:///desk.sqlite']\n"
        "from triage.cli.start import main\nmain()"
    )
    (tmp_path / "events.jsonl").write_bytes(planted_lines()[0] + b"\n")
    with Worker(tmp_path, "run", "--source", "events.jsonl", "--store", "sqlite:///desk.sqlite", "--once") as worker:
        assert worker.finish() == 0
    with Worker(tmp_path, command=(sys.executable, "-c", defect)) as worker:
        assert worker.finish() == 1
        said = worker.output()
    assert "in fail" in said
    assert said.splitlines()[-1].startswith("KeyError")
    assert leaks([("trace", said)]) == []
