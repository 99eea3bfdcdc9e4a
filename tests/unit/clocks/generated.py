"""Random stories: clocks, calendars and the events of one case.

Times lie on a coarse grid with seconds beside it, so that events often meet each other and due times. A story is made
out of one number: hypothesis draws the number, and `smallest` takes away what a failure does not need.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.unit.clocks.reference_counting import DAY, MIDNIGHT, PLAIN, Limit, Office, Rules, Spans
from tests.unit.clocks.reference_sheet import Reference, Sheet, written
from tests.unit.clocks.story import Story
from triage.domain.event import Event

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
FIRST_DATES = (date(2026, 3, 2), date(2026, 3, 26), date(2026, 10, 23), date(2026, 1, 30), date(2026, 9, 25))
TIMES = ("00:00:00", "08:00:00", "10:00:00", "12:00:00", "16:00:00", "17:00:00", "18:00:00", "23:59:58", "23:59:59")
REASONS = ("appraisal", "mediation")
PRIORITIES = ("high", "low")
NAMES = ("law/decision", "law/update", "house/decision")
UNITS = ("hours", "working hours", "calendar days", "working days", "weeks", "months")
NEEDS = ("complainant_informed", "complainant_agreed")

DESK: Spans = ((540, 720), (780, 1080))
ROUND_THE_CLOCK: Spans = ((0, MIDNIGHT),)
MOST = {"working hours": 20, "calendar days": 12, "working days": 8, "weeks": 2, "months": 2}

RECEIPT: Reference = {"on": "complaint.registered"}
ACCEPTED: Reference = {"on": "complaint.solution_accepted"}
PAID: Reference = {"on": "complaint.payment_completed"}
REPLY: Reference = {"on": "complaint.reply_sent"}
FINAL: Reference = {"on": "complaint.reply_sent", "when": {"kind": "final"}}
CONTACT: Reference = {"on": "complaint.contacted"}
TO_CUSTOMER: Reference = {"on": "complaint.contacted", "when": {"direction": "to_customer"}}
FROM_CUSTOMER: Reference = {"on": "complaint.contacted", "when": {"direction": "from_customer"}}
NEW_FACTS: Reference = {"on": "complaint.amended", "when": {"new_facts": True}}
REOPENING: Reference = {"on": "complaint.reopened"}
WITHDRAWAL: Reference = {"on": "complaint.withdrawn"}

STARTS = ((RECEIPT,), (RECEIPT,), (ACCEPTED,), (CONTACT, RECEIPT), (FROM_CUSTOMER,), (REOPENING,))
KINDS = ("reply_sent", "contacted", "solution_accepted", "payment_completed", "withdrawn", "amended", "linked")
ENDS = ("reply_sent", "contacted", "withdrawn", "amended", "amended", "linked", "reopened", "paused", "resumed")
OTHERS = ("reopened", "reopened", "voided", "registered")
WORDS = ("paused", "paused", "resumed", "extension_granted")


def stories() -> st.SearchStrategy[Story]:
    """A case with up to three clocks and up to a dozen events, most of them of a few kinds."""
    return st.integers(0, 2**64 - 1).map(lambda number: Maker(Random(number)).story())


def smallest(story: Story, fails: Callable[[Story], bool]) -> Story:
    """The story without the events, clocks and words that its failure does not need."""
    for simpler in _simpler(story):
        if fails(simpler):
            return smallest(simpler, fails)
    return story


def _simpler(story: Story) -> Iterator[Story]:
    for one in story.events[: len(story.events) if len(story.events) > 1 else 0]:
        yield story.having(*(event for event in story.events if event is not one))
    for sheet in story.sheets:
        if len(story.sheets) > 1:
            yield replace(story, sheets=tuple(one for one in story.sheets if one is not sheet))
        for plainer in _plainer(sheet):
            yield replace(story, sheets=tuple(plainer if one is sheet else one for one in story.sheets))
    if len(story.priorities) > 1:
        yield replace(story, priorities=story.priorities[1:])
    if story.office.special:
        yield replace(story, office=replace(story.office, special={}))


def _plainer(sheet: Sheet) -> Iterator[Sheet]:
    plain = Sheet(name=sheet.name, limit={"amount": 1, "unit": "calendar days"}, start=(RECEIPT,))
    for name in ("limit", "start", "stop", "cancel", "restart", "extensions", "pauses", "on_reopen", "detached_at"):
        if getattr(sheet, name) != getattr(plain, name):
            yield replace(sheet, **{name: getattr(plain, name)})
    for word in ("start_day", "close_of_business", "roll_forward"):
        if getattr(sheet.rules, word):
            yield replace(sheet, rules=replace(sheet.rules, **{word: False}))


class Maker:
    """Makes a story, and other things at random."""

    def __init__(self, random: Random) -> None:
        self.random, self.choose = random, random.choice
        self.zone, self.first = random.choice(ZONES), random.choice(FIRST_DATES)
        self.told: list[datetime] = []
        self.crowding = random.choice((0.25, 0.25, 0.25, 0.8))

    def one_in(self, number: int) -> bool:
        """True now and then."""
        return not self.random.randrange(number)

    def story(self) -> Story:
        """Everything of one case."""
        names = NAMES[: self.choose((1, 1, 2, 3))]
        sheets = tuple(self.sheet(name, names[:number]) for number, name in enumerate(names))
        detached = self.moment().replace(microsecond=0) if self.one_in(6) else None
        sheets = tuple(replace(one, detached_at=detached) if one.name[:3] == "law" else one for one in sheets)
        events = self.events(sheets)
        changes = sorted({self.moment().replace(microsecond=0): self.choose(PRIORITIES) for _ in range(3)}.items())
        now = max(self.moment(40), detached or events[0].time)
        return Story(self.office(), sheets, events, tuple(changes[: self.choose((1, 2, 3))]), now)

    # Offices and limits.

    def office(self) -> Office:
        """Office hours, odd hours, or no closing at all, with a few special days."""
        plain = (DESK,) * 5 + ((), ())
        odd = (self.spans(1), *(self.spans() for _ in range(6)))
        week = self.choose((plain, plain, odd, (ROUND_THE_CLOCK,) * 7))
        near = [self.first + self.random.randrange(15) * DAY for _ in range(self.random.randrange(5))]
        return Office(self.zone, week, {day: self.choose(((), (), DESK, ((600, 660),))) for day in near})

    def spans(self, least: int = 0) -> Spans:
        """Up to two intervals on half hours, some up to the end of the date, some touching."""
        count = self.random.randint(least, 2)
        marks = sorted(self.random.sample(range(49), 2 * count))
        pairs = [(opens * 30, closes * 30) for opens, closes in zip(marks[::2], marks[1::2], strict=True)]
        if count > 1 and self.one_in(2):
            pairs[1] = (pairs[0][1], pairs[1][1])
        return tuple(pairs)

    def limit(self, unit: str | None = None) -> Limit:
        """A plain limit; hours often in whole days, so that due times meet events."""
        unit = unit or self.choose(UNITS)
        amounts = (2, 14, 24, 24, 48, 72) if unit == "hours" else range(1, MOST[unit] + 1)
        return {"amount": self.choose(amounts), "unit": unit}

    def any_limit(self) -> Limit:
        """A plain limit, the later or earlier of some, or one by priority."""
        some = [self.limit() for _ in range(self.choose((2, 3)))]
        shape = self.choose(("plain", "plain", "plain", "later_of", "earlier_of", "by_priority"))
        if shape == "plain":
            return some[0]
        if shape == "by_priority":
            return {shape: {"high": self.limit(), "low": self.choose(({"later_of": some}, some[0]))}}
        return {shape: some}

    # Clocks.

    def sheet(self, name: str, earlier: Sequence[str]) -> Sheet:
        """A clock that may refer to earlier ones."""
        rules = Rules(self.one_in(2), self.one_in(2), self.one_in(2))
        sheet = Sheet(
            name=name,
            limit=self.any_limit(),
            start=self.reference(
                earlier, (RECEIPT,), (RECEIPT,), (ACCEPTED,), (CONTACT, RECEIPT), (FROM_CUSTOMER,), (REOPENING,)
            ),
            stop=self.reference(earlier, (FINAL,), (REPLY, PAID), (PAID,), (RECEIPT, PAID)),
            cancel=self.reference(earlier, (), (WITHDRAWAL,)),
            restart=self.choose(((), (), (NEW_FACTS,), (RECEIPT,))),
            rules=self.choose((PLAIN, rules)),
            pauses={one: self.needs(NEEDS) for one in REASONS if not self.one_in(3)},
            extensions=self.extensions(),
            on_reopen=self.choose(("none", "restart", "resume")),
        )
        if not self.one_in(3):
            return sheet
        # A cycle that counts its own first date, or is due at an earlier closing, may have no length at all.
        rules = Rules(roll_forward=rules.roll_forward)
        reset = self.choose(((TO_CUSTOMER,), (CONTACT,)))
        limit = self.any_limit()
        while "'amount': 2, 'unit': 'hours'" in repr(limit):  # hundreds of cycles
            limit = self.any_limit()
        return replace(sheet, recurring=True, rules=rules, reset=reset, limit=limit)

    def reference(self, earlier: Sequence[str], *own: tuple[Reference, ...]) -> tuple[Reference, ...]:
        """Events, or what an earlier clock comes to, or both."""
        events = self.choose(own)
        if not earlier or self.one_in(2):
            return events
        clock = {"clock": self.choose(earlier), "is": self.choose(("met", "stopped", "breached", "ended"))}
        return (*self.choose(((), events)), clock)

    def extensions(self) -> Sequence[Mapping[str, Any]]:
        """Up to three entries of different limits."""
        entries: list[Mapping[str, Any]] = []
        for unit in self.random.sample(UNITS, self.choose((0, 1, 2, 3))):
            limit = self.limit(unit)
            word = self.choose(({"to": limit}, {"add": limit, "from": "due"}, {"add": limit, "from": "grant"}))
            needs, role = self.needs(("reason", "complainant_informed")), self.choose((None, None, "senior_manager"))
            entries.append({**word, "needs": needs, "approver": role, "late": self.one_in(2)})
        return entries

    def needs(self, possible: Sequence[str]) -> Sequence[str]:
        """None, one or all."""
        return self.choose(((), (), possible[:1], possible))

    # Events.

    def moment(self, most: int = 24) -> datetime:
        """An instant on the grid, sometimes a second or a part of one beside it."""
        if self.told and self.random.random() < self.crowding:  # two things in one second, or one beside the other
            return self.choose(self.told) + timedelta(milliseconds=self.choose((0, 0, 1, 1000)))
        day = self.first + self.random.randint(0, most) * DAY
        local = datetime.combine(day, time.fromisoformat(self.choose(TIMES)), ZoneInfo(self.zone))
        self.told.append(local.astimezone(UTC) + timedelta(milliseconds=self.choose((0, 0, 0, 0, 1000, 300, 700))))
        return self.told[-1]

    def events(self, sheets: Sequence[Sheet]) -> tuple[Event, ...]:
        """A registration and up to eleven other events."""
        pool = ENDS if self.crowding > 0.5 else (*KINDS, *OTHERS, *WORDS, *WORDS)
        kinds = [self.choose(pool) for _ in range(self.random.randint(1, 6))]
        received = {"received_at": self.moment(3).isoformat()} if self.one_in(4) else {}
        made = [self.event("registered", "0", self.moment(2), {"description": "late", **received})]
        for number in range(1, self.random.randint(1, 12)):
            kind = self.choose(kinds)
            made.append(self.event(kind, str(number), self.moment(), self.data(kind, sheets, made)))
        self.random.shuffle(made)
        return tuple(made)

    def event(self, kind: str, number: str, when: datetime, data: Mapping[str, Any]) -> Event:
        """An event of the one case."""
        return Event(id=number, source="/desk", type=f"complaint.{kind}", subject="C-1", time=when, data=dict(data))

    def data(self, kind: str, sheets: Sequence[Sheet], earlier: Sequence[Event]) -> Mapping[str, Any]:
        """What an event of the kind says."""
        match kind:
            case "paused" | "resumed":
                return self.pause(is_open=kind == "resumed")
            case "extension_granted":
                return self.extension(self.choose([one for one in sheets if one.extensions] or sheets))
            case "voided":
                named = self.choose(earlier)
                return {"event": {"source": named.source, "id": named.id}, "reason": "x", "by": "u"}
        return self.choose(SAYINGS.get(kind, ({},)))

    def pause(self, is_open: bool) -> Mapping[str, Any]:
        """A pause, or the end of one or of all."""
        reason = self.choose((*REASONS, *REASONS, *REASONS, "waiting_customer", *(None,) * 4 * is_open))
        clocks = self.choose(([], [], [], ["update"], ["law/decision"], ["decision"], ["law/update", "update"]))
        spoken = {"reason": reason, "clocks": clocks}
        return {name: value for name, value in spoken.items() if value} | self.evidence()

    def extension(self, sheet: Sheet) -> Mapping[str, Any]:
        """A grant, mostly of what the clock offers."""
        name = self.choose((*(sheet.name,) * 6, sheet.name.split("/")[1], "law/other"))
        offered = [written(entry) for entry in sheet.extensions]
        to = self.choose((*offered * 3, "99 weeks"))
        spoken = {"clock": name, "to": self.choose((to, f" {to.title()}", to.removesuffix("s")))}
        if not self.one_in(6):
            spoken["reason"] = "x"
        role = self.choose((*("senior_manager",) * 4, "department_head", None))
        return spoken | self.evidence() | ({"approver": {"id": "u", "role": role}} if role else {})

    def evidence(self) -> dict[str, Any]:
        """What the complainant was told and said."""
        informed = {} if self.one_in(6) else {"complainant_informed_at": "2026-03-02T02:00:00Z"}
        return informed | ({} if self.one_in(6) else {"agreed_by_complainant": not self.one_in(6)})


SAYINGS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "registered": ({"description": "again"},),
    "reply_sent": ({}, {"kind": "final"}, {"kind": "holding"}),
    "contacted": ({"direction": "to_customer"}, {"direction": "from_customer"}),
    "amended": ({"patch": {}, "new_facts": True}, {"patch": {}, "new_facts": False}),
    "linked": ({"to": "C-0", "relation": "duplicate"}, {"to": "C-0"}),
}
