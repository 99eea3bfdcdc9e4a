"""The inputs that the contract of sources is held on, and how a test reads one."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from tests.fixtures import Topics
from tests.services.kafka import Broker
from triage.adapters.files.source import FileSource
from triage.adapters.kafka.options import KafkaOptions
from triage.adapters.time_source import MachineTime
from triage.main.kafka_clients import Client
from triage.ports import EventSource, Part, Record

SECONDS = 30.0

CLIENTS = ("kafka-python", "confluent")


class EagerTime(MachineTime):
    """The machine's time, but waits that are measured with it are always over: what is asked once a second can be
    asked at any moment."""

    def __init__(self) -> None:
        self._asked = 0

    def monotonic(self) -> float:
        self._asked += 1
        return super().monotonic() + 10.0 * self._asked


def pause(seconds: float) -> bool:
    """Wait; no stop is ever asked for."""
    return threading.Event().wait(seconds)


class Input(Protocol):
    """Something that events can be appended to and read from."""

    lasting: bool
    """Whether another process can read what one has read already, and no end has to come."""

    def append(self, *values: bytes) -> None:
        """Add events; they are there when this returns."""
        ...

    def end(self) -> None:
        """Nothing more will be appended."""
        ...

    def source(self) -> EventSource:
        """A reader that is not open yet."""
        ...


class Endless:
    """An input that has no end of its own."""

    lasting = True

    def end(self) -> None:
        """What is there is all there is."""


class GrowingFile(Endless):
    """One file that lines are appended to."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "events.jsonl"
        self._path.touch()

    def append(self, *values: bytes) -> None:
        with self._path.open("ab") as file:
            file.writelines(value + b"\n" for value in values)

    def source(self) -> EventSource:
        return FileSource(str(self._path), EagerTime(), pause)


class Spool(Endless):
    """A folder that finished files are renamed into."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "spool"
        self._directory.mkdir()
        self._count = 0

    def append(self, *values: bytes) -> None:
        unfinished = self._directory / "next.tmp"
        unfinished.write_bytes(b"".join(value + b"\n" for value in values))
        unfinished.rename(self._directory / f"{self._count:03}.jsonl")
        self._count += 1

    def source(self) -> EventSource:
        return FileSource(str(self._directory), EagerTime(), pause)


class Pipe:
    """A named pipe, read like standard input."""

    lasting = False

    def __init__(self, directory: Path) -> None:
        path = directory / "pipe"
        os.mkfifo(path)
        self._source = FileSource(str(path), EagerTime(), pause)
        self._end = os.open(path, os.O_RDWR)  # an end that can also read keeps both sides from waiting to open
        self._ended = False

    def append(self, *values: bytes) -> None:
        os.write(self._end, b"".join(value + b"\n" for value in values))

    def source(self) -> EventSource:
        return self._source

    def end(self) -> None:
        if not self._ended:
            os.close(self._end)
        self._ended = True


class Topic(Endless):
    """A topic with six partitions, read by one of the clients; all events go to the first."""

    def __init__(self, broker: Broker, topics: Topics, client: Client) -> None:
        self._broker, self._topics, self._client = broker, topics, client

    def append(self, *values: bytes) -> None:
        self._broker.produce(self._topics.events, [(None, value) for value in values], partition=0)

    def source(self) -> EventSource:
        return self._client.source(options_for(self._broker, self._topics), EagerTime())


def options_for(broker: Broker, topics: Topics) -> KafkaOptions:
    """The test's own topics, and a group of the same name."""
    return KafkaOptions(
        bootstrap_servers=broker.bootstrap,
        group_id=topics.events,
        topic_events=topics.events,
        topic_decisions=topics.decisions,
        topic_alerts=topics.alerts,
        topic_dead_letters=topics.dead_letters,
    )


def until(holds: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    """Ask again until it holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"


def place(source: EventSource, positions: Mapping[Part, int | None] | None = None) -> dict[Part, int]:
    """Place every part that has no position, at its beginning unless another is given; gives where each begins."""
    placed: dict[Part, int] = {}
    for part, _ in source.unplaced():
        offset = source.seek(part, (positions or {}).get(part))
        if offset is not None:
            placed[part] = offset
    return placed


def start(source: EventSource, positions: Mapping[Part, int | None] | None = None) -> dict[Part, int]:
    """Open, wait until every part is ours and place all. No record comes before that."""
    source.open()
    placed: dict[Part, int] = {}

    def all_placed() -> bool:
        if not source.unplaced():
            assert not source.poll(0.1)
        placed.update(place(source, positions))
        return placed.keys() >= set(source.parts())

    until(all_placed, "every part is assigned and placed")
    return placed


def read(source: EventSource, count: int) -> list[tuple[Part, Record]]:
    """Poll until so many records have come, placing new parts at their beginning."""
    found: list[tuple[Part, Record]] = []

    def enough() -> bool:
        place(source)
        found.extend((part, record) for part, records in source.poll(0.1) for record in records)
        return len(found) >= count

    until(enough, f"{count} records came, but {len(found)}")
    return found


def read_all(source: EventSource) -> list[tuple[Part, Record]]:
    """Poll until every part is read to its end, placing new parts at their beginning."""
    found: list[tuple[Part, Record]] = []

    def complete() -> bool:
        place(source)
        found.extend((part, record) for part, records in source.poll(0.1) for record in records)
        return is_caught_up(source)

    until(complete, "every part is caught up")
    return found


def is_caught_up(source: EventSource) -> bool:
    """Whether every part of the input is caught up."""
    return set(source.caught_up()) >= set(source.parts())


def values(found: list[tuple[Part, Record]]) -> list[bytes]:
    return [record.value for _, record in found]
