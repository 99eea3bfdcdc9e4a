"""What is told of a case up to an instant: its row and its timeline as they stood then."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

import msgspec

from triage.domain.case import Case, fold
from triage.domain.decision import Outcome, Reason
from triage.domain.document import Document
from triage.errors import Refused
from triage.ports import CaseRow, TimelineRow
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Rules


class KeptDecision(msgspec.Struct, frozen=True):
    """A decision as the timeline keeps it. `facts`: None after an erasure."""

    revision: str
    outcome: Outcome
    facts: dict[str, Any] | None = None
    reasons: tuple[Reason, ...] = ()
    engines: str = "single"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stood at an instant. `decided`: the row of the decision in force, and `decision` what it keeps.
    `rules`: the active revision, with which clocks that have not started are planned, and those that the case holds."""

    row: CaseRow
    timeline: tuple[TimelineRow, ...]
    at: datetime
    decided: TimelineRow
    decision: KeptDecision
    rules: Rules

    @property
    def deciding(self) -> CompiledRulebook:
        """The revision that decided."""
        return self.rules.at(self.decision.revision)

    def case_at_decision(self) -> Case:
        """The case as it was decided on: nothing that came later counts."""
        until = [row for row in self.timeline if row.seq <= self.decided.seq]
        document = _events_of(self.row.document, until)
        return fold(self.row.id, document.events, self.deciding.zone, document.opened_at)

    def later_events(self) -> int:
        """How many events came after the decision in force."""
        return sum(row.kind == "event" and row.seq > self.decided.seq for row in self.timeline)


def known_by(timeline: Sequence[TimelineRow], at: datetime) -> tuple[TimelineRow, ...]:
    """What was known at the instant. Of a case that was in the store by then, what had been recorded; of one that came
    in later, as history, the events up to then as they were read."""
    if timeline and timeline[0].recorded_at <= at:
        return tuple(row for row in timeline if row.recorded_at <= at)
    read = takewhile(lambda row: row.kind != "event" or row.event_time <= at, timeline)
    return tuple(row for row in read if row.event_time <= at)


def decision_in_force(case: str, timeline: Sequence[TimelineRow]) -> tuple[TimelineRow, KeptDecision]:
    """The last row that changed the outcome, and what it keeps. Raises Refused when nothing was decided."""
    for row in reversed(timeline):
        if row.decision is not None:
            return row, msgspec.json.decode(row.decision, type=KeptDecision)
    raise Refused([f"nothing was decided of case {case} by then"])


def as_it_stood(row: CaseRow, known: Sequence[TimelineRow], decision: KeptDecision, at: datetime) -> CaseRow:
    """The case's row with what was known at the instant alone."""
    document = _events_of(row.document, known)
    attached = {
        name: one if one.detached_at and one.detached_at <= at else msgspec.structs.replace(one, detached_at=None)
        for name, one in document.attached.items()
        if name in decision.outcome.policies or (one.detached_at and one.detached_at <= at)
    }
    document = msgspec.structs.replace(
        document,
        attached=attached,
        priorities=tuple(one for one in document.priorities if one.at <= at) or document.priorities[:1],
        steps=tuple(step for step in document.steps if step.at <= at),
        outcome=decision.outcome,
    )
    return msgspec.structs.replace(row, document=document)


def _events_of(document: Document, known: Sequence[TimelineRow]) -> Document:
    keys = {(row.source, row.event_id) for row in known if row.kind == "event"}
    events = tuple(event for event in document.events if (event.source, event.id) in keys)
    return msgspec.structs.replace(document, events=events)
