"""A case without a store: events are applied and steps fired by the pure functions, in a small world of one case."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self, cast
from zoneinfo import ZoneInfo

from monitors.clocks.clock import Clock
from monitors.notices.message import Message
from tests.builders_rules import compiled, policies_of, sound_rules, with_rules
from triage.codec.decode import Arrival, Codec
from triage.ports import CaseRow, ClockRow, Mute, Reading, Sibling
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Effects, Moment, Rules
from triage.service.release import Shelf
from triage.service.replan import clocks_at
from triage.service.step import CasesOf, apply, fire

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
REGISTERED = {"channel": "phone", "customer": {"id": "K-1"}, "description": "no answer for weeks"}


def at(local: str) -> datetime:
    """A local time in Shanghai, `2026-03-02 10:00`, as an instant."""
    return datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)


def clocked(
    *clocks: str,
    more: str = "applies_when: always",
    thens: Mapping[str, str] | None = None,
    whens: Mapping[str, str] | None = None,
) -> CompiledRulebook:
    """The sound folder with one policy, `sla`, that has these clocks (keys in flow style), and with these rules."""
    return with_rules(
        thens or {"some": "{tags: [some]}"}, whens, {"sla/policies.yaml": policies_of({"sla": clocks}, more)}
    )


class Desk:
    """Remembers the case's row, its clocks' rows, and everything that was said; no output is said twice."""

    def __init__(self, rules: CompiledRulebook | None = None) -> None:
        self.rules = Rules(rules or compiled(sound_rules()), {})
        self.row: CaseRow | None = None
        self.said: list[dict[str, Any]] = []
        self.effects: list[Effects] = []
        self.siblings: list[Sibling] = []
        self.cases_of: CasesOf = lambda _customer: self.siblings
        self.stored: dict[tuple[str, int], ClockRow] = {}
        self.traceparent: str | None = None
        self._events = 0

    def happens(self, what: str, local: str, moment: Moment | datetime = LONG_AGO, /, **data: Any) -> Effects:
        """An event of the case, of this type, at this local time, handled at that moment; an instant: up to which
        everything is read."""
        self._events += 1
        envelope = {
            "id": str(self._events),
            "source": "/test",
            "type": f"complaint.{what}",
            "subject": "C-1",
            "time": at(local).isoformat(),
            "data": data,
            "traceparent": self.traceparent,
        }
        arrival = Codec(self.rules.active.rulebook.vocabulary).decode(json.dumps(envelope).encode(), None)
        assert isinstance(arrival, Arrival)
        if isinstance(moment, datetime):
            moment = Moment(now=max(at(local), moment), seen_until=moment, complete_until=moment)
        return self._took(apply(self.row, arrival, self.rules, moment, self.cases_of))

    def is_registered(self, local: str = "2026-03-02 10:00", seen_until: datetime = LONG_AGO, **data: Any) -> Effects:
        """A registration at this local time."""
        return self.happens("registered", local, seen_until, **(REGISTERED | data))

    def sweeps(
        self,
        local: str,
        *,
        complete_until: str | None = None,
        backfill_before: str | None = None,
        mutes: tuple[Mute, ...] = (),
    ) -> Effects:
        """The sweeper comes at this local time, everything until then being read unless told otherwise."""
        assert self.row is not None
        now = at(local)
        moment = Moment(
            now=now,
            seen_until=now,
            complete_until=at(complete_until) if complete_until else now,
            backfill_before=at(backfill_before) if backfill_before else None,
            mutes=mutes,
        )
        return self._took(fire(self.row, self.rules, moment, self.siblings))

    def changes_rules(self, rules: CompiledRulebook) -> None:
        """A new revision is activated; those before it can still be had."""
        before = self.rules
        self.rules = Rules(rules, {**before.held, before.active.rulebook.revision: before.active})

    def clocks(self, local: str) -> dict[tuple[str, int], Clock]:
        """Every cycle as it stands at this local time, by short name and number."""
        assert self.row is not None
        planned = clocks_at(self.row, self.rules, at(local))
        return {(clock.name.partition("/")[2], clock.cycle): clock for clock in planned}

    def told_of(self, kind: str, *fields: str) -> list[tuple[Any, ...]]:
        """These fields of all outputs of a type, in order; instants in the local time of Shanghai."""
        return [tuple(_local(one["data"][field]) for field in fields) for one in self.heard(kind)]

    def heard(self, *kinds: str) -> list[dict[str, Any]]:
        """Outputs of these types, in order."""
        return [one for one in self.said if one["type"].removeprefix("complaint.") in kinds]

    def kinds(self) -> list[str]:
        """The types of everything said, in order."""
        return [one["type"].removeprefix("complaint.") for one in self.said]

    def _took(self, effects: Effects) -> Effects:
        self.row = effects.row
        self.effects.append(effects)
        keep_rows(self.stored, effects)
        self.said += [spoken(message) for message in effects.messages]
        ids = [one["id"] for one in self.said]
        assert len(ids) == len(set(ids)), "the outbox takes each id once"
        return effects


def spoken(message: Message) -> dict[str, Any]:
    """An output as another system reads it."""
    found: dict[str, Any] = json.loads(message.payload)
    return found


def keep_rows(stored: dict[tuple[str, int], ClockRow], effects: Effects) -> None:
    """The clock rows of one case as a store keeps them."""
    for key in effects.gone_clocks:
        stored.pop(key, None)
    stored.update({(clock.clock, clock.cycle): clock for clock in effects.clocks})


def _local(value: Any) -> Any:
    if not (isinstance(value, str) and value.endswith("Z") and value[:4].isdigit()):
        return value
    return f"{datetime.fromisoformat(value).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


ANSWER = (
    "id: answer, start: complaint.registered, stop: {on: complaint.reply_sent, when: {kind: final}}, "
    "cancel: complaint.withdrawn, limit: 15 calendar days"
)
WARNED = f"{ANSWER}, warn: [1 working day before], escalate: standard"
"""Of a case registered on Mon 2 March 2026, 10:00: due on Tue 17 March at 23:59:59; warned on Mon 16 at 09:00, breached
on Wed 18 at 00:00:00, escalated on Thu 19 at 09:00."""


def desk_with(*clocks: str, more: str = "applies_when: always") -> Desk:
    """A case registered on Mon 2 March 2026, 10:00, under these clocks of the policy `sla`."""
    desk = Desk(clocked(*clocks, more=more))
    desk.is_registered()
    return desk


class StoredCases:
    """As much of a store's reading as the checks of stored clocks ask for."""

    def __init__(self, cases: Sequence[CaseRow], clocks: Sequence[ClockRow], active: CompiledRulebook) -> None:
        self._cases, self._clocks, self._active = cases, clocks, active
        for number, case in enumerate(cases, start=1):
            case.no = number

    @property
    def rulebooks(self) -> Self:
        return self

    def active_revision(self) -> str:
        return self._active.rulebook.revision

    def cases(self) -> Iterator[CaseRow]:
        return iter(self._cases)

    def clocks(self, case_nos: Collection[int]) -> list[ClockRow]:
        ids = {case.id for case in self._cases if case.no in case_nos}
        return [clock for clock in self._clocks if clock.case in ids]


def reading_of(cases: Sequence[CaseRow], clocks: Sequence[ClockRow], rules: Rules) -> tuple[Reading, Shelf]:
    """A store that holds these rows, and a shelf with the revisions."""
    shelf = Shelf()
    for revision, book in {**rules.held, rules.active.rulebook.revision: rules.active}.items():
        shelf.put(revision, book)
    return cast(Reading, StoredCases(cases, clocks, rules.active)), shelf
