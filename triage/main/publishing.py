"""Where outputs go."""

from pathlib import Path
from typing import TYPE_CHECKING

from monitors.ports import Publisher
from triage.adapters.files.publisher import FilePublisher
from triage.adapters.kafka.publisher import KafkaPublisher
from triage.main.tools import kafka_options
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.adapters.otel.tracing import OtelTracing


def publisher_to(settings: Settings, out: Path | None, tracing: "OtelTracing | None") -> Publisher:
    """To the files of a folder, or to Kafka where none is given; each sending is traced where somebody asks for traces.
    Raises WrongSettings, BrokerAway."""
    publisher = KafkaPublisher(kafka_options(settings)) if out is None else FilePublisher(out)
    return publisher if tracing is None else tracing.traced(publisher)
