"""Which clock runs and why: sentences whose sum a reader can check, in three languages."""

import pytest

from tests.unit.service.desk import Desk, clocked
from tests.unit.service.explained import clock, clocked_with_qingming, explained

START = "id: answer, start: complaint.registered, stop: {on: complaint.reply_sent, when: {kind: final}}"
FIFTEEN = f"{START}, limit: 15 calendar days"


def first(desk: Desk, local: str, name: str = "answer", language: str = "en", cycle: int = 1) -> str:
    return clock(explained(desk, local, language=language), name, cycle).why[0]


def sentences(desk: Desk, local: str, name: str = "answer", cycle: int | None = 1, language: str = "en") -> list[str]:
    return list(clock(explained(desk, local, language=language), name, cycle).why)


# --- due times in three languages


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Due Sat 4 April 2026 23:59, a holiday (清明节), not moved: received Fri 20 March 2026, 15 calendar days, "
            "0 days paused.",
        ),
        (
            "zh-Hant",
            "2026年4月4日（星期六）23:59到期，當日為節假日（清明节），不順延：2026年3月20日（星期五）收到，"
            "期限15個日曆日，暫停0天。",
        ),
        (
            "zh-Hans",
            "2026年4月4日（星期六）23:59到期，当日为节假日（清明节），不顺延：2026年3月20日（星期五）收到，"
            "期限15个自然日，暂停0天。",
        ),
    ],
)
def test_a_due_time_says_what_it_is_made_of(language: str, sentence: str) -> None:
    """Date, what is out of the ordinary about it, receipt, limit and pauses, in the reader's form."""
    desk = Desk(clocked_with_qingming(FIFTEEN))
    desk.is_registered("2026-03-20 10:00")
    assert first(desk, "2026-03-23 09:00", language=language) == sentence


@pytest.mark.parametrize(
    ("keys", "registered", "sentence"),
    [
        (
            f"{START}, limit: 15 calendar days, roll_forward: true",
            "2026-03-20 10:00",
            "Due Tue 7 April 2026 23:59, moved from Sat 4 April 2026, a holiday (清明节): received Fri 20 March 2026, "
            "15 calendar days, 0 days paused.",
        ),
        (
            f"{START}, limit: 1 week",
            "2026-03-07 10:00",
            "Due Sat 14 March 2026 23:59, a day off, not moved: received Sat 7 March 2026, 1 week, 0 days paused.",
        ),
        (
            f"{START}, limit: 2 working days, due: close_of_business",
            "2026-03-02 10:00",
            "Due Wed 4 March 2026 18:00, the close of business: received Mon 2 March 2026, 2 working days, "
            "0 days paused.",
        ),
        (
            f"{START}, limit: 15 calendar days, due: close_of_business",
            "2026-03-20 10:00",
            "Due Fri 3 April 2026 18:00, the close of business before Sat 4 April 2026: received Fri 20 March 2026, "
            "15 calendar days, 0 days paused.",
        ),
        (
            f"{START}, limit: 4 working hours",
            "2026-03-02 10:00",
            "Due Mon 2 March 2026 15:00: received Mon 2 March 2026 10:00, 4 working hours, 0 h paused.",
        ),
        (
            f"{START}, limit: {{later_of: [1 working day, 24 hours]}}",
            "2026-03-02 10:00",
            "Due Tue 3 March 2026 23:59: received Mon 2 March 2026, the later of 1 working day, 24 hours, "
            "0 days paused.",
        ),
        (
            f"{START}, limit: {{by: priority, urgent: 1 hour, high: 1 working hour, normal: 1 month, low: 2 months}}",
            "2026-03-02 10:00",
            "Due Thu 2 April 2026 23:59: received Mon 2 March 2026, 1 month for priority normal, 0 days paused.",
        ),
    ],
)
def test_every_kind_of_limit_has_its_sentence(keys: str, registered: str, sentence: str) -> None:
    """Moved by a holiday or not, at the close of business, in hours, of several or by priority."""
    desk = Desk(clocked_with_qingming(keys))
    desk.is_registered(registered)
    assert first(desk, registered) == sentence


def test_the_dates_are_counted_and_what_is_left_out_is_named() -> None:
    """Start, counted dates, and closed ones with their names."""
    desk = Desk(clocked_with_qingming(f"{START}, limit: 3 working days"))
    desk.is_registered("2026-04-02 10:00")
    found = sentences(desk, "2026-04-02 12:00")
    assert found[2:5] == [
        "3 dates are counted, Fri 3 April 2026 to Wed 8 April 2026.",
        "The date of the start, Thu 2 April 2026, is not counted.",
        "3 dates are not counted as closed: 3 × 清明节.",
    ]


# --- pauses, extensions, priorities


PAUSING = f"{FIFTEEN}, pause: [appraisal, {{mediation: {{needs: [complainant_agreed]}}}}]"
EXTENDING = f"""{FIFTEEN}, extend: [{{to: 30 calendar days, needs: [reason]}},
        {{to: 60 calendar days, needs: [reason], approver: department_head, late: accepted}}]"""


def test_pauses_stand_with_their_times_and_reasons_and_are_added_up() -> None:
    """One that is over, one that does not count and why, and one that holds the clock."""
    desk = Desk(clocked(PAUSING))
    desk.is_registered()
    desk.happens("paused", "2026-03-04 10:00", reason="appraisal")
    desk.happens("resumed", "2026-03-09 10:00")
    desk.happens("paused", "2026-03-10 10:00", reason="mediation")
    found = sentences(desk, "2026-03-10 12:00")
    assert found[0] == (
        "Due Sun 22 March 2026 23:59, a day off, not moved: received Mon 2 March 2026, 15 calendar days, 5 days paused."
    )
    assert "Paused from Wed 4 March 2026 10:00 to Mon 9 March 2026 10:00 (appraisal)." in found
    assert "The pause of Tue 10 March 2026 10:00 does not count: the complainant did not agree." in found
    assert "As it began it was due Tue 17 March 2026 23:59." in found
    desk.happens("paused", "2026-03-11 10:00", reason="mediation", agreed_by_complainant=True)
    found = sentences(desk, "2026-03-13 12:00")
    assert found[0].startswith("It stands. If it were resumed now, it would be due Tue 24 March 2026 23:59: received")
    assert "Paused since Wed 11 March 2026 10:00 (mediation)." in found


def test_extensions_count_or_do_not_and_say_why() -> None:
    """Without the reason, with it, and late with the approver: late stays late."""
    desk = Desk(clocked(EXTENDING))
    desk.is_registered()
    desk.happens("extension_granted", "2026-03-10 10:00", clock="answer", to="30 calendar days", reason="")
    desk.happens("extension_granted", "2026-03-11 10:00", clock="answer", to="45 calendar days", reason="x")
    desk.happens("extension_granted", "2026-03-12 10:00", clock="answer", to="30 calendar days", reason="two hospitals")
    found = sentences(desk, "2026-03-12 12:00")
    assert found[0].startswith(
        "Due Wed 1 April 2026 23:59: received Mon 2 March 2026, 15 calendar days extended by 30 c"
    )
    assert "Extended to 30 calendar days on Thu 12 March 2026 10:00." in found
    unknown = "The extension to 45 calendar days of Wed 11 March 2026 10:00 does not count: "
    assert f"{unknown}the policy knows no such extension." in found
    assert not any("hospital" in sentence for sentence in found)
    desk.happens(
        "extension_granted", "2026-04-03 10:00", clock="answer", to="60 calendar days", reason="x",
        approver={"id": "z", "role": "department_head"},
    )  # fmt: skip
    found = sentences(desk, "2026-04-03 12:00")
    assert "Extended to 60 calendar days on Fri 3 April 2026 10:00, approved by department_head." in found
    assert "It was granted 1 day 10 h after the due time: what was late stays late." in found
    assert found[0].startswith("Due Fri 1 May 2026 23:59")


def test_a_word_that_means_no_clock_is_told_beside_them() -> None:
    """Nobody would find it under a clock."""
    desk = Desk(clocked(PAUSING))
    desk.is_registered()
    desk.happens("extension_granted", "2026-03-10 10:00", clock="nothing", to="30 calendar days", reason="x")
    assert explained(desk, "2026-03-10 12:00").refused == (
        "The extension to 30 calendar days of Tue 10 March 2026 10:00 does not count: it names no clock that runs, or "
        "several.",
    )


def test_a_new_priority_counts_anew_from_the_same_start() -> None:
    """The sentence names the priority, when it came, and its limit."""
    desk = Desk(clocked(f"{START}, limit: {{by: priority, urgent: 1 working day, high: 2 working days, normal: 1 week, "
                        "low: 2 weeks}"))  # fmt: skip
    desk.is_registered()
    desk.happens("verified", "2026-03-03 10:00", by="z", priority="urgent")
    found = sentences(desk, "2026-03-03 12:00")
    assert found[0].startswith(
        "Due Tue 3 March 2026 23:59: received Mon 2 March 2026, 1 working day for priority urgent"
    )
    anew = "counted anew from the same start, 1 working day for priority urgent."
    assert f"The priority became urgent, Tue 3 March 2026 10:00: {anew}" in found


# --- how it ended


@pytest.mark.parametrize(
    ("replied", "wanted"),
    [
        ("2026-03-16 10:00", ["Stopped by reply to the customer (complaint.reply_sent), Mon 16 March 2026 10:00.",
                              "In time, 1 day 13 h before it was due."]),
        ("2026-03-18 10:00", ["Stopped by reply to the customer (complaint.reply_sent), Wed 18 March 2026 10:00.",
                              "Late by 10 h 0 min."]),
    ],
)  # fmt: skip
def test_what_stopped_it_and_how_far_from_due(replied: str, wanted: list[str]) -> None:
    """In time or late, and by how much; a holding reply did not stop it."""
    desk = Desk(clocked(FIFTEEN))
    desk.is_registered()
    desk.happens("reply_sent", "2026-03-10 10:00", kind="holding")
    desk.happens("reply_sent", replied)
    assert sentences(desk, "2026-04-01 10:00")[1:3] == wanted


def test_a_running_clock_says_what_it_waits_for() -> None:
    """Time left, or overdue, and the event with its condition."""
    desk = Desk(clocked(FIFTEEN))
    desk.is_registered()
    waits = "it waits for reply to the customer (complaint.reply_sent) with kind is final."
    assert sentences(desk, "2026-03-16 10:00")[1] == f"1 day 13 h left, Mon 16 March 2026 10:00: {waits}"
    assert sentences(desk, "2026-03-18 10:00")[1] == f"Overdue by 10 h 0 min, Wed 18 March 2026 10:00: {waits}"


CHAIN = (
    f"{FIFTEEN}, cancel: complaint.withdrawn, restart: {{on: complaint.amended, when: {{new_facts: true}}}}, "
    "on_reopen: restart",
    "id: pay, start: complaint.solution_accepted, stop: complaint.payment_completed, limit: 10 calendar days",
    "id: late, start: {clock: answer, is: breached}, stop: complaint.reply_sent, limit: 1 working day",
    "id: daily, start: complaint.assigned, every: 1 working day, reset: complaint.contacted, "
    "stop: complaint.reply_sent",
)


def test_a_clock_that_has_not_started_says_what_it_waits_for() -> None:
    """An event, or another clock, that has not happened; and the limit that it will have."""
    desk = Desk(clocked(*CHAIN))
    desk.is_registered()
    assert sentences(desk, "2026-03-02 12:00", "pay", None) == [
        "It starts with acceptance of the solution (complaint.solution_accepted), which has not happened.",
        "From then it has 10 calendar days.",
    ]
    assert sentences(desk, "2026-03-02 12:00", "late", None)[0] == (
        "It starts with clock sla/answer is breached, which has not happened."
    )
    assert sentences(desk, "2026-03-02 12:00", "pay", None, "zh-Hans")[0] == (
        "由“客户接受处理方案（complaint.solution_accepted）”起算，该情形尚未发生。"
    )


def test_a_clock_started_by_another_says_so() -> None:
    """From the second in which the other one was breached."""
    desk = Desk(clocked(*CHAIN))
    desk.is_registered()
    desk.sweeps("2026-03-18 09:00")
    assert first(desk, "2026-03-18 10:00", "late").startswith(
        "Due Thu 19 March 2026 23:59: counted from clock sla/answer is breached Wed 18 March 2026, 1 working day"
    )


def test_restarts_reopenings_and_cancellations_are_told() -> None:
    """Each cycle with what began and what ended it."""
    desk = Desk(clocked(*CHAIN))
    desk.is_registered()
    desk.happens("amended", "2026-03-05 10:00", patch={"claim_no": "1"}, new_facts=True)
    assert sentences(desk, "2026-03-06 10:00")[1] == (
        "Begun anew by amendment (complaint.amended), Thu 5 March 2026 10:00: this count ended."
    )
    assert "begun anew by amendment (complaint.amended) Thu 5 March 2026" in first(desk, "2026-03-06 10:00", cycle=2)
    desk.happens("withdrawn", "2026-03-07 10:00", reason="settled")
    assert sentences(desk, "2026-03-08 10:00", cycle=2)[1] == (
        "Cancelled by withdrawal (complaint.withdrawn), Sat 7 March 2026 10:00."
    )
    desk.happens("reopened", "2026-03-10 10:00", reason="again")
    assert ": reopened Tue 10 March 2026, 15 calendar days" in first(desk, "2026-03-11 10:00", cycle=3)


def test_of_a_recurring_clock_the_latest_cycles_are_told() -> None:
    """Missed ones as missed; those before are counted."""
    desk = Desk(clocked(*CHAIN))
    desk.is_registered()
    desk.happens("assigned", "2026-03-02 11:00", owner={"id": "z"}, by="desk")
    line = explained(desk, "2026-03-12 12:00")
    daily = [one for one in line.clocks if one.clock == "sla/daily"]
    assert [(one.cycle, one.state) for one in daily] == [(6, "missed"), (7, "missed"), (8, "running")]
    assert daily[0].why[1] == "Nothing came by Tue 10 March 2026 23:59: this cycle was missed, and the next began."
    assert daily[-1].why[0].startswith("Due Thu 12 March 2026 23:59: cycle 8 from Wed 11 March 2026, 1 working day")
    assert "5 earlier cycles are not told here." in daily[-1].why


def test_a_merged_case_ends_its_clocks() -> None:
    """The link is named as the cause."""
    desk = Desk(clocked(FIFTEEN))
    desk.is_registered()
    desk.happens("linked", "2026-03-05 10:00", to="C-9", relation="duplicate")
    assert sentences(desk, "2026-03-06 10:00")[1] == (
        "Ended Thu 5 March 2026 10:00: the case was linked to another as its duplicate."
    )


# --- notices and where it comes from


def test_notices_are_told_with_what_opening_hours_did_to_them() -> None:
    """Sent, covered by a later one, deferred, and the next."""
    desk = Desk(clocked(f"{FIFTEEN}, warn: [50%, 80%, 1 working day before], escalate: standard"))
    desk.is_registered()
    desk.sweeps("2026-03-10 09:00")
    found = sentences(desk, "2026-03-10 10:00")
    assert "Notice 50%: sent Tue 10 March 2026 09:00." in found
    assert "50% falls on Tue 10 March 2026 04:59, in closed hours: deferred to Tue 10 March 2026 09:00." in found
    assert found[-1] == "Next notice: 80%, Mon 16 March 2026 09:00, to owner."
    desk.sweeps("2026-03-19 12:00")
    found = sentences(desk, "2026-03-19 12:00")
    assert "Notice 80%: not sent, a later one of the same moment said more." in found
    assert "Notice after 1 working day: sent Thu 19 March 2026 12:00." in found
    desk.happens("reply_sent", "2026-03-16 10:00")
    found = sentences(desk, "2026-03-20 12:00")
    assert (
        "Notice after 1 working day: sent Thu 19 March 2026 12:00, taken back since (it had been in time after all)."
        in found
    )


def test_source_and_calendar_are_named() -> None:
    """Title and grade of the source, in the reader's language where the file has one."""
    desk = Desk(clocked(FIFTEEN))
    desk.is_registered()
    found = sentences(desk, "2026-03-10 10:00")
    assert "Source: Complaint standard (a rule of the house)." in found
    assert "Counted by the calendar China (cn)." in found
    assert "按日历“中国（cn）”计算。" in sentences(desk, "2026-03-10 10:00", language="zh-Hans")


def test_a_clock_keeps_to_the_revision_with_which_it_started() -> None:
    """Months later another one is active: the old limit is told, and that it is the old one."""
    desk = Desk(clocked(FIFTEEN))
    desk.is_registered()
    old = desk.rules.active.rulebook.revision
    desk.changes_rules(clocked(FIFTEEN.replace("15", "20")))
    found = sentences(desk, "2026-03-10 10:00")
    assert found[0].startswith("Due Tue 17 March 2026 23:59: received Mon 2 March 2026, 15 calendar days")
    assert f"It keeps to the rulebook revision with which it started, {old[:12]}; another is active now." in found


def test_a_deadline_beyond_the_known_holidays_is_provisional() -> None:
    """Nobody has published them yet."""
    desk = Desk(clocked(f"{START}, limit: 5 working days"))
    desk.is_registered("2026-12-30 10:00")
    assert any(one.startswith("Provisional: ") for one in sentences(desk, "2026-12-30 12:00"))
