"""The Kafka client that the settings name: kafka-python, or confluent-kafka with the extra `fast`. Each is imported
when it is asked for: a service on files needs none."""

from importlib.util import find_spec
from typing import Protocol

import msgspec

from monitors.ports import Publisher, TimeSource
from triage.adapters.kafka.options import KafkaOptions
from triage.errors import WrongSettings
from triage.main.tools import kafka_options
from triage.ports import EventSource
from triage.settings import Settings

MODULE = "confluent_kafka"
NOT_INSTALLED = (
    "setting kafka.client: confluent needs confluent-kafka, which is not installed: install the extra fast, "
    "complaint-triage[fast], or set kafka.client to kafka-python"
)


class MakeSource(Protocol):
    """Makes a source."""

    def __call__(self, options: KafkaOptions, time: TimeSource, *, max_poll_interval_ms: int = ...) -> EventSource:
        """`max_poll_interval_ms`: a member that does not poll for so long is put out of the group."""
        ...


class MakePublisher(Protocol):
    """Makes a publisher."""

    def __call__(self, options: KafkaOptions, *, delivery_seconds: float = ...) -> Publisher:
        """`delivery_seconds`: after so long without an acknowledgement a message is to be tried again. Raises
        BrokerAway."""
        ...


class Client(msgspec.Struct, frozen=True):
    """What one client makes."""

    source: MakeSource
    publisher: MakePublisher


def has_confluent() -> bool:
    """Whether the extra `fast` is there."""
    return find_spec(MODULE) is not None


def client_named(name: str) -> Client:
    """The client of the setting. Raises WrongSettings: it is not installed."""
    if name == "kafka-python":
        from triage.adapters.kafka.publisher import KafkaPublisher
        from triage.adapters.kafka.source import KafkaSource

        return Client(KafkaSource, KafkaPublisher)
    if not has_confluent():
        raise WrongSettings([NOT_INSTALLED])
    from triage.adapters.confluent.publisher import ConfluentPublisher
    from triage.adapters.confluent.source import ConfluentSource

    return Client(ConfluentSource, ConfluentPublisher)


def source_of(settings: Settings, time: TimeSource) -> EventSource:
    """The source, the topics being there and open to us. Raises WrongSettings, Unreachable."""
    from triage.adapters.kafka.checks import check_topics

    client, options = client_named(settings.kafka.client), kafka_options(settings)
    check_topics(options)
    return client.source(options, time)


def publisher_of(settings: Settings) -> Publisher:
    """The publisher. Raises WrongSettings, BrokerAway."""
    return client_named(settings.kafka.client).publisher(kafka_options(settings))
