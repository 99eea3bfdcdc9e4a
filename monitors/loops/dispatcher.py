"""The dispatcher: one instance at a time publishes what was committed, in order per key."""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from monitors.notices.message import Message
from monitors.ports import Delivery, Lease, Observer, Outbox, Publisher, TimeSource
from triage.domain.trace import trace_id
from triage.errors import BrokerAway

log = structlog.get_logger()

DUTY = "duty"
"""The lease that its holder dispatches and exports the gauges over the whole store with."""

LEASE_SECONDS = 15.0
BATCH = 2000


class Dispatcher:
    """Selects unsent rows, sends, waits for every acknowledgement, marks. `is_paused`: whether an operator keeps
    outputs back; the duty is held all the same."""

    def __init__(
        self,
        outbox: Outbox,
        publisher: Publisher,
        lease: Lease,
        observer: Observer,
        holder: str,
        time: TimeSource,
        is_paused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._outbox, self._publisher, self._lease = outbox, publisher, lease
        self._observer, self._holder, self._time, self._is_paused = observer, holder, time, is_paused
        self._sure_until = self._time.monotonic()
        self._told: set[str] = set()

    def on_duty(self) -> bool:
        """Take or renew the duty; False when another instance holds it. Raises TryAgain."""
        asked_at = self._time.monotonic()
        held = self._lease.hold(DUTY, self._holder, LEASE_SECONDS)
        self._sure_until = asked_at + LEASE_SECONDS if held else asked_at
        return held

    def surely_on_duty(self) -> bool:
        """Whether no other instance can hold the duty now, as far as is known without asking: a process that was
        stopped for a while, or lost the store, must not go on as if it did."""
        return self._time.monotonic() < self._sure_until

    def dispatch(self) -> int:
        """Publish up to one batch; gives the number of rows sent, 0 when off duty, paused, or nothing went out."""
        if not self.on_duty() or self._is_paused():
            return 0
        messages = self._outbox.pending(BATCH)
        if not messages:
            return 0
        try:
            deliveries = self._publisher.publish(messages)
        except BrokerAway:
            self._observer.count("dispatch_failures_total", reason="broker_away")
            return 0
        self._outbox.mark([delivery for delivery in deliveries if delivery.result != "retry"])
        self._tell_trouble(messages, deliveries)
        return sum(delivery.result == "sent" for delivery in deliveries)

    def drain(self, may_go_on: Callable[[], bool] = lambda: True) -> bool:
        """Publish until nothing more goes out; True when nothing waits any more, by whomever it was sent. `may_go_on`
        is asked before each further batch."""
        while self.dispatch() and may_go_on():
            pass
        return not self._outbox.is_waiting()

    def stop(self) -> None:
        """Give the duty back."""
        self._sure_until = self._time.monotonic()
        self._lease.release(DUTY, self._holder)

    def _tell_trouble(self, messages: Sequence[Message], deliveries: Sequence[Delivery]) -> None:
        """Every refusal counts; a topic that refuses us is told once until it takes something."""
        by_number = {message.no: message for message in messages}
        for delivery in deliveries:
            message = by_number[delivery.no]
            if delivery.result == "sent":
                self._told.discard(message.topic)
            elif delivery.result in ("failed", "held"):
                self._observer.count("dispatch_failures_total", reason=delivery.result)
                if delivery.result == "held" and message.topic in self._told:
                    continue
                if delivery.result == "held":
                    self._told.add(message.topic)
                log.error(
                    "message cannot be sent",
                    action=f"dispatch.{delivery.result}",
                    id=message.id,
                    topic=message.topic,
                    case=message.key,
                    detail=delivery.detail,
                    **_trace_of(message),
                )


class _Traced(msgspec.Struct):
    traceparent: str | None = None


def _trace_of(message: Message) -> dict[str, str]:
    """The trace of the event that caused it, when its sender gave one; a dead letter may be any bytes."""
    try:
        found = trace_id(msgspec.json.decode(message.payload, type=_Traced).traceparent)
    except msgspec.DecodeError:
        return {}
    return {} if found is None else {"trace_id": found}
