"""A day at the desk in a few seconds: what a running service is fed so that every figure moves."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.rules.shipped import RULES
from triage.service.sample_complaints import SampleComplaints

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CLOCK = "cn-order-live/reply"
"""A clock of the law, for the alert that waits for nothing."""

LIVE = """\
policies:
  - id: cn-order-live
    title: {zh-Hant: 一小時, zh-Hans: 一小时, en: One hour}
    source: {title: Test, grade: internal}
    applies_when: {policy_no: LIVE}
    clocks:
      - id: reply
        start: complaint.registered
        stop: complaint.reply_sent
        deliver: any_time
        limit: 1 hours
    examples:
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
          - {type: complaint.reply_sent, time: 2026-03-02 10:01}
        expect: {reply: {breached: false}}
      - events: [{type: complaint.registered, time: 2026-03-02 10:00}]
        until: 2026-03-03 10:00
        expect: {reply: {breached: true}}
"""
HOUR = timedelta(hours=1)

Keyed = tuple[bytes | None, bytes | None]


def write_rules(directory: Path) -> Path:
    """The shipped rules with that clock."""
    for path in RULES.rglob("*.*"):
        if path.suffix in (".yaml", ".csv"):
            copy = directory / path.relative_to(RULES)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (directory / "sla" / "live.yaml").write_text(LIVE, encoding="utf-8")
    return directory


def event(name: str, kind: str, case: str, at: datetime, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": name,
        "source": "/test/watch",
        "type": f"complaint.{kind}",
        "subject": case,
        "time": at.isoformat(),
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
        "data": data,
    }


def registration(name: str, case: str, at: datetime, **more: Any) -> dict[str, Any]:
    data = {"channel": "phone", "customer": {"id": f"of {case}"}, "description": "理赔被拒", "causes": ["claim_denial"]}
    return event(name, "registered", case, at, **(data | more))


def days_of_complaints(now: datetime) -> list[Keyed]:
    """Three weeks of the desk up to now, handled well, late and never; then what no desk wants: broken bytes, faults,
    an id with two contents, a person who overrules a rule, an event of tomorrow."""
    lives = SampleComplaints(3, now - timedelta(days=21), timedelta(hours=8)).events(60)
    told = [one | {"time": one["time"].isoformat()} for one in lives if one["time"] <= now]
    first = registration("twice", "WATCH-1", now - HOUR)
    odd = [
        first,
        first,
        registration("twice", "WATCH-1", now - HOUR, channel="email"),
        registration("faulty", "WATCH-2", now - HOUR, channel="telepathy"),
        registration("early", "WATCH-3", now + 24 * HOUR),
        event("word", "verified", "WATCH-1", now, by="Wang Fang", department="service-attitude", priority="urgent"),
        event("late", "investigation_started", "WATCH-1", now - HOUR / 2, by="Wang Fang"),
    ]
    return [*map(keyed, told), (None, b"\xff no JSON"), *map(keyed, odd)]


def keyed(one: Mapping[str, Any]) -> Keyed:
    """An event as a sender puts it into the topic."""
    return str(one["subject"]).encode(), json.dumps(one).encode()


def now() -> datetime:
    return datetime.now(UTC)
