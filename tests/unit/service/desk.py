"""A case without a store: events are applied and steps fired by the pure functions, in a small world of one case."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitors.notices.message import Message
from tests.builders_rules import compiled, sound_rules
from triage.codec.decode import Arrival, Codec
from triage.ports import CaseRow, Sibling
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Effects, Moment, Rules
from triage.service.step import apply, fire

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
REGISTERED = {"channel": "phone", "customer": {"id": "K-1"}, "description": "no answer for weeks"}


def at(local: str) -> datetime:
    """A local time in Shanghai, `2026-03-02 10:00`, as an instant."""
    return datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)


class Desk:
    """Remembers the case's row and everything that was said."""

    def __init__(self, rules: CompiledRulebook | None = None) -> None:
        self.rules = Rules(rules or compiled(sound_rules()), {})
        self.row: CaseRow | None = None
        self.said: list[dict[str, Any]] = []
        self.effects: list[Effects] = []
        self.siblings: list[Sibling] = []
        self._events = 0

    def happens(self, what: str, local: str, seen_until: datetime = LONG_AGO, /, **data: Any) -> Effects:
        """An event of the case, of this type, at this local time."""
        self._events += 1
        envelope = {
            "id": str(self._events),
            "source": "/test",
            "type": f"complaint.{what}",
            "subject": "C-1",
            "time": at(local).isoformat(),
            "data": data,
        }
        arrival = Codec(self.rules.active.rulebook.vocabulary).decode(json.dumps(envelope).encode(), None)
        assert isinstance(arrival, Arrival)
        moment = Moment(now=max(at(local), seen_until), seen_until=seen_until, complete_until=seen_until)
        return self._took(apply(self.row, arrival, self.rules, moment, self.siblings))

    def is_registered(self, local: str = "2026-03-02 10:00", **data: Any) -> Effects:
        """A registration at this local time."""
        return self.happens("registered", local, **(REGISTERED | data))

    def sweeps(self, local: str, *, complete_until: str | None = None, backfill_before: str | None = None) -> Effects:
        """The sweeper comes at this local time, everything until then being read unless told otherwise."""
        assert self.row is not None
        now = at(local)
        moment = Moment(
            now=now,
            seen_until=now,
            complete_until=at(complete_until) if complete_until else now,
            backfill_before=at(backfill_before) if backfill_before else None,
        )
        return self._took(fire(self.row, self.rules, moment, self.siblings))

    def heard(self, *kinds: str) -> list[dict[str, Any]]:
        """Outputs of these types, in order."""
        return [one for one in self.said if one["type"].removeprefix("complaint.") in kinds]

    def kinds(self) -> list[str]:
        """The types of everything said, in order."""
        return [one["type"].removeprefix("complaint.") for one in self.said]

    def _took(self, effects: Effects) -> Effects:
        self.row = effects.row
        self.effects.append(effects)
        self.said += [spoken(message) for message in effects.messages]
        return effects


def spoken(message: Message) -> dict[str, Any]:
    """An output as another system reads it."""
    found: dict[str, Any] = json.loads(message.payload)
    return found
