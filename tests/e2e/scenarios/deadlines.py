"""Deadlines behind a backlog: of past years, of hours without workers, of a broker that is away."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.e2e.clock_desk import event, rules
from tests.e2e.judge import Figures
from tests.e2e.race import judge, race
from tests.e2e.scenarios.desk import RECOVERY, Desk, HealthWatch, lives
from tests.e2e.workers import Worker, wait_for
from tests.services.kafka import Broker
from tests.services.postgres import Server
from triage.adapters.store import schema

HOUR = timedelta(hours=1)
FIRST, LAST = datetime(2015, 1, 5, tzinfo=UTC), datetime(2024, 12, 20, tzinfo=UTC)
LIVE_BEFORE = "2025-01-01T00:00:00+00:00"
FORGOTTEN = 0.05
"""The share of old cases that nobody ever answered."""

DUE = 10
MEMORY = 1024
"""Megabytes."""

UNHEARD = 6.0
"""Seconds for which notices wait for the broker."""

BOUND = 10.0
ANSWERED = ("registered", "contacted", "reply_sent", "followup_completed")


def history(cases: int) -> Iterator[dict[str, Any]]:
    """Cases of ten years: four events each, one where it was forgotten; a thousand cases in turns."""
    chance = Random(11)
    for at in range(0, cases, 1000):
        ids = range(at, min(at + 1000, cases))
        forgotten = {number for number in ids if chance.random() < FORGOTTEN}
        for step, kind in enumerate(ANSWERED):
            for number in ids:
                if step == 0 or number not in forgotten:
                    when = FIRST + (LAST - FIRST) * (number / cases) + step * timedelta(days=1)
                    data = {"contacted": {"direction": "to_customer"}, "reply_sent": {"kind": "final"}}.get(kind, {})
                    yield event(f"H-{number:06d}", kind, when, **data)


def backfill(directory: Path, broker: Broker, server: Server, *, cases: int, live: int, per_second: float) -> Figures:
    """Ten years at once, then live events with ten deadlines among them: only these are told, in time."""
    with Desk(directory, broker, server, files=rules("1 hours")) as desk:
        old = history(cases)
        while chunk := [one for _, one in zip(range(20_000), old, strict=False)]:
            desk.send(chunk)
        began = time.monotonic()
        worker = desk.worker("run", "--backfill-before", LIVE_BEFORE)
        loaded = desk.read_all(seconds=3600)
        steps = int(live / per_second)
        now = datetime.now(UTC)
        due = [now + timedelta(seconds=3 + number * steps / DUE) for number in range(DUE)]
        desk.send([event(f"DUE-{number}", "registered", at - HOUR) for number, at in enumerate(due)])
        desk.load(lives((live - DUE) // 5, prefix="L"), per_second).finish()
        desk.read_all()
        wait_for(lambda: len(desk.judge.lateness()) >= DUE, (due[-1] - datetime.now(UTC)).total_seconds() + RECOVERY)
        desk.drained(seconds=900)
        memory = peak_memory(worker)
        assert worker.stop() == 0
        figures = desk.judge.each_once(desk.sent)
        sent = Counter(one["subject"] for _, one in desk.judge.records(desk.topics.alerts))
        assert sent == {f"DUE-{number}": 1 for number in range(DUE)}, "a notice of the past has left"
        states = dict(desk.judge.rows("SELECT state, count(*) FROM notices GROUP BY 1"))
        assert states.keys() == {"historic", "fired"}
        worst = max(desk.judge.lateness())
        assert worst < BOUND, f"a live notice was {worst} s late"
        assert memory < MEMORY, f"{memory} MB"
    pace = round(len(desk.sent) / loaded) if loaded else 0
    told = {"historic": states["historic"], "notices": DUE, "latest s": round(worst, 1)}
    return {**figures, **told, "MB": memory, "events a second": pace, "s": round(time.monotonic() - began)}


def peak_memory(worker: Worker) -> int:
    """The most that the process has held, in megabytes."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def broker_gone_at_the_deadline(
    directory: Path, broker: Broker, server: Server, *, cases: int, hold: float, before_due: float
) -> Figures:
    """Deadlines pass while the broker is away. Behind the longest hold their breaches are told, marked `lagging`, as
    soon as somebody can hear them; each is taken back once a reply that was in time is read, the others stand."""
    with Desk(directory, broker, server, files=rules("1 hours")) as desk:
        worker = desk.worker(TRIAGE_SLA__MAX_HOLD=str(int(hold)))
        worker.logged("service.started")
        due = datetime.now(UTC) + timedelta(seconds=before_due)
        answered, silent = ([f"{kind}-{number:04d}" for number in range(cases)] for kind in "AS")
        desk.send([event(case, "registered", due - HOUR) for case in answered + silent])
        desk.read_all(seconds=before_due)
        broker.kill()
        gone = time.monotonic()
        assert not desk.judge.lateness(), "it took longer to read than until the deadline"
        with HealthWatch([worker]) as health:
            wait_for(lambda: len(desk.judge.lateness()) == 2 * cases, before_due + hold + 2 * RECOVERY)
            late = max(desk.judge.lateness())
            time.sleep(UNHEARD)
            held = time.monotonic() - gone
            broker.start()
        health.never_ill()
        desk.send([event(case, "reply_sent", due - timedelta(seconds=1), kind="final") for case in answered])
        desk.read_all(seconds=60)
        desk.drained(seconds=60)
        assert worker.stop() == 0
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        told = [one for _, one in desk.judge.records(desk.topics.alerts)]
        kinds = Counter((one["type"].removeprefix("complaint."), one["subject"][0]) for one in told)
        assert kinds == {("clock_breached", "A"): cases, ("clock_breached", "S"): cases, ("alert_resolved", "A"): cases}
        assert all(one["data"]["lagging"] for one in told if one["type"] == "complaint.clock_breached")
        assert {one["data"]["reason"] for one in told if one["type"] == "complaint.alert_resolved"} == {"late_evidence"}
        assert late < hold + BOUND + 1, f"the last notice was {late} s late"
    return {**figures, "seconds without broker": round(held), "latest notice s": round(late, 1)}


def reply_beside_breach(directory: Path, broker: Broker, server: Server, *, cases: int) -> Figures:
    """Replies around their due times under four sweepers; see `tests.e2e.race`."""
    url = server.fresh_database()
    schema.upgrade(url)
    return dict(judge(url, race(url, cases)))
