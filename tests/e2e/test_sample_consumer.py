"""The sample consumer of the documents, on a real broker: each output takes effect once, whatever comes again."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.e2e.workers import ROOT, wait_for
from tests.fixtures import Topics
from tests.golden import example
from tests.services.kafka import Broker

SAMPLE = ROOT / "docs" / "samples" / "consume_decisions.py"


@contextmanager
def consuming(broker: Broker, topics: Topics, file: Path) -> Iterator[None]:
    """The sample runs, until somebody presses Ctrl-C; also where the tests run behind a shell that leaves that out."""
    arguments = [sys.executable, str(SAMPLE), broker.bootstrap, str(file), topics.decisions, topics.alerts]
    with (
        file.with_suffix(".log").open("a") as log,
        subprocess.Popen(arguments, stdout=log, stderr=log, preexec_fn=_heed_ctrl_c) as process,  # noqa: PLW1509 # no other thread forks here
    ):
        try:
            yield
            process.send_signal(signal.SIGINT)
            process.wait(30)
        finally:
            process.kill()


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def worked(file: Path) -> list[tuple[str, str, int]]:
    """What took effect, in order."""
    if not file.exists():
        return []
    with closing(sqlite3.connect(file, timeout=20)) as desk:
        if not desk.execute("SELECT 1 FROM sqlite_master WHERE name = 'work'").fetchone():
            return []
        return desk.execute("SELECT complaint, type, sequence FROM work ORDER BY rowid").fetchall()


def outputs(kind: str, *sequences: int, complaint: str = "C-1", **data: Any) -> Iterator[tuple[bytes, bytes]]:
    sample = example(kind)
    for sequence in sequences:
        one = sample | {"subject": complaint, "sequence": sequence, "id": f"{complaint} {kind} {sequence} {data}"}
        yield complaint.encode(), json.dumps(one | {"data": sample["data"] | data}).encode()


def forget_position(broker: Broker, *topics: str) -> None:
    """The group's offsets are gone back to the beginning."""
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, group_id="desk", enable_auto_commit=False)
    parts = [TopicPartition(topic, part) for topic in topics for part in consumer.partitions_for_topic(topic)]
    consumer.assign(parts)
    consumer.commit({part: OffsetAndMetadata(0, "", -1) for part in parts})
    consumer.close()


DUE, BREACHED = "complaint.deadline_set", "complaint.clock_breached"


def test_an_output_takes_effect_once(tmp_path: Path, broker: Broker, topics: Topics) -> None:
    """Duplicates and what was sent before are passed over, gaps are not waited for, each complaint and each clock
    counts for itself; stopped and started again with Kafka's position lost, nothing happens twice."""
    file = tmp_path / "desk.sqlite"
    broker.produce(topics.decisions, [*outputs(DUE, 1, 2, 2, 1, 5), *outputs(DUE, 1, complaint="C-2")])
    broker.produce(topics.alerts, [*outputs(BREACHED, 1, 1, clock="a/a"), *outputs(BREACHED, 1, 2, clock="b/b")])
    with consuming(broker, topics, file):
        wait_for(lambda: len(worked(file)) >= 7)
    first = sorted(worked(file))
    assert first == [
        *(("C-1", BREACHED, sequence) for sequence in (1, 1, 2)),
        *(("C-1", DUE, sequence) for sequence in (1, 2, 5)),
        ("C-2", DUE, 1),
    ]
    forget_position(broker, topics.decisions, topics.alerts)
    broker.produce(topics.decisions, outputs(DUE, 2, 5, 6))
    with consuming(broker, topics, file):
        wait_for(lambda: ("C-1", DUE, 6) in worked(file))
    assert sorted(worked(file)) == sorted([*first, ("C-1", DUE, 6)])


def test_the_sample_is_forty_lines() -> None:
    """As the document says: what is not code or blank counts too."""
    lines = [line for line in SAMPLE.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 40
