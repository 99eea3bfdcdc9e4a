"""One run of a benchmark, in a process of its own: what it took is told to who started it."""

import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from triage.adapters.kafka import yard
from triage.adapters.kafka.options import KafkaOptions
from triage.adapters.logs import set_up_logs
from triage.adapters.time_source import MachineTime
from triage.errors import TriageError, describe
from triage.main.bench_stages import sampled
from triage.main.parts import RunOptions
from triage.main.running import Service
from triage.settings import load_settings


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What one process took. `since`, `until`: between which it worked on events, in seconds that never step. `ready`:
    seconds from before it was started until it could take events. `cpu`, `children`: CPU seconds of it and of the
    second engine's process, the start left out. `stages`: shares of its main thread."""

    since: float
    until: float
    ready: float = 0.0
    cpu: float = 0.0
    children: float = 0.0
    peak_mb: float = 0.0
    stages: dict[str, float] = {}
    steps: int = 0


class Failed(msgspec.Struct, frozen=True):
    """Why it ended early."""

    why: str


def serve(told: Connection, began: float, flags: dict[str, Any], source: str, out: str) -> None:
    """The real service, from its first read to the last output sent."""
    _tell(told, lambda: _serve(began, flags, source, out))


def sweep(told: Connection, began: float, flags: dict[str, Any], source: str, out: str) -> None:
    """All that is due in a store of complaints that nobody handled: notices recorded and written into the outbox."""
    _tell(told, lambda: _sweep(began, flags, source, out))


def echo(told: Connection, began: float, name: str, options: KafkaOptions, count: int) -> None:
    """The raw limit of a client: it reads and sends, and does nothing else."""
    _tell(told, lambda: _echo(began, name, options, count))


def _tell(told: Connection, work: Callable[[], Ran]) -> None:
    set_up_logs("error", "text")
    try:
        told.send(work())
    except TriageError as error:  # of anything else the traceback stands on stderr
        told.send(Failed(describe(error)))


def _serve(began: float, flags: dict[str, Any], source: str, out: str) -> Ran:
    service = Service(load_settings(environment={}, flags=flags), RunOptions(source=source, out=Path(out), once=True))
    return _measured(began, service.run)


def _sweep(began: float, flags: dict[str, Any], source: str, out: str) -> Ran:
    service = Service(load_settings(environment={}, flags=flags), RunOptions(source=source, out=Path(out), once=True))
    service.parts.consumer.run(until_drained=True)
    ran = _measured(began, service.parts.sweeper.sweep)
    with service.parts.store.read() as reading:
        notices = reading.summary()["notices"]
    service.stop()
    service.run()
    return msgspec.structs.replace(ran, steps=sum(notices.values()))


def _echo(began: float, name: str, options: KafkaOptions, count: int) -> Ran:
    if name == "kafka-python":
        return _measured(began, lambda: yard.echo(options, count))
    from triage.adapters.confluent import yard as fast_yard

    return _measured(began, lambda: fast_yard.echo(options, count))


def _measured(began: float, work: Callable[[], object]) -> Ran:
    machine = MachineTime()
    own, children, ready = _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN), machine.monotonic()
    with sampled() as looks:
        work()
    number = max(1, looks.stages.total())
    return Ran(
        since=looks.since or ready,
        until=looks.until if looks.since and looks.until else machine.monotonic(),
        ready=ready - began,
        cpu=_cpu(resource.RUSAGE_SELF) - own,
        children=_cpu(resource.RUSAGE_CHILDREN) - children,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        stages={stage: seen / number for stage, seen in looks.stages.most_common()},
    )


def _cpu(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime
