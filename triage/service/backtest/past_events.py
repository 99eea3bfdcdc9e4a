"""Events of the store's timeline as they came."""

import msgspec

from triage.ports import TimelineRow


def event_line(row: TimelineRow) -> bytes:
    """The event as one line of a file."""
    envelope = {
        "specversion": "1.0",
        "id": row.event_id,
        "source": row.source,
        "type": row.type,
        "subject": row.case,
        "time": row.event_time,
        "data": msgspec.json.decode(row.body or "{}").get("data"),
    }
    return msgspec.json.encode(envelope) + b"\n"
