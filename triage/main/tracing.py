"""Traces as the settings ask for them."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from monitors.ports import TimeSource
from triage.errors import WrongSettings
from triage.settings import TracingSettings

if TYPE_CHECKING:
    from triage.adapters.otel.tracing import OtelTracing

PATH = "/v1/traces"


def tracing_of(settings: TracingSettings, instance: str, time: TimeSource) -> "OtelTracing | None":
    """None when nobody asks for traces: nothing of it is imported then. Raises WrongSettings."""
    if settings.endpoint is None:
        return None
    if find_spec("opentelemetry.sdk") is None or find_spec("opentelemetry.exporter") is None:
        raise WrongSettings(["setting tracing.endpoint: install the extra otel, complaint-triage[otel]"])
    from triage.adapters.otel.tracing import OtelTracing

    host, _, path = settings.endpoint.partition("://")[2].partition("/")
    endpoint = settings.endpoint if path else f"{settings.endpoint.rstrip('/')}{PATH}"
    assert host, "the settings have looked at it"
    return OtelTracing(endpoint, settings.service_name, instance, settings.sample_ratio, time)
