"""Real complaints through a real broker and PostgreSQL with two workers, counted by plain SQL and a plain consumer.

    python -m tests.real_data.two_workers EVENTS.jsonl DIRECTORY

`EVENTS`: written by `triage import`. Prints the table of priority and department, and how often each event is on the
timeline and each output in its topic.
"""

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.test_kafka_and_postgres import environment, upgrade
from tests.e2e.workers import Worker, query
from tests.fixtures import Topics
from tests.services.kafka import Broker
from tests.services.postgres import Server

LONG = 3600
PARTITIONS = 6


def main() -> None:
    lines = Path(sys.argv[1]).read_bytes().splitlines()
    directory = Path(sys.argv[2]).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    with Broker() as broker, Server(fsync=True) as server:
        topics = topics_with_events(broker, "two", lines)
        url = server.fresh_database()
        upgrade(directory, url)
        env = environment(broker, topics, url)
        today = datetime.now(UTC).date().isoformat()
        run = ("run", "--once", "--backfill-before", today)
        began = time.monotonic()
        with Worker(directory, *run, **env) as one, Worker(directory, *run, **env) as other:
            codes = [worker.process.wait(timeout=LONG) for worker in (one, other)]
        seconds = time.monotonic() - began
        print(f"two workers ended with {codes} after {seconds:.0f} s, {len(lines) / seconds:.0f} events a second")
        report(broker, topics, url)


def topics_with_events(broker: Broker, prefix: str, lines: list[bytes]) -> Topics:
    """New topics, the events in the first of them, keyed by case."""
    topics = Topics(*(f"{prefix}.{name}" for name in ("events", "decisions", "alerts", "dead-letters")))
    named = (topics.events, topics.decisions, topics.alerts, topics.dead_letters)
    broker.create_topics(dict.fromkeys(named, PARTITIONS))
    broker.produce(topics.events, ((json.loads(line)["subject"].encode(), line) for line in lines))
    return topics


def report(broker: Broker, topics: Topics, url: str) -> None:
    """What independent readers find."""
    rows = query(url, "SELECT priority, department, count(*) FROM cases GROUP BY 1, 2 ORDER BY 3 DESC")
    for priority, department, count in rows:
        print(f"  {priority:8} {department:20} {count}")
    events = "SELECT count(*), count(DISTINCT (event_id, source)) FROM timeline WHERE kind = 'event'"
    print(f"  events on the timeline, distinct: {query(url, events)[0]}")
    for topic in (topics.decisions, topics.alerts):
        records = [json.loads(record.value or b"") for record in broker.read_all(topic, timeout=LONG)]
        numbers: dict[str, set[int]] = {}
        for one in records:
            numbers.setdefault(one["subject"], set()).add(one["sequence"])
        gaps = sum(found != set(range(1, len(found) + 1)) for found in numbers.values())
        kinds = Counter(one["type"] for one in records)
        distinct = len({one["id"] for one in records})
        print(f"  {topic}: {len(records)} records, {distinct} ids, cases with a gap {gaps}, {dict(kinds)}")


if __name__ == "__main__":
    main()
