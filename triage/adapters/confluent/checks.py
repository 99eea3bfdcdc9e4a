"""Start checks by confluent-kafka: the broker answers, and which topics it has."""

from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from triage.adapters.confluent.client import connection, name_of
from triage.adapters.kafka.options import KafkaOptions
from triage.errors import BrokerAway


def missing_topics(options: KafkaOptions, topics: Iterable[str], *, timeout_ms: int) -> list[str]:
    """As `triage.adapters.kafka.checks.missing_topics`. Raises BrokerAway."""
    heard: list[KafkaError] = []
    servers = options.bootstrap_servers
    try:
        given: dict[str, Any] = {**connection(options), "error_cb": heard.append}
        admin = AdminClient(given)
        present = set(admin.list_topics(timeout=timeout_ms / 1000).topics)
    except KafkaException as error:
        why = heard[0].name() if heard else name_of(error)
        raise BrokerAway(f"{servers}: no answer within {timeout_ms // 1000} s ({why})") from error
    return [topic for topic in topics if topic not in present]
