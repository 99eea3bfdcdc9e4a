"""How the broker is reached, and the topics."""

from typing import Any

import msgspec

BOOTSTRAP_TIMEOUT_MS = 10_000
"""How long a client waits for the first answer of a broker; kafka-python's own 30 s would hold up a stop."""

MAX_POLL_INTERVAL_MS = 60_000
"""A member that does not poll for so long is put out of the group."""

SESSION_TIMEOUT_MS = 10_000
"""The partitions of a process that died come to another, or to its own next start, only after so long. An event that
kills the process does so four times before it is quarantined, and no other event may be late by a minute for it."""

METADATA_MAX_AGE_MS = 10_000
"""A member that joins before it knows the topic's partitions is assigned none, and learns of them, as of added ones,
only when it asks again: by default after five minutes."""

RECONNECT_MAX_MS = 1_000
"""A broker that is away is tried again at least so often: by themselves the clients wait up to 30 s and 10 s, and for
so long nothing is read behind its return."""


class KafkaOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of `[kafka]`, as the adapters take them."""

    bootstrap_servers: str
    group_id: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    topic_events: str = "complaints.events"
    topic_decisions: str = "complaints.decisions"
    topic_alerts: str = "complaints.alerts"
    topic_dead_letters: str = "complaints.dead-letters"

    def connection(self) -> dict[str, Any]:
        """What every client of kafka-python is given."""
        given = {
            "bootstrap_servers": [one.strip() for one in self.bootstrap_servers.split(",")],
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password,
            "ssl_cafile": self.ssl_cafile,
            "ssl_certfile": self.ssl_certfile,
            "ssl_keyfile": self.ssl_keyfile,
            "reconnect_backoff_max_ms": RECONNECT_MAX_MS,
        }
        return {key: value for key, value in given.items() if value is not None}

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that have to exist."""
        return (self.topic_events, self.topic_decisions, self.topic_alerts, self.topic_dead_letters)
