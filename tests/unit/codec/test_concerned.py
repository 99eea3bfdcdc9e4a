"""Which event a line of the log is about: ids, and the trace of its sender."""

import json

import pytest

from triage.codec.concerned import concerned
from triage.domain.trace import trace_id

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
IDS = {"event_id": "e-1", "event_source": "/crm", "case": "C-1"}


def envelope(**more: object) -> bytes:
    names = {"id": "e-1", "source": "/crm", "type": "complaint.registered", "subject": "C-1"}
    data = {"customer": {"name": "Wang Xiaoming"}}
    return json.dumps({**names, "time": "2026-03-02T10:00:00+08:00", "data": data, **more}).encode()


def test_an_event_is_named_by_its_ids_alone() -> None:
    """Nothing of its data stands in a log."""
    assert concerned(envelope()) == IDS


def test_the_trace_comes_from_the_envelope_or_the_headers() -> None:
    """The envelope's counts when both have one."""
    assert concerned(envelope(traceparent=PARENT)) == {**IDS, "trace_id": TRACE}
    headers = [("ce_traceparent", f"00-{'a' * 32}-00f067aa0ba902b7-00".encode())]
    assert concerned(envelope(), headers) == {**IDS, "trace_id": "a" * 32}
    assert concerned(envelope(traceparent=PARENT), headers)["trace_id"] == TRACE


def test_bytes_without_an_event_are_about_none() -> None:
    """The line tells where they came from, no more."""
    assert concerned(b"\xff no JSON") == {}
    assert concerned(b"{}") == {}


@pytest.mark.parametrize(
    "wrong",
    [None, "", "13800001111", f"00-{TRACE}", f"00-{'0' * 32}-00f067aa0ba902b7-01", PARENT.upper(), f"{PARENT}\n"],
)
def test_what_is_no_trace_is_left_out(wrong: str | None) -> None:
    """A sender's text never reaches log lines and metrics as it is."""
    assert trace_id(wrong) is None


def test_later_versions_of_the_standard_are_read() -> None:
    """They may have more at the end."""
    assert trace_id(f"01-{TRACE}-00f067aa0ba902b7-01-more") == TRACE
