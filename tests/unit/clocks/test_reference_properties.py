"""Laws of planned clocks: the plan is what a second reading of the contract tells, and what may not matter does not.

Each test prints how many stories it looked at (`pytest -rP` shows it).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitors.clocks.clock import Clock, ClockState
from monitors.clocks.plan import CasePlan
from tests.unit.clocks.generated import Maker, smallest
from tests.unit.clocks.reference_counting import SECOND, Spans
from tests.unit.clocks.reference_sheet import Sheet
from tests.unit.clocks.story import Story
from triage.domain.event import Event

pytestmark = pytest.mark.long

Law = Callable[[Story, Random], bool | None]
"""Whether the law holds for a story; None when it says nothing about it. Draws what it needs."""

NUMBERS = st.integers(0, 2**64 - 1)
MILLISECOND = timedelta(milliseconds=1)
OWN = "inspection"
"""A reason for a pause that no story uses."""


def look_at(law: Law, stories: int) -> int:
    """How many stories the law spoke of. A story that breaks it is made small before it is shown."""
    seen = Counter[bool | None]()

    # The number is all that hypothesis draws, so there is nothing that it could make smaller.
    @settings(
        max_examples=stories,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=(HealthCheck.too_slow,),
    )
    @given(NUMBERS)
    def hold(number: int) -> None:
        story = Maker(Random(number)).story()
        held = law(story, Random(number))
        seen[held] += 1
        if held is False:
            raise AssertionError(f"{number}: {smallest(story, lambda one: law(one, Random(number)) is False)!r}")

    hold()
    spoken = seen[True]
    print(f"{law.__name__}: held in {spoken} of {seen.total()} stories")
    return spoken


def row(clock: Clock) -> tuple[Any, ...]:
    """What the reference tells of a cycle, as the service has it."""
    return (
        clock.name,
        clock.cycle,
        clock.state.value,
        clock.started_at,
        clock.due_at,
        clock.due_at_if_resumed_now,
        clock.original_due_at,
        clock.ended_at,
        clock.breached,
        clock.late_by_seconds,
    )


def cycles(plan: CasePlan) -> list[tuple[Any, ...]]:
    """Every cycle of every clock."""
    return sorted(row(clock) for history in plan.histories.values() for clock in history.cycles)


def steps(plan: CasePlan) -> list[tuple[Any, ...]]:
    """Every planned step."""
    return sorted(
        (clock.name, clock.cycle, step.name, step.at, step.about)
        for history in plan.histories.values()
        for clock in history.cycles
        for step in clock.steps
    )


def refusals(plan: CasePlan, without: Sequence[Event] = ()) -> list[tuple[Any, ...]]:
    """Every refusal; the order in which the missing needs are named is not promised."""
    ids = {event.id for event in without}
    found = [
        (one.kind, one.event, one.clock, one.to, tuple(sorted(one.missing)), one.late_by_seconds)
        for one in plan.refusals
        if one.event[1] not in ids
    ]
    return sorted(found, key=repr)


def same(story: Story, other: Story, added: Sequence[Event] = ()) -> bool:
    """Whether both have the same cycles and steps, and the same refusals apart from those of added events."""
    one, two = story.plan(), other.plan()
    return cycles(one) == cycles(two) and steps(one) == steps(two) and refusals(one) == refusals(two, added)


def test_the_plan_is_what_the_reference_tells() -> None:
    """Cycles with state, times and lateness, and refusals, of every kind of clock."""
    states, refused = Counter[str](), Counter[str]()

    def plan_is_told(story: Story, _: Random) -> bool:
        told, planned = story.told(), story.plan()
        found = [one for many in told.cycles.values() for one in many]
        states.update(one.state for one in found)
        refused.update(f"{one.kind} {need}" for one in told.refusals for need in one.missing or ("late",))
        same_cycles = cycles(planned) == sorted(tuple(vars(one).values()) for one in found)
        return same_cycles and refusals(planned) == sorted(
            (tuple(vars(one).values()) for one in told.refusals), key=repr
        )

    look_at(plan_is_told, 2500)
    print(f"cycles: {dict(states)}; refusals: {dict(refused)}")
    assert set(states) == {state.value for state in ClockState}
    assert {"pause reason", "pause clock", "pause complainant_informed", "pause complainant_agreed"} <= set(refused)
    assert {f"extension {need}" for need in ("clock", "to", "reason", "approver", "late")} <= set(refused)


def order_is_nothing(story: Story, random: Random) -> bool:
    events, sheets = list(story.events), list(story.sheets)
    random.shuffle(events)
    random.shuffle(sheets)
    later = story.having(*events)
    return later.plan() == story.plan() and same(story, replace(later, sheets=tuple(sheets)))


def test_the_order_of_arrival_never_matters() -> None:
    """The plan of any order of the events is the same to the last field; nor does it matter which clock comes first."""
    assert look_at(order_is_nothing, 500) == 500


def pause_is_no_loss(story: Story, random: Random) -> bool | None:
    if not story.case.registered:  # it counts from its earliest event, which the pause might be
        return None
    sheet = replace(story.sheets[0], recurring=False, reset=(), pauses={**story.sheets[0].pauses, OWN: ()})
    before = replace(story, sheets=(sheet,))
    added = pause(before, random)
    if not added:
        return None
    after = before.having(*before.events, *added)
    pairs = list(zip(last_words(before.plan()), last_words(after.plan()), strict=True))
    is_shorter = any(one > two for one, two in pairs)
    return not is_shorter if any(one != two for one, two in pairs) else None


def test_a_pause_never_shortens() -> None:
    """With a pause and its end every due time is the same or later."""
    assert look_at(pause_is_no_loss, 1000) > 150


def last_words(plan: CasePlan) -> list[Any]:
    """The due time of every cycle, as if a pause ended now."""
    clocks = [clock for history in plan.histories.values() for clock in history.cycles]
    return [clock.due_at or clock.due_at_if_resumed_now for clock in clocks]


def pause(story: Story, random: Random) -> tuple[Event, Event] | None:
    """A pause for a reason of its own and its end, in seconds in which nothing else happens; the pause begins while a
    clock is not overdue. None when no clock runs."""
    found = [one for history in story.plan().histories.values() for one in history.cycles]
    times = [(one.started_at, one.due_at, one.ended_at or one.due_at) for one in found if one.due_at]
    running = [(start, min(due, end)) for start, due, end in times if start < min(due, end)]
    if not running:
        return None
    start, until = random.choice(running)
    begin = start + int((until - start).total_seconds() * random.random()) * SECOND
    begin = begin.replace(second=random.randint(5, 50))
    maker = Maker(random)
    return (
        maker.event("paused", "own-1", begin, {"reason": OWN}),
        maker.event("resumed", "own-2", begin + random.randint(3, 700_000) * SECOND, {"reason": OWN}),
    )


def touch_is_nothing(story: Story, random: Random) -> bool | None:
    kept = [one for one in story.events if one.type != "complaint.resumed" or "reason" in one.data]
    if not kept:
        return None
    before = replace(story, sheets=tuple(map(steady, story.sheets)), events=tuple(kept))
    added = pause(before, random)
    if not added or same(before, before.having(*kept, *added)):
        return None
    paused, resumed = added
    middle = paused.time + random.randint(1, int((resumed.time - paused.time).total_seconds()) - 2) * SECOND
    again = (told_at(middle, resumed, "own-3"), told_at(middle + MILLISECOND, paused, "own-4"))
    return same(before.having(*kept, *added), before.having(*kept, *added, *again), again)


def test_two_pauses_that_touch_are_one() -> None:
    """A pause that ends and begins again within one second has not ended.

    Where a due time may come back, by priority or a late extension, it is not so: of a pause that began too late only
    the second half might be in time.
    """

    assert look_at(touch_is_nothing, 900) > 150


def steady(sheet: Sheet) -> Sheet:
    """The clock without what would bring a due time that has passed back: changes of priority, late extensions."""
    extensions = [{**entry, "late": False} for entry in sheet.extensions]
    limit = sheet.limit.get("by_priority", {}).get("high", sheet.limit)
    return replace(sheet, limit=limit, extensions=extensions, pauses={**sheet.pauses, OWN: ()})


def told_at(when: datetime, event: Event, number: str) -> Event:
    """The same word at another time."""
    return Event(id=number, source=event.source, type=event.type, subject=event.subject, time=when, data=event.data)


def halves_are_nothing(story: Story, _: Random) -> bool:
    office = story.office
    special = {day: halved(spans) for day, spans in office.special.items()}
    return same(story, replace(story, office=replace(office, week=tuple(map(halved, office.week)), special=special)))


def test_opening_hours_that_touch_are_one() -> None:
    """Every interval in two that touch changes nothing."""
    assert look_at(halves_are_nothing, 500) == 500


def halved(spans: Spans) -> Spans:
    """Two intervals out of each."""
    return tuple(half for opens, closes in spans for half in ((opens, opens + 15), (opens + 15, closes)))


def registration_is_nothing(story: Story, random: Random) -> bool | None:
    first = next((one for one in story.case.events if one.type == "complaint.registered"), None)
    if first is None:
        return None
    when = first.time + timedelta(seconds=random.choice((0, 1, 86_400, 864_000)))
    second = Maker(random).event("registered", "zz", when, {"description": "x", "received_at": "2026-01-01T00:00:00Z"})
    return same(story, story.having(second, *story.events), (second,))


def test_a_second_registration_changes_nothing() -> None:
    """Whatever it says and whenever it comes after the first."""
    assert look_at(registration_is_nothing, 500) > 400


def again_is_nothing(story: Story, random: Random) -> bool | None:
    told = [one for one in story.case.events if one.type == "complaint.paused"]
    if not told:
        return None
    one = random.choice(told)
    resumed = (other for other in story.case.events if other.type == "complaint.resumed")
    ends = [other.time for other in resumed if other.order > one.order]
    seconds = int((min([*ends, story.now + timedelta(days=1)]) - one.time).total_seconds())
    later = one.time + random.choice((0, random.randint(0, max(0, seconds - 1)))) * SECOND
    again = told_at(later, one, f"{one.id}-again")
    return same(story, story.having(again, *story.events), (again,))


def test_the_same_pause_while_it_is_open_changes_nothing() -> None:
    """Told again at once or later, before anything has been resumed; only its own refusals may be more."""
    assert look_at(again_is_nothing, 1200) > 200


def void_is_nothing(story: Story, random: Random) -> bool | None:
    events = [one for one in story.events if one.type != "complaint.voided"]
    if len(events) < 2:
        return None
    one = random.choice(events)
    word = {"event": {"source": one.source, "id": one.id}, "reason": "x", "by": "u"}
    last = max(event.time for event in story.events)
    void = Maker(random).event("voided", "void", last + SECOND, word)
    without = story.having(*(event for event in story.events if event is not one))
    return story.having(void, *story.events).plan() == without.plan()


def test_a_voided_event_has_never_been() -> None:
    """The plan with an event that is voided is the plan without it, to the last field."""
    assert look_at(void_is_nothing, 700) > 500
