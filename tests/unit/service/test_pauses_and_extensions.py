"""Pauses and extensions as others hear of them: due times that stand and move, warnings that move with them, reminders,
and words that count for nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.builders_rules import policies_of, with_rules
from tests.unit.service.desk import ANSWER, REGISTERED, WARNED, Desk, at, desk_with
from triage.rulebook.decide import CompiledRulebook
from triage.service.case_view import planned_line, stored_line
from triage.service.draft import Rules

PAUSED = f"{ANSWER}, warn: [1 working day before], pause: [appraisal]"
EXTENDED = (
    f"{WARNED}, extend: [{{to: 30 calendar days, needs: [reason]}}, "
    "{to: 60 calendar days, needs: [reason, complainant_informed], approver: department_head}]"
)
TO_30 = {"clock": "answer", "to": "30 calendar days", "reason": "the hospital"}
TO_60 = TO_30 | {
    "to": "60 calendar days",
    "complainant_informed_at": "2026-03-10T09:00:00+08:00",
    "approver": {"id": "zhou", "role": "department_head"},
}


def rules_of(policies: Mapping[str, Sequence[str]]) -> CompiledRulebook:
    """The sound folder with these policies, which always apply."""
    files = {"sla/policies.yaml": policies_of(policies, "applies_when: always")}
    return with_rules({"some": "{tags: [some]}"}, None, files)


def extended(local: str = "2026-03-10 10:00", /, **data: Any) -> Desk:
    """Granted on Tue 10 March, a week before the due time, unless told otherwise."""
    desk = desk_with(EXTENDED)
    desk.happens("extension_granted", local, **data)
    return desk


# --- pauses


def test_a_paused_clock_has_no_due_time_and_fires_nothing() -> None:
    """The row has none, nothing is due, and what it would be if it were resumed now moves from day to day."""
    desk = desk_with(PAUSED)
    desk.happens("paused", "2026-03-05 10:00", reason="appraisal")
    row = desk.stored["sla/answer", 1]
    assert (row.state, row.due_at, row.next_step, row.next_at) == ("paused", None, None, None)
    assert desk.sweeps("2026-04-20 10:00").steps == ()
    resumed = {day: desk.clocks(f"2026-03-{day} 10:00")["answer", 1].due_at_if_resumed_now for day in ("10", "11")}
    assert resumed == {"10": at("2026-03-22 23:59:59"), "11": at("2026-03-23 23:59:59")}  # 5..9 and 5..10 are out


def test_a_resumed_clock_keeps_its_first_due_time_beside_the_new_one() -> None:
    """`original_due_at` is as computed at the start, before any pause."""
    desk = desk_with(PAUSED)
    desk.happens("paused", "2026-03-05 10:00", reason="appraisal")
    desk.happens("resumed", "2026-03-08 10:00")
    row = desk.stored["sla/answer", 1]
    assert (row.due_at, row.original_due_at) == (at("2026-03-20 23:59:59"), at("2026-03-17 23:59:59"))


def test_a_pause_within_a_day_tells_two_deadlines_and_moves_none() -> None:
    """Paused and resumed on the same date: the clock runs in its last second, so the date counts."""
    desk = desk_with(PAUSED)
    desk.happens("paused", "2026-03-05 10:00", reason="appraisal")
    desk.happens("resumed", "2026-03-05 16:00")
    assert desk.told_of("deadline_set", "due_at", "because") == [
        ("2026-03-17 23:59:59", "started"), (None, "paused"), ("2026-03-17 23:59:59", "resumed"),
    ]  # fmt: skip


def test_a_warning_that_was_sent_is_armed_again_behind_a_pause() -> None:
    """The due time moves behind the warning: the sent one is taken back as moved, a second one comes."""
    desk = desk_with(PAUSED)
    desk.sweeps("2026-03-16 09:00")
    desk.happens("paused", "2026-03-16 10:00", reason="appraisal")
    assert desk.heard("alert_resolved") == []  # what it is due at is not known yet
    desk.happens("resumed", "2026-03-19 08:00")  # 16, 17 and 18 are out: due Fri 20
    assert desk.told_of("alert_resolved", "step", "due_at", "reason") == [
        ("1 working day before", "2026-03-17 23:59:59", "moved")
    ]
    desk.sweeps("2026-03-19 09:00")
    assert desk.told_of("clock_warning", "due_at") == [("2026-03-17 23:59:59",), ("2026-03-20 23:59:59",)]


def test_a_warning_whose_new_time_has_passed_too_stays() -> None:
    """Resumed an hour behind the new time of the warning: the owner has been told, and is not told again."""
    desk = desk_with(PAUSED)
    desk.sweeps("2026-03-16 09:00")
    desk.happens("paused", "2026-03-16 10:00", reason="appraisal")
    desk.happens("resumed", "2026-03-19 10:00")
    assert desk.heard("alert_resolved") == []
    desk.sweeps("2026-03-20 10:00")
    assert len(desk.heard("clock_warning")) == 1


def test_overlapping_pauses_of_two_reasons_hold_until_the_last_is_over() -> None:
    """One resumption of two: no due time yet, and nothing is told."""
    desk = desk_with(f"{ANSWER}, pause: [appraisal, mediation]")
    desk.happens("paused", "2026-03-05 10:00", reason="appraisal")
    desk.happens("paused", "2026-03-06 10:00", reason="mediation")
    desk.happens("resumed", "2026-03-08 10:00", reason="appraisal")
    assert len(desk.heard("deadline_set")) == 2
    desk.happens("resumed", "2026-03-10 10:00", reason="mediation")
    assert desk.told_of("deadline_set", "due_at", "because")[-1] == ("2026-03-22 23:59:59", "resumed")


def test_a_pause_that_stands_for_long_is_reminded_of_once() -> None:
    """To the owner, as a warning without a due time; a resumption takes it back, a second pause has its own."""
    desk = desk_with(f"{ANSWER}, pause: [{{appraisal: {{remind: 3 working days}}}}]")
    desk.happens("paused", "2026-03-05 10:00", reason="appraisal")
    assert desk.sweeps("2026-03-11 08:59").steps == ()
    desk.sweeps("2026-03-11 09:00")  # Fri 6, Mon 9, Tue 10 are three full days
    desk.sweeps("2026-03-16 09:00")
    told = desk.told_of("clock_warning", "step", "due_at", "late_by_seconds")
    assert told == [("paused for 3 working days", None, 0)]
    desk.happens("resumed", "2026-03-17 10:00")
    assert desk.told_of("alert_resolved", "step", "reason") == [("paused for 3 working days", "moved")]
    desk.happens("paused", "2026-03-18 10:00", reason="appraisal")
    desk.sweeps("2026-03-24 09:00")
    assert [one["data"]["fired_at"] for one in desk.heard("clock_warning")] == [
        "2026-03-11T01:00:00Z", "2026-03-24T01:00:00Z",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pause", "data", "told"),
    [
        ("[appraisal]", {"reason": "mediation"}, (None, ["reason"])),
        ("[appraisal]", {"reason": "mediation", "clocks": ["answer"]}, ("sla/answer", ["reason"])),
        ("[appraisal]", {"reason": "appraisal", "clocks": ["question"]}, ("question", ["clock"])),
        ("[{appraisal: {needs: [complainant_informed]}}]", {"reason": "appraisal"},
         ("sla/answer", ["complainant_informed"])),
        ("[{mediation: {needs: [complainant_agreed]}}]", {"reason": "mediation", "agreed_by_complainant": False},
         ("sla/answer", ["complainant_agreed"])),
    ],
)  # fmt: skip
def test_a_pause_that_counts_for_nothing_is_refused_once(
    pause: str, data: dict[str, Any], told: tuple[str | None, list[str]]
) -> None:
    """`pause_refused` names the clock, when one was meant, and what is missing; the clock runs on."""
    desk = desk_with(f"{ANSWER}, pause: {pause}")
    desk.happens("paused", "2026-03-05 10:00", **data)
    desk.happens("contacted", "2026-03-06 10:00", direction="to_customer")
    desk.sweeps("2026-03-10 10:00")
    assert desk.told_of("pause_refused", "clock", "missing") == [told]
    assert set(desk.heard("pause_refused")[0]["data"]) == {"clock", "missing"}
    assert len(desk.heard("deadline_set")) == 1


def test_a_refusal_names_our_clocks_in_full_and_shows_nothing_of_what_may_be_a_person() -> None:
    """However many digits our own name has; two unknown names of one length are two refusals, and nothing typed for one
    of them is in what goes out, in its id or in the document."""
    desk = Desk(rules_of({"cn-order-2020-3": [EXTENDED]}))
    desk.happens("registered", "2026-03-02 10:00", **REGISTERED)
    desk.happens("extension_granted", "2026-03-03 10:00", clock="answer", to="30 calender days", reason="x")
    desk.happens("extension_granted", "2026-03-03 11:00", clock="Wang Wu", to="Li Si", reason="x")
    desk.happens("paused", "2026-03-03 12:00", clocks=["13812345678", "13812345679", "anser"], reason="appraisal")
    assert desk.told_of("extension_refused", "clock", "to") == [
        ("cn-order-2020-3/answer", "30 calender days"),
        ("a text of 7 characters", "a text of 5 characters"),
    ]
    assert [one[0] for one in desk.told_of("pause_refused", "clock")] == [
        "a text of 11 characters",
        "a text of 11 characters",
        "anser",
    ]
    assert desk.row is not None
    kept = str(desk.row.document.refused)
    assert "Wang" not in kept
    assert "13812" not in kept


def test_an_erased_case_keeps_its_extension_whatever_digits_its_clock_has_in_its_name() -> None:
    """Granted before the erasure and after it: the due time is the extended one. What looks like a telephone number
    goes."""
    desk = Desk(rules_of({"cn-order-2020-3": [EXTENDED]}))
    desk.happens("registered", "2026-03-02 10:00", **REGISTERED)
    desk.happens("extension_granted", "2026-03-03 10:00", **{**TO_30, "clock": "cn-order-2020-3/answer"})
    desk.happens("erased", "2026-03-04 10:00", by="Wang", reason="asked for")
    assert desk.stored["cn-order-2020-3/answer", 1].due_at == at("2026-04-01 23:59:59")
    desk.happens("extension_granted", "2026-03-10 10:00", **{**TO_60, "clock": "cn-order-2020-3/answer"})
    desk.happens("extension_granted", "2026-03-10 11:00", clock="13812345678", to="x", reason="x")
    assert desk.stored["cn-order-2020-3/answer", 1].due_at == at("2026-05-01 23:59:59")
    assert desk.row is not None
    assert "13812" not in str(desk.row.document)


def test_an_erased_case_knows_clocks_that_only_an_older_revision_has() -> None:
    """The case holds the revision by which its clock started."""
    old, new = rules_of({"cn-order-2020-3": [EXTENDED]}), rules_of({"other": [EXTENDED]})
    desk = Desk(old)
    desk.happens("registered", "2026-03-02 10:00", **REGISTERED)
    desk.rules = Rules(new, {old.rulebook.revision: old})
    desk.happens("erased", "2026-03-04 10:00", by="Wang", reason="asked for")
    desk.happens("extension_granted", "2026-03-05 10:00", **{**TO_30, "clock": "cn-order-2020-3/answer"})
    assert desk.stored["cn-order-2020-3/answer", 1].due_at == at("2026-04-01 23:59:59")


def test_a_pause_behind_the_due_time_changes_nothing() -> None:
    """An overdue clock stays overdue."""
    desk = desk_with(PAUSED)
    desk.happens("paused", "2026-03-18 10:00", reason="appraisal")
    assert desk.clocks("2026-03-19 10:00")["answer", 1].breached
    assert len(desk.heard("deadline_set")) == 1


# --- extensions


def test_an_extension_in_time_moves_the_due_time_and_keeps_the_first_beside_it() -> None:
    """Counted from the same start; the row shows both, and the warning moves."""
    desk = extended(**TO_30)
    row = desk.stored["sla/answer", 1]
    assert (row.due_at, row.original_due_at) == (at("2026-04-01 23:59:59"), at("2026-03-17 23:59:59"))
    assert (row.next_step, row.next_at) == ("1 working day before", at("2026-03-31 09:00"))


def test_what_was_sent_is_taken_back_and_armed_again_when_it_moves() -> None:
    """The warning before the old due time is resolved as moved; one before the new due time comes, with an id of its
    own; what was superseded is on record for the old time only."""
    desk = desk_with(EXTENDED)
    desk.sweeps("2026-03-16 09:00")
    desk.happens("extension_granted", "2026-03-17 10:00", **TO_30)
    assert desk.told_of("alert_resolved", "step", "due_at", "reason") == [
        ("1 working day before", "2026-03-17 23:59:59", "moved")
    ]
    desk.sweeps("2026-03-31 09:00")
    assert [one[0] for one in desk.told_of("clock_warning", "due_at")] == ["2026-03-17 23:59:59", "2026-04-01 23:59:59"]
    assert desk.sweeps("2026-04-02 00:00").steps[0].step == "due"


def test_the_longest_granted_counts_and_steps_may_be_skipped() -> None:
    """60 days at once; 30 after it moves nothing and is not refused."""
    desk = extended(**TO_60)
    assert desk.told_of("deadline_set", "due_at")[-1] == ("2026-05-01 23:59:59",)
    desk.happens("extension_granted", "2026-03-11 10:00", **TO_30)
    assert len(desk.heard("deadline_set")) == 2
    assert desk.heard("extension_refused") == []


@pytest.mark.parametrize(
    ("local", "data", "told"),
    [
        ("2026-03-10 10:00", {**TO_30, "reason": ""}, ("sla/answer", "30 calendar days", ["reason"], None)),
        ("2026-03-10 10:00", {**TO_60, "complainant_informed_at": None},
         ("sla/answer", "60 calendar days", ["complainant_informed"], None)),
        ("2026-03-10 10:00", {**TO_60, "approver": {"id": "zhou", "role": "clerk"}},
         ("sla/answer", "60 calendar days", ["approver"], None)),
        ("2026-03-10 10:00", {**TO_30, "to": "45 calendar days"}, ("sla/answer", "45 calendar days", ["to"], None)),
        ("2026-03-10 10:00", {**TO_30, "clock": "question"}, ("question", "30 calendar days", ["clock"], None)),
        ("2026-03-18 09:00", TO_30, ("sla/answer", "30 calendar days", [], 9 * 3600 + 1)),
        ("2026-03-18 09:00", {**TO_30, "reason": ""}, ("sla/answer", "30 calendar days", ["reason"], 9 * 3600 + 1)),
    ],
)  # fmt: skip
def test_an_extension_that_counts_for_nothing_is_refused_once(
    local: str, data: dict[str, Any], told: tuple[Any, ...]
) -> None:
    """`extension_refused` names the clock, the limit, what is missing, and how long the due time had passed."""
    desk = extended(local, **{name: value for name, value in data.items() if value not in ("", None)})
    desk.happens("contacted", "2026-03-19 10:00", direction="to_customer")
    desk.sweeps("2026-03-20 10:00")
    assert desk.told_of("extension_refused", "clock", "to", "missing", "late_by_seconds") == [told]
    assert set(desk.heard("extension_refused")[0]["data"]) == {"clock", "to", "missing", "late_by_seconds"}
    assert len(desk.heard("deadline_set")) == 1


def test_an_extension_of_a_clock_that_does_not_run_is_refused() -> None:
    """Answered is answered: `missing: [clock]`."""
    desk = desk_with(EXTENDED)
    desk.happens("reply_sent", "2026-03-09 10:00")
    desk.happens("extension_granted", "2026-03-10 10:00", **TO_30)
    assert desk.told_of("extension_refused", "clock", "missing") == [("sla/answer", ["clock"])]


def test_a_late_extension_that_is_accepted_moves_the_due_time_and_the_breach_stays() -> None:
    """Listings show at least the time from the missed due time to the grant, as the plan does."""
    desk = desk_with(f"{WARNED}, extend: [{{to: 30 calendar days, late: accepted}}]")
    desk.sweeps("2026-03-18 00:00")
    desk.happens("extension_granted", "2026-03-18 10:00", clock="answer", to="30 calendar days")
    assert desk.told_of("deadline_set", "due_at", "because")[-1] == ("2026-04-01 23:59:59", "extended")
    now = at("2026-03-25 10:00")
    line = stored_line(desk.stored["sla/answer", 1], now)
    assert line == planned_line(desk.clocks("2026-03-25 10:00")["answer", 1])
    assert (line.breached, line.late_by_seconds, line.due_at) == (True, 10 * 3600 + 1, "2026-04-01T15:59:59Z")
    desk.happens("reply_sent", "2026-03-26 10:00")
    assert desk.told_of("clock_ended", "breached", "late_by_seconds") == [(True, 10 * 3600 + 1)]


def test_a_restart_begins_with_the_base_limit() -> None:
    """What was granted for the first cycle does not outlive it."""
    desk = desk_with(f"{EXTENDED}, restart: {{on: complaint.amended, when: {{new_facts: true}}}}")
    desk.happens("extension_granted", "2026-03-10 10:00", **TO_30)
    desk.happens("amended", "2026-03-20 10:00", patch={"claim_no": "7"}, new_facts=True)
    assert desk.told_of("deadline_set", "cycle", "due_at")[-1] == (2, "2026-04-04 23:59:59")
