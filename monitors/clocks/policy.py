"""SLA policies: what a deadline is counted from, to and by, and who hears of it."""

import enum
from datetime import date

import msgspec

from triage.domain.condition import Condition


class Unit(enum.StrEnum):
    """A unit of a limit or a distance, as the policy files spell it (singular is accepted there too)."""

    HOURS = "hours"
    WORKING_HOURS = "working hours"
    CALENDAR_DAYS = "calendar days"
    WORKING_DAYS = "working days"


class Limit(msgspec.Struct, frozen=True):
    """A positive amount of a unit: `15 calendar days`."""

    amount: int
    unit: Unit


class EventPattern(msgspec.Struct, frozen=True):
    """An event type, perhaps with a condition over that event's own data (fact names are its field names)."""

    type: str
    when: Condition | None = None


EventRef = tuple[EventPattern, ...]
"""Event references: whichever comes first. Empty: never."""


class Warning_(msgspec.Struct, frozen=True):  # noqa: N801 # `Warning` is Python's own
    """A step before the due time. `text` is the file's spelling and the step's public name.

    Exactly one of `percent` (of running time from start to due) and `before` is set.
    """

    text: str
    percent: float | None = None
    before: Limit | None = None


class Escalation(msgspec.Struct, frozen=True):
    """A step at or after the due time. `text`: `due` or `after 1 working day`. `after` None: at the due time.

    `to`: roles, `owner` among them.
    """

    text: str
    after: Limit | None
    to: tuple[str, ...]


class ClockPolicy(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """One clock of a policy. `escalations` always holds the step `due`, written in the file or not.

    `any_time`: warnings and escalations are not deferred to opening hours.
    """

    id: str
    start: EventRef
    stop: EventRef
    cancel: EventRef = ()
    limit: Limit
    warnings: tuple[Warning_, ...] = ()
    escalations: tuple[Escalation, ...]
    any_time: bool = False


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """An SLA policy. `applies_when` None: only a rule's `then.policies` attaches it. `calendar`: its id.

    `effective_from` / `effective_to`: local dates in the rulebook's zone, both inclusive, None when open.
    `source` is shown with every notice.
    """

    id: str
    title: dict[str, str]
    source: dict[str, str]
    applies_when: Condition | None
    calendar: str
    clocks: tuple[ClockPolicy, ...]
    status: str = "active"
    effective_from: date | None = None
    effective_to: date | None = None

    def clock_name(self, clock: ClockPolicy) -> str:
        """The clock's full name, `policy/clock`."""
        return f"{self.id}/{clock.id}"
