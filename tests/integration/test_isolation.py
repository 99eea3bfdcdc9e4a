"""A bad event is isolated: batch → single steps → quarantine; deaths of the process count as tries."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event as Flag

import msgspec
import pytest

from monitors.metrics.registry import Metrics
from tests.contract.builders import kept_letters
from tests.contract.sources.inputs import options_for
from tests.e2e.samples import sample_events
from tests.e2e.workers import ROOT, query
from tests.integration.conftest import Topics
from tests.services.kafka import Broker
from triage.adapters.files.source import FileSource
from triage.adapters.kafka.source import KafkaSource
from triage.adapters.store.store import SqlStore, open_store
from triage.adapters.time_source import MachineTime
from triage.entrypoints.consumer import Consumer
from triage.errors import StoreAway
from triage.main.tools import rules_scanner
from triage.ports import CONSUME, EventSource, Part, Record
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.pause import PauseWatch
from triage.service.release import Library
from triage.service.reload import Reloader

RAISES, KILLS = b"the one that raises", b"the one that kills"


class Poisoned(EventHandler):
    """The real handler, with a defect that an event of a certain content meets."""

    away = 0

    def handle(self, part: Part, known: int, records: Sequence[Record]) -> int:
        """Fails as a defect in the code would."""
        if Poisoned.away:
            Poisoned.away -= 1
            raise StoreAway("gone for a while")
        if any(KILLS in record.value for record in records):
            os._exit(137)
        if any(RAISES in record.value for record in records):
            raise ValueError("a defect")
        return super().handle(part, known, records)


def consume(directory: Path, url: str | None = None) -> SqlStore:
    """Read `events.jsonl` to its end, as the daemon does. `url`: the store; None: `desk.sqlite` beside it."""
    flag = Flag()
    source = FileSource(str(directory / "events.jsonl"), MachineTime(), flag.wait, once=True)
    return consume_from(source, directory, url)


def consume_from(source: EventSource, directory: Path, url: str | None = None) -> SqlStore:
    """Read a source to its end into the store."""
    time, metrics, flag = MachineTime(), Metrics(), Flag()
    store = open_store(url or f"sqlite:///{directory}/desk.sqlite", time)
    library = Library(metrics)
    Reloader(store, library, rules_scanner(None), by="test").start()
    handler = Poisoned(store, library, metrics, LowMark(source.inputs, 900, time), time)
    pause = PauseWatch(store, CONSUME, time)
    Consumer(source, store, handler, time, metrics, flag.wait, pause).run(until_drained=True)
    return store


def write(directory: Path, poisons: dict[int, bytes]) -> int:
    events = sample_events(40)
    for at, poison in poisons.items():
        events[at]["data"]["note"] = poison.decode()
    (directory / "events.jsonl").write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
    return len(events)


def test_an_event_that_raises_is_quarantined_and_the_others_are_applied(tmp_path: Path) -> None:
    """Three tries, then the dead letters with bytes and error; its case is there, with the fallback's owner."""
    count = write(tmp_path, {0: RAISES, 30: RAISES})
    store = consume(tmp_path)
    with store.read() as reading:
        letters = kept_letters(reading)
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    assert query(url, "SELECT count(*) FROM timeline WHERE kind = 'event'") == [(count - 2,)]
    assert [letter.reason for letter in letters] == ["quarantined", "quarantined"]
    assert all(RAISES in letter.value and letter.detail.startswith("ValueError in ") for letter in letters)
    assert query(url, f"SELECT department IS NOT NULL FROM cases WHERE id = '{letters[-1].case}'") == [(1,)]
    assert query(url, "SELECT DISTINCT trying, tries FROM offsets") == [(None, 0)]


def test_an_event_that_kills_the_process_is_quarantined_after_three_deaths(tmp_path: Path) -> None:
    """Each start gets past what came before; at most four deaths, and the rest is applied once."""
    count = write(tmp_path, {50: KILLS})
    code = (
        "from pathlib import Path; from tests.integration.test_isolation import consume;"
        f"consume(Path({str(tmp_path)!r}))"
    )
    deaths = 0
    while subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True).returncode == 137:
        deaths += 1
        assert deaths <= 4
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    assert 3 <= deaths <= 4
    assert query(url, "SELECT count(*) FROM timeline WHERE kind = 'event'") == [(count - 1,)]
    assert query(url, "SELECT reason, detail FROM dead_letters") == [("quarantined", "the process died on it")]


def test_a_store_that_is_away_never_counts_as_a_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch is tried again as often as needed; nothing is quarantined, nothing is lost."""
    count = write(tmp_path, {})
    monkeypatch.setattr(Poisoned, "away", 5)
    monkeypatch.setattr("triage.entrypoints.consumer.BACK_OFF_SECONDS", (0.01,))
    consume(tmp_path)
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    assert query(url, "SELECT count(*) FROM timeline WHERE kind = 'event'") == [(count,)]
    assert query(url, "SELECT count(*) FROM dead_letters") == [(0,)]


def test_an_absent_store_loses_nothing_of_the_other_partitions_of_a_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broker: Broker, topics: Topics
) -> None:
    """The poll that met it gave events of several partitions, and the source is past all of them."""
    events = [(event["subject"].encode(), msgspec.json.encode(event)) for event in sample_events(40)]
    broker.produce(topics.events, events)
    monkeypatch.setattr(Poisoned, "away", 3)
    monkeypatch.setattr("triage.entrypoints.consumer.BACK_OFF_SECONDS", (0.01,))
    consume_from(KafkaSource(options_for(broker, topics), MachineTime()), tmp_path)
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    assert query(url, "SELECT count(*) FROM timeline WHERE kind = 'event'") == [(len(events),)]
