"""The loops' outside, as small and as strict as the ports say it is."""

from collections.abc import Sequence

from monitors.notices.message import Message
from monitors.ports import Delivery, Sweep
from triage.errors import BrokerAway, StoreAway


class Noted:
    """An Observer that keeps what it was told: counters by name and label values, the gauges' last values, and what
    was measured."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, ...], float] = {}
        self.gauges: dict[tuple[str, ...], float] = {}
        self.measured: dict[tuple[str, ...], list[float]] = {}

    def count(self, name: str, amount: float = 1, _trace: str | None = None, /, **labels: str) -> None:
        key = (name, *labels.values())
        self.counts[key] = self.counts.get(key, 0) + amount

    def observe(self, name: str, value: float, _trace: str | None = None, /, **labels: str) -> None:
        self.measured.setdefault((name, *labels.values()), []).append(value)

    def gauge(self, name: str, value: float, /, **labels: str) -> None:
        self.gauges[(name, *labels.values())] = value


class Rows:
    """An Outbox in memory. `state`: of each row by its number: pending, sent, failed, held. `away`: marking fails as
    it does when the store is away."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = sorted(messages, key=lambda one: one.no)
        self.state = {message.no: "pending" for message in messages}
        self.away = False
        self.reads = 0

    def pending(self, limit: int) -> Sequence[Message]:
        self.reads += 1
        return [one for one in self.messages if self.state[one.no] in ("pending", "held")][:limit]

    def is_waiting(self) -> bool:
        return "pending" in self.state.values()

    def mark(self, deliveries: Sequence[Delivery]) -> None:
        if self.away:
            raise StoreAway("no answer")
        for one in deliveries:
            self.state[one.no] = "pending" if one.result == "retry" else one.result


class Broker:
    """A Publisher. `refuses`: number to result, of messages that are not sent; behind one that is to be tried again,
    the later ones of its key are too. `away`: nothing is sent. `got`: everything sent, in order."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.refuses: dict[int, str] = {}
        self.away = False

    def publish(self, messages: Sequence[Message]) -> Sequence[Delivery]:
        if self.away:
            raise BrokerAway("no answer")
        waiting: set[tuple[str, str]] = set()
        deliveries = []
        for message in messages:
            place = (message.topic, message.key)
            result = "retry" if place in waiting else self.refuses.get(message.no, "sent")
            if result == "retry":
                waiting.add(place)
            if result == "sent":
                self.got.append(message)
            deliveries.append(Delivery(message.no, result, "" if result == "sent" else "because"))
        return deliveries

    def close(self) -> None:
        raise AssertionError("the dispatcher does not own its publisher")


class Duties:
    """A Lease without time: held until it is given back. `asked`: for how many seconds, each time."""

    def __init__(self) -> None:
        self.holders: dict[str, str] = {}
        self.asked: list[float] = []

    def hold(self, duty: str, holder: str, seconds: float) -> bool:
        self.asked.append(seconds)
        return self.holders.setdefault(duty, holder) == holder

    def release(self, duty: str, holder: str) -> None:
        if self.holders.get(duty) == holder:
            del self.holders[duty]


class DueCases:
    """A FireDue that gives these sweeps, one a call; it must not be called again after the last one."""

    def __init__(self, *sweeps: Sweep | Exception) -> None:
        self.left = list(sweeps)
        self.limits: list[int] = []

    def __call__(self, limit: int) -> Sweep:
        self.limits.append(limit)
        sweep = self.left.pop(0)
        if isinstance(sweep, Exception):
            raise sweep
        return sweep
