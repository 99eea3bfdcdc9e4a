"""A case on its way through one step: what changed is collected here and becomes rows at the end."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from monitors.clocks.clock import Clock, Refusal
from monitors.clocks.plan import AttachedClock
from monitors.notices.message import TOPIC_OF, Message, Output, to_message
from monitors.ports import Observer
from triage.domain.case import Case
from triage.domain.decision import Decision, Outcome
from triage.domain.document import AnnouncedClock, Attachment, Document, GivenPriority, HandledStep, StepKey
from triage.domain.event import Event, Fault
from triage.domain.facts import History
from triage.domain.trace import trace_id
from triage.ports import CaseRow, ClockRow, Evaluated, Mute, TimelineRow
from triage.rulebook.decide import CompiledRulebook


class Rules(msgspec.Struct, frozen=True):
    """The active revision and every other one that the cases at work hold."""

    active: CompiledRulebook
    held: Mapping[str, CompiledRulebook]

    def at(self, revision: str) -> CompiledRulebook:
        """A revision by its name. Raises LookupError when it was not loaded: a clock is never judged by another."""
        if revision == self.active.rulebook.revision:
            return self.active
        if revision not in self.held:
            raise LookupError(f"rulebook revision {revision} is held by a case and cannot be had")
        return self.held[revision]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When a step happens. `now`: the service's time. `seen_until`: clocks are judged there, so that a backlog raises
    no false alarm; never after `now`. `complete_until`: up to where every event is known to have been read; a step
    that fires after it is lagging. `backfill_before`: steps due before it are historic.
    `mutes`: what is muted now. `quiet`: nobody is told and nothing is recorded; only where the case stands is of
    interest."""

    now: datetime
    seen_until: datetime
    complete_until: datetime
    backfill_before: datetime | None = None
    mutes: tuple[Mute, ...] = ()
    quiet: bool = False


def caught_up(at: datetime, *, quiet: bool = False) -> Moment:
    """The instant, with every event up to it read."""
    return Moment(now=at, seen_until=at, complete_until=at, quiet=quiet)


class Count(msgspec.Struct, frozen=True):
    """A figure for the metrics, told to the observer after the commit. `trace`: of the event that caused it."""

    name: str
    labels: dict[str, str]
    value: float = 1
    histogram: bool = False
    trace: str | None = None


def report(observer: Observer, counts: Iterable[Count]) -> None:
    """Tell the figures of committed steps, those of one counter together, with the last trace."""
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    traces: dict[tuple[str, tuple[tuple[str, str], ...]], str | None] = {}
    for count in counts:
        if count.histogram:
            observer.observe(count.name, count.value, count.trace, **count.labels)
        else:
            key = (count.name, tuple(count.labels.items()))
            sums[key] = sums.get(key, 0) + count.value
            traces[key] = count.trace or traces.get(key)
    for (name, labels), value in sums.items():
        observer.count(name, value, traces[name, labels], **dict(labels))


class Considered(msgspec.Struct, frozen=True):
    """What a decision was made of, for another revision to decide the same. `decision`: what the rules in force say,
    before anything keeps a case where it is. `breached`: full names of clocks."""

    case: Case
    past: History
    breached: tuple[str, ...]
    decision: Decision


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one step of one case causes. `decision`: the new one, None when the outcome is as it was.
    `is_settled`: the decision has seen every breach that stands behind it; what it attached or moved itself is seen by
    the next one. `evaluated`: what the rules were given and which of them matched, None when none ran; `told`: the
    place in `messages` of the decision, None when it was not told. `erased_by`: whose word it was to erase the personal
    data of the case, and why; None when nobody's. `faults`: those of the event itself and those that it has in this
    case."""

    row: CaseRow
    timeline: tuple[TimelineRow, ...]
    clocks: tuple[ClockRow, ...]
    gone_clocks: tuple[tuple[str, int], ...]
    steps: tuple[HandledStep, ...]
    messages: tuple[Message, ...]
    counts: tuple[Count, ...]
    decision: Decision | None = None
    is_settled: bool = True
    considered: Considered | None = None
    evaluated: Evaluated | None = None
    told: int | None = None
    erased_by: tuple[str, str] | None = None
    faults: tuple[Fault, ...] = ()


class Draft:
    """The mutable copy of a case's row, and the outputs, rows and figures of the step."""

    def __init__(self, row: CaseRow, rules: Rules, moment: Moment, traceparent: str | None = None) -> None:
        document = row.document
        self.row, self.rules, self.moment, self.traceparent = row, rules, moment, traceparent
        self.trace = trace_id(traceparent)
        self.document = document
        self.attached: dict[str, Attachment] = dict(document.attached)
        self.priorities = list(document.priorities)
        self.pins, self.calendars = dict(document.pins), dict(document.calendars)
        self.announced: dict[str, tuple[AnnouncedClock, ...]] = dict(document.clocks)
        self.refused = set(document.refused)
        self.handled: dict[StepKey, HandledStep] = {}
        self._handled_of: dict[tuple[str, int], dict[StepKey, HandledStep]] = {}
        for step in document.steps:
            self._keep(step)
        self.changed_steps: dict[StepKey, HandledStep] = {}
        self.sequences = dict(document.sequences)
        self.outcome: Outcome | None = document.outcome
        self.revision = document.revision
        self.closing = (document.closed_at, document.missing)
        self.shadow = document.shadow
        self.considered: Considered | None = None
        self.planned_with: dict[str, AttachedClock] = {}
        self.clocks: dict[str, tuple[Clock, ...]] = {}
        self.decision: Decision | None = None
        self.breaches_seen: list[str] = []
        self.refusals: tuple[Refusal, ...] = ()
        self.recounted: set[str] = set()
        self.changed_clocks: list[Clock] = []
        self.gone_clocks: list[tuple[str, int]] = []
        self.messages: list[Message] = []
        self.timeline: list[TimelineRow] = []
        self.counts: list[Count] = []
        self.evaluated: Evaluated | None = None
        self.told: int | None = None

    def breached(self) -> list[str]:
        """Full names of the clocks of which a cycle is or was breached, as planned."""
        return [name for name, cycles in self.clocks.items() if any(cycle.breached for cycle in cycles)]

    def note_priority(self, at: datetime, priority: str) -> bool:
        """Keep the priority that a decision gave at an instant; True when it is another than before."""
        last = self.priorities[-1] if self.priorities else None
        if last is not None and last.priority == priority:
            return False
        self.priorities.append(GivenPriority(max(at, last.at) if last else at, priority))
        return True

    def tell(self, output: Output) -> None:
        """Put an output into the outbox, with the next number of its topic and case."""
        if self.moment.quiet:
            return
        topic = TOPIC_OF[output.type]
        sequence = self.sequences.get(topic, 0) + 1
        self.sequences[topic] = sequence
        self.messages.append(to_message(output, sequence=sequence, time=self.moment.now, traceparent=self.traceparent))

    def handle_step(self, step: HandledStep) -> None:
        """Record a step as handled, or a handled one as resolved."""
        self._keep(step)
        self.changed_steps[step.key] = step

    def _keep(self, step: HandledStep) -> None:
        self.handled[step.key] = step
        self._handled_of.setdefault((step.clock, step.cycle), {})[step.key] = step

    def handled_of(self, clock: str, cycle: int) -> list[HandledStep]:
        """The handled steps of one cycle: a recurring clock may have thousands of cycles."""
        handled = self._handled_of.get((clock, cycle))
        return list(handled.values()) if handled else []

    def standing_of(self, clock: str, cycle: int) -> list[HandledStep]:
        """Those of them that were not taken back."""
        return [step for step in self.handled_of(clock, cycle) if step.resolved is None]

    def count(self, name: str, **labels: str) -> None:
        """Count one, once committed."""
        if not self.moment.quiet:
            self.counts.append(Count(name, labels, trace=self.trace))

    def measure(self, name: str, value: float, **labels: str) -> None:
        """Record a measurement, once committed."""
        if not self.moment.quiet:
            self.counts.append(Count(name, labels, value, histogram=True, trace=self.trace))

    def record(self, **columns: Any) -> None:
        """Append a row to the case's timeline."""
        if self.moment.quiet:
            return
        seq = self.row.version + len(self.timeline) + 1
        self.timeline.append(TimelineRow(case=self.row.id, seq=seq, recorded_at=self.moment.now, **columns))

    def finish(self, case: Case, document_events: tuple[Event, ...], clock_rows: tuple[ClockRow, ...]) -> Effects:
        """The step as rows. `document_events`: every event of the case, voided ones too."""
        outcome = self.outcome
        row = CaseRow(
            no=self.row.no,
            id=self.row.id,
            customer=case.customer,
            status=case.status,
            priority=outcome.priority if outcome else None,
            department=outcome.department if outcome else None,
            owner=outcome.owner.id if outcome else None,
            received_at=case.received_at,
            version=self.row.version + len(self.timeline),
            erased_at=self.row.erased_at,
            document=self._document(document_events),
        )
        return Effects(
            row=row,
            timeline=tuple(self.timeline),
            clocks=clock_rows,
            gone_clocks=tuple(self.gone_clocks),
            steps=tuple(self.changed_steps.values()),
            messages=tuple(self.messages),
            counts=tuple(self.counts),
            decision=self.decision,
            is_settled=set(self.breaches_seen) == set(self.breached()),
            considered=self.considered,
            evaluated=self.evaluated,
            told=self.told,
        )

    def _document(self, events: tuple[Event, ...]) -> Document:
        return Document(
            events=events,
            opened_at=self.document.opened_at,
            attached=self.attached,
            priorities=tuple(self.priorities),
            pins=self.pins,
            calendars=self.calendars,
            clocks=self.announced,
            refused=tuple(sorted(self.refused)),
            seen_until=self.moment.seen_until,
            steps=tuple(self.handled.values()),
            outcome=self.outcome,
            revision=self.revision,
            sequences=self.sequences,
            closed_at=self.closing[0],
            missing=self.closing[1],
            shadow=self.shadow,
        )
