"""Spans of an event's way: consume, decide, publish; sent to a collector by OTLP over HTTP, beside the work."""

import logging
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from monitors.notices.message import Message, traceparent_of
from monitors.ports import Delivery, Publisher, TimeSource
from triage.ports import Handled

log = structlog.get_logger()

EXPORT_SECONDS = 3.0
"""After so long a collector that does not answer is left alone with this bundle of spans."""

W3C = TraceContextTextMapPropagator()


class OtelTracing:
    """Implements `triage.ports.Tracing`; also gives the spans of what is published."""

    def __init__(self, endpoint: str, service: str, instance: str, ratio: float, time: TimeSource) -> None:
        """`endpoint`: the collector's URL for traces. `ratio`: of events that bring no trace context, the part that is
        traced; the others' sender has decided."""
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        logging.getLogger("opentelemetry").propagate = False  # its texts are no lines of our log
        resource = Resource.create({"service.name": service, "service.instance.id": instance})
        self._told = _Told(OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS))
        self._provider = TracerProvider(
            resource=resource, sampler=ParentBased(TraceIdRatioBased(ratio)), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(self._told))
        self._tracer = self._provider.get_tracer("complaint-triage")
        self._time = time

    def handled(self, events: Sequence[Handled]) -> None:
        """A span from the beginning of the transaction to its commit, inside it one of the event's own step."""
        for one in events:
            attributes: dict[str, str | int] = {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": one.part.input,
                "messaging.destination.partition.id": str(one.part.partition),
                "messaging.kafka.offset": one.offset,
                **({"complaint.id": one.case} if one.case else {}),
            }
            consume = self._tracer.start_span(
                f"consume {one.part.input}",
                context_of(one.traceparent),
                SpanKind.CONSUMER,
                attributes,
                start_time=self._wall(one.began),
            )
            if one.decided is not None:
                inside = set_span_in_context(consume)
                decide = self._tracer.start_span(f"decide {one.type}", inside, start_time=self._wall(one.decided[0]))
                decide.end(self._wall(one.decided[1]))
            if one.error is not None:
                consume.set_status(Status(StatusCode.ERROR, one.error))
            consume.end(self._wall(one.ended))

    def publishing(self, message: Message, traceparent: str) -> Span:
        """The span of one output that is being sent."""
        attributes = {
            "messaging.system": "kafka",
            "messaging.operation.type": "send",
            "messaging.destination.name": message.topic,
            "messaging.message.id": message.id,
            "complaint.id": message.key,
        }
        name = f"publish {message.topic}"
        return self._tracer.start_span(name, context_of(traceparent), SpanKind.PRODUCER, attributes)

    def traced(self, publisher: Publisher) -> Publisher:
        """The publisher, with a span for whatever it sends that has a trace."""
        return TracedPublisher(publisher, self)

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        self._told.is_closing = True
        self._provider.shutdown()

    def _wall(self, monotonic: float) -> int:
        """Nanoseconds since 1970 of a monotonic instant."""
        ago = self._time.monotonic() - monotonic
        return int((self._time.now() - timedelta(seconds=ago)).timestamp() * 1e9)


class TracedPublisher:
    """Implements `monitors.ports.Publisher`: what has a trace is sent with the context of its own span as header."""

    def __init__(self, publisher: Publisher, tracing: OtelTracing) -> None:
        self._publisher, self._tracing = publisher, tracing

    def publish(self, messages: Sequence[Message]) -> Sequence[Delivery]:
        """See `monitors.ports.Publisher`."""
        spans = {
            message.no: self._tracing.publishing(message, traceparent)
            for message in messages
            if (traceparent := traceparent_of(message)) is not None
        }
        results: dict[int, Delivery] = {}
        try:
            deliveries = self._publisher.publish([_with_context(one, spans.get(one.no)) for one in messages])
            results = {one.no: one for one in deliveries}
        finally:
            for number, span in spans.items():
                ended = results.get(number)
                if ended is None or ended.result != "sent":
                    span.set_status(Status(StatusCode.ERROR, ended.detail if ended else "broker away"))
                span.end()
        return deliveries

    def close(self) -> None:
        """Release what it holds."""
        self._publisher.close()


def context_of(traceparent: str | None) -> Context:
    """The sender's context; of none, or of one that is malformed, an empty one, which begins a trace."""
    return W3C.extract({} if traceparent is None else {"traceparent": traceparent}, Context())


def _with_context(message: Message, span: Span | None) -> Message:
    if span is None:
        return message
    carrier: dict[str, str] = {}
    W3C.inject(carrier, set_span_in_context(span, Context()))
    headers = tuple((name, value.encode()) for name, value in carrier.items())
    return msgspec.structs.replace(message, headers=(*message.headers, *headers))


class _Told(SpanExporter):
    """Says in our log when spans get lost and when they arrive again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._is_away = False
        self.is_closing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self.is_closing and self._is_away:  # a stop does not wait for a collector that is away
            return SpanExportResult.FAILURE
        result = self._exporter.export(spans)
        is_away = result is not SpanExportResult.SUCCESS
        if is_away and not self._is_away:
            log.warning("spans are lost: the collector does not take them", action="tracing.lost", spans=len(spans))
        elif self._is_away and not is_away:
            log.info("the collector takes spans again", action="tracing.back")
        self._is_away = is_away
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()
