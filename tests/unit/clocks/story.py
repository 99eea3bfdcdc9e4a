"""A clock, a calendar and a case as the reference describes them, made into the service's values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from monitors.clocks import policy as pol
from monitors.clocks.calendar import Calendar, Interval, SpecialDay, Week
from monitors.clocks.plan import AttachedClock, CasePlan, plan_clocks
from tests.unit.clocks.reference import tell
from tests.unit.clocks.reference_counting import Limit, Office, Spans
from tests.unit.clocks.reference_sheet import Account, Reference, Sheet, written
from triage.domain.case import Case, fold
from triage.domain.condition import All, Condition, Op, Test
from triage.domain.event import Event


@dataclass(frozen=True)
class Story:
    """One case with its clocks. `events` in order of arrival."""

    office: Office
    sheets: tuple[Sheet, ...]
    events: tuple[Event, ...]
    priorities: tuple[tuple[datetime, str], ...]
    now: datetime

    @property
    def case(self) -> Case:
        """The case that the events tell."""
        return fold("C-1", self.events, ZoneInfo(self.office.zone))

    def told(self) -> Account:
        """What the reference tells of it."""
        return tell(self.sheets, self.office, self.case, self.priorities, self.now)

    def plan(self) -> CasePlan:
        """What the service makes of it."""
        calendar = calendar_of(self.office)
        attached = [AttachedClock(one.name, policy_of(one), calendar, one.detached_at) for one in self.sheets]
        return plan_clocks(attached, self.case, self.priorities, self.now)

    def having(self, *events: Event) -> "Story":
        """The same with these events."""
        return replace(self, events=events)


def calendar_of(office: Office) -> Calendar:
    """The same office as a calendar."""
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (_intervals(spans) for spans in office.week)
    week: Week = (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
    special = {day: SpecialDay(_intervals(spans), "special") for day, spans in office.special.items()}
    return Calendar("test", {"en": "Test"}, office.zone, week, special, None, date.max)


def _intervals(spans: Spans) -> tuple[Interval, ...]:
    return tuple(Interval(_time(opens), _time(closes)) for opens, closes in spans)


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def limit_of(limit: Limit) -> pol.AnyLimit:
    """The same limit as a policy has it."""
    if "later_of" in limit:
        return pol.LaterOf(tuple(limit_of(one) for one in limit["later_of"]))
    if "earlier_of" in limit:
        return pol.EarlierOf(tuple(limit_of(one) for one in limit["earlier_of"]))
    if "by_priority" in limit:
        return pol.ByPriority(tuple((name, limit_of(one)) for name, one in limit["by_priority"].items()))
    return _plain_limit(limit)


def _plain_limit(limit: Limit) -> pol.Limit:
    return pol.Limit(limit["amount"], pol.Unit(limit["unit"]))


def policy_of(sheet: Sheet) -> pol.ClockPolicy:
    """The same clock as a policy has it."""
    rules = sheet.rules
    return pol.ClockPolicy(
        id=sheet.name.split("/")[1],
        start=_references(sheet.start),
        stop=_references(sheet.stop),
        cancel=_references(sheet.cancel),
        restart=_references(sheet.restart),
        reset=_references(sheet.reset),
        limit=limit_of(sheet.limit),
        recurring=sheet.recurring,
        counting=pol.Counting(rules.start_day, rules.close_of_business, rules.roll_forward),
        pauses=tuple(pol.PauseRule(name, tuple(map(pol.Need, needs))) for name, needs in sheet.pauses.items()),
        extensions=tuple(_extension(entry) for entry in sheet.extensions),
        on_reopen=pol.OnReopen(sheet.on_reopen),
        escalations=(pol.Escalation("due", None, ("owner",)),),
    )


def _references(references: Sequence[Reference]) -> pol.EventRef:
    return tuple(
        pol.ClockPattern(one["clock"], pol.Reached(one["is"]))
        if "clock" in one
        else pol.EventPattern(one["on"], _condition(one.get("when", {})))
        for one in references
    )


def _condition(wanted: Mapping[str, Any]) -> Condition | None:
    tests = tuple(Test(name, Op.IS, value) for name, value in wanted.items())
    return All(tests) if tests else None


def _extension(entry: Mapping[str, Any]) -> pol.Extension:
    return pol.Extension(
        written(entry),
        to=limit_of(entry["to"]) if "to" in entry else None,
        add=_plain_limit(entry["add"]) if "add" in entry else None,
        from_grant=entry.get("from") == "grant",
        needs=tuple(map(pol.Need, entry["needs"])),
        approver=entry["approver"],
        late_accepted=entry["late"],
    )
