"""Promises on real Kafka and PostgreSQL, held against several workers and kill -9."""

import random
from pathlib import Path

import msgspec

from tests.e2e.judge import Judge
from tests.e2e.samples import sample_events, write_spool
from tests.e2e.workers import Worker, count_events, dump, query, wait_for_events
from tests.fixtures import Topics
from tests.services.kafka import Broker

KILLS = 3


def environment(broker: Broker, topics: Topics, url: str) -> dict[str, str]:
    return {
        "TRIAGE_KAFKA__BOOTSTRAP_SERVERS": broker.bootstrap,
        "TRIAGE_KAFKA__GROUP_ID": topics.events,
        "TRIAGE_KAFKA__TOPIC_EVENTS": topics.events,
        "TRIAGE_KAFKA__TOPIC_DECISIONS": topics.decisions,
        "TRIAGE_KAFKA__TOPIC_ALERTS": topics.alerts,
        "TRIAGE_KAFKA__TOPIC_DEAD_LETTERS": topics.dead_letters,
        "TRIAGE_STORE__URL": url,
    }


def upgrade(directory: Path, url: str) -> None:
    with Worker(directory, "db", "upgrade", "--store", url) as worker:
        assert worker.finish() == 0, worker.output()


def test_two_workers_killed_at_random_leave_what_one_on_files_leaves(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """Every event exactly once, the same cases, clocks and notices as an undisturbed run on files and SQLite; in the
    topics each output is there, sequences have no gap, and what was sent twice has the same id and bytes."""
    events = sample_events(150)
    write_spool(tmp_path / "spool", events, files=1)
    files_url = f"sqlite:///{tmp_path}/desk.sqlite"
    with Worker(tmp_path, "run", "--source", "spool", "--store", files_url, "--once") as worker:
        assert worker.finish() == 0, worker.output()

    upgrade(tmp_path, postgres_url)
    env = environment(broker, topics, postgres_url)
    chance = random.Random(3)
    size = len(events) // (KILLS + 1)
    chunks = [events[at : at + size] for at in range(0, len(events), size)]
    for chunk in chunks[:-1]:
        broker.produce(topics.events, ((e["subject"].encode(), msgspec.json.encode(e)) for e in chunk))
        goal = count_events(postgres_url) + chance.randrange(1, size)
        with Worker(tmp_path, "run", **env) as one, Worker(tmp_path, "run", **env) as other:
            wait_for_events(postgres_url, goal)
            chance.choice((one, other)).kill()
    broker.produce(topics.events, ((e["subject"].encode(), msgspec.json.encode(e)) for e in chunks[-1]))
    with Worker(tmp_path, "run", "--once", **env) as worker:
        assert worker.finish() == 0, worker.output()

    once = query(postgres_url, "SELECT count(*), count(DISTINCT (event_id, source)) FROM timeline WHERE kind = 'event'")
    assert once == [(len(events), len(events))]
    ours, theirs = dump(postgres_url), dump(files_url)
    for name in ("cases", "clocks", "due times"):
        assert [row[:4] for row in ours[name]] == [row[:4] for row in theirs[name]], name
    Judge(broker, topics, postgres_url).outputs()


def test_a_missing_topic_is_named_at_the_start(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """Exit 3 and the name of the topic; nothing is created."""
    upgrade(tmp_path, postgres_url)
    env = environment(broker, topics, postgres_url) | {"TRIAGE_KAFKA__TOPIC_ALERTS": "no-such-topic"}
    with Worker(tmp_path, "run", "--once", **env) as worker:
        assert worker.finish() == 3
        assert "topic no-such-topic" in worker.output()


def test_a_schema_that_is_behind_is_refused(tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str) -> None:
    """A start never migrates PostgreSQL: exit 3, with the command to run."""
    with Worker(tmp_path, "run", "--once", **environment(broker, topics, postgres_url)) as worker:
        assert worker.finish() == 3
        assert "triage db upgrade" in worker.output()
