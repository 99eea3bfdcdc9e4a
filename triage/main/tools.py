"""What the verbs of the command line need from the outside: rule folders, the store, the broker's options."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from math import inf
from pathlib import Path

from monitors.metrics.registry import Metrics
from triage.adapters.kafka.options import KafkaOptions
from triage.adapters.rules_folder import scan
from triage.adapters.store import schema
from triage.adapters.store.store import open_store
from triage.adapters.tables import read_table
from triage.adapters.time_source import MachineTime
from triage.errors import WrongSettings
from triage.main.rule_folders import shipped_rules
from triage.ports import SchemaState, Store
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.redrive import Redriver
from triage.service.release import Library
from triage.service.reload import FolderScan
from triage.settings import KafkaSettings, Settings


def rules_scanner(directory: Path | None) -> Callable[[], FolderScan]:
    """Looks at the folder, the shipped one when None."""
    folder = directory or shipped_rules()

    def look() -> FolderScan:
        found = scan(folder)
        return FolderScan(found.files, found.findings, found.owner or socket.gethostname())

    return look


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store of the settings, closed at the end. Raises Unreachable."""
    store = open_store(settings.store.url, MachineTime(), create=False)
    try:
        yield store
    finally:
        store.close()


def redriver_of(settings: Settings, store: Store) -> Redriver:
    """What judges dead letters anew, as a daemon judges events. It has not read the input, so it judges no clock
    further than a case's events are known; the sweep goes on from there."""
    time, metrics = MachineTime(), Metrics()
    library = Library(metrics)
    low_mark = LowMark((), inf, time, settings.backfill.before)
    return Redriver(store, library, EventHandler(store, library, metrics, low_mark, time))


def kafka_options(settings: Settings) -> KafkaOptions:
    """The settings of `[kafka]` as the adapters take them. Raises WrongSettings: what the client would only meet with
    silence."""
    kafka = settings.kafka
    faults = [*_missing_files(kafka), *_missing_credentials(kafka)]
    if faults:
        raise WrongSettings(faults)
    given = kafka.model_dump(exclude={"client"}, mode="json") | {
        "sasl_password": kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
    }
    return KafkaOptions(**given)


def _missing_files(kafka: KafkaSettings) -> Iterator[str]:
    for key in ("ssl_cafile", "ssl_certfile", "ssl_keyfile"):
        path = getattr(kafka, key)
        if path is not None and not path.is_file():
            yield f"setting kafka.{key}: there is no file {path}"


def _missing_credentials(kafka: KafkaSettings) -> Iterator[str]:
    if kafka.security_protocol.startswith("SASL"):
        for key in ("sasl_mechanism", "sasl_username", "sasl_password"):
            if getattr(kafka, key) is None:
                yield f"setting kafka.{key}: {kafka.security_protocol} needs it"


def event_lines(source: str, flag: str = "--events") -> Iterator[bytes]:
    """The lines of a file of events, or of stdin for `-`. Raises WrongSettings, which names the flag, when there is
    none."""
    try:
        with sys.stdin.buffer if source == "-" else Path(source).open("rb") as lines:
            yield from lines
    except OSError as error:
        raise WrongSettings([f"{flag} {source}: {error.strerror}"]) from error


def machine_now() -> datetime:
    """The machine's time."""
    return MachineTime().now()


def schema_status(settings: Settings) -> SchemaState:
    """How far the schema of the store is. Raises Unreachable."""
    return schema.status(settings.store.url)


def upgrade_schema(settings: Settings) -> str:
    """Bring the store's schema up to date; gives its revision. Raises Unreachable."""
    return schema.upgrade(settings.store.url)


__all__ = ["read_table"]
