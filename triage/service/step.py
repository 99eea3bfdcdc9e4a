"""One step of one case, PURE: an event is applied, due steps fire, or a case is opened for a quarantined event.

Values in, values out: the same functions serve live runs, replay, backtest and repair.
"""

from bisect import insort
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from monitors.clocks.clock import Clock, Step
from triage.codec.compact import compact
from triage.codec.decode import Arrival
from triage.domain import event as ev
from triage.domain.case import Case, fold
from triage.domain.decision import Outcome
from triage.domain.document import Document, HandledStep
from triage.domain.event import Event
from triage.ports import CaseRow, Sibling
from triage.rulebook.combine import owner_of
from triage.service import clockwork, deciding
from triage.service.draft import Draft, Effects, Moment, Rules


def apply(
    row: CaseRow | None, arrival: Arrival, rules: Rules, moment: Moment, siblings: Sequence[Sibling] = ()
) -> Effects:
    """Apply one event to its case, which it opens when there is none. The event must be new to the case."""
    event = arrival.event
    row = row or CaseRow(id=event.subject, received_at=event.time, document=Document())
    events = list(row.document.events)
    insort(events, compact(event), key=lambda one: one.order)
    # What is known of this case is complete up to its latest event, wherever the low mark stands.
    seen_until = max(moment.seen_until, events[-1].time)
    draft = Draft(row, rules, msgspec.structs.replace(moment, seen_until=seen_until), arrival.traceparent)
    case = fold(row.id, events, rules.active.zone, row.document.opened_at)
    moved = "voided" if event.type == ev.VOIDED else "late_event"
    decision = _settle(draft, case, event, siblings, moved, event.time, (event.source, event.id))
    draft.record(
        kind="event",
        type=event.type,
        event_time=event.time,
        event_id=event.id,
        source=event.source,
        digest=arrival.digest,
        body=_body(arrival),
        decision=decision,
    )
    _count_event(draft, case, event)
    return _finish(draft, case, tuple(events))


def fire(row: CaseRow, rules: Rules, moment: Moment, siblings: Sequence[Sibling] = ()) -> Effects:
    """Handle every step of the case that is due at `seen_until`: of several of one clock the latest is sent, the
    others are superseded; those due before the backfill's end are historic. The rules run again."""
    draft = Draft(row, rules, moment)
    document = row.document
    case = fold(row.id, document.events, rules.active.zone, document.opened_at)
    clocks = clockwork.plan(draft, case, sorted(draft.attached))
    draft.clocks = clocks
    handled: list[HandledStep] = []
    for clock in clocks.values():
        due = [step for step in clockwork.unhandled_steps(draft, clock) if step.at <= moment.seen_until]
        handled += _fire_clock(draft, clock, due)
    latest = max((step.due_at for step in handled), default=moment.seen_until)
    cause_key: tuple[Any, ...] = ("due", *(part for step in handled for part in step.key))
    decision = _settle(draft, case, None, siblings, "late_event", latest, cause_key)
    if handled or decision:
        draft.record(
            kind="step",
            type="complaint.steps_fired",
            event_time=latest,
            body=msgspec.json.encode(handled).decode(),
            decision=decision,
        )
    return _finish(draft, case, document.events)


def open_for_quarantined(case_id: str, at: datetime, rules: Rules, moment: Moment) -> Effects:
    """A case for an event that could not be applied: the fallback's department and owner, no rule and no clock
    run, so that nothing in the event can make this fail too."""
    row = CaseRow(id=case_id, received_at=at, document=Document(opened_at=at))
    draft = Draft(row, rules, moment)
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
    moved: str,
    at: datetime,
    cause_key: tuple[Any, ...],
) -> str | None:
    """One pass per cause: clocks of the policies already attached → facts → decide → attach → plan."""
    clocks = draft.clocks or clockwork.plan(draft, case, sorted(draft.attached))
    draft.clocks = clocks
    already = set(draft.attached)
    decision, facts = deciding.decide_case(draft, case, event, siblings)
    outcome = deciding.attach(draft, decision.outcome, at)
    decision = msgspec.structs.replace(decision, outcome=outcome)
    kept = deciding.announce(draft, case, decision, facts, cause_key)
    clocks = clocks | clockwork.plan(draft, case, sorted(set(draft.attached) - already))
    clockwork.announce(draft, clocks, moved, cause_key)
    deciding.announce_closing(draft, case, cause_key)
    return kept


def _fire_clock(draft: Draft, clock: Clock, due: Sequence[Step]) -> list[HandledStep]:
    before = draft.moment.backfill_before
    live = [step for step in due if before is None or step.at >= before]
    handled = []
    for step in due:
        state = "fired" if live and step is live[-1] else "superseded" if step in live else "historic"
        handled.append(_handle(draft, clock, step, state))
    if live:
        step = live[-1]
        notice = clockwork.alert(draft, clock, step, lagging=step.at > draft.moment.complete_until)
        draft.tell(notice)
        draft.count("alerts_total", kind=notice.type.removeprefix("complaint."))
        draft.measure("timer_lateness_seconds", (draft.moment.now - step.at).total_seconds())
    return handled


def _handle(draft: Draft, clock: Clock, step: Step, state: str) -> HandledStep:
    assert clock.due_at is not None, "steps of a clock without a due time never fire"
    handled = HandledStep(
        clock=clock.name, cycle=clock.cycle, step=step.name, due_at=clock.due_at, state=state, at=draft.moment.now
    )
    draft.handle_step(handled)
    return handled


def _body(arrival: Arrival) -> str:
    body: dict[str, Any] = {"data": arrival.body}
    if arrival.event.faults:
        body["faults"] = arrival.event.faults
    return msgspec.json.encode(body).decode()


def _count_event(draft: Draft, case: Case, event: Event) -> None:
    out_of_order = (event.source, event.id) in case.out_of_order
    draft.count("events_total", type=event.type, outcome="out_of_order" if out_of_order else "applied")
    if event.faults:
        draft.count("faulty_events_total")
    if event.type == ev.REGISTERED:
        for cause in event.data.get("causes") or ["none"]:
            draft.count("complaints_total", cause=cause, channel=event.data.get("channel", "none"))
    score = event.data.get("score")
    if event.type == ev.FOLLOWUP_COMPLETED and score is not None:
        draft.measure("satisfaction_score", score)


def _finish(draft: Draft, case: Case, events: tuple[Event, ...]) -> Effects:
    rows = tuple(clockwork.clock_row(draft, clock) for clock in draft.clocks.values())
    return draft.finish(case, events, rows)
