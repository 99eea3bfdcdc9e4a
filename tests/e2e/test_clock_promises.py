"""The promises of clocks on real parts: a race, downtime, a backlog, an unreadable case, calendars, repair."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitors.metrics.registry import Metrics
from tests.e2e.clock_desk import CLOCK, event, execute, instant, rules, run_at, says, told, write_events, write_rules
from tests.e2e.race import judge, race
from tests.e2e.test_kafka_and_postgres import environment
from tests.e2e.workers import Worker, dump, query, wait_for, wait_for_events
from tests.fixtures import Topics
from tests.services.kafka import Broker
from triage.adapters.store import schema
from triage.adapters.store.store import open_store
from triage.adapters.time_source import MachineTime
from triage.codec.decode import Arrival, Codec
from triage.ports import Changes, Part
from triage.service.draft import Moment
from triage.service.fire_due import DueFirer
from triage.service.handle_event import collect
from triage.service.low_mark import LowMark
from triage.service.release import Library
from triage.service.step import apply

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/desk.sqlite"
    found: str = request.getfixturevalue("postgres_url")
    schema.upgrade(found)
    return found


@pytest.mark.parametrize("cases", [2000])
def test_a_reply_beside_its_breach_leaves_no_alert_standing(postgres_url: str, cases: int) -> None:
    """Replies around due time and breach under four sweepers: a breach fires at most once, and where the clock was met
    it is taken back; nothing deadlocks."""
    schema.upgrade(postgres_url)
    found = judge(postgres_url, race(postgres_url, cases))
    # Both ends of the race were seen, or it proves nothing.
    assert 0 < found["in time, first breached"] < found["in time"]
    assert found["late, breached"] > 0


STEPS = ("warn: [2 hours before]", "escalate: [{at: due, to: owner}, {after: 3 hours, to: owner}]")


def on_files(directory: Path, url: str) -> dict[str, str]:
    """The settings of a service with the rules folder of the directory."""
    return {"TRIAGE_STORE__URL": url, "TRIAGE_RULES__DIR": str(directory / "rules")}


def test_after_twelve_hours_down_the_latest_of_three_steps_is_sent(tmp_path: Path, url: str) -> None:
    """A warning, a breach and an escalation that became due meanwhile: one notice, the one with the latest due time,
    with the true lateness; the other two are superseded."""
    write_rules(tmp_path, rules("4 hours", STEPS))
    now = datetime.now(UTC).replace(microsecond=0)
    received = now - 12 * HOUR
    events, out = tmp_path / "events.jsonl", tmp_path / "out"
    write_events(events, [event("C-1", "registered", received)])
    run_at(received + MINUTE, on_files(tmp_path, url), str(events), out)
    assert query(url, "SELECT * FROM notices") == []

    with Worker(tmp_path, "run", "--source", str(events), "--out", str(out), **on_files(tmp_path, url)) as daemon:
        sent = wait_for(lambda: (out / "alerts.jsonl").exists() and (out / "alerts.jsonl").read_text())
        assert daemon.stop() == 0
    (alert,) = map(json.loads, sent.splitlines())
    assert (alert["type"], alert["data"]["step"]) == ("complaint.escalated", "after 3 hours")
    assert instant(alert["data"]["due_at"]) == received + 4 * HOUR
    late = instant(alert["data"]["fired_at"]) - (received + 4 * HOUR)
    assert alert["data"]["late_by_seconds"] == int(late.total_seconds())
    assert 8 * HOUR <= late < 8 * HOUR + MINUTE
    assert sorted(query(url, "SELECT step, state FROM notices")) == [
        ("2 hours before", "superseded"),
        ("after 3 hours", "fired"),
        ("due", "superseded"),
    ]


class Backlog:
    """Replies that were in time wait in Kafka while their deadlines pass; some cases have none. `lives`: cases that
    are answered, `silent`: that are not."""

    def __init__(self, directory: Path, broker: Broker, topics: Topics, url: str, cases: int) -> None:
        write_rules(directory, rules("1 hours"))
        schema.upgrade(url)
        self.directory, self.broker, self.topics, self.url = directory, broker, topics, url
        self.environment = environment(broker, topics, url) | on_files(directory, url)
        self.answered = [f"A-{number:04d}" for number in range(cases)]
        self.silent = [f"S-{number:04d}" for number in range(10)]
        self.received = datetime.now(UTC).replace(microsecond=0) - 7 * HOUR
        self.events = 0

    def arrives(self, cases: Sequence[str], kind: str, after: timedelta, /, **data: Any) -> None:
        """An event of each case, this long behind its receipt, with the record's own time."""
        at = self.received + after
        records = ((case.encode(), json.dumps(event(case, kind, at, **data)).encode()) for case in cases)
        self.broker.produce(self.topics.events, records, timestamp_ms=int(at.timestamp() * 1000))
        self.events += len(cases)

    def grows(self) -> None:
        """The cases are registered and known; then the workers are away, and everything else waits."""
        self.arrives(self.answered + self.silent, "registered", timedelta(0))
        run_at(self.received + MINUTE, self.environment, "kafka", self.directory / "out")
        assert query(self.url, "SELECT count(*) FROM clocks WHERE state = 'running'") == [(self.events,)]
        assert query(self.url, "SELECT * FROM notices") == []
        self.arrives(self.answered, "contacted", 20 * MINUTE, direction="to_customer")
        self.arrives(self.answered, "investigated", 40 * MINUTE)
        self.arrives(self.answered, "reply_sent", 59 * MINUTE, kind="final")

    def notices(self) -> Counter[tuple[str, str]]:
        """What a plain consumer finds in the topic, by type and whether the case is answered or silent."""
        found = [json.loads(record.value or b"") for record in self.broker.read_all(self.topics.alerts)]
        return Counter((one["type"].removeprefix("complaint."), one["subject"][0]) for one in found)


def test_a_backlog_of_replies_in_time_raises_no_breach(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """A thousand replies are read hours after their deadlines: none of these clocks is breached and none alerts; only
    the cases without a reply do, once all is read."""
    backlog = Backlog(tmp_path, broker, topics, postgres_url, 1000)
    backlog.grows()
    with Worker(tmp_path, "run", **backlog.environment) as daemon:
        wait_for_events(postgres_url, backlog.events)
        wait_for(lambda: len(told(postgres_url, "alerts", "clock_breached")) >= len(backlog.silent))
        assert daemon.stop() == 0
    assert backlog.notices() == {("clock_breached", "S"): len(backlog.silent)}
    states = "SELECT c.id, k.state, k.breached FROM cases c JOIN clocks k ON k.case_no = c.no"
    expected = {(case, "stopped", False) for case in backlog.answered} | {(c, "running", True) for c in backlog.silent}
    assert set(query(postgres_url, states)) == expected


def test_when_nobody_reads_for_too_long_notices_lag_and_are_withdrawn(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """Behind the longest hold the breaches go out, marked `lagging`; each that a reply in time disproves is taken back
    once that is read, the others stand."""
    backlog = Backlog(tmp_path, broker, topics, postgres_url, 100)
    backlog.grows()
    cases = len(backlog.answered + backlog.silent)
    held = {"TRIAGE_SLA__MAX_HOLD": "1", "TRIAGE_RUN__ROLES": "sweep,dispatch"}
    with Worker(tmp_path, "run", **backlog.environment, **held) as deaf:
        wait_for(lambda: len(told(postgres_url, "alerts", "clock_breached")) == cases)
        assert deaf.stop() == 0
    assert all(one["data"]["lagging"] for one in told(postgres_url, "alerts", "clock_breached"))

    with Worker(tmp_path, "run", "--once", **backlog.environment) as worker:
        assert worker.finish() == 0, worker.output()
    answered, silent = len(backlog.answered), len(backlog.silent)
    assert backlog.notices() == {
        ("clock_breached", "A"): answered,
        ("clock_breached", "S"): silent,
        ("alert_resolved", "A"): answered,
    }
    reasons = {one["data"]["reason"] for one in told(postgres_url, "alerts", "alert_resolved")}
    assert reasons == {"late_evidence"}


class Damaged:
    """Cases that are overdue since an hour, two of them unreadable: one holds a revision that is lost, the document of
    the other is cut."""

    def __init__(self, directory: Path, url: str, cases: int) -> None:
        write_rules(directory, rules("4 hours"))
        self.source, self.url = directory / "events.jsonl", url
        self.settings = on_files(directory, url) | {"TRIAGE_NOTICES__PER_MINUTE": "0"}
        self.sound = [f"C-{number:04d}" for number in range(cases)]
        received = datetime.now(UTC).replace(microsecond=0) - 5 * HOUR
        write_events(self.source, [event(case, "registered", received) for case in (*self.sound, "C-0001x", "C-0002x")])
        run_at(received + MINUTE, self.settings, str(self.source), directory / "out")
        ((revision,),) = query(url, "SELECT revision FROM rulebooks")
        lost = f"UPDATE cases SET document = replace(document, '{revision}', 'lost') WHERE id = 'C-0001x'"
        cut = "UPDATE cases SET document = substr(document, 1, 100) WHERE id = 'C-0002x'"
        assert (execute(url, lost), execute(url, cut)) == (1, 1)


def test_unreadable_cases_do_not_hold_up_the_notices_of_others(tmp_path: Path, url: str) -> None:
    """Two of a thousand: the others' breaches go out within ten seconds of the first; each of the two counts as failed,
    is told in the log and waits a minute."""
    damaged = Damaged(tmp_path, url, 998)
    with Worker(tmp_path, "run", "--source", str(damaged.source), **damaged.settings) as daemon:
        wait_for(lambda: query(url, "SELECT count(*) FROM notices") == [(998,)], seconds=20)
        wait_for(lambda: query(url, "SELECT count(*) FROM clocks WHERE attempts > 0") == [(2,)])
        assert daemon.logged("sweep.case_failed")["case"] in ("C-0001x", "C-0002x")
        both = {'{alarm="no"}': 2.0, '{alarm="yes"}': 0.0}
        wait_for(lambda: daemon.metric("triage_sweep_failures_total") == both)  # counted after the commit
        assert daemon.stop() == 0
    assert [one["subject"] for one in told(url, "alerts", "clock_breached")] == damaged.sound
    ((first, last),) = query(url, "SELECT min(at), max(at) FROM notices")
    assert instant(last) - instant(first) < timedelta(seconds=10)
    waiting = "SELECT c.id, k.attempts, k.retry_at FROM clocks k JOIN cases c ON c.no = k.case_no WHERE k.attempts > 0"
    found = {case: (attempts, instant(retry_at)) for case, attempts, retry_at in query(url, waiting)}
    assert found.keys() == {"C-0001x", "C-0002x"}
    for attempts, retry_at in found.values():
        assert attempts == 1
        assert timedelta(seconds=-10) < retry_at - MINUTE - instant(first) < timedelta(seconds=10)


def test_a_case_that_cannot_be_swept_five_times_rings_one_alarm(tmp_path: Path, url: str) -> None:
    """Each of its failures counts, from the fifth on as an alarm; the log names the case."""
    damaged = Damaged(tmp_path, url, 8)
    tried = "UPDATE clocks SET attempts = 4 WHERE case_no = (SELECT no FROM cases WHERE id = 'C-0001x')"
    assert execute(url, tried) == 1  # four minutes later
    with Worker(tmp_path, "run", "--source", str(damaged.source), **damaged.settings) as daemon:
        wait_for(lambda: query(url, "SELECT count(*) FROM clocks WHERE attempts IN (1, 5)") == [(2,)])
        wait_for(lambda: query(url, "SELECT count(*) FROM notices") == [(8,)])
        each_once = {'{alarm="no"}': 1.0, '{alarm="yes"}': 1.0}
        wait_for(lambda: daemon.metric("triage_sweep_failures_total") == each_once)  # counted after the commit
        assert daemon.stop() == 0
    failed = daemon.lines("sweep.case_failed")
    assert sorted(line["case"] for line in failed) == ["C-0001x", "C-0002x"]


def test_an_event_of_an_unreadable_case_does_not_hold_up_those_of_others(tmp_path: Path, url: str) -> None:
    """It is tried three times and quarantined; the events behind it are applied, the process lives on."""
    damaged = Damaged(tmp_path, url, 1)
    now = datetime.now(UTC)
    write_events(damaged.source, [event(case, "contacted", now) for case in ("C-0001x", "C-0002x", "C-0000")])
    write_events(damaged.source, [event("N-1", "registered", now)])
    with Worker(tmp_path, "run", "--source", str(damaged.source), "--once", **damaged.settings) as worker:
        assert worker.finish() == 0, worker.output()
    letters = query(url, "SELECT case_id, reason FROM dead_letters WHERE NOT is_copy ORDER BY no")
    assert letters == [("C-0001x", "quarantined"), ("C-0002x", "quarantined")]
    kept = "SELECT c.id, t.type FROM timeline t JOIN cases c ON c.no = t.case_no WHERE c.id IN ('C-0000', 'N-1')"
    assert {("C-0000", "complaint.contacted"), ("N-1", "complaint.registered")} <= set(query(url, kept))


def tenth_working_day(start: date, closed: Sequence[date] = ()) -> datetime:
    """The last second of the tenth Monday to Friday behind the start that is no holiday, counted one by one."""
    day, left = start, 10
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in closed
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)


def due_times(url: str) -> dict[str, tuple[datetime, bool]]:
    rows = query(url, "SELECT c.id, k.due_at, k.provisional FROM clocks k JOIN cases c ON c.no = k.case_no")
    return {case: (instant(due), bool(provisional)) for case, due, provisional in rows}


def test_a_provisional_deadline_is_counted_again_when_the_year_is_published(tmp_path: Path, url: str) -> None:
    """The running daemon takes the longer calendar: `deadline_set` with `because: calendar` goes out, the row is right,
    and stored clocks are as their events say before and after."""
    received = datetime.now(UTC).replace(microsecond=0)
    start = received.date()
    limit, near = "10 working days", start + timedelta(days=3)
    write_rules(tmp_path, rules(limit, known_until=near))
    source, settings = tmp_path / "events.jsonl", on_files(tmp_path, url)
    write_events(source, [event(case, "registered", received) for case in ("C-1", "C-2")])
    write_events(source, [event("C-2", "reply_sent", received, kind="final")])
    with Worker(tmp_path, "run", "--source", str(source), **settings) as daemon:
        wait_for_events(url, 3)
        before = tenth_working_day(start)
        assert due_times(url)["C-1"] == (before, True)
        says(tmp_path, "verify", "--store", url)

        weekdays = [start + timedelta(days=ahead) for ahead in range(4, 11)]
        closed = [day for day in weekdays if day.weekday() < 5][:2]
        write_rules(tmp_path, rules(limit, known_until=near + timedelta(days=365), closed=closed))
        after = tenth_working_day(start, closed)
        wait_for(lambda: due_times(url)["C-1"] == (after, False))
        says(tmp_path, "verify", "--store", url)
        assert daemon.stop() == 0
    assert after > before
    assert due_times(url)["C-2"] == (before, True), "a clock that has ended is not counted again"
    (moved,) = [one for one in told(url, "decisions", "deadline_set") if one["data"]["because"] == "calendar"]
    assert moved["subject"] == "C-1"
    expected = {"clock": CLOCK, "cycle": 1, "provisional": False}
    assert expected.items() <= moved["data"].items()
    assert (instant(moved["data"]["due_at"]), instant(moved["data"]["previous_due_at"])) == (after, before)


def test_each_revision_that_decides_a_waiting_case_anew_is_heard(tmp_path: Path, url: str) -> None:
    """The sweeper looks at a provisional deadline after every activation, and rules run: two decisions that no step
    caused are two outputs."""
    received = datetime.now(UTC)
    source, settings = tmp_path / "events.jsonl", on_files(tmp_path, url)
    write_events(source, [event("C-1", "registered", received)])
    for priority in ("normal", "high", "low"):
        files = rules("10 working days", known_until=received.date())
        book = files["rulebook.yaml"].replace(b"priorities: [normal]", b"priorities: [high, normal, low]")
        files["rulebook.yaml"] = book.replace(b"priority: normal", f"priority: {priority}".encode())
        write_rules(tmp_path, files)
        run_at(datetime.now(UTC), settings, str(source), tmp_path / "out")
    decided = [one["data"]["priority"] for one in told(url, "decisions", "triaged")]
    assert decided == ["normal", "high", "low"]


def test_a_clock_that_starts_anew_within_a_batch_is_watched(tmp_path: Path, url: str) -> None:
    """Its start is voided and another comes, all in one transaction: the clock runs, and stored clocks are as their
    events say."""
    files = rules("10 working days")
    policies = files["sla/desk.yaml"].replace(b"start: complaint.registered", b"start: complaint.assigned")
    policies = policies.replace(b"complaint.registered, time: 2026", b"complaint.assigned, time: 2026")
    write_rules(tmp_path, files | {"sla/desk.yaml": policies})
    now = datetime.now(UTC).replace(microsecond=0)
    source, assigned = tmp_path / "events.jsonl", event("C-1", "assigned", now - HOUR, owner={"id": "lin"}, by="wang")
    slip = {"source": assigned["source"], "id": assigned["id"]}
    write_events(source, [event("C-1", "registered", now - 2 * HOUR), assigned])
    write_events(source, [event("C-1", "voided", now - HOUR, event=slip, reason="slip", by="wang")])
    write_events(source, [assigned | {"id": "again", "time": now.isoformat()}])
    run_at(datetime.now(UTC), on_files(tmp_path, url), str(source), tmp_path / "out")
    assert query(url, "SELECT count(*) FROM clocks WHERE state = 'running' AND next_at IS NOT NULL") == [(1,)]
    assert due_times(url) == {"C-1": (tenth_working_day(now.date()), False)}
    says(tmp_path, "verify", "--store", url)


DAMAGES = {
    "C-1": "UPDATE clocks SET due_at = '2031-01-01T00:00:00.000000Z' WHERE {case}",
    "C-2": "UPDATE clocks SET next_at = NULL, next_step = NULL WHERE {case}",
    "C-3": "DELETE FROM clocks WHERE {case}",
    "C-4": "UPDATE clocks SET state = 'stopped', ended_at = started_at, next_at = NULL WHERE {case}",
}
"""Case to what is done to its clock."""


def test_verify_names_damaged_clocks_and_repairs_them(tmp_path: Path, url: str) -> None:
    """Exit 1 with each damaged case and clock, as often as it is only asked; `--fix` writes them anew as they were."""
    write_rules(tmp_path, rules("10 working days"))
    source, settings = tmp_path / "events.jsonl", on_files(tmp_path, url)
    received = datetime.now(UTC) - HOUR
    write_events(source, [event(case, "registered", received) for case in (*DAMAGES, "C-5")])
    run_at(datetime.now(UTC), settings, str(source), tmp_path / "out")
    sound = query(url, "SELECT * FROM clocks ORDER BY case_no")
    for case, statement in DAMAGES.items():
        chosen = f"case_no = (SELECT no FROM cases WHERE id = '{case}')"
        assert execute(url, statement.format(case=chosen)) == 1

    for more in ((), ("--fix", "--dry-run")):
        lines = says(tmp_path, "verify", "--store", url, *more, code=1).splitlines()
        assert {tuple(line.split()[:2]) for line in lines if line.startswith("C-")} == {(c, CLOCK) for c in DAMAGES}
    assert "4 cases repaired" in says(tmp_path, "verify", "--store", url, "--fix")
    says(tmp_path, "verify", "--store", url)
    assert query(url, "SELECT * FROM clocks ORDER BY case_no") == sound


def test_apply_policy_moves_open_clocks_once_and_only_when_told(tmp_path: Path, url: str) -> None:
    """A shorter limit leaves open clocks alone; `--dry-run` shows what would move; without it they move, with `because:
    policy`; a second run changes nothing."""
    received = datetime.now(UTC).replace(microsecond=0)
    source, settings = tmp_path / "events.jsonl", on_files(tmp_path, url)
    write_events(source, [event(case, "registered", received) for case in ("C-1", "C-2")])
    write_events(source, [event("C-2", "reply_sent", received, kind="final")])
    for limit in ("100 hours", "40 hours"):
        write_rules(tmp_path, rules(limit))
        run_at(datetime.now(UTC), settings, str(source), tmp_path / "out")
    old, new = received + 100 * HOUR, received + 40 * HOUR
    before = dump(url)
    assert due_times(url) == {"C-1": (old, False), "C-2": (old, False)}

    move = ("apply-policy", "--to", "open", "--store", url)
    shown = f"C-1 {CLOCK}: due {old:%Y-%m-%d %H:%M:%S}Z → {new:%Y-%m-%d %H:%M:%S}Z"
    assert says(tmp_path, *move, "--dry-run").splitlines() == [shown, "1 clock would change"]
    assert dump(url) == before

    assert says(tmp_path, *move, "--reason", "new law").splitlines() == [shown, "1 clock changed"]
    assert due_times(url) == {"C-1": (new, False), "C-2": (old, False)}
    (moved,) = [one for one in told(url, "decisions", "deadline_set") if one["data"]["because"] == "policy"]
    assert (moved["subject"], instant(moved["data"]["due_at"])) == ("C-1", new)
    says(tmp_path, "verify", "--store", url)

    after = dump(url)
    for more in (("--dry-run",), ("--reason", "again")):
        assert says(tmp_path, *move, *more).startswith("0 clocks ")
    assert dump(url) == after


def test_an_activation_beside_a_batch_misses_no_provisional_deadline(url: str) -> None:
    """A batch that read the old revision writes a provisional deadline while another instance activates a longer
    calendar: the sweeper counts it again all the same."""
    received = datetime.now(UTC).replace(microsecond=0)
    start = received.date()
    published = rules("10 working days", known_until=start + timedelta(days=365))
    with ExitStack() as stack:
        ours, theirs = (open_store(url, MachineTime()) for _ in range(2))
        stack.callback(ours.close)
        stack.callback(theirs.close)
        library, part = Library(Metrics()), Part("test", 0)
        library.propose(ours, rules("10 working days", known_until=start), "test")
        pool = stack.enter_context(ThreadPoolExecutor(1))
        with ours.transaction() as tx:
            tx.offsets.begin(part, None, 0)
            tx.offsets.caught_up({part: received + HOUR})
            held = library.current(tx)
            activation = pool.submit(Library(Metrics()).propose, theirs, published, "test")
            wait([activation], timeout=1)  # done, or waiting for this batch
            arrival = Codec(held.active.rulebook.vocabulary).decode(
                json.dumps(event("C-1", "registered", received)).encode(), None
            )
            assert isinstance(arrival, Arrival)
            moment = Moment(now=received, seen_until=received, complete_until=received)
            changes = Changes()
            collect(changes, apply(None, arrival, held, moment))
            tx.cases.write(changes)
        activation.result()
        assert due_times(url) == {"C-1": (tenth_working_day(start), True)}
        DueFirer(ours, library, Metrics(), LowMark(("test",), 900, MachineTime()), 0)(500)
        assert due_times(url) == {"C-1": (tenth_working_day(start), False)}


def test_ten_years_of_missed_cycles_are_caught_up_in_seconds(tmp_path: Path, url: str) -> None:
    """An old case that was never stopped, on a clock that recurs every day: the work grows with the cycles, not with
    their square; of thousands of past steps none is sent, and the case is small enough to go on."""
    files = rules("24 hours", STEPS[1:])
    policies = files["sla/desk.yaml"].replace(b"limit: 24 hours", b"every: 24 hours")
    policies = policies.replace(b"{breached: true}", b"{cycle: 1, breached: true}")
    write_rules(tmp_path, files | {"sla/desk.yaml": policies})
    now = datetime.now(UTC).replace(microsecond=0)
    source, settings = tmp_path / "events.jsonl", on_files(tmp_path, url)
    received = now - timedelta(days=3650, hours=5)
    write_events(source, [event("C-1", "registered", received)])
    settings["TRIAGE_BACKFILL__BEFORE"] = now.isoformat()
    began = time.monotonic()
    run_at(now, settings, str(source), tmp_path / "out")
    assert time.monotonic() - began < 15
    assert query(url, "SELECT state, count(*) FROM notices GROUP BY 1") == [("historic", 2 * 3650)]
    assert query(url, "SELECT count(*) FROM clocks WHERE next_at IS NOT NULL AND state = 'running'") == [(1,)]
