"""Start checks: the broker lets us in, and every topic is there and open to us. kafka-python itself would wait, or
create topics."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ACLOperation
from kafka.errors import KafkaError

from triage.adapters.kafka.diagnosis import reason, tls_context
from triage.adapters.kafka.options import BOOTSTRAP_TIMEOUT_MS, KafkaOptions
from triage.errors import BrokerAway, Unreachable

NOT_TOLD = -(1 << 31)
"""Stands for rights that a broker does not tell: it has no access lists, or is too old."""


def check_topics(options: KafkaOptions, *, timeout_ms: int = BOOTSTRAP_TIMEOUT_MS) -> None:
    """Raises Unreachable: the broker does not answer or does not let us in, or a topic is missing, hidden, or closed to
    what the service does with it; WrongSettings for certificates that are none."""
    if options.security_protocol in ("SSL", "SASL_SSL"):
        tls_context(options)
    servers = options.bootstrap_servers
    try:
        with _admin(options, timeout_ms) as admin:
            rights = {one["name"]: one for one in admin.describe_topics(list(options.topics))}
    except BrokerAway as error:
        raise Unreachable(
            [f"kafka {servers}: {reason(options) or error.args[0].removeprefix(f'{servers}: ')}"]
        ) from error
    faults = [
        f"kafka {servers}: topic {one} {fault}" for one in options.topics if (fault := _fault(options, rights, one))
    ]
    if faults:
        raise Unreachable(faults)


def _fault(options: KafkaOptions, topics: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    """What keeps us from using a topic."""
    topic = topics.get(name)
    if topic is None or topic["error_code"]:
        return "is missing or hidden"
    needed = "READ" if name == options.topic_events else "WRITE"
    allowed = topic.get("topic_authorized_operations", NOT_TOLD)
    if allowed == NOT_TOLD or allowed & (1 << ACLOperation[needed]):
        return None
    return f"may not be {'read' if needed == 'READ' else 'written'}: the access list lacks {needed} for us"


def missing_topics(options: KafkaOptions, topics: Iterable[str], *, timeout_ms: int) -> list[str]:
    """Those of the topics that the broker does not have or does not show to us. Raises BrokerAway."""
    with _admin(options, timeout_ms) as admin:
        present = set(admin.list_topics())
    return [topic for topic in topics if topic not in present]


@contextmanager
def _admin(options: KafkaOptions, timeout_ms: int) -> Iterator[Any]:
    """An admin client; whatever the broker has against it is BrokerAway."""
    servers = options.bootstrap_servers
    try:
        admin = KafkaAdminClient(**options.connection(), bootstrap_timeout_ms=timeout_ms)
    except KafkaError as error:
        raise BrokerAway(f"{servers}: no answer within {timeout_ms // 1000} s ({type(error).__name__})") from error
    try:
        yield admin
    except KafkaError as error:
        raise BrokerAway(f"{servers}: {type(error).__name__}") from error
    finally:
        admin.close()
