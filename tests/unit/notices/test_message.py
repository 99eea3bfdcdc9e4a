"""Outputs as CloudEvents: what each field holds, and which topic carries it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitors.notices.effect_key import effect_id
from monitors.notices.message import ALERTS, DECISIONS, TOPIC_OF, Message, Output, to_message

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "outputs.md"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def output(kind: str = "complaint.clock_breached", **data: Any) -> Output:
    return Output(type=kind, case="C-1", key=("decision/answer", 1), data=data)


def read(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(message.payload)
    return found


def test_an_output_is_a_cloud_event() -> None:
    """Envelope and data, and nothing that the contract does not name."""
    message = to_message(output(due_at=NOW, 中文="投诉"), sequence=3, time=NOW, traceparent="00-1-2-01")
    assert read(message) == {
        "specversion": "1.0",
        "id": effect_id("complaint.clock_breached", "C-1", "decision/answer", 1),
        "source": "/complaint-triage",
        "type": "complaint.clock_breached",
        "subject": "C-1",
        "time": "2026-03-02T02:00:00Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:complaint-triage:complaint.clock_breached:1",
        "sequence": 3,
        "traceparent": "00-1-2-01",
        "data": {"due_at": "2026-03-02T02:00:00Z", "中文": "投诉"},
    }


def test_the_row_says_what_the_envelope_says() -> None:
    """Its key is the complaint id, so that one complaint's outputs stay in order; no headers."""
    message = to_message(output(), sequence=3, time=NOW)
    envelope = read(message)
    assert (message.id, message.key, message.sequence) == (envelope["id"], envelope["subject"], envelope["sequence"])
    assert (message.topic, message.headers) == (ALERTS, ())


def test_without_a_trace_there_is_no_traceparent() -> None:
    """An empty one would be invalid."""
    assert "traceparent" not in read(to_message(output(), sequence=1, time=NOW))


def test_the_id_is_of_what_happened_and_not_of_its_telling() -> None:
    """Number, time, trace and data are no part of it; type, case and key are."""
    first = to_message(output(a=1), sequence=1, time=NOW)
    again = to_message(output(a=2), sequence=9, time=NOW.replace(year=2027), traceparent="00-1-2-01")
    assert first.id == again.id
    others = [
        output("complaint.escalated"),
        Output(type="complaint.clock_breached", case="C-2", key=("decision/answer", 1), data={}),
        Output(type="complaint.clock_breached", case="C-1", key=("decision/answer", 2), data={}),
    ]
    assert len({first.id, *(to_message(other, sequence=1, time=NOW).id for other in others)}) == 4


def test_the_same_telling_has_the_same_bytes() -> None:
    """Whoever sends it again."""
    assert to_message(output(a=1), sequence=1, time=NOW) == to_message(output(a=1), sequence=1, time=NOW)


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        ("complaint.triaged", DECISIONS),
        ("complaint.closed", DECISIONS),
        ("complaint.closure_refused", DECISIONS),
        ("complaint.deadline_set", DECISIONS),
        ("complaint.clock_ended", DECISIONS),
        ("complaint.clock_warning", ALERTS),
        ("complaint.clock_breached", ALERTS),
        ("complaint.escalated", ALERTS),
        ("complaint.alert_resolved", ALERTS),
    ],
)
def test_each_type_goes_to_its_topic(kind: str, topic: str) -> None:
    """Decisions and deadlines to one, notices and what becomes of them to the other."""
    assert to_message(output(kind), sequence=1, time=NOW).topic == topic


def test_the_reference_names_every_type_under_its_topic() -> None:
    """Who reads a topic finds in the reference what may come."""
    found: dict[str, str] = {}
    for section in REFERENCE.read_text(encoding="utf-8").split("\n## ")[1:]:
        topic = re.match(r"Topic `complaints\.(decisions|alerts)`", section)
        if topic:
            found |= dict.fromkeys(re.findall(r"^\| `(complaint\.[a-z_]+)`", section, re.MULTILINE), topic[1])
    assert found == TOPIC_OF


def test_an_undeclared_type_is_an_error() -> None:
    """No output goes where nobody reads it."""
    with pytest.raises(KeyError):
        to_message(output("complaint.forgotten"), sequence=1, time=NOW)
