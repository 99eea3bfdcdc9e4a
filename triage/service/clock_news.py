"""What is told of a case's clocks: every difference between their plan and what was announced before."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec

from monitors.clocks.clock import Clock, ClockState, Refusal, Step, StepKind
from monitors.clocks.course import asks_priority
from monitors.clocks.policy import Against
from monitors.notices import outputs
from monitors.notices.message import Output
from monitors.notices.route import Addressee, addressees
from triage.codec.erasing import clock_words
from triage.codec.showing import shown, shown_limit
from triage.domain.document import AnnouncedClock, HandledStep, ToldNotice
from triage.service.clockwork import policy_at
from triage.service.draft import Draft

ALERT_TYPES = {
    StepKind.WARNING: "complaint.clock_warning",
    StepKind.REMINDER: "complaint.clock_warning",
    StepKind.BREACH: "complaint.clock_breached",
    StepKind.ESCALATION: "complaint.escalated",
}


class Cause(msgspec.Struct, frozen=True):
    """Why the clocks are looked at. `moved`: what a moved due time is put down to, unless it has a reason of its own.
    `key`: unique for the cause. `new_priority`: the decision gave another priority than before. `about_past`: rows of
    ended cycles may be other than they were, even where nothing of it is told."""

    moved: str
    key: tuple[Any, ...]
    new_priority: bool = False
    about_past: bool = False


def announce(draft: Draft, cause: Cause) -> None:
    """Tell what changed since the clocks were last announced, and mark the rows that have to be written."""
    for name in sorted(draft.announced.keys() - draft.clocks.keys()):
        for told in draft.announced.pop(name):
            _announce_gone(draft, name, told.cycle, cause)
    for name, cycles in draft.clocks.items():
        draft.announced[name] = _announce_cycles(draft, name, cycles, cause)
    for refusal in draft.refusals:
        _announce_refusal(draft, refusal)


def _announce_cycles(draft: Draft, name: str, cycles: Sequence[Clock], cause: Cause) -> tuple[AnnouncedClock, ...]:
    before = {told.cycle: told for told in draft.announced.get(name, ())}
    announced = []
    for clock in cycles:
        told = before.pop(clock.cycle, None)
        _resolve_steps(draft, clock)
        now = _announce_cycle(draft, clock, told, cause)
        if clock.can_fire or now != told or cause.about_past or name in draft.recounted:
            draft.changed_clocks.append(clock)
        announced.append(now)
    for cycle in before:
        _announce_gone(draft, name, cycle, cause)
    return tuple(announced)


def _announce_cycle(draft: Draft, clock: Clock, told: AnnouncedClock | None, cause: Cause) -> AnnouncedClock:
    now = AnnouncedClock(
        cycle=clock.cycle,
        state=clock.state.value,
        due_at=clock.due_at,
        ended_at=clock.ended_at,
        answered_at=clock.answered_at,
        breached=clock.breached and not clock.is_open,
    )
    if told is None or told.due_at != now.due_at or (clock.is_open and told.state != now.state):
        _announce_due(draft, clock, told, clock.began if told is None else _cause_of(draft, clock, cause), cause)
    if not clock.is_open:
        is_new = told is None or (told.state, told.breached) != (now.state, now.breached)
        if is_new and draft.planned_with[clock.name].clock.against is Against.US:
            draft.count("clock_outcomes_total", clock=clock.name, outcome=_outcome_of(clock))
        if is_new or (now.breached and told is not None and (told.due_at, told.ended_at) != (now.due_at, now.ended_at)):
            _announce_end(draft, clock, cause)
    return now


def _cause_of(draft: Draft, clock: Clock, cause: Cause) -> str:
    if clock.name in draft.recounted:
        return "calendar"
    if cause.new_priority and asks_priority(draft.planned_with[clock.name].clock):
        return "priority"
    return cause.moved


def _announce_due(draft: Draft, clock: Clock, told: AnnouncedClock | None, because: str, cause: Cause) -> None:
    data = outputs.DeadlineSet(
        clock=clock.name,
        cycle=clock.cycle,
        due_at=clock.due_at,
        previous_due_at=told.due_at if told else None,
        provisional=clock.provisional,
        because=because,
    )
    key = (clock.name, clock.cycle, clock.due_at, *cause.key)
    draft.tell(Output(type="complaint.deadline_set", case=draft.row.id, key=key, data=data))


def _announce_end(draft: Draft, clock: Clock, cause: Cause) -> None:
    data = outputs.ClockEnded(
        clock=clock.name,
        cycle=clock.cycle,
        state=clock.state.value,
        breached=clock.breached,
        late_by_seconds=clock.late_by_seconds,
    )
    key = (clock.name, clock.cycle, *cause.key)
    draft.tell(Output(type="complaint.clock_ended", case=draft.row.id, key=key, data=data))


def _outcome_of(clock: Clock) -> str:
    if clock.state is ClockState.STOPPED:
        return "met_late" if clock.breached else "met"
    return clock.state.value


def _announce_gone(draft: Draft, name: str, cycle: int, cause: Cause) -> None:
    """What started the cycle never happened: it ends as cancelled and its notices are taken back."""
    draft.gone_clocks.append((name, cycle))
    for step in draft.standing_of(name, cycle):
        _resolve(draft, step, "voided")
    data = outputs.ClockEnded(clock=name, cycle=cycle, state="cancelled", breached=False, late_by_seconds=None)
    key = (name, cycle, *cause.key)
    draft.tell(Output(type="complaint.clock_ended", case=draft.row.id, key=key, data=data))


def _announce_refusal(draft: Draft, refusal: Refusal) -> None:
    """A word that counts for nothing is answered once. The name of a clock of the case is told as it is; another one
    may be anything that somebody typed, and is not kept either."""
    clock, to = refusal.clock, refusal.to
    is_shown = clock is None or clock in clock_words(draft.planned_with) or shown(clock) == clock
    told = clock if is_shown else shown(clock or "")
    key = (refusal.kind, *refusal.event, (clock or "") if is_shown else _digest(clock or ""))
    if key in draft.refused:
        return
    draft.refused.add(key)
    data: Any = outputs.PauseRefused(clock=told, missing=refusal.missing)
    if refusal.kind == "extension":
        limit = None if to is None else shown_limit(to)
        data = outputs.ExtensionRefused(
            clock=told, missing=refusal.missing, to=limit, late_by_seconds=refusal.late_by_seconds
        )
    draft.tell(Output(type=f"complaint.{refusal.kind}_refused", case=draft.row.id, key=key[1:], data=data))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _resolve_steps(draft: Draft, clock: Clock) -> None:
    """Take back what is no longer true: everything once the cycle is over, else what speaks of another due time and
    has a new time ahead, and reminders of a pause that is over."""
    standing = draft.standing_of(clock.name, clock.cycle)
    if not standing:
        return
    plan_of = {step.name: step for step in clock.steps}
    reminders = {rule.text for rule in draft.planned_with[clock.name].clock.pauses}
    for step in standing:
        planned = plan_of.get(step.step)
        if not clock.can_fire:
            _resolve(draft, step, _end_reason(clock, planned))
        elif step.step in reminders:
            if planned is None or planned.about != step.due_at:
                _resolve(draft, step, "moved")
        elif planned is not None and planned.about != step.due_at and planned.at > draft.moment.seen_until:
            _resolve(draft, step, "moved")


def _end_reason(clock: Clock, planned: Step | None) -> str:
    match clock.state:
        case ClockState.STOPPED | ClockState.MISSED | ClockState.ENDED:
            is_warning = planned is not None and planned.kind in (StepKind.WARNING, StepKind.REMINDER)
            return "met" if is_warning or clock.breached else "late_evidence"
        case ClockState.RESTARTED:
            return "moved"
        case _:
            return "cancelled"


def _resolve(draft: Draft, step: HandledStep, reason: str) -> None:
    draft.handle_step(msgspec.structs.replace(step, resolved=reason, told=None))
    if step.told is not None:
        said = msgspec.structs.asdict(_notice_of(step, step.told))
        data = outputs.AlertResolved(**said, reason=reason)
        draft.tell(Output(type="complaint.alert_resolved", case=draft.row.id, key=step.effect, data=data))
        draft.count("alerts_total", kind="alert_resolved")


def send(draft: Draft, clock: Clock, step: Step, handled: HandledStep) -> None:
    """Tell of one fired step, and keep what was said for the day on which it is no longer true."""
    told = _told(draft, clock, step)
    draft.handle_step(msgspec.structs.replace(handled, told=told))
    kind = ALERT_TYPES[step.kind]
    draft.tell(Output(type=kind, case=draft.row.id, key=handled.effect, data=_notice_of(handled, told)))
    draft.count("alerts_total", kind=kind.removeprefix("complaint."))


def _told(draft: Draft, clock: Clock, step: Step) -> ToldNotice:
    """What is said of a step that fires now; the notice of a pause has no due time."""
    outcome = draft.outcome
    assert outcome is not None, "a case has an outcome before it has clocks"
    policy_id, revision = clock.name.split("/")[0], draft.pins[clock.name]
    found = policy_at(draft, policy_id, revision)
    department = draft.rules.active.rulebook.departments.get(outcome.department)
    persons = addressees(step.to, outcome.owner, department.escalation if department else {})
    due_at = None if step.kind is StepKind.REMINDER else clock.due_at
    return ToldNotice(
        revision=revision,
        source=found[0].source if found else {},
        due_at=due_at,
        late_by_seconds=max(0, int((draft.moment.now - due_at).total_seconds())) if due_at else 0,
        to=tuple((one.role, one.id, one.name) for one in persons),
        priority=outcome.priority,
        department=outcome.department,
        owner=outcome.owner,
        provisional=clock.provisional,
        late_attach=step.at < draft.attached[policy_id].at,
        lagging=step.at > draft.moment.complete_until,
    )


def _notice_of(step: HandledStep, told: ToldNotice) -> outputs.Notice:
    policy = outputs.PolicyName(id=step.clock.split("/")[0], revision=told.revision, source=told.source)
    return outputs.Notice(
        clock=step.clock,
        cycle=step.cycle,
        step=step.step,
        policy=policy,
        due_at=told.due_at,
        fired_at=step.at,
        late_by_seconds=told.late_by_seconds,
        to=tuple(Addressee(*one) for one in told.to),
        priority=told.priority,
        department=told.department,
        owner=told.owner,
        provisional=told.provisional,
        late_attach=told.late_attach,
        lagging=told.lagging,
    )
