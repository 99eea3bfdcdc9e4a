"""Cases for the tests of decisions."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from triage.domain.case import Case, fold
from triage.domain.decision import Decision
from triage.domain.event import ASSIGNED, REGISTERED, VERIFIED, Event
from triage.domain.facts import History
from triage.rulebook.decide import CompiledRulebook

SHANGHAI = ZoneInfo("Asia/Shanghai")
RECEIVED = datetime(2026, 3, 2, 2, tzinfo=UTC)


def event(number: int, kind: str, data: dict[str, Any], time: datetime = RECEIVED) -> Event:
    """An event of the one case."""
    return Event(id=str(number), source="/test", type=kind, subject="c1", time=time, data=data)


def case(
    data: dict[str, Any] | None = None,
    human: dict[str, str] | None = None,
    owner: str | None = None,
    received: datetime = RECEIVED,
) -> Case:
    """A registered case; `human`: what was said when it was verified, `owner`: the person it was assigned to."""
    events = [event(1, REGISTERED, data or {}, received)]
    if human:
        events.append(event(2, VERIFIED, dict(human), received))
    if owner:
        events.append(event(3, ASSIGNED, {"owner": {"id": owner, "name": owner}}, received))
    return fold("c1", events, SHANGHAI)


def decided(rules: CompiledRulebook, one: Case | None = None) -> Decision:
    """The decision about a case without a past."""
    one = one or case()
    return rules.decide(rules.facts.of_case(one, History(), ()), one)
