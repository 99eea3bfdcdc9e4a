"""Dead letters after a defect was mended, redriven by real commands beside a running daemon."""

import json
from pathlib import Path

import msgspec
import pytest

from tests.e2e.asked import lines_of, verb
from tests.e2e.samples import sample_events
from tests.e2e.workers import Worker, dump, published, query, wait_for
from tests.integration.test_isolation import RAISES, consume

BROKEN = (0, 7, 30, 31)
REDRIVE = ("dead-letters", "redrive", "--kind", "quarantined", "--reason", "defect mended", "--json")
COMPILED = {"TRIAGE_ENGINE__MODE": "compiled"}


def written(directory: Path) -> int:
    """Events, of which some meet the defect, and in another file the same with those last; gives how many there are."""
    events = sample_events(12)
    for at in BROKEN:
        events[at]["data"]["note"] = RAISES.decode()
    late = [one for at, one in enumerate(events) if at not in BROKEN] + [events[at] for at in BROKEN]
    for name, order in (("events", events), ("late", late)):
        (directory / f"{name}.jsonl").write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in order))
    return len(events)


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_what_was_quarantined_is_applied_once_whoever_redrives_it(
    tmp_path: Path, backend: str, request: pytest.FixtureRequest
) -> None:
    """Two operators do so at once, beside a daemon. Every event stands once on its timeline, cases and clocks are as if
    the events had only come late, and the daemon publishes what became of them."""
    count = written(tmp_path)
    url = f"sqlite:///{tmp_path}/desk.sqlite" if backend == "sqlite" else request.getfixturevalue("postgres_url")
    verb("db", "upgrade", "--store", url)
    consume(tmp_path, url).close()
    at = ("--store", url)
    assert len(lines_of("dead-letters list", "dead-letters", "list", *at)) == len(BROKEN)
    tried = lines_of("dead-letters redrive", "dead-letters", "redrive", "--all", "--dry-run", *at)
    assert {line["result"] for line in tried} == {"applied"}
    assert query(url, "SELECT count(*) FROM timeline WHERE kind = 'event'") == [(count - len(BROKEN),)]
    run = ("run", "--source", "events.jsonl", *at)
    with Worker(tmp_path, *run, **COMPILED) as daemon:
        daemon.logged("service.started")
        with Worker(tmp_path, *REDRIVE, *at) as one, Worker(tmp_path, *REDRIVE, *at) as other:
            codes = {one.finish(), other.finish()}
            found = [
                json.loads(line) for worker in (one, other) for line in worker.output().splitlines() if "{" in line
            ]
        assert codes <= {0, 1}  # 1: the other had done them all before this one looked
        done = [line for line in found if line["result"] == "applied"]
        assert len(done) == len({line["id"] for line in done}) == len(BROKEN)
        assert {line["result"] for line in found} <= {"applied", "already"}
        outputs = [row[0] for row in query(url, "SELECT id FROM outbox WHERE topic <> 'dead_letters'")]
        wait_for(lambda: set(outputs) <= set(published(tmp_path / "out")))
        assert daemon.stop() == 0
    once = query(url, "SELECT count(*), count(DISTINCT event_id) FROM timeline WHERE kind = 'event'")
    assert once == [(count, count)]
    words = [line["what"].partition(" of case ")[0] for line in lines_of("audit", "audit", "--what", "redrove", *at)]
    assert sorted(words) == sorted(f"redrove dead letter {line['id']}" for line in done)
    assert lines_of("dead-letters list", "dead-letters", "list", *at) == []

    calm = f"sqlite:///{tmp_path}/calm.sqlite"
    with Worker(tmp_path, "run", "--source", "late.jsonl", "--store", calm, "--out", "calm", "--once") as worker:
        assert worker.finish() == 0
    for name in ("cases", "clocks"):
        ours, theirs = ([row[:4] for row in dump(each)[name]] for each in (url, calm))
        assert ours == theirs, name
