"""Which event a line of the log is about."""

from collections.abc import Sequence

from triage.codec.decode import DeadLetter, read_head, traceparent_of
from triage.domain.trace import trace_id


def concerned(raw: bytes, headers: Sequence[tuple[str, bytes]] = ()) -> dict[str, str]:
    """`event_id`, `event_source`, `case` and, when its sender gave one, `trace_id`; nothing for bytes in which no event
    can be read. Ids only: a log holds no personal data."""
    head = read_head(raw)
    if isinstance(head, DeadLetter):
        return {}
    found = {"event_id": head.id, "event_source": head.source, "case": head.subject}
    trace = trace_id(traceparent_of(raw, headers))
    return found if trace is None else found | {"trace_id": trace}
