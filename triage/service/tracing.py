"""What a committed batch tells of its events to whoever traces."""

from collections.abc import Iterable, Iterator

from triage.codec.decode import Arrival, traceparent_in
from triage.ports import Handled, Part, Record

Span = tuple[float, float]
Decided = tuple[Record, Arrival, Span]
"""An event, and when its own step began and ended."""

Buried = tuple[Record, str | None, str]
"""What went to the dead letters alone, of which case, and why."""


def ways(part: Part, decided: Iterable[Decided], buried: Iterable[Buried], batch: Span) -> list[Handled]:
    """The way of each event. `batch`: when its transaction began and ended."""
    return [*_decided(part, decided, batch), *_buried(part, buried, batch)]


def _decided(part: Part, decided: Iterable[Decided], batch: Span) -> Iterator[Handled]:
    for record, arrival, own in decided:
        yield Handled(
            part=part,
            offset=record.offset,
            traceparent=arrival.traceparent,
            case=arrival.event.subject,
            type=arrival.event.type,
            began=batch[0],
            ended=batch[1],
            decided=own,
        )


def _buried(part: Part, buried: Iterable[Buried], batch: Span) -> Iterator[Handled]:
    for record, case, reason in buried:
        yield Handled(
            part=part,
            offset=record.offset,
            traceparent=traceparent_in(record.headers),
            case=case,
            type=None,
            began=batch[0],
            ended=batch[1],
            error=reason,
        )
