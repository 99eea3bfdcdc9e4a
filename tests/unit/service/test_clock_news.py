"""What is told of clocks: why a deadline was set, and how a clock ended."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.builders_rules import CALENDAR, policies_of, with_rules
from tests.unit.service.desk import ANSWER, WARNED, Desk, at, clocked, desk_with, reading_of
from triage.rulebook.decide import CompiledRulebook
from triage.service.verify import differences

# A case registered on Mon 2 March 2026, 10:00, is due on Tue 17 March, 23:59:59.


# --- why a deadline was set


def started() -> Desk:
    return desk_with(ANSWER)


def extended() -> Desk:
    desk = desk_with(f"{ANSWER}, extend: [{{to: 30 calendar days}}]")
    desk.happens("extension_granted", "2026-03-10 10:00", clock="answer", to="30 calendar days")
    return desk


def paused() -> Desk:
    desk = desk_with(f"{ANSWER}, pause: [appraisal]")
    desk.happens("paused", "2026-03-05 10:00", reason="appraisal")
    return desk


def resumed() -> Desk:
    desk = paused()
    desk.happens("resumed", "2026-03-08 10:00")
    return desk


def restarted() -> Desk:
    desk = desk_with(f"{ANSWER}, restart: {{on: complaint.amended, when: {{new_facts: true}}}}")
    desk.happens("amended", "2026-03-10 10:00", patch={"claim_no": "7"}, new_facts=True)
    return desk


def reopened() -> Desk:
    desk = desk_with(f"{ANSWER}, on_reopen: restart")
    desk.happens("reply_sent", "2026-03-05 10:00")
    desk.happens("reopened", "2026-03-10 10:00", reason="not explained")
    return desk


def priority() -> Desk:
    limit = "{by: priority, urgent: 1 calendar day, high: 5 calendar days, normal: 15 calendar days, low: 1 month}"
    desk = Desk(clocked(
        f"id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: {limit}",
        thens={"hot": "{priority: high}"}, whens={"hot": "{causes: {contains: claim_delay}}"},
    ))  # fmt: skip
    desk.is_registered()
    desk.happens("amended", "2026-03-03 10:00", patch={"causes": ["claim_delay"]})
    return desk


def calendar() -> Desk:
    known, more = (counting_working_days(until) for until in ("2026-03-08", "2026-12-31"))
    desk = Desk(known)
    desk.is_registered()
    desk.changes_rules(more)
    desk.sweeps("2026-03-03 10:00")
    return desk


def counting_working_days(known_until: str) -> CompiledRulebook:
    """10 working days by a calendar that is known until then; Tue 10 March is a holiday that only the later one has."""
    text = CALENDAR.replace("known_until: 2026-12-31", f"known_until: {known_until}").replace(
        "  open:\n    - {date: 2026-09-20, like: mon, name: 国庆节调休}\n    - {date: 2026-12-31, hours: "
        '["09:00-12:00"], name: Last day}\n', "",
    ).replace("    - {from: 2026-10-01, to: 2026-10-07, name: 国庆节}\n", "")  # fmt: skip
    if known_until > "2026-03-10":
        text = text.replace("  closed:\n", "  closed:\n    - {date: 2026-03-10, name: Holiday}\n")
    clock = "id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: 10 working days"
    return with_rules(
        {"some": "{tags: [some]}"},
        None,
        {"sla/policies.yaml": policies_of({"sla": [clock]}), "calendars/cn.yaml": text},
    )


def voided() -> Desk:
    desk = desk_with(ANSWER)
    desk.happens("reply_sent", "2026-03-05 10:00")
    desk.happens("voided", "2026-03-06 10:00", event={"source": "/test", "id": "2"}, reason="wrong case", by="lin")
    return desk


def late_event() -> Desk:
    desk = desk_with(ANSWER)
    desk.happens("amended", "2026-03-03 10:00", patch={"received_at": "2026-02-27T09:00:00+08:00"})
    return desk


BECAUSE: dict[Callable[[], Desk], tuple[int, str | None, str | None]] = {
    started: (1, "2026-03-17 23:59:59", None),
    extended: (1, "2026-04-01 23:59:59", "2026-03-17 23:59:59"),
    paused: (1, None, "2026-03-17 23:59:59"),
    resumed: (1, "2026-03-20 23:59:59", None),  # 5, 6 and 7 March do not count
    restarted: (2, "2026-03-25 23:59:59", None),
    reopened: (2, "2026-03-25 23:59:59", None),
    priority: (1, "2026-03-07 23:59:59", "2026-03-17 23:59:59"),
    calendar: (1, "2026-03-17 23:59:59", "2026-03-16 23:59:59"),
    voided: (1, "2026-03-17 23:59:59", "2026-03-17 23:59:59"),
    late_event: (1, "2026-03-14 23:59:59", "2026-03-17 23:59:59"),
}
"""A scenario named after the cause: its last `deadline_set` has this cycle, due time and previous due time."""


@pytest.mark.parametrize("scenario", BECAUSE, ids=lambda one: one.__name__)
def test_every_cause_of_a_deadline_is_told_with_the_time_before(scenario: Callable[[], Desk]) -> None:
    """`deadline_set` says by `because` what set the due time, the new one and the one that was told before."""
    desk = scenario()
    told = desk.told_of("deadline_set", "because", "cycle", "due_at", "previous_due_at")[-1]
    assert told == (scenario.__name__, *BECAUSE[scenario])


def test_a_calendar_that_now_knows_earlier_dates_counts_again() -> None:
    """A case received before the first known date is provisional until the calendar reaches back to it."""
    told = "known_from: 2026-01-01"
    files = {"sla/policies.yaml": policies_of({"sla": [ANSWER.replace("15 calendar days", "3 working days")]})}

    def known_from(date: str) -> CompiledRulebook:
        assert told in CALENDAR
        text = CALENDAR.replace(told, f"known_from: {date}")
        return with_rules({"some": "{tags: [some]}"}, None, {**files, "calendars/cn.yaml": text})

    desk = Desk(known_from("2026-03-04"))
    desk.is_registered()
    assert desk.stored["sla/answer", 1].provisional
    desk.changes_rules(known_from("2026-01-01"))
    desk.sweeps("2026-03-03 10:00")
    assert not desk.stored["sla/answer", 1].provisional


def test_what_changes_no_deadline_says_nothing_of_one() -> None:
    """A call, an assignment and a sweep leave the due time alone: it is told once."""
    desk = desk_with(WARNED)
    desk.happens("contacted", "2026-03-03 10:00", direction="to_customer")
    desk.happens("assigned", "2026-03-04 10:00", owner="lin")
    desk.sweeps("2026-03-16 10:00")
    assert len(desk.heard("deadline_set")) == 1


def test_a_count_beyond_the_known_dates_is_provisional_until_they_are_known() -> None:
    """The first due time says so; the one that is counted again does not."""
    desk = calendar()
    assert desk.told_of("deadline_set", "provisional") == [(True,), (False,)]


def test_a_resumed_cycle_after_a_reopening_keeps_its_number() -> None:
    """`on_reopen: resume`: the same cycle goes on; the time between its stop and the reopening does not count."""
    desk = desk_with(f"{ANSWER}, on_reopen: resume")
    desk.happens("reply_sent", "2026-03-05 10:00")
    desk.happens("reopened", "2026-03-10 10:00", reason="not explained")
    told = desk.told_of("deadline_set", "because", "cycle", "due_at")[-1]
    assert told == ("reopened", 1, "2026-03-22 23:59:59")  # 5..9 March are out


def test_a_voided_extension_gives_the_first_due_time_back() -> None:
    """What was granted by a word that counts as never said moves back, and the word is struck out for good."""
    desk = extended()
    desk.happens("voided", "2026-03-11 10:00", event={"source": "/test", "id": "2"}, reason="slip", by="lin")
    told = desk.told_of("deadline_set", "because", "due_at", "previous_due_at")[-1]
    assert told == ("voided", "2026-03-17 23:59:59", "2026-04-01 23:59:59")


# --- how a clock ended


def ends(*clocks: str, then: tuple[str, str, dict[str, Any]], more: str = "applies_when: always") -> Desk:
    desk = desk_with(*clocks, more=more)
    desk.happens(then[0], then[1], **then[2])
    return desk


def detached() -> Desk:
    more = "applies_when: {causes: {contains: claim_delay}}\n    detach: cancel"
    desk = Desk(clocked(ANSWER, more=more))
    desk.is_registered(causes=["claim_delay"])
    desk.happens("amended", "2026-03-03 10:00", patch={"causes": ["other"]})
    return desk


DAILY = (
    "id: daily, start: complaint.registered, every: 1 working day, reset: complaint.contacted, "
    "stop: complaint.reply_sent, cancel: complaint.withdrawn"
)

STATES: dict[str, tuple[Callable[[], Desk], tuple[int, bool, int | None]]] = {
    "stopped in time": (lambda: ends(ANSWER, then=("reply_sent", "2026-03-17 23:59:59", {})), (1, False, None)),
    "stopped late": (lambda: ends(ANSWER, then=("reply_sent", "2026-03-18 00:00:00", {})), (1, True, 1)),
    "stopped by a reset": (lambda: ends(DAILY, then=("contacted", "2026-03-03 10:00", {"direction": "to_customer"})),
                           (1, False, None)),
    "missed": (lambda: ends(DAILY, then=("assigned", "2026-03-04 10:00", {"owner": "lin"})), (1, True, 0)),
    "ended": (lambda: ends(DAILY, then=("reply_sent", "2026-03-03 10:00", {})), (1, False, None)),
    "ended by a cancel": (lambda: ends(DAILY, then=("withdrawn", "2026-03-03 10:00", {})), (1, False, None)),
    "cancelled": (lambda: ends(ANSWER, then=("withdrawn", "2026-03-18 10:00:00", {})), (1, True, 36001)),
    "restarted": (restarted, (1, False, None)),
    "merged": (lambda: ends(ANSWER, then=("linked", "2026-03-03 10:00", {"to": "C-0", "relation": "duplicate"})),
               (1, False, None)),
    "detached": (detached, (1, False, None)),
}  # fmt: skip
"""By state and a word on how: the scenario, and cycle, `breached` and `late_by_seconds` of its `clock_ended`."""


@pytest.mark.parametrize("how", STATES)
def test_every_end_of_a_clock_is_told_once(how: str) -> None:
    """`clock_ended` with the state, whether the due time had passed, and by how much; a look later adds nothing."""
    make, expected = STATES[how]
    desk = make()
    last = desk.told_of("clock_ended", "state", "cycle", "breached", "late_by_seconds")
    assert last == [(how.split(maxsplit=1)[0], *expected)]
    desk.happens("assigned", "2026-03-04 10:01", owner="lin")
    assert len(desk.heard("clock_ended")) == 1


def test_a_late_reply_that_was_in_time_is_told_as_another_end() -> None:
    """The clock was told as cancelled; a reply from before the withdrawal arrives: it was met."""
    desk = desk_with(ANSWER)
    desk.happens("withdrawn", "2026-03-06 10:00")
    desk.happens("reply_sent", "2026-03-05 10:00", at("2026-03-07 10:00"))
    assert desk.told_of("clock_ended", "state") == [("cancelled",), ("stopped",)]


@pytest.mark.parametrize(
    ("how", "outcome"),
    [("stopped in time", "met"), ("stopped late", "met_late"), ("missed", "missed"), ("detached", "detached")],
)
def test_the_outcome_of_a_clock_is_counted_once(how: str, outcome: str) -> None:
    """In `clock_outcomes_total`, under the clock's full name."""
    desk = STATES[how][0]()
    name = "sla/daily" if how == "missed" else "sla/answer"
    assert outcomes(desk) == [{"clock": name, "outcome": outcome}]


def test_clocks_against_others_are_no_outcome_of_ours() -> None:
    """What the customer is late with stands in no breach metric."""
    desk = desk_with(f"{ANSWER}, counts_against: customer")
    desk.happens("reply_sent", "2026-03-25 11:00")
    assert desk.told_of("clock_ended", "breached") == [(True,)]
    assert outcomes(desk) == []


def outcomes(desk: Desk) -> list[dict[str, str]]:
    counts = [count for effects in desk.effects for count in effects.counts]
    return [count.labels for count in counts if count.name == "clock_outcomes_total"]


def test_a_deadline_that_waits_to_be_counted_again_is_no_difference() -> None:
    """Between the new calendar and the sweep the row holds the old count, which verify leaves to the sweeper."""
    desk = Desk(counting_working_days("2026-03-08"))
    desk.is_registered()
    desk.changes_rules(counting_working_days("2026-12-31"))
    for _ in range(2):
        assert desk.row is not None
        assert list(differences(*reading_of([desk.row], list(desk.stored.values()), desk.rules))) == []
        desk.sweeps("2026-03-03 10:00")
    assert desk.stored["sla/answer", 1].due_at == at("2026-03-17 23:59:59")
