"""The Kafka client that the settings name: kafka-python, or confluent-kafka with the extra `fast`."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Protocol

import msgspec

from monitors.ports import Publisher, TimeSource
from triage.adapters.kafka import checks
from triage.adapters.kafka.checks import Missing, check_topics
from triage.adapters.kafka.options import KafkaOptions
from triage.adapters.kafka.publisher import KafkaPublisher
from triage.adapters.kafka.source import KafkaSource
from triage.errors import WrongSettings
from triage.main.tools import kafka_options
from triage.ports import EventSource
from triage.settings import Settings

MODULE = "confluent_kafka"
NOT_INSTALLED = (
    "setting kafka.client: confluent needs confluent-kafka, which is not installed: install the extra fast, "
    "complaint-triage[fast], or set kafka.client to kafka-python"
)


class MakePublisher(Protocol):
    """Makes a publisher."""

    def __call__(self, options: KafkaOptions, *, delivery_seconds: float = ...) -> Publisher:
        """`delivery_seconds`: after so long without an acknowledgement a message is to be tried again. Raises
        BrokerAway."""
        ...


class Client(msgspec.Struct, frozen=True):
    """What one client makes."""

    source: Callable[[KafkaOptions, TimeSource], EventSource]
    publisher: MakePublisher
    missing_topics: Missing


def has_confluent() -> bool:
    """Whether the extra `fast` is there."""
    return find_spec(MODULE) is not None


def client_named(name: str) -> Client:
    """The client of the setting. Raises WrongSettings: it is not installed."""
    if name == "kafka-python":
        return Client(KafkaSource, KafkaPublisher, checks.missing_topics)
    if not has_confluent():
        raise WrongSettings([NOT_INSTALLED])
    from triage.adapters.confluent.checks import missing_topics
    from triage.adapters.confluent.publisher import ConfluentPublisher
    from triage.adapters.confluent.source import ConfluentSource

    return Client(ConfluentSource, ConfluentPublisher, missing_topics)


def connect(settings: Settings, time: TimeSource) -> tuple[EventSource, Publisher]:
    """The source and the publisher, the topics being there. Raises WrongSettings, Unreachable, BrokerAway."""
    client, options = client_named(settings.kafka.client), kafka_options(settings)
    check_topics(options, client.missing_topics)
    return client.source(options, time), client.publisher(options)
