"""Policies that no longer apply: they stay until their stops, or end at once with `detach: cancel`; attached late, they
say so."""

from tests.builders_rules import policies_of, with_rules
from tests.unit.service.desk import ANSWER, WARNED, Desk, at, clocked

SLOW = "applies_when: {causes: {contains: claim_delay}}"
DETACHES = f"{SLOW}\n    detach: cancel"


def slow_case(more: str, clock: str = ANSWER) -> Desk:
    """Registered on Mon 2 March as a delay, which attaches the policy `sla`."""
    desk = Desk(clocked(clock, more=more))
    desk.is_registered(causes=["claim_delay"])
    return desk


def is_amended(desk: Desk, local: str, cause: str) -> None:
    desk.happens("amended", local, patch={"causes": [cause]})


def test_a_policy_that_no_longer_applies_stays_until_its_stops() -> None:
    """Without `detach` the clock runs on, and the case still shows the policy."""
    desk = slow_case(SLOW)
    is_amended(desk, "2026-03-04 10:00", "other")
    assert desk.heard("clock_ended") == []
    assert desk.heard("triaged")[-1]["data"]["policies"] == ["sla"]
    assert desk.clocks("2026-03-05 10:00")["answer", 1].state == "running"


def test_detached_at_the_event_that_made_it_apply_no_more() -> None:
    """The clock ends as detached at that event's time; the policy is told no more, and nothing rings."""
    desk = slow_case(DETACHES, WARNED)
    is_amended(desk, "2026-03-04 10:00", "other")
    assert desk.told_of("clock_ended", "state", "breached") == [("detached", False)]
    assert desk.stored["sla/answer", 1].ended_at == at("2026-03-04 10:00")
    assert desk.heard("triaged")[-1]["data"]["policies"] == []
    assert desk.sweeps("2026-03-25 10:00").steps == ()


def test_a_clock_that_had_ended_before_is_not_detached() -> None:
    """Answered is answered."""
    desk = slow_case(DETACHES)
    desk.happens("reply_sent", "2026-03-03 10:00")
    is_amended(desk, "2026-03-04 10:00", "other")
    assert desk.told_of("clock_ended", "state") == [("stopped",)]


def test_a_policy_that_applies_again_counts_from_the_true_start() -> None:
    """Attached anew it runs as if it had never been detached: due by the receipt."""
    desk = slow_case(DETACHES)
    is_amended(desk, "2026-03-04 10:00", "other")
    is_amended(desk, "2026-03-05 10:00", "claim_delay")
    assert desk.told_of("deadline_set", "cycle", "due_at")[-1] == (1, "2026-03-17 23:59:59")
    assert desk.clocks("2026-03-05 10:00")["answer", 1].state == "running"
    assert desk.heard("triaged")[-1]["data"]["policies"] == ["sla"]


def test_a_reply_after_the_detachment_changes_nothing() -> None:
    """The clock ended as detached for good, a reopening starts nothing either."""
    desk = slow_case(DETACHES, f"{ANSWER}, on_reopen: restart")
    is_amended(desk, "2026-03-04 10:00", "other")
    desk.happens("reply_sent", "2026-03-05 10:00")
    desk.happens("reopened", "2026-03-06 10:00", reason="not explained")
    assert desk.told_of("clock_ended", "state") == [("detached",)]
    assert len(desk.heard("deadline_set")) == 1


def test_only_the_policy_that_applies_no_more_is_detached() -> None:
    """Clocks of other policies run on, and one that waits for the detached clock never starts."""
    policies = policies_of({"slow": [ANSWER]}, more=DETACHES) + policies_of({"all": [ANSWER]}).removeprefix(
        "policies:\n"
    )
    desk = Desk(with_rules({"some": "{tags: [some]}"}, None, {"sla/policies.yaml": policies}))
    desk.is_registered(causes=["claim_delay"])
    is_amended(desk, "2026-03-04 10:00", "other")
    states = {row.clock: row.state for row in desk.stored.values()}
    assert states == {"slow/answer": "detached", "all/answer": "running"}


def test_a_breach_can_attach_a_policy_in_the_same_step() -> None:
    """The due time passes, the rules raise the priority, the policy for it is attached and its deadline told; what had
    passed by then rings once, marked as attached late."""
    rush = "id: rush, start: complaint.registered, stop: complaint.contacted, limit: 4 working hours, warn: [50%]"
    policies = policies_of({"all": [ANSWER]}) + policies_of(
        {"rush": [rush]}, more="applies_when: {priority: urgent}"
    ).removeprefix("policies:\n")
    desk = Desk(with_rules(
        {"late": "{priority: urgent}"}, {"late": "{clocks.breached: {contains: all/answer}}"},
        {"sla/policies.yaml": policies},
    ))  # fmt: skip
    desk.is_registered()
    desk.sweeps("2026-03-18 00:00")
    assert desk.told_of("deadline_set", "clock", "due_at")[-1] == ("rush/rush", "2026-03-02 15:00:00")
    assert desk.row is not None
    assert desk.row.document.attached["rush"].at == at("2026-03-18 00:00")
    effects = desk.sweeps("2026-03-18 00:00:01")
    assert {step.step: step.state for step in effects.steps} == {"50%": "superseded", "due": "fired"}
    assert desk.told_of("clock_breached", "clock", "late_attach") == [("all/answer", False), ("rush/rush", True)]
