"""Due steps fire: once per due time, the latest of several, with the true due time; and are taken back when untrue."""

import pytest

from tests.builders_rules import with_rules
from tests.unit.service.desk import Desk, at

# Registered Mon 2 March 2026 10:00: due Tue 17 March 23:59:59; 80 % is Sat 14, deferred to Mon 16 09:00, the same
# instant as "1 working day before"; the breach fires Wed 18 00:00:00, the escalation Thu 19 09:00.


def test_warnings_due_together_are_one_notice() -> None:
    """Of two warnings at the same instant the later one of the file is sent, the other is superseded."""
    desk = Desk()
    desk.is_registered()
    assert desk.sweeps("2026-03-16 08:59").steps == ()
    effects = desk.sweeps("2026-03-16 09:00")
    assert {step.step: step.state for step in effects.steps} == {"80%": "superseded", "1 working day before": "fired"}
    data = desk.heard("clock_warning")[0]["data"]
    assert data["step"] == "1 working day before"
    assert data["due_at"] == "2026-03-17T15:59:59Z"
    assert data["to"] == [{"role": "owner", "id": "Wang Fang", "name": "Wang Fang"}]
    assert data["policy"]["source"]["title"] == "Order 3 of 2020"
    assert (data["late_by_seconds"], data["lagging"], data["late_attach"]) == (0, False, False)


def test_breach_and_escalation_go_to_named_persons() -> None:
    """The breach from one second behind the due time to the owner, the escalation to the department's head."""
    desk = Desk()
    desk.is_registered(causes=["medical_dispute"])
    desk.happens("contacted", "2026-03-02 11:00", direction="to_customer")
    desk.sweeps("2026-03-16 10:00")
    assert desk.sweeps("2026-03-17 23:59:59").steps == ()
    desk.sweeps("2026-03-18 00:00")
    desk.sweeps("2026-03-19 09:00")
    breach, escalation = desk.heard("clock_breached", "escalated")
    assert breach["data"]["to"][0]["name"] == "Chen Guodong"
    assert escalation["data"]["step"] == "after 1 working day"
    assert escalation["data"]["to"] == [{"role": "department_head", "id": "He Yun", "name": "He Yun"}]
    assert escalation["data"]["late_by_seconds"] == (at("2026-03-19 09:00") - at("2026-03-17 23:59:59")).total_seconds()


def test_downtime_over_several_steps_gives_one_notice() -> None:
    """After days of silence the highest step is sent; the others are superseded, each step ends once."""
    desk = Desk()
    desk.is_registered()
    effects = desk.sweeps("2026-03-25 10:00")
    states = {step.step: step.state for step in effects.steps}
    assert states == {
        "80%": "superseded", "1 working day before": "superseded", "due": "superseded", "after 1 working day": "fired",
    }  # fmt: skip
    assert [one["type"] for one in desk.said if one["type"].startswith("complaint.clock_b")] == []
    assert desk.sweeps("2026-03-30 10:00").steps == ()
    assert desk.effects[-1].clocks[0].next_at is None


def test_steps_due_before_the_backfill_are_historic_and_never_sent() -> None:
    """Old steps are recorded and counted; a step behind the mark is sent."""
    desk = Desk()
    desk.is_registered()
    effects = desk.sweeps("2026-03-25 10:00", backfill_before="2026-03-18 12:00")
    states = {step.step: step.state for step in effects.steps}
    assert states == {
        "80%": "historic", "1 working day before": "historic", "due": "historic", "after 1 working day": "fired",
    }  # fmt: skip
    assert desk.kinds().count("escalated") == 1
    assert desk.heard("clock_warning", "clock_breached") == []


def test_what_fires_before_everything_was_read_says_that_it_lags() -> None:
    """A step after the mark up to which every event is known to be read."""
    desk = Desk()
    desk.is_registered()
    desk.sweeps("2026-03-18 01:00", complete_until="2026-03-17 12:00")
    assert desk.heard("clock_breached")[0]["data"]["lagging"] is True


def test_a_late_reply_resolves_what_was_sent() -> None:
    """The notices are no longer true: one `alert_resolved` each, because the clock was met, late."""
    desk = Desk()
    desk.is_registered()
    desk.sweeps("2026-03-16 10:00")
    desk.sweeps("2026-03-18 00:00")
    desk.happens("reply_sent", "2026-03-18 10:00")
    resolved = desk.heard("alert_resolved")
    assert {(one["data"]["step"], one["data"]["reason"]) for one in resolved} == {
        ("1 working day before", "met"), ("due", "met"),
    }  # fmt: skip
    ended = desk.heard("clock_ended")[-1]["data"]
    assert (ended["breached"], ended["late_by_seconds"]) == (True, 10 * 3600 + 1)


def test_late_evidence_withdraws_a_breach_visibly() -> None:
    """A reply that was in time and arrives late: the breach is resolved as late evidence, the clock is met."""
    desk = Desk()
    desk.is_registered()
    desk.sweeps("2026-03-18 00:00")
    desk.happens("reply_sent", "2026-03-17 16:00", at("2026-03-18 09:00"))
    assert [one["data"]["reason"] for one in desk.heard("alert_resolved")] == ["late_evidence"]
    assert desk.heard("clock_ended")[-1]["data"]["breached"] is False


def test_a_withdrawal_cancels_clock_and_notices() -> None:
    """Sent notices are taken back as cancelled; nothing fires afterwards."""
    desk = Desk()
    desk.is_registered()
    desk.sweeps("2026-03-16 10:00")
    desk.happens("withdrawn", "2026-03-16 11:00")
    assert [one["data"]["reason"] for one in desk.heard("alert_resolved")] == ["cancelled"]
    assert desk.sweeps("2026-03-30 10:00").steps == ()


def test_a_moved_due_time_takes_back_what_is_ahead_again_and_arms_it_anew() -> None:
    """An amended receipt moves the deadline by ten days: the sent breach is resolved as moved, a second one with a key
    of its own comes on the new day."""
    desk = Desk()
    desk.is_registered()
    desk.sweeps("2026-03-18 00:00")
    desk.happens(
        "amended", "2026-03-18 10:00", at("2026-03-18 10:00"), patch={"received_at": "2026-03-12T09:00:00+08:00"}
    )
    moved = desk.heard("deadline_set")[-1]["data"]
    assert (moved["previous_due_at"], moved["due_at"]) == ("2026-03-17T15:59:59Z", "2026-03-27T15:59:59Z")
    assert moved["because"] == "late_event"
    assert {one["data"]["reason"] for one in desk.heard("alert_resolved")} == {"moved"}
    desk.sweeps("2026-03-28 00:00")
    first, second = desk.heard("clock_breached")
    assert first["id"] != second["id"]
    assert second["data"]["due_at"] == "2026-03-27T15:59:59Z"


def test_the_rules_run_again_one_second_after_a_due_time() -> None:
    """`clocks.breached` is a fact: a missed deadline raises the priority in the same step."""
    rules = with_rules({"late": "{priority: urgent}"}, {"late": "{clocks.breached: {contains: decision/answer}}"})
    desk = Desk(rules)
    desk.is_registered()
    desk.sweeps("2026-03-16 10:00")
    assert desk.heard("triaged")[-1]["data"]["priority"] == "normal"
    desk.sweeps("2026-03-18 00:00")
    assert desk.heard("triaged")[-1]["data"]["priority"] == "urgent"
    desk.happens("reply_sent", "2026-03-17 16:00", at("2026-03-18 09:00"))
    assert desk.heard("triaged")[-1]["data"]["priority"] == "normal"


def test_a_backlog_breaches_nothing_while_it_is_read() -> None:
    """Applied long after their times, events judge clocks at their own time: no fact of a breach, no flapping."""
    rules = with_rules({"late": "{priority: urgent}"}, {"late": "{clocks.breached: {contains: decision/answer}}"})
    desk = Desk(rules)
    desk.is_registered()
    desk.happens("contacted", "2026-03-03 10:00", direction="to_customer")
    desk.happens("reply_sent", "2026-03-12 10:00")
    assert {one["data"]["priority"] for one in desk.heard("triaged")} == {"normal"}


def test_a_policy_attached_late_fires_once_and_says_so() -> None:
    """The clock counts from the true start; what has passed fires together, marked as attached late."""
    desk = Desk()
    desk.is_registered()
    desk.happens("amended", "2026-03-04 10:00", patch={"causes": ["medical_dispute"]})
    effects = desk.sweeps("2026-03-04 10:01")
    contact = [step for step in effects.steps if step.clock == "contact/call"]
    assert [step.state for step in contact] == ["fired"]
    data = desk.heard("clock_breached")[0]["data"]
    assert (data["due_at"], data["late_attach"]) == ("2026-03-02T07:00:00Z", True)


@pytest.mark.parametrize("again", [False, True])
def test_a_second_sweep_sends_nothing(again: bool) -> None:
    """Each step ends exactly once, also when the sweeper comes twice at the same instant."""
    desk = Desk()
    desk.is_registered()
    desk.sweeps("2026-03-18 00:00")
    said = len(desk.said)
    if again:
        desk.sweeps("2026-03-18 00:00")
    assert len(desk.said) == said
    assert len({one["id"] for one in desk.said}) == said
