"""Which clocks run on a case and why: for each cycle of each clock the sentences that tell its due time."""

from collections.abc import Iterator, Sequence

import msgspec

from monitors.clocks.clock import Clock
from monitors.clocks.course import asks_priority
from monitors.clocks.plan import AttachedClock
from monitors.clocks.policy import Policy
from triage.domain.case import Case
from triage.rulebook.limit_words import limit_in_words
from triage.service import clockwork
from triage.service.case_view import ClockLine, planned_line
from triage.service.counted_days import CountedDay, counted_days
from triage.service.draft import Draft
from triage.service.explain_ends import (
    Course,
    granted,
    said_end,
    said_extensions,
    said_pauses,
    said_reference,
    said_refusal,
    said_refusals,
    said_start,
)
from triage.service.explain_limits import Span, said_count, said_due
from triage.service.explain_notices import said_notices
from triage.service.explain_told import Told
from triage.service.explain_words import said_local
from triage.service.replan import draft_of
from triage.wording.text import Text, say

CYCLES_TOLD = 3
"""Of a recurring clock the latest cycles are told one by one; a case may have thousands."""


class ClockWhy(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle of a clock, or a clock that has not started (`line` None). `because`: the sentence of its due time
    first. `days`: the dates that it counts, one by one."""

    clock: str
    title: dict[str, str]
    line: ClockLine | None
    because: tuple[Text, ...]
    days: tuple[CountedDay, ...] = ()


class Clocks(msgspec.Struct, frozen=True):
    """Every clock of a case. `refused`: words about clocks that concern none of them."""

    cycles: tuple[ClockWhy, ...]
    refused: tuple[Text, ...]


def why_clocks(told: Told) -> Clocks:
    """Every clock of every attached policy as it stood."""
    draft, case = draft_of(told.row, told.rules, told.at)
    found: list[ClockWhy] = []
    for name in sorted(draft.planned_with):
        attached = draft.planned_with[name]
        policy = _policy_of(draft, name)
        cycles = draft.clocks.get(name, ())
        if cycles:
            found += _told_cycles(draft, case, attached, policy, cycles)
        else:
            waiting = tuple(_waiting(attached))
            found.append(ClockWhy(clock=name, title=policy.title if policy else {}, line=None, because=waiting))
    zone = told.deciding.zone
    refused = (one for one in draft.refusals if one.clock not in draft.planned_with)
    return Clocks(tuple(found), tuple(said_refusal(one, said_local(one.at, zone)) for one in refused))


def _policy_of(draft: Draft, name: str) -> Policy | None:
    """The policy of a clock as the revision has it that the clock holds."""
    policy_id = name.rpartition("/")[0]
    attachment = draft.attached[policy_id]
    for revision in (draft.pins.get(name), draft.rules.active.rulebook.revision, attachment.revision):
        found = clockwork.policy_at(draft, policy_id, revision) if revision else None
        if found is not None:
            return found[0]
    return None


def _told_cycles(
    draft: Draft, case: Case, attached: AttachedClock, policy: Policy | None, cycles: Sequence[Clock]
) -> Iterator[ClockWhy]:
    earlier = len(cycles) - CYCLES_TOLD
    for clock in cycles[-CYCLES_TOLD:]:
        course = Course(clock, attached, case, draft)
        span = _span(course)
        because = [*_told(course, span), *_told_frame(course, policy), *said_notices(course)]
        if earlier > 0 and clock is cycles[-1]:
            because.append(say("{number} earlier cycles are not told here.", number=earlier))
        yield ClockWhy(
            clock=clock.name,
            title=policy.title if policy else {},
            line=planned_line(clock),
            because=tuple(because),
            days=tuple(span.days),
        )


def _span(course: Course) -> Span:
    clock, attached, at = course.clock, course.attached, course.draft.moment.seen_until
    extensions = granted(course)
    return Span(
        clock=clock,
        policy=attached.clock,
        calendar=attached.calendar,
        days=counted_days(clock, attached.clock, attached.calendar, at),
        priority=_priority(course) if asks_priority(attached.clock) else None,
        extended_to=(extensions[-1].data.get("to") or "") if extensions else None,
        began=said_start(course),
        at=at,
    )


def _priority(course: Course) -> str | None:
    """The one given last by the cycle's end; before the first, the first."""
    end = course.clock.ended_at or course.draft.moment.seen_until
    given = course.draft.priorities
    last = next((one for one in reversed(given) if one.at <= end), given[0] if given else None)
    return last.priority if last else None


def _told(course: Course, span: Span) -> Iterator[Text]:
    clock = course.clock
    yield said_due(span)
    yield from said_end(course)
    yield from said_count(span)
    yield from said_pauses(course)
    yield from said_extensions(course)
    yield from said_refusals(course)
    yield from _priorities(course, span)
    if clock.original_due_at != clock.due_at:
        yield say("As it began it was due {when}.", when=course.said(clock.original_due_at))
    if clock.provisional:
        yield say("Provisional: the holidays of some of these dates are not known yet; then it is counted again.")


def _priorities(course: Course, span: Span) -> Iterator[Text]:
    """What a change of priority did to a limit that depends on it."""
    if span.priority is None:
        return
    for given in course.draft.priorities:
        if course.clock.started_at < given.at <= (course.clock.ended_at or span.at):
            yield say(
                "The priority became {priority}, {when}: counted anew from the same start, {limit}.",
                priority=given.priority,
                when=course.said(given.at),
                limit=limit_in_words(course.attached.clock.limit, given.priority),
            )


def _told_frame(course: Course, policy: Policy | None) -> Iterator[Text]:
    """Where the deadline comes from, and by which rules it is counted."""
    if policy is not None:
        yield said_source(policy)
    yield _calendar(course)
    policy_id = course.clock.name.rpartition("/")[0]
    attachment = course.draft.attached[policy_id]
    if attachment.at.replace(microsecond=0) > course.clock.started_at and course.clock.cycle == 1:
        yield say("The policy was attached {when}; its clocks count from their true start.",
                  when=course.said(attachment.at))  # fmt: skip
    pin = course.draft.pins.get(course.clock.name)
    if pin is not None and pin != course.draft.rules.active.rulebook.revision:
        yield say("It keeps to the rulebook revision with which it started, {revision}; another is active now.",
                  revision=pin[:12])  # fmt: skip


def _calendar(course: Course) -> Text:
    calendar = course.attached.calendar
    name = say("{title} ({id})", title=calendar.title or calendar.id, id=calendar.id)
    if calendar.zone == course.draft.rules.active.rulebook.zone:
        return say("Counted by the calendar {calendar}.", calendar=name)
    return say("Counted by the calendar {calendar}, in times of {zone}.", calendar=name, zone=calendar.zone)


def said_source(policy: Policy) -> Text:
    """Title, article and grade of what a policy goes back to."""
    source = policy.source
    grade = {
        "verified-text": say("checked against the text"),
        "verified-secondary": say("checked against a secondary source"),
        "from-memory": say("from memory, not checked"),
        "internal": say("a rule of the house"),
    }.get(source.get("grade", "")) or say("no grade")
    title = source.get("title") or policy.id
    if source.get("where"):
        return say("Source: {source}, § {article} ({grade}).", source=title, article=source["where"], grade=grade)
    return say("Source: {source} ({grade}).", source=title, grade=grade)


def _waiting(attached: AttachedClock) -> Iterator[Text]:
    """Why a clock has not started."""
    starts = said_reference(attached.clock.start)
    yield say("It starts with {events}, which has not happened.", events=starts)
    limit = attached.clock.limit
    if not asks_priority(attached.clock):
        yield say("From then it has {limit}.", limit=limit_in_words(limit))
    if attached.detached_at is not None:
        yield say("Its policy applies no more, since {when}.",
                  when=said_local(attached.detached_at, attached.calendar.tzinfo))  # fmt: skip
