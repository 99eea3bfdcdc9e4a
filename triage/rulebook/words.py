"""All names that the rule files of one revision declare, so that every reference can be checked."""

from datetime import UTC, tzinfo

import msgspec

from monitors.clocks.policy import Escalation
from triage.domain.condition import All, Always, Condition, leaf_tests
from triage.domain.facts import FactSpec


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What may be referred to. None: not known, because a file that declares such names is faulty; references are
    not checked then, so that one fault does not call forth others.

    `teams`: by department. `zones`: by calendar id. `clocks`: full names. `facts`: without those that could not be
    read; `facts_known`: that there are none of these. `packs`: what `applies_when` of each pack says. `rows`: names of
    the rows of the table that is read.

    `pack`: the pack whose files are read, empty for the rulebook's own. Ids of a pack are kept with its name before
    them; its files write them without.
    """

    pack: str = ""
    packs: dict[str, Condition] = {}
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
    rows: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    clocks: tuple[str, ...] | None = None
    facts: dict[str, FactSpec] = {}
    facts_known: bool = False
    event_types: tuple[str, ...] | None = None
    event_fields: dict[str, dict[str, FactSpec]] = {}

    def full(self, name: str) -> str:
        """An id of the files that are read, as the rulebook knows it."""
        return f"{self.pack}:{name}" if self.pack and name else name

    def short(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The ids as the files that are read may write them."""
        return tuple(dict.fromkeys(name.removeprefix(f"{self.pack}:") for name in names)) if self.pack else names

    def applied(self, condition: Condition) -> Condition:
        """The condition, and the pack's."""
        of_pack = self.packs.get(self.pack, Always())
        return condition if isinstance(of_pack, Always) else All((of_pack, condition))

    def paths_of_pack(self) -> tuple[str, ...]:
        """Where the pack's own tests stand, which `applied` puts before the others."""
        tests = leaf_tests(self.packs.get(self.pack, Always()))
        return tuple(f"packs.{self.pack}.applies_when.{test.fact}" for test in tests)
