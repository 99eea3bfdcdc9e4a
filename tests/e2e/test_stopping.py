"""Roles and stops of real processes on Kafka and PostgreSQL: work changes hands, and nothing is lost on the way."""

import signal
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaAdminClient

from tests.e2e.asked import metric, verb
from tests.e2e.judge import Judge
from tests.e2e.samples import sample_events
from tests.e2e.test_kafka_and_postgres import environment
from tests.e2e.workers import Worker, answer, count_events, query, wait_for, wait_for_events
from tests.fixtures import Topics
from tests.services.kafka import Broker

UNSENT = "SELECT count(*) FROM outbox WHERE state = 'pending'"
COMPILED = {"TRIAGE_ENGINE__MODE": "compiled"}
EVENTS_ONCE = "SELECT count(*), count(DISTINCT (event_id, source)) FROM timeline WHERE kind = 'event'"


def produce(broker: Broker, topics: Topics, events: Iterable[Mapping[str, Any]]) -> None:
    broker.produce(topics.events, ((one["subject"].encode(), msgspec.json.encode(one)) for one in events))


def outputs(url: str) -> set[str]:
    return {row[0] for row in query(url, "SELECT id FROM outbox WHERE topic <> 'dead_letters'")}


def members(broker: Broker, topics: Topics) -> int:
    """Of the consumer group, as the broker knows it."""
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    try:
        return len(admin.describe_groups([topics.events])[topics.events]["members"])
    finally:
        admin.close()


def test_a_second_process_takes_the_dispatching_over(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """One with consume, sweep and http decides and never sends; one with dispatch alone sends everything and reads
    nothing; one with http alone does neither. Each stops with 0."""
    verb("db", "upgrade", "--store", postgres_url)
    env = environment(broker, topics, postgres_url) | COMPILED
    events = sample_events(20)
    produce(broker, topics, events)
    with (
        Worker(tmp_path, "run", **env, TRIAGE_RUN__ROLES="consume,sweep,http") as first,
        Worker(tmp_path, "run", **env, TRIAGE_RUN__ROLES="http") as third,
    ):
        wait_for_events(postgres_url, len(events))
        port = first.logged("service.started")["port"]
        assert first.logged("service.started")["roles"] == ["consume", "http", "sweep"]
        wait_for(lambda: answer(port, "/readyz")[0] == 200)
        wait_for(lambda: metric(port, "triage_heartbeat_timestamp_seconds"))
        wait_for(lambda: answer(third.logged("service.started")["port"], "/readyz")[0] == 200)
        waiting = len(outputs(postgres_url))
        assert query(postgres_url, UNSENT) == [(waiting,)]
        assert query(postgres_url, "SELECT * FROM leases") == []
        with Worker(tmp_path, "run", **env, TRIAGE_RUN__ROLES="dispatch") as second:
            wait_for(lambda: query(postgres_url, UNSENT) == [(0,)])
            assert len(query(postgres_url, "SELECT holder FROM leases")) == 1
            assert members(broker, topics) == 1
            assert second.stop() == 0
        assert query(postgres_url, "SELECT * FROM leases") == []
        assert query(postgres_url, "SELECT count(*) FROM rulebooks") == [(1,)]
        assert (first.stop(), third.stop()) == (0, 0)
    Judge(broker, topics, postgres_url).outputs()
    assert len(outputs(postgres_url)) >= waiting > 0


def test_roles_do_their_work_alone_with_once(tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str) -> None:
    """Reading, then timers, then sending: after the three everything is done that one run would have done."""
    verb("db", "upgrade", "--store", postgres_url)
    env = environment(broker, topics, postgres_url) | COMPILED
    events = sample_events(10)
    produce(broker, topics, events)
    found = []
    for role in ("consume", "sweep", "dispatch"):
        with Worker(tmp_path, "run", "--once", **env, TRIAGE_RUN__ROLES=role) as worker:
            assert worker.finish() == 0, worker.output()
        ((notices,),) = query(postgres_url, "SELECT count(*) FROM notices")
        ((unsent,),) = query(postgres_url, UNSENT)
        found.append((count_events(postgres_url), notices > 0, unsent > 0))
    assert found == [(len(events), False, True), (len(events), True, True), (len(events), True, False)]
    Judge(broker, topics, postgres_url).outputs()


def test_a_stop_in_the_middle_of_a_backlog_is_in_order(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """Stopped while batches are in hand: exit code 0, what was decided is published, the group is left at once, the
    duty is given back; the next run goes on there, and every event counts once."""
    verb("db", "upgrade", "--store", postgres_url)
    env = environment(broker, topics, postgres_url) | COMPILED
    events = sample_events(200)
    produce(broker, topics, events)
    with Worker(tmp_path, "run", **env) as worker:
        wait_for(lambda: count_events(postgres_url))
        assert worker.stop() == 0, worker.output()
        assert worker.logged("service.stopped")
    assert 0 < count_events(postgres_url) < len(events)
    assert query(postgres_url, UNSENT) == [(0,)]
    assert query(postgres_url, "SELECT * FROM leases") == []
    assert members(broker, topics) == 0
    Judge(broker, topics, postgres_url).outputs()
    with Worker(tmp_path, "run", "--once", **env) as worker:
        assert worker.finish() == 0, worker.output()
    assert query(postgres_url, EVENTS_ONCE) == [(len(events), len(events))]
    Judge(broker, topics, postgres_url).outputs()


def test_a_second_signal_ends_it_at_once_and_loses_nothing(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """With a broker that answers nothing the ordered stop takes long; the second signal does not wait for it."""
    verb("db", "upgrade", "--store", postgres_url)
    env = environment(broker, topics, postgres_url) | COMPILED
    events = sample_events(20)
    with Worker(tmp_path, "run", **env) as worker:
        port = worker.logged("service.started")["port"]
        wait_for(lambda: answer(port, "/readyz")[0] == 200)
        verb("pause", "dispatch", "--reason", "test", "--store", postgres_url)
        worker.logged("pause.began")
        produce(broker, topics, events)
        wait_for_events(postgres_url, len(events))
        with broker.frozen():
            verb("resume", "dispatch", "--reason", "test", "--store", postgres_url)
            worker.logged("pause.ended")
            worker.process.send_signal(signal.SIGTERM)
            wait_for(lambda: "stopping" in answer(port, "/readyz")[1])
            assert worker.process.poll() is None
            began = time.monotonic()
            worker.process.send_signal(signal.SIGTERM)
            assert worker.process.wait(timeout=10) == -signal.SIGTERM
            assert time.monotonic() - began < 5
    with Worker(tmp_path, "run", "--once", **env) as again:
        assert again.finish() == 0, again.output()
    assert query(postgres_url, EVENTS_ONCE) == [(len(events), len(events))]
    assert query(postgres_url, UNSENT) == [(0,)]
    Judge(broker, topics, postgres_url).outputs()
