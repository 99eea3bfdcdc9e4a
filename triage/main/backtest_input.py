"""What a backtest runs on: events from files, stdin or the store's timeline; rulebooks from folders or the store."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from triage.errors import FaultyRules, Refused, WrongSettings
from triage.main.backtest import Options, cores, ended_in_order, run_backtest
from triage.main.tools import opened_store, rules_scanner
from triage.ports import Store
from triage.service.backtest.past_events import event_line
from triage.service.backtest.summary import Summary
from triage.settings import Settings

SHIPPED, ACTIVE = "shipped", "active"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. `settings` None: no store is at hand. `rules` None: the shipped rulebook or, with a store,
    its active revision. `against` None: none or, with a store, its active revision."""

    events: str | None
    rules: str | None
    against: str | None
    settings: Settings | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How to run it; see `Options`. `accept`: why statutory deadlines may move later."""

    workers: int
    until: datetime | None = None
    diff: Path | None = None
    accept: str | None = None


class RuleFiles(msgspec.Struct, frozen=True):
    """A rulebook's files by path."""

    files: dict[str, bytes]


class Chosen(msgspec.Struct, frozen=True):
    """What was found. `store` None: there is none, and nothing is kept of the run."""

    files: Sequence[Path]
    after: RuleFiles
    before: RuleFiles | None
    store: Store | None

    def options(self, asked: Asked) -> Options:
        """Everything that the run needs."""
        return Options(
            files=self.files,
            after=self.after.files,
            before=self.before.files if self.before else None,
            until=asked.until,
            workers=asked.workers,
            diff=asked.diff,
        )

    def audit(self, who: str, what: str, why: str) -> None:
        """Append to the store's audit table, where there is a store. Raises StoreAway."""
        if self.store is not None:
            with self.store.transaction() as tx:
                tx.audit(who, what, why)


@contextmanager
def chosen(wanted: Wanted) -> Iterator[Chosen]:
    """Everything at hand; what had to be copied goes at the end. Raises WrongSettings, FaultyRules, Unreachable."""
    with ended_in_order(), ExitStack() as stack:
        store = stack.enter_context(opened_store(wanted.settings)) if wanted.settings else None
        if wanted.events is None and store is None:
            raise WrongSettings(["give --events, or --store for its own timeline"])
        against = wanted.against or (ACTIVE if store is not None else None)
        after = _rules(wanted.rules or (ACTIVE if store is not None else SHIPPED), "--rules", store)
        before = _rules(against, "--against", store) if against else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-backtest-")))
        yield Chosen(_files(wanted.events, store, folder), after, before, store)


def summary_of(wanted: Wanted) -> Summary:
    """What a whole backtest counts, by as many processes as there are cores. Raises Refused and its kinds."""
    with chosen(wanted) as found:
        return run_backtest(found.options(Asked(workers=cores()))).summary()


def _rules(name: str, option: str, store: Store | None) -> RuleFiles:
    folder = None if name == SHIPPED else Path(name)
    if folder is None or folder.is_dir():
        found = rules_scanner(folder)()
        if found.findings:
            raise FaultyRules([f"{option}: {finding}" for finding in found.findings])
        return RuleFiles(found.files)
    if store is None:
        raise WrongSettings([f"{option}: there is no folder {name}; revisions need --store"])
    with store.read() as reading:
        stored = reading.rulebooks.active() if name == ACTIVE else reading.rulebooks.get(name)
    if stored is None:
        raise WrongSettings([f"{option}: {name} is neither a folder nor a revision of the store"])
    return RuleFiles(stored.files)


def _files(events: str | None, store: Store | None, folder: Path) -> list[Path]:
    """The files of events; what is no file is copied into one that only we can read."""
    copy = folder / "events.jsonl"
    if events == "-":
        with copy.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out)
        return [copy]
    if events is None:
        assert store is not None, "without events there is a store"
        _copy_timeline(store, copy)
        return [copy]
    source = Path(events)
    found = sorted(source.glob("*.jsonl")) if source.is_dir() else [source]
    if not found or not all(one.is_file() for one in found):
        raise WrongSettings([f"--events {events}: there is no such file, or no *.jsonl in the folder"])
    return found


def _copy_timeline(store: Store, target: Path) -> None:
    """Events of the store's timeline in the order of their times. Raises Refused when there is none."""
    number = 0
    with store.read() as reading, target.open("wb") as out:
        for row in reading.events():
            out.write(event_line(row))
            number += 1
    if not number:
        raise Refused(["the store holds no event that can be read"])
