"""What the loops and the services ask of the outside: small protocols, wired in `triage.main`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from monitors.notices.message import Message


class TimeSource(Protocol):
    """The only reader of the machine's clock."""

    def now(self) -> datetime:
        """The service's time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step, for measuring waits."""
        ...

    def drift(self) -> float:
        """Seconds by which the machine's wall clock has run ahead of its monotonic one since the start; what it was
        set by shows here."""
        ...

    def adjust(self, real: datetime) -> datetime:
        """A real instant (the database's clock) as the service's time; the same instant in production."""
        ...


class Observer(Protocol):
    """Takes the figures that the metrics show. Names and label values come from the closed lists of
    `monitors.metrics.names`; an unknown one is an error in tests and ignored in production. `trace`: the id of the
    trace that the figure is an example of."""

    def count(self, name: str, amount: float = 1, trace: str | None = None, /, **labels: str) -> None:
        """Add to a counter."""
        ...

    def observe(self, name: str, value: float, trace: str | None = None, /, **labels: str) -> None:
        """Record one measurement of a histogram."""
        ...

    def gauge(self, name: str, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        ...


class Delivery(msgspec.Struct, frozen=True):
    """How the sending of one message ended: sent | failed (can never be sent) | held (its topic refuses us) |
    retry (failed for now). `detail` says why."""

    no: int
    result: str
    detail: str = ""


class Publisher(Protocol):
    """Sends messages to the outside, in the given order per key."""

    def publish(self, messages: Sequence[Message]) -> Sequence[Delivery]:
        """Send, wait for every acknowledgement, and tell the result of each. Raises BrokerAway."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


class Outbox(Protocol):
    """Messages that were committed with their cause and wait to be published."""

    def pending(self, limit: int) -> Sequence[Message]:
        """Unsent messages in the order of their numbers."""
        ...

    def is_waiting(self) -> bool:
        """Whether a message waits that was not refused: `held` ones wait for an operator."""
        ...

    def mark(self, deliveries: Sequence[Delivery]) -> None:
        """Record the results."""
        ...


class Lease(Protocol):
    """One instance at a time holds a duty."""

    def hold(self, duty: str, holder: str, seconds: float) -> bool:
        """Take or renew the duty for so many seconds by the database's clock; False when another holds it."""
        ...

    def release(self, duty: str, holder: str) -> None:
        """Give the duty back, when it is held by this holder."""
        ...


class Sweep(msgspec.Struct, frozen=True):
    """What one sweep did. `more`: due cases may be left. `held`: the brake on notices a minute holds."""

    cases: int
    fired: int
    more: bool
    held: bool = False


class FireDue(Protocol):
    """Fires the steps that are due, one transaction a batch."""

    def __call__(self, limit: int) -> Sweep:
        """Fire up to `limit` due cases. Raises TryAgain when the store is away."""
        ...


def note_success(observer: Observer, now: datetime, loop: str) -> None:
    """Show when a loop last did its work: an alert rings when it is silent."""
    observer.gauge("loop_last_success_timestamp_seconds", now.timestamp(), loop=loop)
