"""Spans of an event's way, at a real OTLP receiver; the trace context goes on with every output."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.e2e.samples import sample_events
from tests.e2e.test_kafka_and_postgres import environment
from tests.e2e.workers import Worker
from tests.fixtures import Topics
from tests.services.desk import free_port
from tests.services.kafka import Broker

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
W3C = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")


@contextmanager
def collector() -> Iterator[tuple[str, list[Any]]]:
    """Its address, and the spans that came."""
    spans: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = ExportTraceServiceRequest()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request.ParseFromString(body)
            spans.extend(
                one for resource in request.resource_spans for scope in resource.scope_spans for one in scope.spans
            )
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", spans
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings(broker: Broker, topics: Topics, directory: Path, **more: str) -> dict[str, str]:
    url = f"sqlite:///{directory}/desk.sqlite"
    return {**environment(broker, topics, url), "TRIAGE_ENGINE__MODE": "compiled", **more}


def test_one_trace_leads_from_the_sender_to_the_output(tmp_path: Path, broker: Broker, topics: Topics) -> None:
    """The header of the event is the parent of consume and publish, decide is inside consume; each output carries the
    trace on, in its envelope as it came and in its header by the span that sent it. What cannot be read is an error."""
    event = next(one for one in sample_events(1) if one["type"] == "complaint.registered")
    headers = [("traceparent", TRACEPARENT.encode())]
    broker.produce(topics.events, [(event["subject"].encode(), msgspec.json.encode(event))], headers=headers)
    broker.produce(topics.events, [(b"x", b"{")], headers=headers)
    with (
        collector() as (endpoint, spans),
        Worker(
            tmp_path, "run", "--once", **settings(broker, topics, tmp_path, TRIAGE_TRACING__ENDPOINT=endpoint)
        ) as one,
    ):
        assert one.finish() == 0, one.output()
    by_name = {span.name.split()[0]: span for span in spans if not span.status.code}
    assert set(by_name) == {"consume", "decide", "publish"}
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    assert by_name["consume"].parent_span_id.hex() == by_name["publish"].parent_span_id.hex() == PARENT
    assert by_name["decide"].parent_span_id == by_name["consume"].span_id
    for span in spans:
        assert 0 <= time.time() - span.start_time_unix_nano / 1e9 < 120
        assert span.start_time_unix_nano <= span.end_time_unix_nano
    (wrong,) = (span for span in spans if span.status.code)
    assert (wrong.name.split()[0], wrong.status.message) == ("consume", "unreadable")
    sent = caused_by_the_event(broker, topics)
    published = {span.span_id.hex() for span in spans if span.name == "publish decisions"}
    assert {record_headers(one)["traceparent"].split("-")[2] for one in sent} == published
    assert {json.loads(one.value or b"")["traceparent"] for one in sent} == {TRACEPARENT}


def caused_by_the_event(broker: Broker, topics: Topics) -> list[Any]:
    """Its decisions; what a due time caused has no trace."""
    sent = [one for one in broker.read_all(topics.decisions) if "traceparent" in json.loads(one.value or b"")]
    assert sent
    return sent


def record_headers(record: Any) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


@pytest.mark.parametrize("endpoint", [None, "nobody"])
def test_without_a_collector_everything_goes_on(
    tmp_path: Path, broker: Broker, topics: Topics, endpoint: str | None
) -> None:
    """Off, nothing of it is imported; with a collector that is away the stop stays quick and the log says it once. The
    sender's context goes on in the header of every output all the same."""
    event = next(one for one in sample_events(1) if one["type"] == "complaint.registered")
    headers = [("traceparent", TRACEPARENT.encode())]
    broker.produce(topics.events, [(event["subject"].encode(), msgspec.json.encode(event))], headers=headers)
    more = {"TRIAGE_TRACING__ENDPOINT": f"http://127.0.0.1:{free_port()}"} if endpoint else {}
    with Worker(tmp_path, "run", "--once", **settings(broker, topics, tmp_path, **more)) as worker:
        assert worker.finish() == 0, worker.output()
    lines = [json.loads(line) for line in worker.output().splitlines()]  # nothing but our own log
    assert sum(line["action"] == "tracing.lost" for line in lines) == bool(endpoint)
    for one in caused_by_the_event(broker, topics):
        found = record_headers(one)
        assert found["content-type"].startswith("application/cloudevents+json")
        assert W3C.fullmatch(found["traceparent"])
        assert found["traceparent"].split("-")[1] == TRACE
        assert endpoint or found["traceparent"] == TRACEPARENT
