"""What reports over everything stored ask; answers stream, so that memory does not grow with the store."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from triage.ports.rows import CaseRow


class KeptDecision(NamedTuple):
    """A decision as the timeline keeps it. `at`: of its event or step. `decision`: JSON text."""

    case: str
    at: datetime
    decision: str


class OpenCase(NamedTuple):
    """A case that is not over. `is_assigned`: a human said who owns it; else the owner is whoever has the duty."""

    case: str
    status: str
    department: str | None
    owner: str | None
    received_at: datetime
    is_assigned: bool


class Span(NamedTuple):
    """What a stretch of time holds. `first`: the earliest receipt in the store, None when there is none. `complaints`:
    those received since."""

    first: datetime | None
    complaints: int


class PastRow(NamedTuple):
    """A row of a timeline that has a decision, or is a registration or an amendment (`is_told`). `body`: of the latter
    only, JSON text with personal data, None when it was erased. `decision`: JSON text."""

    is_told: bool
    body: str | None
    decision: str | None


class Past(Protocol):
    """Questions over the whole store, on one snapshot."""

    def span(self, since: datetime) -> Span:
        """What there is to look at since an instant."""
        ...

    def rows(self, since: datetime) -> Iterator[PastRow]:
        """What was told and decided by events and steps since an instant, in any order."""
        ...

    def decisions_by_case(self, since: datetime | None, until: datetime | None) -> Iterator[KeptDecision]:
        """Every decision up to, not including, `until` of the cases that have one since `since`: case by case, in the
        order in which they were made."""
        ...

    def open_cases(self, received_before: datetime) -> Iterator[OpenCase]:
        """Open cases that were received before an instant, in the order of their numbers."""
        ...

    def paused_cases(self) -> Iterator[CaseRow]:
        """Cases with a clock that stands, in the order of their numbers."""
        ...
