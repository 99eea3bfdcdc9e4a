"""Calendars, policies, events and cases for the tests of clocks, written as the files write them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitors.clocks.calendar import Calendar, Interval, SpecialDay, Week
from monitors.clocks.clock import Clock
from monitors.clocks.counting import Due, due_time
from monitors.clocks.life import History
from monitors.clocks.plan import AttachedClock, plan_clocks
from monitors.clocks.policy import ClockPolicy, Counting, Escalation, EventPattern, EventRef, Limit, Unit, Warning_
from monitors.clocks.steps import Course
from triage.domain.case import Case, fold
from triage.domain.condition import Condition
from triage.domain.event import Event

SHANGHAI = "Asia/Shanghai"


def quarter(number: int) -> time:
    """The time of day after so many quarters of an hour; 96 is the end of the date."""
    return time(number // 4 % 24, number % 4 * 15)


def hours(*spans: str) -> tuple[Interval, ...]:
    """Intervals out of `09:00-12:00`; `24:00` closes at the end of the date."""
    pairs = [span.replace("24:00", "00:00").split("-") for span in spans]
    return tuple(Interval(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)


def week(working: tuple[Interval, ...], weekend: tuple[Interval, ...] = ()) -> Week:
    """The same hours from Monday to Friday, others on Saturday and Sunday."""
    return (working, working, working, working, working, weekend, weekend)


def days(first: str, last: str) -> list[date]:
    """All dates from first to last."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


OFFICE = hours("09:00-12:00", "13:00-18:00")

CN_CLOSED = {
    "元旦": days("2026-01-01", "2026-01-03"),
    "春节": days("2026-02-15", "2026-02-23"),
    "清明节": days("2026-04-04", "2026-04-06"),
    "劳动节": days("2026-05-01", "2026-05-05"),
    "端午节": days("2026-06-19", "2026-06-21"),
    "中秋节": days("2026-09-25", "2026-09-27"),
    "国庆节": days("2026-10-01", "2026-10-07"),
}
CN_MADE_UP = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")

CN = Calendar(
    id="cn",
    title={"en": "China"},
    zone=SHANGHAI,
    week=week(OFFICE),
    special={day: SpecialDay((), name) for name, closed in CN_CLOSED.items() for day in closed}
    | {date.fromisoformat(day): SpecialDay(OFFICE, "调休") for day in CN_MADE_UP},
    known_from=date(2026, 1, 1),
    known_until=date(2026, 12, 31),
)
"""China in 2026: eight opening hours a day around a lunch break, holidays, make-up Saturdays and Sundays."""


def calendar(zone: str, plain: Week, special: dict[date, SpecialDay] | None = None) -> Calendar:
    """A calendar that knows every date."""
    return Calendar("test", {"en": "Test"}, zone, plain, special or {}, None, date.max)


LONDON = calendar("Europe/London", week(hours("09:00-17:30")))
LONDON_NIGHTS = calendar("Europe/London", week(hours("00:00-08:00"), hours("00:00-08:00")))
NEW_YORK = calendar("America/New_York", week(hours("09:00-17:00")))
NEW_YORK_ALWAYS = calendar("America/New_York", week(hours("00:00-24:00"), hours("00:00-24:00")))


def instant(text: str, zone: str = SHANGHAI) -> datetime:
    """An instant in UTC; without an offset it is local time of the zone."""
    made = datetime.fromisoformat(text)
    return (made if made.tzinfo else made.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def limit(text: str) -> Limit:
    """A limit out of `15 calendar days` or `1 working day`."""
    amount, unit = text.split(" ", 1)
    return Limit(int(amount), next(one for one in Unit if one.value in (unit, f"{unit}s")))


def warning(text: str) -> Warning_:
    """A warning out of `80%` or `1 working day before`."""
    if text.endswith("%"):
        return Warning_(text, percent=float(text[:-1]))
    return Warning_(text, before=limit(text.removesuffix(" before")))


def escalation(text: str) -> Escalation:
    """An escalation out of `due` or `after 1 working day`."""
    if text == "due":
        return Escalation(text, None, ("owner",))
    return Escalation(text, limit(text.removeprefix("after ")), ("department_head",))


def ref(*types: str, when: Condition | None = None) -> EventRef:
    """A reference to events of these types, all under the same condition."""
    return tuple(EventPattern(one, when) for one in types)


RECEIPT, REPLY, WITHDRAWAL = ref("complaint.registered"), ref("complaint.reply_sent"), ref("complaint.withdrawn")


def clock_policy(
    limit_text: str = "15 calendar days",
    *,
    start: EventRef = RECEIPT,
    stop: EventRef = REPLY,
    cancel: EventRef = WITHDRAWAL,
    warn: tuple[str, ...] = (),
    escalate: tuple[str, ...] = ("due",),
    any_time: bool = False,
) -> ClockPolicy:
    """The clock `decision` of a policy."""
    return ClockPolicy(
        id="decision",
        start=start,
        stop=stop,
        cancel=cancel,
        limit=limit(limit_text),
        warnings=tuple(warning(text) for text in warn),
        escalations=tuple(escalation(text) for text in escalate),
        any_time=any_time,
    )


def event(kind: str, when: str | datetime, /, **data: Any) -> Event:
    """An event `complaint.<kind>`; local times are Shanghai's; `event_id` and `source` only where they matter."""
    moment = instant(when) if isinstance(when, str) else when
    event_id = data.pop("event_id", f"{kind}@{moment.isoformat()}")
    source = data.pop("source", "/desk")
    return Event(id=event_id, source=source, type=f"complaint.{kind}", subject="C-1", time=moment, data=data)


def case_of(*events: Event, zone: str = SHANGHAI) -> Case:
    """The case that the events tell."""
    return fold("C-1", events, ZoneInfo(zone))


def planned(
    clock: ClockPolicy, case: Case, now: str | datetime, cal: Calendar = CN, events_until: datetime | None = None
) -> Clock | None:
    """The clock's last cycle, None when it has not started."""
    cycles = history_of(clock, case, now, cal, events_until).cycles
    return cycles[-1] if cycles else None


def history_of(
    clock: ClockPolicy, case: Case, now: str | datetime, cal: Calendar = CN, events_until: datetime | None = None
) -> History:
    """What became of the clock `law/decision`, alone on its case."""
    at = instant(now) if isinstance(now, str) else now
    return plan_clocks([AttachedClock("law/decision", clock, cal)], case, (), at, events_until).histories[
        "law/decision"
    ]


def due(limit: Limit, start: datetime, cal: Calendar) -> Due:
    """The due time of a limit without pauses, counted as usual."""
    found = due_time(limit, start, cal, Counting())
    assert found is not None
    return found


def course(limit: Limit, start: datetime, cal: Calendar) -> Course:
    """The way to that due time."""
    found = due(limit, start, cal)
    return Course(start, found.at, found.unit, (), cal)
