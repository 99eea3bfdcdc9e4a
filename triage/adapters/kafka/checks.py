"""Start checks: the broker answers and every topic is there. kafka-python itself would wait, or create topics."""

from collections.abc import Iterable
from typing import Protocol

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from triage.adapters.kafka.options import BOOTSTRAP_TIMEOUT_MS, KafkaOptions
from triage.errors import BrokerAway, Unreachable


class Missing(Protocol):
    """Asks the broker by one client."""

    def __call__(self, options: KafkaOptions, topics: Iterable[str], *, timeout_ms: int) -> list[str]:
        """Those of the topics that it does not have or does not show to us. Raises BrokerAway."""
        ...


def check_topics(options: KafkaOptions, ask: Missing, *, timeout_ms: int = BOOTSTRAP_TIMEOUT_MS) -> None:
    """Raises Unreachable: the broker does not answer, or a topic is missing or may not be described."""
    try:
        missing = ask(options, options.topics, timeout_ms=timeout_ms)
    except BrokerAway as error:
        raise Unreachable([f"kafka {error}"]) from error
    if missing:
        raise Unreachable([f"kafka {options.bootstrap_servers}: topic {one} is missing or hidden" for one in missing])


def missing_topics(options: KafkaOptions, topics: Iterable[str], *, timeout_ms: int) -> list[str]:
    """Those of the topics that the broker does not have or does not show to us. Raises BrokerAway."""
    servers = options.bootstrap_servers
    try:
        admin = KafkaAdminClient(**options.connection(), bootstrap_timeout_ms=timeout_ms)
    except KafkaError as error:
        raise BrokerAway(f"{servers}: no answer within {timeout_ms // 1000} s ({type(error).__name__})") from error
    try:
        present = set(admin.list_topics())
    except KafkaError as error:
        raise BrokerAway(f"{servers}: {type(error).__name__}") from error
    finally:
        admin.close()
    return [topic for topic in topics if topic not in present]
