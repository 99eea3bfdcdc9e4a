"""How librdkafka is told what kafka-python is told, and what both clients' errors have in common."""

from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException

from triage.adapters.kafka.options import RECONNECT_MAX_MS, KafkaOptions

log = structlog.get_logger()

ASK_SECONDS = 5.0
"""For one question to the broker."""

SILENT = 0
"""librdkafka's own lines would stand between the service's on stderr; what they say comes by `error_cb` too."""


def connection(options: KafkaOptions) -> dict[str, Any]:
    """What every client of confluent-kafka is given."""
    given = {
        "bootstrap.servers": options.bootstrap_servers,
        "security.protocol": options.security_protocol,
        "sasl.mechanism": options.sasl_mechanism,
        "sasl.username": options.sasl_username,
        "sasl.password": options.sasl_password,
        "ssl.ca.location": options.ssl_cafile,
        "ssl.certificate.location": options.ssl_certfile,
        "ssl.key.location": options.ssl_keyfile,
        "reconnect.backoff.max.ms": RECONNECT_MAX_MS,
        "log_level": SILENT,
        "error_cb": told,
    }
    return {key: value for key, value in given.items() if value is not None}


def told(error: KafkaError) -> None:
    """The client says that brokers do not answer, or refuse us; it tries again by itself."""
    log.debug("kafka client", action="kafka.trouble", error=error.name(), detail=error.str())


def error_of(error: KafkaException) -> KafkaError:
    """What the client raised."""
    found: KafkaError = error.args[0]
    return found


def name_of(error: KafkaException) -> str:
    """Its name, as `_TRANSPORT`."""
    return error_of(error).name()
