"""SLA policies: what a deadline is counted from, to and by, and who hears of it."""

import enum
from datetime import date
from typing import Union

import msgspec

from triage.domain.condition import Condition


class Unit(enum.StrEnum):
    """A unit of a limit or a distance, as the policy files spell it (singular is accepted there too)."""

    HOURS = "hours"
    WORKING_HOURS = "working hours"
    CALENDAR_DAYS = "calendar days"
    WORKING_DAYS = "working days"
    WEEKS = "weeks"
    MONTHS = "months"


class Limit(msgspec.Struct, frozen=True):
    """A positive amount of a unit: `15 calendar days`."""

    amount: int
    unit: Unit


class LaterOf(msgspec.Struct, frozen=True):
    """The limit that is due last."""

    limits: tuple["AnyLimit", ...]


class EarlierOf(msgspec.Struct, frozen=True):
    """The limit that is due first."""

    limits: tuple["AnyLimit", ...]


class ByPriority(msgspec.Struct, frozen=True):
    """A limit for every priority; the case's present one counts, from the same start. Pairs of priority and limit."""

    limits: tuple[tuple[str, "AnyLimit"], ...]


AnyLimit = Union[Limit, LaterOf, EarlierOf, ByPriority]  # noqa: UP007 # the parts name the whole, so it is no `|` yet


class EventPattern(msgspec.Struct, frozen=True):
    """An event type, perhaps with a condition over that event's own data (fact names are its field names)."""

    type: str
    when: Condition | None = None


class Reached(enum.StrEnum):
    """What another clock has come to. `met`: its stop came in time; `stopped`: in time or late; `breached`: its due
    time passed; `ended`: it no longer runs, for any reason."""

    MET = "met"
    STOPPED = "stopped"
    BREACHED = "breached"
    ENDED = "ended"


class ClockPattern(msgspec.Struct, frozen=True):
    """Another clock that comes to something. `clock`: its full name, `policy/clock`."""

    clock: str
    reached: Reached


EventRef = tuple[EventPattern | ClockPattern, ...]
"""References to events and clocks: whichever comes first. Empty: never."""


class Warning_(msgspec.Struct, frozen=True):  # noqa: N801 # `Warning` is Python's own
    """A step before the due time. `text` is the file's spelling and the step's public name.

    Exactly one of `percent` (of running time from start to due) and `before` is set.
    """

    text: str
    percent: float | None = None
    before: Limit | None = None


class Escalation(msgspec.Struct, frozen=True):
    """A step at or after the due time. `text`: `due` or `after 1 working day`. `after` None: at the due time.

    `to`: roles, `owner` among them. `every`: rung again in these distances until the clock ends.
    """

    text: str
    after: Limit | None
    to: tuple[str, ...]
    every: Limit | None = None


class Need(enum.StrEnum):
    """What the word for a pause or an extension has to bring with it."""

    REASON = "reason"
    COMPLAINANT_INFORMED = "complainant_informed"
    COMPLAINANT_AGREED = "complainant_agreed"


class PauseRule(msgspec.Struct, frozen=True):
    """A reason for which the clock may stand. `remind`: how long it stands before its owner hears of it; `text` names
    that step."""

    reason: str
    needs: tuple[Need, ...] = ()
    remind: Limit | None = None
    text: str = ""


class Extension(msgspec.Struct, frozen=True):
    """One way to extend. `text`: the limit as the file has it. `to`: the new total limit from the same start; `add`:
    what is added to the due time in force or, with `from_grant`, counted from the grant. Exactly one is set.

    `approver`: the role that has to approve. `late_accepted`: a grant after the due time moves it all the same.
    """

    text: str
    to: AnyLimit | None = None
    add: Limit | None = None
    from_grant: bool = False
    needs: tuple[Need, ...] = ()
    approver: str | None = None
    late_accepted: bool = False


class Counting(msgspec.Struct, frozen=True):
    """How limits in days, weeks and months are counted. `start_day`: the start's own date is day 1.
    `close_of_business`: due at the end of the date's last opening interval instead of 23:59:59. `roll_forward`: a due
    date that is no working day moves to the next."""

    start_day: bool = False
    close_of_business: bool = False
    roll_forward: bool = False


class OnReopen(enum.StrEnum):
    """What a reopening does to a clock that has ended."""

    NONE = "none"
    RESTART = "restart"
    RESUME = "resume"


class Against(enum.StrEnum):
    """Whose deadline it is; only clocks against us alert."""

    US = "us"
    CUSTOMER = "customer"
    REGULATOR = "regulator"


class ClockPolicy(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """One clock of a policy. `escalations` holds the step `due` of every clock against us, written in the file or not.

    `recurring`: `limit` is the length of each cycle; `reset` ends a cycle as met and starts the next. `any_time`:
    warnings and escalations are not deferred to opening hours.
    """

    id: str
    start: EventRef
    stop: EventRef
    cancel: EventRef = ()
    restart: EventRef = ()
    reset: EventRef = ()
    limit: AnyLimit
    recurring: bool = False
    counting: Counting = Counting()
    pauses: tuple[PauseRule, ...] = ()
    extensions: tuple[Extension, ...] = ()
    on_reopen: OnReopen = OnReopen.NONE
    against: Against = Against.US
    warnings: tuple[Warning_, ...] = ()
    escalations: tuple[Escalation, ...]
    any_time: bool = False


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """An SLA policy. `applies_when` None: only a rule's `then.policies` attaches it. `calendar`: its id.

    `effective_from` / `effective_to`: local dates in the rulebook's zone, both inclusive, None when open.
    `source` is shown with every notice. `detach`: its clocks end when it no longer applies.
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
    detach: bool = False

    def clock_name(self, clock: ClockPolicy) -> str:
        """The clock's full name, `policy/clock`."""
        return f"{self.id}/{clock.id}"
