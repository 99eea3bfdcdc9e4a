"""The benchmark: the real service on its real parts, beside the raw limit of the client on the same broker."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from triage.adapters.kafka import yard
from triage.adapters.logs import set_up_logs
from triage.adapters.store import schema
from triage.adapters.time_source import MachineTime
from triage.errors import WrongSettings
from triage.main.parts import RunOptions
from triage.main.running import Service
from triage.main.tools import kafka_options
from triage.service.sample_complaints import SampleComplaints
from triage.settings import Settings, load_settings

SEED = 1
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Measured(msgspec.Struct, frozen=True):
    """One row of the result. `per_second`: events from the first read to the last output sent."""

    what: str
    events: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.events / self.seconds


class Bench:
    """Measures on one input of so many generated complaints."""

    def __init__(self, complaints: int) -> None:
        generated = SampleComplaints(SEED, START, timedelta(minutes=2)).events(complaints)
        self._events: list[dict[str, Any]] = generated
        self._time = MachineTime()
        set_up_logs("error", "text")

    @property
    def events(self) -> int:
        """How many events the input has."""
        return len(self._events)

    def files_and_sqlite(self) -> Measured:
        """From a file into SQLite and output files, all effects included."""
        with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
            directory = Path(name)
            source = directory / "events.jsonl"
            source.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in self._events))
            settings = _settings({"store.url": f"sqlite:///{directory / 'bench.sqlite'}"})
            options = RunOptions(source=str(source), out=directory / "out", once=True)
            return self._service("files + SQLite", settings, options)

    def kafka_and_postgres(self, settings: Settings) -> list[Measured]:
        """The raw echo of the client, then the service, on the same broker and the same records. The database has to
        be empty. Raises WrongSettings, Unreachable."""
        if settings.store.url.startswith("sqlite"):
            raise WrongSettings(["bench: --store has to be an empty PostgreSQL database"])
        schema.upgrade(settings.store.url)
        options = yard.make_topics(kafka_options(settings))
        try:
            yard.produce(options, ((e["subject"].encode(), msgspec.json.encode(e)) for e in self._events))
            raw = self._measure("kafka-python, raw echo", lambda: yard.echo(options, self.events))
            flags = {f"kafka.{name}": getattr(options, name) for name in (*yard.TOPIC_FIELDS, "group_id")}
            flags |= {"kafka.bootstrap_servers": options.bootstrap_servers, "store.url": settings.store.url}
            run = RunOptions(source="kafka", once=True)
            return [raw, self._service("Kafka + PostgreSQL", _settings(flags), run)]
        finally:
            yard.drop_topics(options)

    def _service(self, what: str, settings: Settings, options: RunOptions) -> Measured:
        service = Service(settings, options)
        return self._measure(what, service.run)

    def _measure(self, what: str, work: Callable[[], object]) -> Measured:
        began = self._time.monotonic()
        work()
        return Measured(what, self.events, self._time.monotonic() - began)


def _settings(flags: dict[str, Any]) -> Settings:
    """Every deadline of the input lies behind the backfill's end: what is measured is the way of an event, with all
    its clocks, not the sending of a flood of overdue notices."""
    fixed = {"backfill.before": datetime(2100, 1, 1, tzinfo=UTC), "log.level": "error", "http.port": 0}
    return load_settings(environment={}, flags={**fixed, **flags})
