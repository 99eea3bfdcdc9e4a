"""The clocks of one case: planned from its events, compared with what was announced, told when they differ."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from monitors.clocks.clock import Clock, ClockState, Step, StepKind
from monitors.clocks.plan import plan_clock
from monitors.clocks.policy import ClockPolicy, Policy
from monitors.notices.message import Output
from monitors.notices.route import Addressee, addressees
from triage.domain.case import Case
from triage.domain.document import AnnouncedClock, HandledStep
from triage.ports import ClockRow
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Draft

ALERT_TYPES = {
    StepKind.WARNING: "complaint.clock_warning",
    StepKind.BREACH: "complaint.clock_breached",
    StepKind.ESCALATION: "complaint.escalated",
}


def plan(draft: Draft, case: Case, policy_ids: Iterable[str]) -> dict[str, Clock]:
    """The last cycle of every started clock of these policies, judged at `seen_until`; every known event counts, one
    that is ahead of it too.

    A clock holds the revision that was active when it started; until then it follows the active one.
    """
    planned: dict[str, Clock] = {}
    seen_until = draft.moment.seen_until
    known_until = max([seen_until, case.received_at, *(event.time for event in case.events[-1:])])
    for policy_id in policy_ids:
        for policy, clock_policy, rules in _versions(draft, policy_id):
            name = policy.clock_name(clock_policy)
            calendar = rules.rulebook.calendars[policy.calendar]
            cycles = plan_clock(policy, clock_policy, case, calendar, seen_until, known_until)
            if cycles:
                planned[name] = cycles[-1]
                draft.pins.setdefault(name, rules.rulebook.revision)
            else:
                draft.pins.pop(name, None)
    return planned


def _versions(draft: Draft, policy_id: str) -> list[tuple[Policy, ClockPolicy, CompiledRulebook]]:
    """Each clock of the policy, in the version that holds for it."""
    active = draft.rules.active
    current = _policy_at(draft, policy_id, active.rulebook.revision)
    if current is not None and draft.held_revisions() <= {active.rulebook.revision}:
        return [(current[0], clock_policy, active) for clock_policy in current[0].clocks]
    attached = _policy_at(draft, policy_id, draft.attached[policy_id].revision)
    base = current or attached
    held = {
        name: _policy_at(draft, policy_id, revision)
        for name, revision in draft.pins.items()
        if name.startswith(f"{policy_id}/")
    }
    versions = {name: found for name, found in held.items() if found is not None}
    if base is not None:
        for clock_policy in base[0].clocks:
            versions.setdefault(base[0].clock_name(clock_policy), base)
    return [
        (policy, clock_policy, rules)
        for name, (policy, rules) in versions.items()
        for clock_policy in policy.clocks
        if policy.clock_name(clock_policy) == name
    ]


def _policy_at(draft: Draft, policy_id: str, revision: str) -> tuple[Policy, CompiledRulebook] | None:
    rules = draft.rules.at(revision)
    policy = rules.rulebook.policies.get(policy_id)
    return (policy, rules) if policy else None


def unhandled_steps(draft: Draft, clock: Clock) -> list[Step]:
    """Steps of an open clock that may still fire, in firing order."""
    if not clock.is_open or clock.due_at is None:
        return []
    taken = {
        (step.clock, step.cycle, step.step)
        for step in draft.handled.values()
        if step.resolved is None or step.due_at == clock.due_at
    }
    return [step for step in clock.steps if (clock.name, clock.cycle, step.name) not in taken]


def clock_row(draft: Draft, clock: Clock) -> ClockRow:
    """The stored index over the clock, with the next step and its time."""
    ahead = unhandled_steps(draft, clock)
    return ClockRow(
        case=draft.row.id,
        clock=clock.name,
        cycle=clock.cycle,
        state=clock.state.value,
        started_at=clock.started_at,
        due_at=clock.due_at,
        original_due_at=clock.original_due_at,
        ended_at=clock.ended_at,
        breached=clock.breached,
        revision=draft.pins[clock.name],
        provisional=clock.provisional,
        next_step=ahead[0].name if ahead else None,
        next_at=ahead[0].at if ahead else None,
    )


def announce(draft: Draft, clocks: dict[str, Clock], cause: str, cause_key: tuple[Any, ...]) -> None:
    """Tell what changed since the clocks were last announced. `cause`: voided | late_event, for moved due times."""
    for name in sorted(draft.announced.keys() - clocks.keys()):
        _announce_gone(draft, name, cause_key)
    for clock in clocks.values():
        told = draft.announced.get(clock.name)
        _resolve_steps(draft, clock)
        if told is None or told.due_at != clock.due_at or (clock.is_open and told.state != clock.state.value):
            _announce_due(draft, clock, told, "started" if told is None else cause, cause_key)
        if not clock.is_open and (told is None or (told.state, told.breached) != (clock.state.value, clock.breached)):
            _announce_end(draft, clock, cause_key)
        draft.announced[clock.name] = AnnouncedClock(
            cycle=clock.cycle,
            state=clock.state.value,
            due_at=clock.due_at,
            breached=clock.breached and not clock.is_open,
        )
    draft.clocks = clocks


def _announce_due(
    draft: Draft, clock: Clock, told: AnnouncedClock | None, because: str, cause_key: tuple[Any, ...]
) -> None:
    data = {
        "clock": clock.name,
        "cycle": clock.cycle,
        "due_at": clock.due_at,
        "previous_due_at": told.due_at if told else None,
        "provisional": clock.provisional,
        "because": because,
    }
    key = (clock.name, clock.cycle, clock.due_at, *cause_key)
    draft.tell(Output(type="complaint.deadline_set", case=draft.row.id, key=key, data=data))


def _announce_end(draft: Draft, clock: Clock, cause_key: tuple[Any, ...]) -> None:
    data = {
        "clock": clock.name,
        "cycle": clock.cycle,
        "state": clock.state.value,
        "breached": clock.breached,
        "late_by_seconds": clock.late_by_seconds,
    }
    key = (clock.name, clock.cycle, *cause_key)
    draft.tell(Output(type="complaint.clock_ended", case=draft.row.id, key=key, data=data))
    draft.count("clock_outcomes_total", clock=clock.name, outcome=_outcome_of(clock))


def _outcome_of(clock: Clock) -> str:
    if clock.state is ClockState.STOPPED:
        return "met_late" if clock.breached else "met"
    return clock.state.value


def _announce_gone(draft: Draft, name: str, cause_key: tuple[Any, ...]) -> None:
    """The start never happened: the clock ends as cancelled and its notices are taken back."""
    told = draft.announced.pop(name)
    draft.pins.pop(name, None)
    draft.gone_clocks.append((name, told.cycle))
    for step in _standing_steps(draft, name):
        _resolve(draft, step, "voided", notify=True)
    data = {"clock": name, "cycle": told.cycle, "state": "cancelled", "breached": False, "late_by_seconds": None}
    key = (name, told.cycle, *cause_key)
    draft.tell(Output(type="complaint.clock_ended", case=draft.row.id, key=key, data=data))


def _standing_steps(draft: Draft, clock: str) -> list[HandledStep]:
    return [step for step in draft.handled.values() if step.clock == clock and step.resolved is None]


def _resolve_steps(draft: Draft, clock: Clock) -> None:
    """Take back what is no longer true: everything once the clock ended, else steps whose new time is ahead."""
    plan_of = {step.name: step for step in clock.steps}
    for step in _standing_steps(draft, clock.name):
        planned = plan_of.get(step.step)
        if not clock.is_open:
            late_evidence = planned is not None and planned.kind is not StepKind.WARNING and not clock.breached
            _resolve(draft, step, _end_reason(clock, late_evidence=late_evidence), notify=True)
        elif step.due_at != clock.due_at and planned is not None and planned.at > draft.moment.seen_until:
            _resolve(draft, step, "moved", notify=True)


def _end_reason(clock: Clock, *, late_evidence: bool) -> str:
    if clock.state is not ClockState.STOPPED:
        return "cancelled"
    return "late_evidence" if late_evidence else "met"


def _resolve(draft: Draft, step: HandledStep, reason: str, *, notify: bool) -> None:
    draft.handle_step(msgspec.structs.replace(step, resolved=reason))
    if notify and step.state == "fired":
        data = {"clock": step.clock, "cycle": step.cycle, "step": step.step, "due_at": step.due_at, "reason": reason}
        draft.tell(Output(type="complaint.alert_resolved", case=draft.row.id, key=step.key, data=data))
        draft.count("alerts_total", kind="alert_resolved")


def to_whom(draft: Draft, roles: tuple[str, ...]) -> tuple[Addressee, ...]:
    """The persons who hear of a notice of this case."""
    outcome = draft.outcome
    assert outcome is not None, "a case has an outcome before it has clocks"
    department = draft.rules.active.rulebook.departments.get(outcome.department)
    return addressees(roles, outcome.owner, department.escalation if department else {})


def alert(draft: Draft, clock: Clock, step: Step, *, lagging: bool) -> Output:
    """The notice of one fired step."""
    outcome = draft.outcome
    assert outcome is not None, "a case has an outcome before it has clocks"
    policy_id = clock.name.split("/")[0]
    revision = draft.pins[clock.name]
    found = _policy_at(draft, policy_id, revision)
    now, due_at = draft.moment.now, clock.due_at
    data: dict[str, Any] = {
        "clock": clock.name,
        "cycle": clock.cycle,
        "step": step.name,
        "policy": {"id": policy_id, "revision": revision, "source": found[0].source if found else {}},
        "due_at": due_at,
        "fired_at": now,
        "late_by_seconds": _seconds_late(due_at, now),
        "to": to_whom(draft, step.to),
        "priority": outcome.priority,
        "department": outcome.department,
        "owner": outcome.owner,
        "provisional": clock.provisional,
        "late_attach": step.at < draft.attached[policy_id].at,
        "lagging": lagging,
    }
    key = (clock.name, clock.cycle, step.name, due_at)
    return Output(type=ALERT_TYPES[step.kind], case=draft.row.id, key=key, data=data)


def _seconds_late(due_at: datetime | None, now: datetime) -> int:
    return max(0, int((now - due_at).total_seconds())) if due_at else 0
