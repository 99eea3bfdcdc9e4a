"""Every word about clocks is read to the value that the clocks are counted by."""

from typing import Any

import pytest

from monitors.clocks.policy import (
    Against,
    AnyLimit,
    ByPriority,
    ClockPattern,
    ClockPolicy,
    Counting,
    EarlierOf,
    Escalation,
    EventPattern,
    EventRef,
    Extension,
    LaterOf,
    Limit,
    Need,
    OnReopen,
    PauseRule,
    Policy,
    Reached,
    Unit,
    Warning_,
)
from tests.builders_rules import POLICIES, RULEBOOK, compiled, policies_of, sound_rules
from triage.domain.condition import All, Op, Test

DAYS_15 = Limit(15, Unit.CALENDAR_DAYS)
WEEK = Limit(1, Unit.WEEKS)
HOUR, TWO_HOURS = Limit(1, Unit.HOURS), Limit(2, Unit.HOURS)
RECEIVED, WITHDRAWN = EventPattern("complaint.registered"), EventPattern("complaint.withdrawn")
DUE = Escalation("due", None, ("owner",))


def policies(*clocks: str, more: str = "applies_when: always", desk: str = RULEBOOK) -> dict[str, Policy]:
    """The sound folder's policies with one more, `mine`, of these clocks."""
    text = policies_of({"mine": clocks}, more)
    return compiled(sound_rules() | {"sla/mine.yaml": text.encode(), "rulebook.yaml": desk.encode()}).rulebook.policies


def clock(keys: str, *, start: str = "complaint.registered", desk: str = RULEBOOK) -> ClockPolicy:
    """The clock `mine/it` with these keys, as it is read; without a limit among them it has one of 15 days."""
    limit = "" if "limit:" in keys or "every:" in keys else ", limit: 15 calendar days"
    stop = "" if "stop:" in keys else ", stop: complaint.withdrawn"
    return policies(f"id: it, start: {start}{stop}{limit}, {keys}", desk=desk)["mine"].clocks[0]


def expected(**fields: Any) -> ClockPolicy:
    """The clock without further keys, with these fields."""
    plain: dict[str, Any] = {
        "id": "it", "start": (RECEIVED,), "stop": (WITHDRAWN,), "limit": DAYS_15, "escalations": (DUE,)
    }  # fmt: skip
    return ClockPolicy(**(plain | fields))


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("24 hours", Limit(24, Unit.HOURS)),
        ("1 hour", HOUR),
        ("8 working hours", Limit(8, Unit.WORKING_HOURS)),
        ("1 calendar day", Limit(1, Unit.CALENDAR_DAYS)),
        ("5 working days", Limit(5, Unit.WORKING_DAYS)),
        ("1 week", WEEK),
        ("8 weeks", Limit(8, Unit.WEEKS)),
        ("1 month", Limit(1, Unit.MONTHS)),
        ("120 months", Limit(120, Unit.MONTHS)),
        ("{later_of: [1 hour, 1 week]}", LaterOf((HOUR, WEEK))),
        ("{earlier_of: [1 week, 2 hours, 1 hour]}", EarlierOf((WEEK, TWO_HOURS, HOUR))),
        (
            "{later_of: [1 week, {earlier_of: [1 hour, 2 hours]}]}",
            LaterOf((WEEK, EarlierOf((HOUR, TWO_HOURS)))),
        ),
        (
            "{by: priority, urgent: 1 hour, high: 2 hours, normal: 1 week, low: {later_of: [1 hour, 1 week]}}",
            ByPriority(
                (("urgent", HOUR), ("high", TWO_HOURS), ("normal", WEEK), ("low", LaterOf((HOUR, WEEK))))
            ),
        ),
    ],
)  # fmt: skip
def test_a_limit_is_an_amount_a_choice_or_one_for_each_priority(written: str, limit: AnyLimit) -> None:
    """Singular and plural, the later or earlier of several, one for each priority, one inside the other; and the same
    for the cycles of a recurring clock."""
    assert clock(f"limit: {written}") == expected(limit=limit)
    assert clock(f"every: {written}") == expected(limit=limit, recurring=True)


def test_a_recurring_clock_may_be_reset() -> None:
    """`every` is the length of each cycle, `reset` the event that ends one and begins the next."""
    assert clock("every: 1 week, reset: {on: complaint.contacted, when: {direction: to_customer}}") == expected(
        limit=WEEK,
        recurring=True,
        reset=(EventPattern("complaint.contacted", Test("direction", Op.IS, "to_customer")),),
    )


@pytest.mark.parametrize(
    ("keys", "fields"),
    [
        ("start_day: included", {"counting": Counting(start_day=True)}),
        ("due: end_of_day", {"counting": Counting()}),
        ("due: close_of_business", {"counting": Counting(close_of_business=True)}),
        ("roll_forward: true", {"counting": Counting(roll_forward=True)}),
        ("roll_forward: false", {"counting": Counting()}),
        (
            "start_day: included, due: close_of_business, roll_forward: true",
            {"counting": Counting(start_day=True, close_of_business=True, roll_forward=True)},
        ),
        ("on_reopen: none", {"on_reopen": OnReopen.NONE}),
        ("on_reopen: restart", {"on_reopen": OnReopen.RESTART}),
        ("on_reopen: resume", {"on_reopen": OnReopen.RESUME}),
        ("counts_against: us", {"against": Against.US}),
        ("counts_against: customer", {"against": Against.CUSTOMER, "escalations": ()}),
        ("counts_against: regulator", {"against": Against.REGULATOR, "escalations": ()}),
        ("deliver: any_time", {"any_time": True}),
        ("why: Because., owner: compliance, source: {title: Order}", {}),
        (
            "cancel: [complaint.referred, {clock: decision/answer, is: ended}]",
            {"cancel": (EventPattern("complaint.referred"), ClockPattern("decision/answer", Reached.ENDED))},
        ),
        (
            "restart: {on: complaint.amended, when: {new_facts: true}}",
            {"restart": (EventPattern("complaint.amended", Test("new_facts", Op.IS, True)),)},
        ),
        (
            "restart: [complaint.visited, complaint.verified]",
            {"restart": (EventPattern("complaint.visited"), EventPattern("complaint.verified"))},
        ),
    ],
)
def test_a_word_of_a_clock_is_read_and_changes_nothing_else(keys: str, fields: dict[str, Any]) -> None:
    """Each word sets its own field of the clock and leaves all others as they are without it."""
    assert clock(keys) == expected(**fields)


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("[appraisal]", (PauseRule("appraisal"),)),
        ("[appraisal, mediation]", (PauseRule("appraisal"), PauseRule("mediation"))),
        (
            "[{waiting_customer: {needs: [complainant_informed], remind: 10 working days}}, mediation]",
            (
                PauseRule(
                    "waiting_customer",
                    (Need.COMPLAINANT_INFORMED,),
                    Limit(10, Unit.WORKING_DAYS),
                    "paused for 10 working days",
                ),
                PauseRule("mediation"),
            ),
        ),
        (
            "[{appraisal: {needs: [complainant_informed, complainant_agreed]}, mediation: {remind: 2 hours}}]",
            (
                PauseRule("appraisal", (Need.COMPLAINANT_INFORMED, Need.COMPLAINANT_AGREED)),
                PauseRule("mediation", (), TWO_HOURS, "paused for 2 hours"),
            ),
        ),
    ],
)
def test_a_pause_is_a_reason_with_what_it_needs_and_when_it_reminds(written: str, rules: tuple[PauseRule, ...]) -> None:
    """Reasons alone and reasons with `needs` and `remind` stand in one list."""
    assert clock(f"pause: {written}") == expected(pauses=rules)


def test_a_pause_of_one_reason_may_start_a_clock_that_another_holds() -> None:
    """Only a start that may be the very pause that holds the clock is refused."""
    start = EventPattern("complaint.paused", Test("reason", Op.IS, "appraisal"))
    made = clock("pause: [mediation]", start="{on: complaint.paused, when: {reason: appraisal}}")
    assert made == expected(start=(start,), pauses=(PauseRule("mediation"),))


@pytest.mark.parametrize(
    ("written", "extension"),
    [
        ("{to: 30 calendar days}", Extension("30 calendar days", to=Limit(30, Unit.CALENDAR_DAYS))),
        ("{to: 1 week}", Extension("1 week", to=WEEK)),
        ("{add: 2 hours}", Extension("2 hours", add=TWO_HOURS)),
        ("{add: 1 week, from: due}", Extension("1 week", add=WEEK)),
        ("{add: 1 week, from: grant}", Extension("1 week", add=WEEK, from_grant=True)),
        ("{add: 1 week, late: accepted}", Extension("1 week", add=WEEK, late_accepted=True)),
        (
            "{to: 60 calendar days, needs: [reason, complainant_informed], approver: department_head}",
            Extension(
                "60 calendar days",
                to=Limit(60, Unit.CALENDAR_DAYS),
                needs=(Need.REASON, Need.COMPLAINANT_INFORMED),
                approver="department_head",
            ),
        ),
        ("{add: 1 week, needs: [complainant_agreed]}", Extension("1 week", add=WEEK, needs=(Need.COMPLAINANT_AGREED,))),
    ],
)
def test_an_extension_is_a_new_total_or_something_more(written: str, extension: Extension) -> None:
    """`to` or `add`, what it counts from, what it needs, who approves it, and whether it may come late."""
    assert clock(f"extend: [{written}]") == expected(extensions=(extension,))


def test_extensions_stay_in_the_order_of_the_file() -> None:
    """Several entries are several ways to extend."""
    found = clock("extend: [{to: 60 calendar days}, {to: 30 calendar days}, {add: 1 hour}]").extensions
    assert [one.text for one in found] == ["60 calendar days", "30 calendar days", "1 hour"]


def test_warnings_and_steps_are_read_with_their_words() -> None:
    """The text of the file is the step's name; `every` rings again; the step `due` is there, written or not."""
    made = clock(
        "limit: 15 calendar days, warn: [50%, 99.5%, 2 hours before, 1 week before, 1 month before], "
        "escalate: [{after: 1 working day, to: [owner, department_head], every: 2 hours}, {after: 1 week, to: owner}]"
    )
    assert made == expected(
        warnings=(
            Warning_("50%", percent=50.0),
            Warning_("99.5%", percent=99.5),
            Warning_("2 hours before", before=TWO_HOURS),
            Warning_("1 week before", before=WEEK),
            Warning_("1 month before", before=Limit(1, Unit.MONTHS)),
        ),
        escalations=(
            DUE,
            Escalation(
                "after 1 working day", Limit(1, Unit.WORKING_DAYS), ("owner", "department_head"), every=TWO_HOURS
            ),
            Escalation("after 1 week", WEEK, ("owner",)),
        ),
    )


def test_a_ladder_rings_again_too() -> None:
    """A step of a ladder takes `every`, and one at the due time takes the place of the clock's own."""
    desk = RULEBOOK.replace("to: department_head}\n", "to: department_head, every: 1 week}\n")
    desk = desk.replace("{at: due, to: owner}", "{at: due, to: [owner, department_head]}")
    assert clock("escalate: standard", desk=desk) == expected(
        escalations=(
            Escalation("due", None, ("owner", "department_head")),
            Escalation("after 1 working day", Limit(1, Unit.WORKING_DAYS), ("department_head",), every=WEEK),
        )
    )


def clock_of(keys: str, other: str) -> ClockPolicy:
    """The clock `mine/it` beside another clock of its policy."""
    return policies(f"id: it, start: complaint.registered, limit: 15 calendar days, {keys}", other)["mine"].clocks[0]


@pytest.mark.parametrize("reached", list(Reached))
@pytest.mark.parametrize(
    ("written", "full"), [("other", "mine/other"), ("mine/other", "mine/other"), ("decision/answer", "decision/answer")]
)
def test_a_clock_is_named_short_inside_its_policy_and_in_full_elsewhere(
    written: str, full: str, reached: Reached
) -> None:
    """Start, stop and cancel take another clock with each of the four things that it may come to."""
    named = f"{{clock: {written}, is: {reached}}}"
    other = "id: other, start: complaint.registered, stop: complaint.withdrawn, limit: 1 hour"
    pattern = ClockPattern(full, reached)
    assert policies(f"id: it, start: {named}, stop: complaint.withdrawn, limit: 15 calendar days", other)[
        "mine"
    ].clocks[0] == expected(start=(pattern,))
    assert clock_of(f"stop: [complaint.withdrawn, {named}]", other) == expected(stop=(WITHDRAWN, pattern))
    assert clock_of(f"stop: complaint.withdrawn, cancel: {named}", other) == expected(cancel=(pattern,))


def test_an_event_reference_takes_conditions_and_lists() -> None:
    """A condition over the event's own data, several tests of it, and a list in which any may come first."""
    start: EventRef = (
        EventPattern(
            "complaint.reply_sent", All((Test("kind", Op.IN, ("holding", "interim")), Test("channel", Op.IS, "email")))
        ),
        EventPattern("complaint.contacted"),
    )
    made = clock(
        "limit: 15 calendar days",
        start="[{on: complaint.reply_sent, when: {kind: [holding, interim], channel: email}}, complaint.contacted]",
    )
    assert made == expected(start=start)


def test_a_policy_may_let_go_of_its_case() -> None:
    """`detach: cancel` ends the clocks of a policy that no longer applies; without it they run on."""
    it = "id: it, start: complaint.registered, stop: complaint.withdrawn, limit: 1 hour"
    assert policies(it, more="applies_when: always\n    detach: cancel")["mine"].detach
    assert not policies(it)["mine"].detach


def test_no_word_at_all_is_the_plain_clock() -> None:
    """What no key speaks of has the value that the contract gives it."""
    plain = ClockPolicy(
        id="call",
        start=(RECEIVED,),
        stop=(EventPattern("complaint.contacted"),),
        cancel=(),
        restart=(),
        reset=(),
        limit=Limit(4, Unit.WORKING_HOURS),
        recurring=False,
        counting=Counting(start_day=False, close_of_business=False, roll_forward=False),
        pauses=(),
        extensions=(),
        on_reopen=OnReopen.NONE,
        against=Against.US,
        warnings=(),
        escalations=(DUE,),
        any_time=False,
    )
    assert POLICIES.count("id: call") == 1
    assert compiled(sound_rules()).rulebook.policies["contact"].clocks == (plain,)
