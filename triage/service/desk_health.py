"""`triage rules health`: rules, terms, calendars, pauses and owners, over everything that the store holds."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import nsmallest

import msgspec

from monitors.clocks.clock import Clock, ClockState, StepKind
from triage.domain.lifecycle import PROGRESS
from triage.ports import OpenCase, Reading
from triage.rulebook.decide import CompiledRulebook
from triage.service import rule_health
from triage.service.release import Shelf
from triage.service.replan import clocks_at
from triage.service.rule_health import Sign, look_back
from triage.wording.text import Text, say

SHOWN = 10
"""Ids of cases that are named, the longest waiting first."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """How far to look. `days`: back, at decisions and texts. `within`: ahead, for what ends. `pause_days`: a pause is
    long after so many, unless its policy says when to remind of it. `waiting_days`: a case waits for long."""

    days: int = 365
    within: int = 60
    pause_days: int = 30
    waiting_days: int = 5


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen, and what there was to look at since an instant. `erased`: texts that are gone."""

    since: datetime
    complaints: int
    erased: int
    signs: tuple[Sign, ...]


class _Waiting(msgspec.Struct):
    """Cases that wait: how many, and the longest waiting."""

    count: int = 0
    longest: list[tuple[datetime, str]] = msgspec.field(default_factory=list)

    def add(self, since: datetime, case: str) -> None:
        self.count += 1
        self.longest = nsmallest(SHOWN, [*self.longest, (since, case)])

    @property
    def cases(self) -> tuple[str, ...]:
        return tuple(case for _, case in self.longest)

    def sign(self, code: str, message: Text, hint: Text, subject: str = "") -> Sign:
        return Sign(code=code, subject=subject, count=self.count, items=self.cases, message=message, hint=hint)


def health(reading: Reading, shelf: Shelf, proposed: CompiledRulebook | None, now: datetime, ask: Ask) -> Health:
    """Everything that somebody should look at, by the active rules or by proposed ones; a rule that is new in these
    cannot have fired."""
    active = shelf.rules(reading.rulebooks).active
    rules = proposed or active
    since = now - timedelta(days=ask.days)
    span = reading.past.span(since)
    today = now.astimezone(rules.zone).date()
    first = max(since, span.first or now).astimezone(rules.zone).date()
    signs: list[Sign] = []
    erased = 0
    if span.complaints:
        seen = look_back(reading.past.rows(since), rules)
        erased = seen.erased
        known = {rule.id for rule in active.rulebook.rules}
        signs += (one for one in rule_health.never_fired(rules, seen.fired, first, today) if one.subject in known)
        signs += rule_health.silent_terms(rules, seen.terms, first)
    else:
        signs.append(rule_health.nothing_received(since))
    signs += rule_health.ending(rules, today, timedelta(days=ask.within))
    signs += long_pauses(_standing(reading, shelf, now), now, timedelta(days=ask.pause_days))
    signs += waiting(reading.past.open_cases(now - timedelta(days=ask.waiting_days)), ask.waiting_days)
    return Health(since=since, complaints=span.complaints, erased=erased, signs=tuple(signs))


def _standing(reading: Reading, shelf: Shelf, now: datetime) -> Iterator[tuple[str, Clock]]:
    for row in reading.past.paused_cases():
        rules = shelf.rules(reading.rulebooks, [row.document])
        for clock in clocks_at(row, rules, now):
            if clock.state is ClockState.PAUSED:
                yield row.id, clock


def long_pauses(standing: Iterable[tuple[str, Clock]], now: datetime, after: timedelta) -> Iterator[Sign]:
    """Clocks that stand for longer than that, or than their policy lets pass before it reminds, by clock. `standing`:
    (case, clock) of paused clocks."""
    found: dict[str, _Waiting] = {}
    for case, clock in standing:
        since = clock.pauses[-1].begin
        reminders = [step.at for step in clock.steps if step.kind is StepKind.REMINDER and step.about == since]
        if min(reminders, default=since + after) <= now:
            found.setdefault(clock.name, _Waiting()).add(since, case)
    for name, waits in sorted(found.items()):
        said = say(
            "{clock}: cases in which it is paused for too long: {count}, {days} days at most ({cases})",
            clock=name,
            count=waits.count,
            days=(now - waits.longest[0][0]).days,
            cases=waits.cases,
        )
        yield waits.sign("pause-open", said, say("ask whether the reason still holds, else resume"), name)


def waiting(cases: Iterable[OpenCase], days: int) -> Iterator[Sign]:
    """Open cases, all received more than so many days ago, that nobody registered, that have no owner, or that only
    whoever has the duty owns, by department."""
    unregistered, unowned, unassigned = _Waiting(), _Waiting(), dict[str, _Waiting]()
    for case in cases:
        if case.status == PROGRESS[0]:
            unregistered.add(case.received_at, case.case)
        if case.owner is None:
            unowned.add(case.received_at, case.case)
        elif not case.is_assigned:
            unassigned.setdefault(case.department or "", _Waiting()).add(case.received_at, case.case)
    if unregistered.count:
        said = say(
            "cases that nobody has registered for more than {days} days: {count} ({cases})",
            days=days,
            count=unregistered.count,
            cases=unregistered.cases,
        )
        hint = say("ask the system that sends registrations; until then the case has no data to decide by")
        yield unregistered.sign("case-unregistered", said, hint)
    if unowned.count:
        said = say("open cases without an owner: {count} ({cases})", count=unowned.count, cases=unowned.cases)
        yield unowned.sign("case-unowned", said, say("nobody is told of their deadlines: assign a person at once"))
    for department, waits in sorted(unassigned.items()):
        said = say(
            "{department}: open cases that for more than {days} days only the person on duty owns: {count} ({cases})",
            department=department,
            days=days,
            count=waits.count,
            cases=waits.cases,
        )
        yield waits.sign("case-unassigned", said, say("assign a person to each"), department)
