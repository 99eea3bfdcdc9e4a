"""All names that the rule files of one revision declare, so that every reference can be checked."""

from datetime import UTC, tzinfo

import msgspec

from monitors.clocks.policy import Escalation
from triage.domain.facts import FactSpec


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What may be referred to. None: not known, because a file that declares such names is faulty; references are
    not checked then, so that one fault does not call forth others.

    `teams`: by department. `zones`: by calendar id. `clocks`: full names. `facts`: without those that could not be
    read; `facts_known`: that there are none of these.
    """

    languages: tuple[str, ...] | None = None
    zone: tzinfo = UTC
    currency: str = ""
    calendar: str = ""
    priorities: tuple[str, ...] | None = None
    handlers: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    teams: dict[str, tuple[str, ...]] | None = None
    ladders: dict[str, tuple[Escalation, ...]] | None = None
    terms: tuple[str, ...] | None = None
    calendars: tuple[str, ...] | None = None
    zones: dict[str, tzinfo] = {}
    rules: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    clocks: tuple[str, ...] | None = None
    facts: dict[str, FactSpec] = {}
    facts_known: bool = False
    event_types: tuple[str, ...] | None = None
    event_fields: dict[str, dict[str, FactSpec]] = {}
