"""Notices of clocks: whom they reach and with what, and why they are taken back."""

from collections.abc import Callable

import pytest

from tests.unit.service.desk import ANSWER, WARNED, Desk, at, clocked, desk_with

# --- why a notice is taken back


def met() -> Desk:
    desk = desk_with(WARNED)
    desk.sweeps("2026-03-16 09:00")
    desk.happens("reply_sent", "2026-03-17 10:00")
    return desk


def moved() -> Desk:
    desk = desk_with(f"{WARNED}, extend: [{{to: 30 calendar days}}]")
    desk.sweeps("2026-03-16 09:00")
    desk.happens("extension_granted", "2026-03-17 10:00", clock="answer", to="30 calendar days")
    return desk


def late_evidence() -> Desk:
    desk = desk_with(WARNED)
    desk.sweeps("2026-03-18 00:00")
    desk.happens("reply_sent", "2026-03-17 10:00", at("2026-03-18 10:00"))
    return desk


def cancelled() -> Desk:
    desk = desk_with(WARNED)
    desk.sweeps("2026-03-16 09:00")
    desk.happens("withdrawn", "2026-03-16 10:00")
    return desk


def notice_voided() -> Desk:
    desk = desk_with("id: visit, start: complaint.investigation_started, stop: complaint.investigated, limit: 1 hour")
    desk.happens("investigation_started", "2026-03-03 10:00")
    desk.sweeps("2026-03-03 12:00")
    desk.happens("voided", "2026-03-03 13:00", event={"source": "/test", "id": "2"}, reason="slip", by="lin")
    return desk


REASONS: dict[str, tuple[Callable[[], Desk], str]] = {
    "met": (met, "1 working day before"),
    "moved": (moved, "1 working day before"),
    "late_evidence": (late_evidence, "due"),
    "cancelled": (cancelled, "1 working day before"),
    "voided": (notice_voided, "due"),
}
"""By reason: the scenario, and the step of the notice that is taken back."""


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_to_take_a_notice_back_is_told(reason: str) -> None:
    """One `alert_resolved` for the notice that was sent, with all that it said and to the same persons, and no second
    one."""
    make, step = REASONS[reason]
    desk = make()
    (sent,) = [one["data"] for one in desk.heard("clock_warning", "clock_breached")]
    assert [one["data"] for one in desk.heard("alert_resolved")] == [sent | {"reason": reason}]
    assert sent["step"] == step
    desk.happens("contacted", "2026-03-19 10:00", direction="from_customer")
    assert len(desk.heard("alert_resolved")) == 1


@pytest.mark.parametrize("how", ["merged", "detached", "restarted"])
def test_a_clock_that_ends_unmet_takes_its_notices_back(how: str) -> None:
    """Merged and detached clocks are cancelled for those who were told; a restarted one has moved."""
    more = "applies_when: {causes: {contains: claim_delay}}\n    detach: cancel"
    desk = Desk(clocked(f"{WARNED}, restart: {{on: complaint.amended, when: {{new_facts: true}}}}", more=more))
    desk.is_registered(causes=["claim_delay"])
    desk.sweeps("2026-03-16 09:00")
    if how == "merged":
        desk.happens("linked", "2026-03-16 10:00", to="C-0", relation="duplicate")
    elif how == "detached":
        desk.happens("amended", "2026-03-16 10:00", patch={"causes": ["other"]})
    else:
        desk.happens("amended", "2026-03-16 10:00", patch={"claim_no": "7"}, new_facts=True)
    assert desk.told_of("clock_ended", "state") == [(how,)]
    assert desk.told_of("alert_resolved", "reason") == [("moved" if how == "restarted" else "cancelled",)]


def test_what_was_never_sent_is_not_taken_back() -> None:
    """Superseded steps and those of a backfill are resolved on record, and nobody hears of them."""
    desk = desk_with(WARNED)
    desk.sweeps("2026-03-25 10:00", backfill_before="2026-03-17 00:00")
    desk.happens("reply_sent", "2026-03-25 11:00")
    assert desk.told_of("alert_resolved", "step") == [("after 1 working day",)]
    assert {step.step: step.state for step in desk.effects[-1].steps} == {
        "1 working day before": "historic", "due": "superseded", "after 1 working day": "fired",
    }  # fmt: skip
    assert {step.resolved for step in desk.effects[-1].steps} == {"met"}


def test_a_cycle_that_never_started_ends_as_cancelled_and_its_row_goes() -> None:
    """The voided start leaves no clock, and says so to those who were told of one."""
    desk = notice_voided()
    assert desk.told_of("clock_ended", "state", "breached", "late_by_seconds") == [("cancelled", False, None)]
    assert desk.stored == {}
    assert desk.row is not None
    assert desk.row.document.clocks == {}


def test_a_voided_restart_lets_the_first_cycle_go_on() -> None:
    """The second cycle never was: it ends as cancelled, and the first is due as it was."""
    desk = desk_with(f"{ANSWER}, restart: {{on: complaint.amended, when: {{new_facts: true}}}}")
    desk.happens("amended", "2026-03-10 10:00", patch={"claim_no": "7"}, new_facts=True)
    desk.happens("voided", "2026-03-11 10:00", event={"source": "/test", "id": "2"}, reason="slip", by="lin")
    assert desk.told_of("clock_ended", "state", "cycle")[-1] == ("cancelled", 2)
    assert desk.told_of("deadline_set", "because", "cycle", "due_at")[-1] == ("voided", 1, "2026-03-17 23:59:59")
    assert list(desk.stored) == [("sla/answer", 1)]


# --- whom a notice reaches, and with what


def test_a_notice_names_clock_policy_persons_and_how_late_it_is() -> None:
    """Exactly the keys of the reference; the escalation goes to the head of the department in charge."""
    desk = desk_with(WARNED)
    desk.sweeps("2026-03-19 09:00")
    (notice,) = desk.heard("escalated")
    assert set(notice["data"]) == {
        "clock", "cycle", "step", "policy", "due_at", "fired_at", "late_by_seconds", "to", "priority", "department",
        "owner", "provisional", "late_attach", "lagging",
    }  # fmt: skip
    assert notice["data"]["to"] == [{"role": "department_head", "id": "Gu Mingde", "name": "Gu Mingde"}]
    assert notice["data"]["policy"] == {
        "id": "sla", "revision": desk.rules.active.rulebook.revision,
        "source": {"title": "Complaint standard", "where": "", "grade": "internal"},
    }  # fmt: skip
    assert desk.told_of("escalated", "fired_at", "due_at", "late_by_seconds") == [
        ("2026-03-19 09:00:00", "2026-03-17 23:59:59", 33 * 3600 + 1)
    ]
    assert notice["subject"] == "C-1"


def test_clocks_against_others_are_computed_and_never_ring() -> None:
    """`counts_against: customer`: breached and told at its end, but no notice goes out and no step is recorded."""
    desk = desk_with(f"{ANSWER}, counts_against: customer")
    assert desk.sweeps("2026-03-25 10:00").steps == ()
    assert desk.stored["sla/answer", 1].breached
    desk.happens("reply_sent", "2026-03-25 11:00")
    assert desk.told_of("clock_ended", "state", "breached") == [("stopped", True)]
    assert desk.heard("clock_warning", "clock_breached", "escalated", "alert_resolved") == []


# --- what is true again


def test_what_was_taken_back_and_is_true_again_is_told_again() -> None:
    """A reply that came in time takes the breach back; that reply is voided: the owner hears of the breach again, under
    an id of its own, and a further sweep says nothing more."""
    desk = late_evidence()
    desk.happens("voided", "2026-03-18 11:00", event={"source": "/test", "id": "2"}, reason="slip", by="lin")
    assert desk.row is not None
    assert any(clock.next_at is not None for clock in desk.stored.values())
    again = desk.sweeps("2026-03-18 11:01")
    assert [(step.step, step.state, step.again) for step in again.steps] == [
        ("1 working day before", "superseded", 1),
        ("due", "fired", 1),
    ]
    assert len(desk.told_of("clock_breached", "step")) == 2
    assert len({one["id"] for one in desk.said if one["type"] == "complaint.clock_breached"}) == 2
    assert desk.sweeps("2026-03-18 11:02").steps == ()


def test_how_late_an_answer_came_is_told_again_when_it_changes() -> None:
    """An earlier late answer becomes known: the clock's end is told anew, but counts once."""
    desk = desk_with(ANSWER)
    desk.happens("reply_sent", "2026-03-25 11:00")
    desk.happens("reply_sent", "2026-03-20 11:00")
    desk.happens("contacted", "2026-03-26 11:00", direction="from_customer")
    assert desk.told_of("clock_ended", "state", "late_by_seconds") == [
        ("stopped", 7 * 86_400 + 11 * 3600 + 1), ("stopped", 2 * 86_400 + 11 * 3600 + 1)
    ]  # fmt: skip
    counted = [one for effects in desk.effects for one in effects.counts if one.name == "clock_outcomes_total"]
    assert [one.labels["outcome"] for one in counted] == ["met_late"]
