"""What started a cycle of a clock, held it, moved it and ended it, found again among the events of its case."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from monitors.clocks.clock import Clock, ClockState, Refusal
from monitors.clocks.local_time import cut
from monitors.clocks.matching import matches
from monitors.clocks.pauses import Pause
from monitors.clocks.plan import AttachedClock
from monitors.clocks.policy import ClockPattern, EventPattern, EventRef, Reached
from monitors.clocks.words import words_of
from triage.codec.showing import shown_limit
from triage.domain import event as ev
from triage.domain.case import Case
from triage.domain.condition import leaf_tests
from triage.domain.event import Event
from triage.rulebook.condition_words import said_test
from triage.rulebook.limit_words import written_limit_in_words
from triage.service.draft import Draft
from triage.service.explain_words import said_local
from triage.wording.dates import said_span
from triage.wording.events import event_name
from triage.wording.text import Text, as_is, say


class Course(msgspec.Struct, frozen=True):
    """One cycle among the events of its case."""

    clock: Clock
    attached: AttachedClock
    case: Case
    draft: Draft

    def said(self, at: datetime) -> Text:
        """An instant in the calendar's zone."""
        return said_local(at, self.attached.calendar.tzinfo)

    def words(self) -> list[Event]:
        """Pauses, resumptions and extensions that concern this clock, within this cycle."""
        clocks = {name: one.clock for name, one in self.draft.planned_with.items()}
        found, _ = words_of(self.case, clocks, self.draft.moment.seen_until)
        end = self.clock.ended_at
        return [event for _, event in found.get(self.clock.name, ()) if end is None or cut(event.time) <= end]


def said_reference(ref: EventRef) -> tuple[Text, ...]:
    """What a clock waits for."""
    return tuple(_pattern(one) for one in ref)


def _pattern(pattern: EventPattern | ClockPattern) -> Text:
    if isinstance(pattern, ClockPattern):
        state = {
            Reached.MET: say("is met"),
            Reached.STOPPED: say("is stopped"),
            Reached.BREACHED: say("is breached"),
            Reached.ENDED: say("has ended"),
        }[pattern.reached]
        return say("clock {clock} {state}", clock=pattern.clock, state=state)
    if pattern.when is None:
        return event_name(pattern.type)
    tests = tuple(said_test(test) for test in leaf_tests(pattern.when))
    return say("{event} with {tests}", event=event_name(pattern.type), tests=tests)


def said_start(course: Course) -> Text:
    """How the cycle started, without the time."""
    clock, policy = course.clock, course.attached.clock
    if clock.began == "restarted":
        return say("begun anew by {event}", event=_event_at(course, policy.restart, clock.started_at))
    if clock.began == "reopened" and _is_reopened_at(course, clock.started_at):
        return say("reopened")
    if clock.cycle > 1 and policy.recurring:
        return say("cycle {cycle} from", cycle=clock.cycle)
    types = [one.type for one in policy.start if isinstance(one, EventPattern)]
    if ev.REGISTERED in types and clock.started_at == cut(course.case.received_at):
        return say("received")
    return say("counted from {event}", event=_event_at(course, policy.start, clock.started_at))


def _is_reopened_at(course: Course, at: datetime) -> bool:
    return any(event.type == ev.REOPENED and cut(event.time) == at for event in course.case.events)


def _event_at(course: Course, ref: EventRef, at: datetime) -> Text:
    """The event or clock of the reference that came at the instant; the reference itself where none is found."""
    patterns = [one for one in ref if isinstance(one, EventPattern)]
    for event in course.case.events:
        if cut(event.time) == at and any(matches(one, event.type, event.data) for one in patterns):
            return event_name(event.type)
    clocks_first = sorted(ref, key=lambda one: not isinstance(one, ClockPattern))
    return _pattern(clocks_first[0]) if clocks_first else say("an event")


# --- pauses and extensions


def said_pauses(course: Course) -> Iterator[Text]:
    """Each stretch in which the clock stood, with its reasons."""
    for pause in course.clock.pauses:
        reasons = _reasons(course, pause)
        begin = course.said(pause.begin)
        if pause.end is None:
            yield say("Paused since {begin} ({reasons}).", begin=begin, reasons=reasons)
        else:
            end = course.said(pause.end)
            yield say("Paused from {begin} to {end} ({reasons}).", begin=begin, end=end, reasons=reasons)


def _reasons(course: Course, pause: Pause) -> tuple[Text, ...]:
    """Reasons given while it stood; of a pause that holds the cycle from its start, those open then."""
    paused = [event for event in course.words() if event.type == ev.PAUSED and event.data.get("reason")]
    within = [
        event for event in paused if pause.begin <= cut(event.time) and (pause.end is None or event.time < pause.end)
    ]
    earlier = [event for event in paused if cut(event.time) < pause.begin]
    if pause.end is not None and not within and _is_reopened_at(course, pause.end):
        return (say("ended until the reopening"),)
    return tuple(_reason(reason) for reason in dict.fromkeys(e.data["reason"] for e in within or earlier[-1:]))


def _reason(reason: str) -> Text:
    known = {
        "appraisal": say("appraisal"),
        "mediation": say("mediation"),
        "waiting_customer": say("waiting for the customer"),
    }
    return known.get(reason) or as_is(reason)


def granted(course: Course) -> list[Event]:
    """Extensions of this cycle that count."""
    refused = {refusal.event for refusal in course.draft.refusals}
    return [
        event
        for event in course.words()
        if event.type == ev.EXTENDED
        and (event.source, event.id) not in refused
        and cut(event.time) >= course.clock.started_at
    ]


def said_extensions(course: Course) -> Iterator[Text]:
    """Extensions that count, by whom and when."""
    for event in granted(course):
        role = (event.data.get("approver") or {}).get("role")
        values = {"to": written_limit_in_words(event.data.get("to") or ""), "when": course.said(event.time)}
        if role:
            yield say("Extended to {to} on {when}, approved by {role}.", role=role, **values)
        else:
            yield say("Extended to {to} on {when}.", **values)
    if course.clock.late_before is not None:
        span = said_span(course.clock.late_before)
        yield say("It was granted {span} after the due time: what was late stays late.", span=span)


def said_refusals(course: Course) -> Iterator[Text]:
    """Words about this clock that count for nothing, and why."""
    for refusal in course.draft.refusals:
        in_cycle = course.clock.started_at <= refusal.at
        if refusal.clock == course.clock.name and in_cycle and _is_within(course.clock, refusal):
            yield said_refusal(refusal, course.said(refusal.at))


def _is_within(clock: Clock, refusal: Refusal) -> bool:
    return clock.ended_at is None or refusal.at <= clock.ended_at


def said_refusal(refusal: Refusal, when: Text) -> Text:
    """A pause or an extension that does not count."""
    late = refusal.late_by_seconds
    missing = tuple(_missing(one) for one in refusal.missing)
    if late is not None:
        missing = (say("it came {span} after the due time", span=said_span(late)), *missing)
    if refusal.kind == "extension":
        to = written_limit_in_words(shown_limit(refusal.to or ""))
        return say("The extension to {to} of {when} does not count: {why}.", to=to, when=when, why=missing)
    return say("The pause of {when} does not count: {why}.", when=when, why=missing)


def _missing(word: str) -> Text:
    return {
        "reason": say("no reason that allows it"),
        "complainant_informed": say("the complainant was not informed"),
        "complainant_agreed": say("the complainant did not agree"),
        "approver": say("nobody in the role that has to approve did"),
        "to": say("the policy knows no such extension"),
        "clock": say("it names no clock that runs, or several"),
    }.get(word) or as_is(word)


# --- the end


def said_end(course: Course) -> Iterator[Text]:
    """How the cycle stands at the instant, or how it ended, and how far from its due time."""
    clock = course.clock
    if clock.ended_at is None:
        yield from _said_open(course)
        return
    when = course.said(clock.ended_at)
    policy = course.attached.clock
    match clock.state:
        case ClockState.STOPPED:
            event = _event_at(course, policy.reset if policy.recurring else policy.stop, clock.ended_at)
            yield say("Stopped by {event}, {when}.", event=event, when=when)
        case ClockState.MISSED:
            yield say("Nothing came by {when}: this cycle was missed, and the next began.", when=when)
        case ClockState.ENDED:
            event = _event_at(course, (*policy.stop, *policy.cancel), clock.ended_at)
            yield say("Ended by {event}, {when}.", event=event, when=when)
        case ClockState.CANCELLED:
            event = _event_at(course, policy.cancel, clock.ended_at)
            yield say("Cancelled by {event}, {when}.", event=event, when=when)
        case ClockState.RESTARTED:
            event = _event_at(course, policy.restart, clock.ended_at)
            yield say("Begun anew by {event}, {when}: this count ended.", event=event, when=when)
        case ClockState.MERGED:
            yield say("Ended {when}: the case was linked to another as its duplicate.", when=when)
        case _:
            yield say("Ended {when}: its policy applied no more.", when=when)
    yield from _said_distance(clock)


def _said_distance(clock: Clock) -> Iterator[Text]:
    if clock.state is ClockState.MISSED:
        return
    if clock.late_by_seconds is not None:
        yield say("Late by {span}.", span=said_span(clock.late_by_seconds))
    elif clock.due_at is not None and clock.ended_at is not None and clock.state is ClockState.STOPPED:
        left = int((clock.due_at - clock.ended_at).total_seconds())
        yield say("In time, {span} before it was due.", span=said_span(left))


def _said_open(course: Course) -> Iterator[Text]:
    clock, at = course.clock, course.draft.moment.seen_until
    when = course.said(at)
    waits = said_reference(course.attached.clock.reset or course.attached.clock.stop)
    if clock.late_by_seconds is not None:
        yield say("Overdue by {span}, {when}: it waits for {events}.", span=said_span(clock.late_by_seconds),
                  when=when, events=waits)  # fmt: skip
    elif clock.due_at is not None:
        left = int((clock.due_at - at).total_seconds())
        yield say("{span} left, {when}: it waits for {events}.", span=said_span(left), when=when, events=waits)
