"""A deadline that is extended after it was missed: taken back, and missed again at the new one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.clock_desk import CLOCK, event, instant, rules, write_rules
from tests.e2e.desks import Desk
from tests.e2e.records import count, of_type, rows
from tests.e2e.workers import wait_for, wait_for_events

DAYS = timedelta(days=1)
LATE_EXTENSION = ("extend: [{to: 720 hours, needs: [reason], late: accepted}]",)
AHEAD = timedelta(seconds=10)
"""How soon day 30 is over when the case is registered."""

DUPLICATES = 'triage_events_total{outcome="duplicate"'
MOST_LATE = timedelta(seconds=10)


def run_moved(desk: Desk) -> dict[str, Any]:
    """Missed on day 15, extended to day 30 on its last seconds, missed then: in real time."""
    write_rules(desk.directory, rules("360 hours", LATE_EXTENSION))
    desk.settings["TRIAGE_RULES__DIR"] = str(desk.directory / "rules")
    desk.send([event("C-0", "registered", datetime.now(UTC))])
    with desk.run() as daemon:
        daemon.logged("service.started")
        wait_for_events(desk.url, 1)  # only now: a start may take longer than what is left of day 30
        received = datetime.now(UTC).replace(microsecond=0) + AHEAD - 30 * DAYS
        events = [event("C-1", "registered", received)]
        desk.send(events)
        wait_for(lambda: len(alerts(desk)) == 1)
        extension = {"clock": "reply", "to": "720 hours", "reason": "a loss adjuster is on site"}
        events.append(event("C-1", "extension_granted", datetime.now(UTC), **extension))
        desk.send(events[1:])
        wait_for(lambda: len(alerts(desk)) == 3)
        before = desk.published("alerts"), desk.published("decisions")
        desk.send(events)
        wait_for(lambda: sum(daemon.metric(DUPLICATES).values()) == len(events))
        assert daemon.stop() == 0
    assert (desk.published("alerts"), desk.published("decisions")) == before
    return judge(desk, received)


def alerts(desk: Desk) -> list[dict[str, Any]]:
    """What was sent; asked of the store first, which is quicker."""
    return desk.published("alerts") if count(desk.url, "outbox", "topic = 'alerts' AND state = 'sent'") else []


def judge(desk: Desk, received: datetime) -> dict[str, Any]:
    first, moved, second = alerts(desk)
    kinds = [one["type"].removeprefix("complaint.") for one in (first, moved, second)]
    assert kinds == ["clock_breached", "alert_resolved", "clock_breached"]
    assert moved["data"]["reason"] == "moved"
    assert {one["data"]["clock"] for one in (first, moved, second)} == {CLOCK}
    dues = [instant(one["data"]["due_at"]) - received for one in (first, second)]
    assert dues == [15 * DAYS, 30 * DAYS]
    assert len({first["id"], moved["id"], second["id"]}) == 3
    assert [one["sequence"] for one in (first, moved, second)] == [1, 2, 3]
    late = instant(second["data"]["fired_at"]) - received - 30 * DAYS
    assert timedelta(seconds=1) <= late < MOST_LATE
    (set_anew,) = [one for one in of_type(desk.published("decisions"), "deadline_set") if one["subject"] == "C-1"][1:]
    assert set_anew["data"]["because"] == "extended"
    notices = rows(desk.url, "SELECT resolved FROM notices ORDER BY due_at")
    assert notices == ["moved", None]
    return {"second breach late by": f"{late.total_seconds():.1f} s"}


def test_a_missed_deadline_that_is_extended_is_taken_back_and_missed_again(desk: Desk) -> None:
    """The breach of day 15 is resolved as moved, that of day 30 goes out on time under another id; the same events sent
    again send nothing."""
    run_moved(desk)
