"""The dispatcher: one instance at a time publishes what was committed, in order per key."""

from collections.abc import Sequence

import structlog

from monitors.notices.message import Message
from monitors.ports import Delivery, Lease, Observer, Outbox, Publisher
from triage.errors import BrokerAway

log = structlog.get_logger()

DUTY = "duty"
"""The lease that its holder dispatches and exports the gauges over the whole store with."""

LEASE_SECONDS = 15.0
BATCH = 2000


class Dispatcher:
    """Selects unsent rows, sends, waits for every acknowledgement, marks."""

    def __init__(self, outbox: Outbox, publisher: Publisher, lease: Lease, observer: Observer, holder: str) -> None:
        self._outbox, self._publisher, self._lease = outbox, publisher, lease
        self._observer, self._holder = observer, holder
        self._told: set[str] = set()

    def on_duty(self) -> bool:
        """Take or renew the duty; False when another instance holds it. Raises TryAgain."""
        return self._lease.hold(DUTY, self._holder, LEASE_SECONDS)

    def dispatch(self) -> int:
        """Publish up to one batch; gives the number of rows sent, 0 when off duty or nothing went out."""
        if not self.on_duty():
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

    def drain(self) -> bool:
        """Publish until nothing more goes out; True when nothing waits any more, by whomever it was sent."""
        while self.dispatch():
            pass
        return not self._outbox.is_waiting()

    def stop(self) -> None:
        """Give the duty back."""
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
                    detail=delivery.detail,
                )
