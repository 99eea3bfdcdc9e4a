"""The same desk twice: on files and SQLite, and on Kafka and PostgreSQL. A test says events to it, starts real
processes on it and reads what they published."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from tests.e2e.records import Letter, Output, json_lines, letter_of
from tests.e2e.test_kafka_and_postgres import environment
from tests.e2e.workers import TRIAGE, Worker
from tests.fixtures import Topics, new_topics
from tests.services.kafka import Broker
from tests.services.postgres import Server
from triage.adapters.store import schema

Events = Iterable[Mapping[str, Any]]

FILES, KAFKA = "files", "kafka"
KINDS = (FILES, KAFKA)


class Desk(Protocol):
    """Where events come from and where everything goes. `settings`: the environment of its processes."""

    directory: Path
    url: str
    settings: dict[str, str]

    def send(self, events: Events) -> None:
        """Hand over events, in this order; those of one case stay in order."""

    def run(self, *more: str, command: Sequence[str] = TRIAGE) -> Worker:
        """A process `triage run` on this desk."""

    def published(self, topic: str) -> list[Output]:
        """What is in `decisions` or `alerts` now."""

    def letters(self) -> list[Letter]:
        """The published dead letters."""


def encoded(event: Mapping[str, Any]) -> bytes:
    """An event as its bytes; U+0000 and the like as escapes."""
    return json.dumps(event).encode()


class FilesDesk:
    """A spool folder, SQLite, and JSON Lines. Implements `Desk`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.url = f"sqlite:///{directory}/desk.sqlite"
        self.settings = {"TRIAGE_STORE__URL": self.url}
        self._spool = directory / "spool"
        self._spool.mkdir()
        self._sent = 0

    def send(self, events: Events) -> None:
        """As one spool file, renamed in."""
        self._sent += 1
        hidden = self._spool / f".{self._sent}"
        hidden.write_bytes(b"".join(encoded(event) + b"\n" for event in events))
        hidden.rename(self._spool / f"{self._sent:06}.jsonl")

    def run(self, *more: str, command: Sequence[str] = TRIAGE) -> Worker:
        """On the spool folder."""
        arguments = ("run", "--source", "spool", "--out", "out", *more)
        return Worker(self.directory, *arguments, command=command, **self.settings)

    def published(self, topic: str) -> list[Output]:
        """The lines of the file."""
        return json_lines(self.directory / "out" / f"{topic}.jsonl")

    def letters(self) -> list[Letter]:
        """The lines of the dead letters' file."""
        return [letter_of(line) for line in self.published("dead-letters")]


class KafkaDesk:
    """Topics and a database of its own. Implements `Desk`."""

    def __init__(self, directory: Path, broker: Broker, topics: Topics, url: str) -> None:
        schema.upgrade(url)
        self.directory, self.url = directory, url
        self.settings = environment(broker, topics, url)
        self._broker, self._topics = broker, topics

    def send(self, events: Events) -> None:
        """Keyed by case."""
        self._broker.produce(self._topics.events, ((one["subject"].encode(), encoded(one)) for one in events))

    def run(self, *more: str, command: Sequence[str] = TRIAGE) -> Worker:
        """One more member of the group."""
        return Worker(self.directory, "run", *more, command=command, **self.settings)

    def published(self, topic: str) -> list[Output]:
        """What a plain consumer finds."""
        name = {"decisions": self._topics.decisions, "alerts": self._topics.alerts}[topic]
        return [json.loads(record.value or b"") for record in self._broker.read_all(name)]

    def letters(self) -> list[Letter]:
        """What a plain consumer finds among the dead letters."""
        records = self._broker.read_all(self._topics.dead_letters)
        return [
            Letter(record.value or b"", {name: value.decode() for name, value in record.headers}) for record in records
        ]


class Desks:
    """Empty desks, each with input, store and outputs of its own: on the real parts when they are given, else on files.
    They are gone when the block ends."""

    def __init__(self, directory: Path, broker: Broker | None = None, server: Server | None = None) -> None:
        self._directory, self._broker, self._server = directory, broker, server
        self._urls: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.start()
            for url in self._urls:
                self._server.drop_database(url)

    def new(self, name: str) -> Desk:
        """One more, in a folder of that name."""
        directory = self._directory / name
        directory.mkdir(parents=True)
        if self._broker is None or self._server is None:
            return FilesDesk(directory)
        self._broker.start()
        self._server.start()
        self._urls.append(self._server.fresh_database())
        return KafkaDesk(directory, self._broker, new_topics(self._broker), self._urls[-1])
