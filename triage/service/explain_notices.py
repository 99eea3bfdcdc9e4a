"""The notices of a cycle: sent, deferred to opening hours, covered by a later one, taken back, and the next."""

from collections.abc import Iterator

import msgspec

from monitors.clocks.clock import Step
from monitors.clocks.policy import Against
from monitors.clocks.steps import Course as Way
from monitors.clocks.steps import steps_of
from triage.domain.document import HandledStep
from triage.service import clockwork
from triage.service.explain_ends import Course
from triage.wording.text import Text, as_is, say


def said_notices(course: Course) -> Iterator[Text]:
    """What was told and when, and what comes next."""
    if course.attached.clock.against is not Against.US:
        yield say("A deadline of others: it warns and escalates to nobody.")
        return
    planned = {step.name: step for step in course.clock.steps}
    handled = course.draft.handled_of(course.clock.name, course.clock.cycle)
    historic = tuple(one.step for one in handled if one.state == "historic")
    if historic:
        yield say("Notices of before the backfill ended, kept as history and not sent: {steps}.", steps=historic)
    yield from (_said_handled(course, one) for one in handled if one.state != "historic")
    moved = _deferred(course)
    for name, raw in moved.items():
        if name in planned:
            when, at = course.said(raw.at), course.said(planned[name].at)
            if raw.at < planned[name].at:
                yield say("{step} falls on {when}, in closed hours: deferred to {at}.", step=name, when=when, at=at)
            else:
                yield say("{step} falls on {when}, in closed hours: brought forward to {at}, before it is due.",
                          step=name, when=when, at=at)  # fmt: skip
    now = course.draft.moment.seen_until
    ahead = [step for step in clockwork.unhandled_steps(course.draft, course.clock) if step.at > now]
    if ahead:
        step = ahead[0]
        yield say("Next notice: {step}, {when}, to {roles}.", step=step.name, when=course.said(step.at), roles=step.to)


def _deferred(course: Course) -> dict[str, Step]:
    """Steps that opening hours moved, by name, as they would stand without them."""
    clock, policy = course.clock, course.attached.clock
    if clock.due_at is None or policy.any_time:
        return {}
    way = Way(clock.started_at, clock.due_at, clock.unit, clock.pauses, course.attached.calendar)
    planned = {step.name: step.at for step in steps_of(policy, way)}
    raw = steps_of(msgspec.structs.replace(policy, any_time=True), way)
    return {step.name: step for step in raw if planned[step.name] != step.at}


def _said_handled(course: Course, handled: HandledStep) -> Text:
    values = {"step": handled.step, "when": course.said(handled.at)}
    if handled.resolved is not None and handled.state == "fired":
        return say("Notice {step}: sent {when}, taken back since ({why}).", why=_resolved(handled.resolved), **values)
    match handled.state:
        case "fired":
            return say("Notice {step}: sent {when}.", **values)
        case "superseded":
            return say("Notice {step}: not sent, a later one of the same moment said more.", step=handled.step)
        case _:
            return say("Notice {step}: muted by an operator, {when}.", **values)


def _resolved(reason: str) -> Text:
    return {
        "met": say("the clock has stopped"),
        "moved": say("the due time moved"),
        "late_evidence": say("it had been in time after all"),
        "cancelled": say("the clock was cancelled"),
        "voided": say("what it spoke of never happened"),
    }.get(reason) or as_is(reason)
