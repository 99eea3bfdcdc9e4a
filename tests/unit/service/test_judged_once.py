"""When clocks are judged: never back in time, at the time of what passed, and each outcome under a name of its own."""

from tests.builders_rules import policies_of, with_rules
from tests.unit.service.desk import Desk, at, clocked

URGENT = {"late": "{priority: urgent}"}
PAPERS = "start: complaint.registered, stop: complaint.assigned, counts_against: customer"


def test_due_times_without_a_notice_decide_again_each_under_its_own_id() -> None:
    """Two clocks against the customer pass one after the other and ring for nobody; each changes the outcome, and the
    outbox takes both decisions."""
    desk = Desk(clocked(
        f"id: first, limit: 1 calendar day, {PAPERS}", f"id: second, limit: 2 calendar days, {PAPERS}",
        thens={"one": "{priority: high}", "both": "{priority: urgent}"},
        whens={"one": "{clocks.breached: {contains: sla/first}}", "both": "{clocks.breached: {contains: sla/second}}"},
    ))  # fmt: skip
    desk.is_registered()
    for local in ("2026-03-04 00:00", "2026-03-05 00:00"):
        effects = desk.sweeps(local)
        assert effects.steps == ()
        assert effects.timeline[0].event_time == at(local)
    assert desk.told_of("triaged", "priority") == [("normal",), ("high",), ("urgent",)]


def test_what_a_sweep_decides_counts_from_what_had_passed() -> None:
    """A warning and a due time are handled in one late sweep: the new priority counts from the later of them, not from
    the due time that the warning speaks of, so that a limit by priority moves at once."""
    limit = "{by: priority, urgent: 15 calendar days, high: 5 calendar days, normal: 20 calendar days, low: 1 month}"
    registered = "start: complaint.registered, stop: complaint.reply_sent"
    desk = Desk(clocked(
        f"id: warned, {registered}, limit: 15 calendar days, warn: [50%]",
        f"id: papers, {PAPERS}, limit: 7 calendar days",
        f"id: moving, {registered}, limit: {limit}",
        thens=URGENT, whens={"late": "{clocks.breached: {contains: sla/papers}}"},
    ))  # fmt: skip
    desk.is_registered()
    desk.sweeps("2026-03-11 10:00")
    assert desk.told_of("deadline_set", "clock", "due_at", "because")[-1] == (
        "sla/moving", "2026-03-17 23:59:59", "priority",
    )  # fmt: skip
    assert desk.row is not None
    # The warning came at half of 15 d 13:59:59, on Tue 10 at 05:00, deferred to opening; the papers at 00:00.
    assert desk.row.document.priorities[-1].at == at("2026-03-10 09:00")
    assert desk.effects[-1].timeline[0].event_time == at("2026-03-10 09:00")


def test_a_sweep_behind_the_latest_event_judges_nothing_back() -> None:
    """The low mark lags behind the case's own events: what was breached at the latest of them stays so, the warning
    fires, the breach waits for the mark."""
    desk = Desk(clocked(
        "id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: 15 calendar days, "
        "warn: [1 working day before]",
        thens=URGENT, whens={"late": "{clocks.breached: {contains: sla/answer}}"},
    ))  # fmt: skip
    desk.is_registered()
    desk.happens("contacted", "2026-03-18 10:00", direction="to_customer")
    desk.sweeps("2026-03-16 09:30")
    assert desk.told_of("triaged", "priority") == [("normal",), ("urgent",)]
    assert desk.kinds()[-1] == "clock_warning"
    desk.sweeps("2026-03-18 10:00")
    assert desk.told_of("triaged", "priority") == [("normal",), ("urgent",)]
    assert desk.kinds()[-1] == "clock_breached"


def test_missed_cycles_are_not_taken_back_by_a_lagging_mark() -> None:
    """Cycles that had passed by the latest event are not told as cancelled when the mark is still before them."""
    desk = Desk(clocked("id: daily, start: complaint.registered, every: 1 working day, stop: complaint.reply_sent"))
    desk.is_registered()
    desk.happens("assigned", "2026-03-06 10:00", owner="lin")
    before = desk.told_of("clock_ended", "cycle", "state")
    desk.sweeps("2026-03-04 09:30")
    assert desk.told_of("clock_ended", "cycle", "state") == before == [(1, "missed"), (2, "missed"), (3, "missed")]
    assert len(desk.stored) == 4


def test_a_late_event_behind_a_sweep_is_judged_where_the_case_was() -> None:
    """The mark went back (a part was given to another worker): the overdue clock is still overdue."""
    desk = Desk(clocked(
        "id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: 15 calendar days",
        thens=URGENT, whens={"late": "{clocks.breached: {contains: sla/answer}}"},
    ))  # fmt: skip
    desk.is_registered()
    desk.sweeps("2026-03-18 00:00")
    desk.happens("contacted", "2026-03-10 10:00", at("2026-03-11 10:00"), direction="to_customer")
    assert desk.told_of("triaged", "priority") == [("normal",), ("urgent",)]


def test_rows_of_ended_clocks_follow_what_is_learnt_of_the_past() -> None:
    """The receipt is amended by an hour after the reply: nothing is told, and the row has the true start."""
    desk = Desk(clocked("id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: 15 calendar days"))
    desk.is_registered()
    desk.happens("reply_sent", "2026-03-05 10:00")
    said = len(desk.said)
    desk.happens("amended", "2026-03-06 10:00", patch={"received_at": "2026-03-02T09:00:00+08:00"})
    assert len(desk.said) == said
    assert desk.stored["sla/answer", 1].started_at == at("2026-03-02 09:00")


def test_a_started_clock_keeps_its_limit_under_a_new_revision_and_a_later_case_has_the_new_one() -> None:
    """Each clock's row names the revision that it counts by."""
    desk = Desk(clocked("id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: 15 calendar days"))
    desk.is_registered()
    old = desk.rules.active.rulebook.revision
    desk.changes_rules(clocked(
        "id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: 5 calendar days",
        "id: visit, start: complaint.investigation_started, stop: complaint.investigated, limit: 1 working day",
    ))  # fmt: skip
    desk.happens("investigation_started", "2026-03-03 10:00")
    assert {row.clock: row.revision for row in desk.stored.values()} == {
        "sla/answer": old, "sla/visit": desk.rules.active.rulebook.revision,
    }  # fmt: skip
    assert desk.stored["sla/answer", 1].due_at == at("2026-03-17 23:59:59")


def test_a_policy_that_a_revision_drops_runs_on_by_the_one_that_the_case_holds() -> None:
    """Nobody's deadline is lost with its file."""
    desk = Desk(clocked("id: answer, start: complaint.registered, stop: complaint.reply_sent, limit: 15 calendar days"))
    desk.is_registered()
    other = policies_of({"other": ["id: a, start: complaint.assigned, stop: complaint.reply_sent, limit: 1 hour"]})
    desk.changes_rules(with_rules({"some": "{tags: [some]}"}, None, {"sla/policies.yaml": other}))
    desk.sweeps("2026-03-18 00:00")
    assert desk.told_of("clock_breached", "clock", "due_at") == [("sla/answer", "2026-03-17 23:59:59")]
