"""Events of one case, a line each."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from triage.domain.case import Case, fold
from triage.domain.event import Event

ZONE = ZoneInfo("Asia/Shanghai")
REGISTERED: dict[str, Any] = {"channel": "phone", "customer": {"id": "K"}, "causes": ["claim_delay"]}


def at(text: str) -> datetime:
    """`2 10:00` is 10:00 UTC on 2 March 2026."""
    day, hour = text.split()
    return datetime.fromisoformat(f"2026-03-{int(day):02}T{hour}").replace(tzinfo=UTC)


def event(kind: str, time: str, data: dict[str, Any] | None = None, name: str = "", source: str = "/desk") -> Event:
    """An event `complaint.KIND`; its id is `name` or the kind and the time."""
    full = kind if "." in kind else f"complaint.{kind}"
    if kind == "registered" and data is None:
        data = REGISTERED
    return Event(id=name or f"{kind} {time}", source=source, type=full, subject="C", time=at(time), data=data or {})


def voiding(voided: Event, time: str, name: str = "") -> Event:
    named = {"source": voided.source, "id": voided.id}
    return event("voided", time, {"event": named, "reason": "typo", "by": "a"}, name)


def case_of(*events: Event) -> Case:
    return fold("C", events, ZONE)


REGISTRATION = event("registered", "2 01:00")
FINAL_REPLY = event("reply_sent", "5 01:00", {"kind": "final"})
FOLLOWUP = event("followup_completed", "6 01:00", {"satisfied": True, "score": 5})
CLOSING = event("close_requested", "7 01:00", {"outcome": "upheld", "by": "a"})
"""A life in order: the closing is granted."""
