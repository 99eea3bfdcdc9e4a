"""A store in memory, as far as revisions go."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tests.contract.builders import NOW
from triage.ports import ACTIVE, DRAFT, STATE_AFTER, RulebookChange, Running, ShadowRun, ShadowTally, StoredRulebook


class Revisions:
    """Store, transaction, reading and rulebooks in one; `transactions` are counted, `open`: how many are."""

    def __init__(self) -> None:
        self.stored: dict[str, StoredRulebook] = {}
        self.state: dict[str, str] = {}
        self.noted: list[RulebookChange] = []
        self.counted: dict[tuple[int, str, str], ShadowTally] = {}
        self.shadow: ShadowRun | None = None
        self.audits: list[tuple[str, str, str]] = []
        self.transactions = 0
        self.open = 0

    @contextmanager
    def transaction(self) -> Iterator["Revisions"]:
        self.transactions += 1
        self.open += 1
        try:
            yield self
        finally:
            self.open -= 1

    @contextmanager
    def read(self) -> Iterator["Revisions"]:
        yield self

    @property
    def rulebooks(self) -> "Revisions":
        return self

    def now(self) -> datetime:
        return NOW

    def audit(self, who: str, what: str, why: str) -> None:
        self.audits.append((who, what, why))

    @property
    def active(self) -> str | None:
        return next((revision for revision, state in self.state.items() if state == ACTIVE), None)

    def active_revision(self) -> str | None:
        return self.active

    def running(self) -> Running:
        return Running(self.active, self.shadow)

    def get(self, revision: str) -> StoredRulebook | None:
        assert not self.open, "nothing is loaded while a transaction waits"
        return self.stored.get(revision)

    def name(self, revision: str) -> str:
        return self.stored[revision].name

    def states(self) -> dict[str, str]:
        return dict(self.state)

    def changes(self) -> list[RulebookChange]:
        return list(self.noted)

    def hold(self) -> None:
        assert self.open, "held within a transaction"

    def keep(self, rulebook: StoredRulebook) -> None:
        self.stored.setdefault(rulebook.revision, rulebook)
        self.state.setdefault(rulebook.revision, DRAFT)

    def change(self, what: str, revision: str, *, at: datetime, who: str, why: str) -> None:
        number = len(self.noted) + 1
        name = self.stored[revision].name
        self.noted.append(RulebookChange(no=number, revision=revision, name=name, what=what, at=at, who=who, why=why))
        if what in STATE_AFTER:
            assert STATE_AFTER[what] != ACTIVE or self.active is None, "the one before is retired first"
            self.state[revision] = STATE_AFTER[what]
        else:
            self.shadow = ShadowRun(number, revision) if what == "shadow_on" else None

    def put_tally(self, tally: ShadowTally) -> None:
        self.counted[tally.run, tally.against, tally.instance] = tally

    def tallies(self, run: int) -> list[ShadowTally]:
        return [one for one in self.counted.values() if one.run == run]
