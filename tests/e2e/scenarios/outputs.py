"""What leaves the service, while its publishers die, the broker is away, or a topic refuses it."""

import hashlib
import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kafka import KafkaProducer
from kafka.admin import ACLOperation, ResourceType

from tests.e2e.clock_desk import event, rules
from tests.e2e.judge import Figures
from tests.e2e.scenarios.desk import RECOVERY, Desk, HealthWatch, lives
from tests.e2e.workers import stop_all, wait_for
from tests.services.kafka import Broker, GuardedBroker
from tests.services.postgres import Server

HOUR = timedelta(hours=1)
HELD_UP = 5.0
"""Seconds within which outputs leave that nothing is wrong with."""

BACK_IN = 60.0
"""Seconds after an outage within which all is read and sent."""

BOUND = 10.0
"""Seconds from the due time of a step to its notice, once all is read."""


def two_priorities() -> dict[str, bytes]:
    """The rules folder, with another priority to change to."""
    files = rules("10 working days")
    book = files["rulebook.yaml"].replace(b"priorities: [normal]", b"priorities: [high, normal]")
    return files | {"rulebook.yaml": book}


def changes_of_mind(keys: int, decisions: int) -> list[dict[str, Any]]:
    """Cases whose priority a human changes again and again: each change is a decision that is published."""
    now = datetime.now(UTC) - HOUR
    cases = [f"K-{number:03d}" for number in range(keys)]
    told = [event(case, "registered", now) for case in cases]
    for number in range(decisions - keys):
        case, turn = cases[number % keys], number // keys
        priority = ("high", "normal")[turn % 2]
        at = now + timedelta(seconds=1 + turn)
        told.append(event(case, "verified", at, by="desk", priority=priority) | {"id": f"{case}-{turn}"})
    return told


def outbox_order(
    directory: Path, broker: Broker, server: Server, *, keys: int, decisions: int, kills: int, per_second: float
) -> Figures:
    """Of three instances the one that publishes is killed, again and again; what is sent twice is the same, and what
    is left when lower numbers are dropped is complete and in order."""
    chance = random.Random(18)
    with Desk(directory, broker, server, files=two_priorities()) as desk:
        workers = {worker.logged("service.started")["instance"]: worker for worker in [desk.worker() for _ in range(3)]}
        load = desk.load(changes_of_mind(keys, decisions), per_second)
        for _ in range(kills):
            holder = wait_for(lambda: next((row[0] for row in desk.judge.rows(HOLDER) if row[0] in workers), None))
            wait_for(lambda: desk.unsent() or load.is_over)
            time.sleep(chance.uniform(0, 0.3))
            workers.pop(holder).kill()
            another = desk.worker()
            workers[another.logged("service.started")["instance"]] = another
        load.finish()
        desk.read_all()
        drained = desk.drained()
        assert stop_all(workers.values()) == [0, 0, 0]
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        triaged = desk.judge.rows(f"SELECT count(*) FROM outbox WHERE payload LIKE '%{TRIAGED}%'")
        assert triaged == [(decisions,)], "a change of mind was not told"
    return {"kills": kills, **figures, "to drain": drained}


HOLDER = "SELECT holder FROM leases WHERE duty = 'duty' AND until > clock_timestamp()"
TRIAGED = "complaint.triaged"


def broker_restart(
    directory: Path, broker: Broker, server: Server, *, away: float, per_second: float, load_seconds: float
) -> Figures:
    """The broker is stopped for a while, then killed, under load and while deadlines pass: nothing is lost, notices
    are in time once all is read, no process ends or calls itself ill."""
    with Desk(directory, broker, server, files=rules("1 hours")) as desk:
        workers = [desk.worker() for _ in range(2)]
        for worker in workers:
            worker.logged("service.started")
        now = datetime.now(UTC)
        dues = [now + timedelta(seconds=at) for at in range(5, int(2 * away + load_seconds))]
        desk.send([event(f"DUE-{number:04d}", "registered", due - HOUR) for number, due in enumerate(dues)])
        with HealthWatch(workers) as health:
            load = desk.load(lives(int(load_seconds * per_second / 5)), per_second)
            outages = []
            for end in (broker.stop, broker.kill):
                time.sleep(load_seconds / 4)
                outages.append(gone(broker, end, away if end == broker.stop else 1.0))
            load.finish()
            recovered = desk.read_all(seconds=60)
            drained = desk.drained(seconds=60)
            left = max(0.0, dues[-1].timestamp() - time.time())
            wait_for(lambda: len(desk.judge.lateness()) == len(dues), left + 2 * RECOVERY)
            desk.drained(seconds=60)
        assert [worker.process.poll() for worker in workers] == [None, None]
        asked = health.never_ill()
        assert stop_all(workers) == [0, 0]
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs()
        late = in_time(desk, outages)
        desk.judge.nothing_quarantined()
    back = {"seconds to recover": recovered, "to drain": drained}
    return {"seconds away": away, **figures, **back, "asked for health": asked, **late}


def gone(broker: Broker, end: Any, seconds: float) -> tuple[datetime, datetime]:
    """The broker is away for so many seconds; gives from when to when."""
    began = datetime.now(UTC)
    end()
    time.sleep(seconds)
    broker.start()
    return began, datetime.now(UTC)


def in_time(desk: Desk, outages: Sequence[tuple[datetime, datetime]]) -> Figures:
    """What was due while the broker was away is told within a minute of its return, everything else within the
    bound."""
    usual, after = [], []
    for due, at in desk.judge.rows("SELECT due_at, at FROM notices WHERE state = 'fired'"):
        outage = next((one for one in outages if one[0] - timedelta(seconds=BOUND) <= due <= one[1] + RECOVER), None)
        if outage is None:
            usual.append((at - due).total_seconds())
        else:
            after.append((at - max(due, outage[1])).total_seconds())
    worst = {"late, usual": round(max(usual, default=0), 1), "late, after an outage": round(max(after, default=0), 1)}
    assert worst["late, usual"] < BOUND, worst
    assert worst["late, after an outage"] < BACK_IN, worst
    return dict(worst)


RECOVER = timedelta(seconds=BACK_IN)


def refused(directory: Path, broker: GuardedBroker, server: Server, *, cases: int, per_second: float) -> Figures:
    """A dead letter of 3 MB, a decision larger than its topic takes, and a topic that we may not write to: each is
    told, and nothing else waits for them. What was held goes out once it is allowed."""
    with Desk(directory, broker, server, files=rules("1 hours")) as desk:
        topics = desk.topics
        broker.configure(topics.events, {"max.message.bytes": "4000000"})
        broker.configure(topics.decisions, {"max.message.bytes": "20000"})
        broker.allow(ResourceType.GROUP, topics.events, ACLOperation.READ)
        broker.allow(ResourceType.TOPIC, topics.events, ACLOperation.READ)
        broker.allow(ResourceType.TOPIC, topics.alerts, ACLOperation.DESCRIBE)
        for topic in (topics.decisions, topics.dead_letters, topics.alerts):
            broker.allow(ResourceType.TOPIC, topic, ACLOperation.WRITE)
        worker = desk.worker(**guarded(broker))
        worker.logged("service.started")  # without a right that it needs it would not start
        broker.take_back(ResourceType.TOPIC, topics.alerts, ACLOperation.WRITE)
        load = desk.load(lives(cases), per_second)
        late = [event(f"LATE-{number}", "registered", datetime.now(UTC) - 2 * HOUR) for number in range(10)]
        junk = b"\xff" * 3_000_000
        desk.send([*late, talkative()])
        send_large(broker, topics.events, junk)
        load.finish()
        desk.read_all()
        wait_for(lambda: desk.judge.rows(STATES) == [("failed", "decisions", 1), ("held", "alerts", len(late))])
        failed = {row[0] for row in desk.judge.rows("SELECT id FROM outbox WHERE state = 'failed'")}
        counted = worker.metric("triage_dispatch_failures_total")
        assert counted['{reason="failed"}'] == 1
        assert counted['{reason="held"}'] >= len(late)
        assert broker.read_all(topics.alerts) == []
        behind = max(desk.judge.seconds_behind(topics.decisions))
        assert behind < HELD_UP, f"a decision left {behind} s after its commit"
        truncated(desk, junk)
        broker.allow(ResourceType.TOPIC, topics.alerts, ACLOperation.WRITE)
        wait_for(lambda: len(broker.read_all(topics.alerts)) == len(late), RECOVERY)
        assert worker.stop() == 0
        figures = desk.judge.each_once(desk.sent) | desk.judge.outputs(failed=failed)
    return {**figures, "too large": len(failed), "held, then sent": len(late), "others behind": round(behind, 1)}


STATES = "SELECT state, topic, count(*) FROM outbox WHERE state NOT IN ('sent', 'pending') GROUP BY 1, 2 ORDER BY 1"


def guarded(broker: GuardedBroker) -> Mapping[str, str]:
    """How the service comes in by the guarded door."""
    return {
        "TRIAGE_KAFKA__BOOTSTRAP_SERVERS": broker.guarded,
        "TRIAGE_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "TRIAGE_KAFKA__SASL_MECHANISM": "PLAIN",
        "TRIAGE_KAFKA__SASL_USERNAME": broker.SERVICE,
        "TRIAGE_KAFKA__SASL_PASSWORD": broker.PASSWORD,
    }


def talkative() -> dict[str, Any]:
    """A registration with so many faults that its decision, which names them, is large."""
    return event("LARGE", "registered", datetime.now(UTC), causes=[f"no such cause {at:04d}" for at in range(1000)])


def send_large(broker: Broker, topic: str, value: bytes) -> None:
    """One record, larger than producers send by themselves."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, max_request_size=4_000_000)
    producer.send(topic, key=b"junk", value=value).get(timeout=20)
    producer.close()


def truncated(desk: Desk, junk: bytes) -> None:
    """The large dead letter is in its topic, cut, with the digest of the whole, which the store keeps."""
    (letter,) = [one for one in desk.broker.read_all(desk.topics.dead_letters) if one.value and one.value[0] == 0xFF]
    assert letter.value is not None
    assert len(letter.value) < 1_000_000
    assert junk.startswith(letter.value)
    assert dict(letter.headers)["dlq_sha256"] == hashlib.sha256(junk).hexdigest().encode()
    assert desk.judge.rows("SELECT length(value) FROM dead_letters WHERE NOT is_copy") == [(len(junk),)]
