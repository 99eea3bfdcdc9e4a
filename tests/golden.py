"""One example of every output, as another system gets it; kept in `tests/golden/outputs` and compared by a test.

    python -m tests.golden

writes the files anew. Whoever changes a shape changes a file, and sees what a consumer will see.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.unit.service.desk import WARNED, Desk, clocked, desk_with
from triage.ports import Part, Record
from triage.service.dead_letters import dead_letter, to_messages

FOLDER = Path(__file__).parent / "golden" / "outputs"
DEAD_LETTER = "dead-letter"


def warned() -> Desk:
    desk = desk_with(WARNED)
    desk.sweeps("2026-03-16 09:00")
    return desk


def breached() -> Desk:
    desk = warned()
    desk.sweeps("2026-03-18 00:00")
    return desk


def escalated() -> Desk:
    desk = breached()
    desk.sweeps("2026-03-19 09:00")
    return desk


def answered() -> Desk:
    desk = escalated()
    desk.happens("reply_sent", "2026-03-19 10:00")
    return desk


def refused() -> Desk:
    desk = desk_with(f"{WARNED}, extend: [{{to: 30 calendar days, needs: [reason, complainant_informed]}}]")
    desk.happens("extension_granted", "2026-03-10 10:00", clock="answer", to="30 calendar days", reason="expert")
    desk.happens("paused", "2026-03-11 10:00", reason="appraisal")
    desk.happens("close_requested", "2026-03-12 10:00", by="lin", outcome="settled")
    return desk


def closed() -> Desk:
    desk = refused()
    desk.happens("reply_sent", "2026-03-13 10:00")
    desk.happens("followup_completed", "2026-03-14 10:00", satisfied=True)
    return desk


def decided_again() -> Desk:
    desk = Desk(clocked(WARNED, whens={"some": "{channel: phone, description: {known: true}}"}))
    desk.is_registered(claim_stage="no such stage")
    desk.happens("verified", "2026-03-03 10:00", by="lin", priority="high", note="told by phone")
    return desk


SCENARIOS: dict[str, Callable[[], Desk]] = {
    "complaint.triaged": decided_again,
    "complaint.deadline_set": warned,
    "complaint.clock_warning": warned,
    "complaint.clock_breached": breached,
    "complaint.escalated": escalated,
    "complaint.clock_ended": answered,
    "complaint.alert_resolved": answered,
    "complaint.extension_refused": refused,
    "complaint.pause_refused": refused,
    "complaint.closure_refused": refused,
    "complaint.closed": closed,
}
"""Output type to a case in which it is said; the last one said is the example."""


def example(kind: str) -> dict[str, Any]:
    """The example of an output type, without what changes with the rules of the tests."""
    if kind == DEAD_LETTER:
        return buried()
    said = SCENARIOS[kind]().heard(kind.removeprefix("complaint."))[-1]
    cleaned: dict[str, Any] = _without_revision(said)
    return cleaned


def _without_revision(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "REVISION" if key == "revision" else _without_revision(inner) for key, inner in value.items()}
    return [_without_revision(inner) for inner in value] if isinstance(value, list) else value


def buried() -> dict[str, Any]:
    """A dead letter, as key, headers and value."""
    record = Record(offset=42, next_offset=43, value="投诉 {".encode(), headers=(("traceparent", b"00-0af7-b7ad-01"),))
    at = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    part = Part("complaints.events", 3)
    (message,) = to_messages([dead_letter(part, record, reason="unreadable", detail="no JSON", at=at)])
    headers = {name: value.decode() for name, value in message.headers}
    return {"key": message.key, "headers": headers, "value": message.payload.decode()}


def text_of(kind: str) -> str:
    """The example as its file holds it."""
    return json.dumps(example(kind), ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind in (*SCENARIOS, DEAD_LETTER):
        (FOLDER / f"{kind}.json").write_text(text_of(kind), encoding="utf-8")


if __name__ == "__main__":
    main()
