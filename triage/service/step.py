"""One step of one case, PURE: an event is applied, due steps fire, or a case is opened for a quarantined event.

Values in, values out: the same functions serve live runs, replay, backtest and repair.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from monitors.clocks.clock import Clock, Step, StepKind
from triage.codec.compact import compact
from triage.codec.decode import Arrival
from triage.domain import event as ev
from triage.domain.case import Case, fold
from triage.domain.decision import Outcome
from triage.domain.document import Document, HandledStep
from triage.domain.event import Event, Fault
from triage.domain.facts import Facts
from triage.ports import CaseRow, Sibling
from triage.rulebook.combine import owner_of
from triage.service import clock_news, clockwork, deciding, event_figures
from triage.service.clock_news import Cause
from triage.service.draft import Draft, Effects, Moment, Rules

MOVED_BY = {
    ev.VOIDED: "voided",
    ev.PAUSED: "paused",
    ev.RESUMED: "resumed",
    ev.EXTENDED: "extended",
    ev.REOPENED: "reopened",
}
"""Event type to what `deadline_set` gives as the cause of a due time that it moved; other events that move one came
late."""

ABOUT_PAST = frozenset({ev.REGISTERED, ev.AMENDED, ev.VOIDED})
"""Event types that may change what an ended clock looks like, as one that came late may."""


CasesOf = Callable[[str], Sequence[Sibling]]
"""A customer's id to the cases that they have."""


def nobody(_customer: str) -> Sequence[Sibling]:
    """No customer has other cases; for rulebooks that do not ask for them."""
    return ()


def apply(row: CaseRow | None, arrival: Arrival, rules: Rules, moment: Moment, cases_of: CasesOf = nobody) -> Effects:
    """Apply one event to its case, which it opens when there is none. The event must be new to the case."""
    row = row or CaseRow(id=arrival.event.subject, received_at=arrival.event.time, document=Document())
    row, event = _without_what_is_erased(row, arrival.event, rules, moment)
    events = list(row.document.events)
    insort(events, compact(event), key=lambda one: one.order)
    # What is known of this case is complete up to its latest event, wherever the low mark stands; and what was judged
    # is never judged back.
    seen_until = max(moment.seen_until, events[-1].time, row.document.seen_until or moment.seen_until)
    draft = Draft(row, rules, msgspec.structs.replace(moment, seen_until=seen_until), arrival.traceparent)
    case = fold(row.id, events, rules.active.zone, row.document.opened_at)
    siblings = () if case.customer is None else cases_of(case.customer)
    faults = event.faults + case.faults_of_patches.get((event.source, event.id), ())
    cause = Cause(
        moved=MOVED_BY.get(event.type, "late_event"),
        key=(event.source, event.id),
        about_past=event.type in ABOUT_PAST or events[-1].order != event.order,
    )
    decision, facts = _settle(draft, case, event, siblings, cause, event.time)
    draft.record(
        kind="event",
        type=event.type,
        event_time=event.time,
        event_id=event.id,
        source=event.source,
        digest=arrival.digest,
        body=_body(arrival, faults) if row.erased_at is None else _erased_body(event),
        decision=decision,
    )
    event_figures.count(draft, case, arrival.event, faults, facts)
    effects = _finish(draft, case, tuple(events))
    erased_by = _whose_word(arrival.event) if event.type == ev.ERASED else None
    return msgspec.structs.replace(effects, erased_by=erased_by, faults=faults) if erased_by or faults else effects


def _without_what_is_erased(row: CaseRow, event: Event, rules: Rules, moment: Moment) -> tuple[CaseRow, Event]:
    """The case and its new event as they are worked with: without personal data from an erasure on, and for ever."""
    if event.type == ev.ERASED:
        document = rules.active.eraser.document(row.document)
        row = msgspec.structs.replace(row, document=document, erased_at=row.erased_at or moment.now)
    elif row.erased_at is None:
        return row, event
    return row, rules.active.eraser.of_case(row.document.clocks).event(event)


def _whose_word(event: Event) -> tuple[str, str]:
    return (event.data.get("by") or event.source, event.data.get("reason") or event.type)


def _erased_body(event: Event) -> str:
    return msgspec.json.encode({"data": event.data}).decode()


def fire(row: CaseRow, rules: Rules, moment: Moment, siblings: Sequence[Sibling] = ()) -> Effects:
    """Handle every step of the case that is due at `seen_until`: of several of one clock the latest is sent, or muted,
    the others are superseded; those due before the backfill's end are historic. The rules run again."""
    document = row.document
    # The low mark may lie behind the case's own latest event.
    seen_until = max(moment.seen_until, document.seen_until or moment.seen_until)
    draft = Draft(row, rules, msgspec.structs.replace(moment, seen_until=seen_until))
    case = fold(row.id, document.events, rules.active.zone, document.opened_at)
    clockwork.plan(draft, case)
    due = [clockwork.due_steps(draft, cycles, moment.seen_until) for cycles in draft.clocks.values()]
    handled = [step for pairs in due for step in _fire_clock(draft, pairs)]
    passed = clockwork.passed(draft)
    instants = [*(step.at for pairs in due for _, step in pairs), *(at for _, _, at in passed)]
    latest = max(instants, default=moment.seen_until)
    cause_key: tuple[Any, ...] = ("due", *(part for step in handled[-1:] for part in step.effect))  # handled once
    if not handled:  # rules run again all the same, and what they change needs a name of its own
        cause_key = ("due", row.version, *(part for one in passed for part in one))
    decision, _ = _settle(draft, case, None, siblings, Cause("late_event", cause_key), latest)
    if handled or decision:
        draft.record(
            kind="step",
            type="complaint.steps_fired",
            event_time=latest,
            body=msgspec.json.encode(handled).decode(),
            decision=decision,
        )
    return _finish(draft, case, document.events)


def open_for_quarantined(arrival: Arrival, rules: Rules, moment: Moment) -> Effects:
    """A case for an event that could not be applied: the fallback's department and owner, no rule and no clock
    run, so that nothing in the event can make this fail too."""
    case_id, at = arrival.event.subject, arrival.event.time
    row = CaseRow(id=case_id, received_at=at, document=Document(opened_at=at))
    draft = Draft(row, rules, moment, arrival.traceparent)
    case = fold(case_id, (), rules.active.zone, at)
    fallback = rules.active.rulebook.fallback
    outcome = Outcome(
        priority=fallback.priority,
        department=fallback.department,
        team=fallback.team,
        handler=fallback.handler,
        owner=owner_of(rules.active.rulebook, case, fallback.department, fallback=True),
        fallback=True,
    )
    decision = deciding.announce(draft, case, deciding.without_reasons(outcome, rules), {}, ("quarantined",))
    draft.record(kind="command", type="complaint.opened", event_time=at, decision=decision)
    return _finish(draft, case, ())


def _settle(
    draft: Draft,
    case: Case,
    event: Event | None,
    siblings: Sequence[Sibling],
    cause: Cause,
    at: datetime,
) -> tuple[str | None, Facts | None]:
    """One pass per cause: clocks of the policies already attached → facts → decide → attach → plan. What the timeline
    keeps of the decision, and the facts when rules ran."""
    if not draft.clocks:
        clockwork.plan(draft, case)
    already = dict(draft.attached)
    decision, facts = deciding.decide_case(draft, case, event, siblings)
    outcome = deciding.attach(draft, decision.outcome, at)
    decision = msgspec.structs.replace(decision, outcome=outcome)
    kept = deciding.announce(draft, case, decision, facts, cause.key)
    if kept is None and event is not None:  # a row of the timeline is there in any case
        kept = deciding.note_shadow(draft, decision, facts)
    has_new_priority = draft.note_priority(at, outcome.priority)
    if has_new_priority or draft.attached != already:
        clockwork.plan(draft, case)
    clock_news.announce(draft, msgspec.structs.replace(cause, new_priority=has_new_priority))
    deciding.announce_closing(draft, case, event, cause.key)
    return kept, facts


def _fire_clock(draft: Draft, due: Sequence[tuple[Clock, Step]]) -> list[HandledStep]:
    """Handle the due steps of all cycles of one clock, in firing order."""
    before = draft.moment.backfill_before
    last = len(due) - 1  # in firing order: when any is live, it is
    handled = []
    for place, (clock, step) in enumerate(due):
        if before is not None and step.at < before:
            state = "historic"
        elif place < last:
            state = "superseded"
        else:
            state = "muted" if _is_muted(draft, clock) else "fired"
        handled.append(_handle(draft, clock, step, state))
        if step.kind is StepKind.BREACH and state != "historic":
            department = draft.outcome.department if draft.outcome else ""
            draft.count("breaches_total", department=department, clock=clock.name)
        if state == "fired":
            clock_news.send(draft, clock, step, handled[-1])
            draft.measure("timer_lateness_seconds", (draft.moment.now - step.at).total_seconds())
    return handled


def _is_muted(draft: Draft, clock: Clock) -> bool:
    """Whether an operator wants no notice of this case, this policy or the owning department now."""
    department = draft.outcome.department if draft.outcome else ""
    ours = {"case": draft.row.id, "department": department, "policy": clock.name.rpartition("/")[0]}
    return any(ours[mute.scope] == mute.value for mute in draft.moment.mutes)


def _handle(draft: Draft, clock: Clock, step: Step, state: str) -> HandledStep:
    """`again`: how often the same was told before and taken back."""
    before = draft.handled_of(clock.name, clock.cycle)
    handled = HandledStep(
        clock=clock.name,
        cycle=clock.cycle,
        step=step.name,
        due_at=step.about,
        state=state,
        at=draft.moment.now,
        again=sum((one.step, one.due_at) == (step.name, step.about) for one in before),
    )
    draft.handle_step(handled)
    return handled


def _body(arrival: Arrival, faults: Sequence[Fault]) -> str:
    body: dict[str, Any] = {"data": arrival.body}
    if faults:
        body["faults"] = faults
    return msgspec.json.encode(body).decode()


def _finish(draft: Draft, case: Case, events: tuple[Event, ...]) -> Effects:
    return draft.finish(case, events, clockwork.clock_rows(draft))
