"""Start checks: the broker answers and every topic is there. kafka-python itself would wait, or create topics."""

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from triage.adapters.kafka.options import KafkaOptions
from triage.errors import Unreachable

BOOTSTRAP_TIMEOUT_MS = 10_000


def check_topics(options: KafkaOptions) -> None:
    """Raises Unreachable: the broker does not answer, or a topic is missing or may not be described."""
    try:
        admin = KafkaAdminClient(**options.connection(), bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS)
    except KafkaError as error:
        reason = type(error).__name__
        seconds = BOOTSTRAP_TIMEOUT_MS // 1000
        raise Unreachable([f"kafka {options.bootstrap_servers}: no answer within {seconds} s ({reason})"]) from error
    try:
        present = set(admin.list_topics())
    except KafkaError as error:
        raise Unreachable([f"kafka {options.bootstrap_servers}: {type(error).__name__}"]) from error
    finally:
        admin.close()
    missing = [topic for topic in options.topics if topic not in present]
    if missing:
        raise Unreachable([f"kafka {options.bootstrap_servers}: topic {one} is missing or hidden" for one in missing])
