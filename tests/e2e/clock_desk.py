"""A small rules folder with one clock, and what the tests of clocks say to the service and read back."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.e2e.workers import Worker, query
from tests.services.postgres import libpq
from triage.adapters.time_source import AcceleratedTime
from triage.main.parts import RunOptions
from triage.main.running import Service
from triage.settings import load_settings

CLOCK = "desk/reply"

RULEBOOK = """\
format: triage/1
name: clocks
zone: UTC
calendar: plain
currency: EUR
jurisdiction: DE
languages: [en]
examples_on: 2026-03-02
priorities: [normal]
handlers: [any]
departments:
  desk: {title: {en: Desk}, duty_owner: Desk}
fallback: {department: desk, priority: normal, handler: any, owner: Desk}
"""

CALENDAR = """\
calendar:
  id: plain
  title: {{en: Plain week}}
  zone: UTC
  week:
    mon: ["09:00-17:00"]
    tue: ["09:00-17:00"]
    wed: ["09:00-17:00"]
    thu: ["09:00-17:00"]
    fri: ["09:00-17:00"]
    sat: []
    sun: []
  closed: [{closed}]
  known_until: {known_until}
"""

POLICIES = """\
policies:
  - id: desk
    title: {{en: Desk}}
    source: {{title: Standard of the desk, grade: internal}}
    applies_when: always
    clocks:
      - id: reply
        start: complaint.registered
        stop: complaint.reply_sent
        deliver: any_time
        limit: {limit}
{more}
    examples:
      - events:
          - {{type: complaint.registered, time: 2026-03-02 10:00}}
          - {{type: complaint.reply_sent, time: 2026-03-02 10:01}}
        expect: {{reply: {{breached: false}}}}
      - events: [{{type: complaint.registered, time: 2026-03-02 10:00}}]
        until: 2026-04-30 10:00
        expect: {{reply: {{breached: true}}}}
"""


def rules(
    limit: str, more: Sequence[str] = (), known_until: date = date(2030, 12, 31), closed: Iterable[date] = ()
) -> dict[str, bytes]:
    """The folder by path. `more`: further lines of the clock."""
    lines = "\n".join(f"        {line}" for line in more)
    holidays = ", ".join(f"{{date: {day}, name: Holiday}}" for day in closed)
    return {
        "rulebook.yaml": RULEBOOK.encode(),
        "calendars/plain.yaml": CALENDAR.format(closed=holidays, known_until=known_until).encode(),
        "sla/desk.yaml": POLICIES.format(limit=limit, more=lines).encode(),
    }


def write_rules(directory: Path, files: Mapping[str, bytes]) -> None:
    """The folder `rules` in the directory; files that are there and equal stay as they are."""
    for name, content in files.items():
        path = directory / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def event(case: str, kind: str, at: datetime, /, **data: Any) -> dict[str, Any]:
    """One event of a case. No case has two of one kind."""
    if kind == "registered":
        data = {"channel": "phone", "customer": {"id": f"of {case}"}, "description": "No answer"} | data
    return {
        "specversion": "1.0",
        "id": f"{case}-{kind}",
        "source": "/test/clocks",
        "type": f"complaint.{kind}",
        "subject": case,
        "time": at.isoformat(),
        "data": data,
    }


def write_events(path: Path, events: Iterable[Mapping[str, Any]]) -> None:
    """Append the events to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in events)


def run_at(start: datetime, environment: Mapping[str, str], source: str, out: Path) -> None:
    """The service itself, in this process, as if it were run with --once at that time."""
    settings = load_settings(environment=environment)
    Service(settings, RunOptions(source=source, out=out, once=True), AcceleratedTime(start, 1.0)).run()


def told(url: str, topic: str, *kinds: str) -> list[dict[str, Any]]:
    """The outputs of these types in the outbox, in order."""
    payloads = query(url, f"SELECT payload FROM outbox WHERE topic = '{topic}' ORDER BY no")
    found = (json.loads(payload) for (payload,) in payloads)
    return [one for one in found if one["type"].removeprefix("complaint.") in kinds]


def execute(url: str, statement: str) -> int:
    """Change something by plain SQL, past the service's own code; gives the number of rows."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10) as file:
            changed = file.execute(statement).rowcount
        file.close()
        return changed
    with psycopg.connect(libpq(url)) as server:
        return server.execute(statement).rowcount


def instant(value: Any) -> datetime:
    """An instant as SQLite, PostgreSQL or an output has it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def says(directory: Path, *arguments: str, code: int = 0) -> str:
    """What a verb prints; it ends with this code."""
    with Worker(directory, *arguments) as worker:
        assert worker.finish() == code, worker.output()
        return worker.output()
