"""The clocks of one case: planned from its events by the revisions that they hold."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from monitors.clocks.clock import Clock, Step
from monitors.clocks.local_time import SECOND
from monitors.clocks.plan import AttachedClock, plan_clocks
from monitors.clocks.policy import Against, ClockPolicy, Policy
from triage.domain.case import Case
from triage.ports import ClockRow
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Draft


def plan(draft: Draft, case: Case) -> None:
    """Plan every cycle of every clock of the attached policies, judged at `seen_until`; every known event counts, one
    that is ahead of it too.

    A clock holds the revision that was active when it started; until then it follows the active one. One whose due
    time is provisional counts by the active revision's calendar as soon as that knows more.
    """
    attached = list(_attached_clocks(draft))
    _plan(draft, case, attached)
    grown = [name for name, cycles in draft.clocks.items() if _has_grown(draft, name, cycles)]
    if grown:
        draft.calendars.update(dict.fromkeys(grown, draft.rules.active.rulebook.revision))
        draft.recounted.update(grown)
        _plan(draft, case, list(_attached_clocks(draft)))


def _plan(draft: Draft, case: Case, attached: Sequence[AttachedClock]) -> None:
    seen_until = draft.moment.seen_until
    known_until = max([seen_until, case.received_at, *(event.time for event in case.events[-1:])])
    priorities = [(one.at, one.priority) for one in draft.priorities]
    found = plan_clocks(attached, case, priorities, seen_until, known_until)
    draft.planned_with = {one.name: one for one in attached}
    draft.clocks = {name: history.cycles for name, history in found.histories.items() if history.cycles}
    draft.refusals = found.refusals
    for name in draft.planned_with:
        if name not in draft.clocks:
            draft.pins.pop(name, None)
            draft.calendars.pop(name, None)
        else:
            draft.pins.setdefault(name, draft.rules.active.rulebook.revision)


def _has_grown(draft: Draft, name: str, cycles: Sequence[Clock]) -> bool:
    last, used = cycles[-1], draft.planned_with[name].calendar
    if not (last.is_open and last.provisional):
        return False
    newest = draft.rules.active.rulebook.calendars.get(used.id)
    return newest is not None and newest.knows_beyond(used)


def _attached_clocks(draft: Draft) -> Iterator[AttachedClock]:
    active = draft.rules.active
    is_plain = not draft.calendars and set(draft.pins.values()) <= {active.rulebook.revision}
    for policy_id, attachment in sorted(draft.attached.items()):
        if is_plain and attachment.detached_at is None and policy_id in active.clocks:
            yield from active.clocks[policy_id]
            continue
        for policy, clock, rules in _versions(draft, policy_id):
            name = policy.clock_name(clock)
            calendar = rules.rulebook.calendars[policy.calendar]
            if name in draft.calendars:
                later = draft.rules.at(draft.calendars[name]).rulebook.calendars
                calendar = later.get(policy.calendar, calendar)
            yield AttachedClock(name, clock, calendar, attachment.detached_at)


def _versions(draft: Draft, policy_id: str) -> Iterable[tuple[Policy, ClockPolicy, CompiledRulebook]]:
    """Each clock of the policy, in the version that holds for it."""
    active = draft.rules.active
    current = policy_at(draft, policy_id, active.rulebook.revision)
    if current is not None and set(draft.pins.values()) <= {active.rulebook.revision}:
        return [(current[0], clock_policy, active) for clock_policy in current[0].clocks]
    attached = policy_at(draft, policy_id, draft.attached[policy_id].revision)
    base = current or attached
    held = {
        name: policy_at(draft, policy_id, revision)
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


def policy_at(draft: Draft, policy_id: str, revision: str) -> tuple[Policy, CompiledRulebook] | None:
    """A policy as a revision has it, None when that revision does not."""
    rules = draft.rules.at(revision)
    policy = rules.rulebook.policies.get(policy_id)
    return (policy, rules) if policy else None


def due_steps(draft: Draft, cycles: Sequence[Clock], until: datetime) -> list[tuple[Clock, Step]]:
    """Steps of one clock that may fire by then, over all its cycles, in firing order."""
    found = [(clock, step) for clock in cycles for step in unhandled_steps(draft, clock) if step.at <= until]
    return sorted(found, key=lambda pair: pair[1].at)


def passed(draft: Draft) -> list[tuple[str, int, datetime]]:
    """Due times that have passed since the clocks were last judged: clock, cycle, and the second behind each."""
    before, until = draft.document.seen_until, draft.moment.seen_until
    found = [
        (clock.name, clock.cycle, clock.due_at + SECOND)
        for cycles in draft.clocks.values()
        for clock in cycles
        if clock.breached and clock.due_at is not None
    ]
    return [one for one in found if one[2] <= until and (before is None or before < one[2])]


def unhandled_steps(draft: Draft, clock: Clock) -> list[Step]:
    """Steps that may still fire, in firing order: those that nobody was told of, or that were taken back since."""
    if not clock.can_fire:
        return []
    standing = {step.step for step in draft.standing_of(clock.name, clock.cycle)}
    return [step for step in clock.steps if step.name not in standing]


def clock_rows(draft: Draft) -> tuple[ClockRow, ...]:
    """The stored index over the clocks: a row for every cycle that is open or has changed."""
    return tuple(_clock_row(draft, clock) for clock in draft.changed_clocks)


def _clock_row(draft: Draft, clock: Clock) -> ClockRow:
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
        late_before=clock.late_before,
        against_us=draft.planned_with[clock.name].clock.against is Against.US,
        revision=draft.pins[clock.name],
        provisional=clock.provisional,
        next_step=ahead[0].name if ahead else None,
        next_at=_next_at(draft, clock, ahead),
    )


def _next_at(draft: Draft, clock: Clock, ahead: Sequence[Step]) -> datetime | None:
    """When the sweeper has to look again: at the next step, or one second behind the due time, when rules run again
    whether a notice goes out or not."""
    instants = [step.at for step in ahead[:1]]
    if clock.is_open and clock.due_at is not None and clock.due_at >= draft.moment.seen_until.replace(microsecond=0):
        instants.append(clock.due_at + SECOND)
    return min(instants, default=None)
