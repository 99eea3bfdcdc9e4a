"""Muted notices: steps are recorded as muted, not lost, and everything else goes on."""

import pytest

from tests.unit.service.desk import WARNED, at, desk_with
from triage.ports import Mute

LATER = at("2026-04-01 00:00")


@pytest.mark.parametrize(("scope", "value"), [("case", "C-1"), ("policy", "sla"), ("department", "coordination")])
def test_a_muted_step_is_recorded_and_nobody_hears_of_it(scope: str, value: str) -> None:
    """By case, policy or owning department; the clock is overdue all the same, and the next step is ahead."""
    desk = desk_with(WARNED)
    swept = desk.sweeps("2026-03-18 00:00", mutes=(Mute(scope, value, LATER),))
    assert [(step.step, step.state) for step in swept.steps] == [
        ("1 working day before", "superseded"),
        ("due", "muted"),
    ]
    assert desk.told_of("clock_breached", "step") == []
    assert [clock.breached for clock in desk.clocks("2026-03-18 00:00").values()] == [True]
    assert [clock.next_step for clock in desk.stored.values()] == ["after 1 working day"]


@pytest.mark.parametrize(("scope", "value"), [("case", "C-2"), ("policy", "other"), ("department", "claims")])
def test_what_is_muted_elsewhere_is_heard_here(scope: str, value: str) -> None:
    """Another case, policy or department."""
    desk = desk_with(WARNED)
    desk.sweeps("2026-03-18 00:00", mutes=(Mute(scope, value, LATER),))
    assert desk.told_of("clock_breached", "step") == [("due",)]


def test_after_the_silence_the_next_step_is_heard_and_the_muted_one_is_not_made_up_for() -> None:
    """The escalation rings; once the complaint is answered only what was sent is taken back."""
    desk = desk_with(WARNED)
    desk.sweeps("2026-03-18 00:00", mutes=(Mute("case", "C-1", LATER),))
    desk.sweeps("2026-03-19 09:00")
    desk.happens("reply_sent", "2026-03-19 10:00")
    assert desk.told_of("clock_breached", "step") == []
    assert desk.told_of("escalated", "step") == [("after 1 working day",)]
    assert desk.told_of("alert_resolved", "step") == [("after 1 working day",)]
