"""What a move of open cases to the active revision would change; nothing moves by being shown. That it does change it:
see tests/e2e/test_clock_verbs.py."""

from tests.unit.service.desk import ANSWER, Desk, at, clocked, desk_with, reading_of
from triage.service.apply_policy import Moved, preview

NOW = "2026-03-05 10:00"
FIVE_DAYS = ANSWER.replace("15 calendar days", "5 calendar days")


def shown(desk: Desk) -> list[Moved]:
    """What the move would change, on Thu 5 March."""
    assert desk.row is not None
    reading, shelf = reading_of([desk.row], list(desk.stored.values()), desk.rules)
    return list(preview(reading, shelf, at(NOW)))


def moved(**fields: object) -> Moved:
    before = {"case": "C-1", "clock": "sla/answer", "cycle": 1, "due_before": at("2026-03-17 23:59:59")}
    return Moved(**{**before, "state_after": "running", **fields})  # type: ignore[arg-type] # fields by name


def test_a_shorter_limit_is_shown_with_both_due_times() -> None:
    """Case, clock and cycle, before and after."""
    desk = desk_with(ANSWER)
    desk.changes_rules(clocked(FIVE_DAYS))
    assert shown(desk) == [moved(due_after=at("2026-03-07 23:59:59"))]


def test_a_clock_that_the_new_revision_has_no_more_is_shown_as_gone() -> None:
    """No due time and no state after."""
    desk = desk_with(ANSWER, "id: other, start: complaint.assigned, stop: complaint.contacted, limit: 1 hour")
    desk.changes_rules(clocked("id: other, start: complaint.assigned, stop: complaint.contacted, limit: 1 hour"))
    assert shown(desk) == [moved(due_after=None, state_after=None)]


def test_a_revision_that_counts_the_same_changes_nothing() -> None:
    """Other rules, the same limit."""
    desk = desk_with(ANSWER)
    desk.changes_rules(clocked(ANSWER, thens={"other": "{tags: [other]}"}))
    assert shown(desk) == []


def test_cases_under_the_active_revision_and_answered_ones_are_left_alone() -> None:
    """Nothing to move: no open clock holds another revision."""
    assert shown(desk_with(ANSWER)) == []
    desk = desk_with(ANSWER)
    desk.happens("reply_sent", "2026-03-04 10:00")
    desk.changes_rules(clocked(FIVE_DAYS))
    assert shown(desk) == []


def test_showing_changes_no_row() -> None:
    """The case, what it holds and its clocks are as before."""
    desk = desk_with(ANSWER)
    desk.changes_rules(clocked(FIVE_DAYS))
    assert desk.row is not None
    before = (desk.row.document, dict(desk.stored))
    shown(desk)
    assert (desk.row.document, desk.stored) == before


def test_a_clock_whose_settled_cycles_would_change_is_kept() -> None:
    """Answered on the tenth day under fifteen, then reopened: under five days that answer would have been late. What is
    settled stays settled, and the clock is named as kept."""
    again = f"{ANSWER}, on_reopen: restart"
    desk = desk_with(again)
    desk.happens("reply_sent", "2026-03-12 10:00")
    desk.happens("reopened", "2026-03-16 10:00", reason="the sum is wrong")
    desk.changes_rules(clocked(again.replace("15 calendar days", "5 calendar days")))
    due = at("2026-03-31 23:59:59")
    assert shown(desk) == [moved(cycle=2, due_before=due, due_after=due, kept=True)]
