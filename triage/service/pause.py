"""An operator pauses work for a while: reading events, handling due timers, publishing outputs. Nothing is lost: it
waits where it is."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from monitors.ports import TimeSource
from triage.errors import Refused, WrongSettings
from triage.ports import Pause, Reading, Store, Switches
from triage.service.case_view import instant, instant_or_none

log = structlog.get_logger()


class PauseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One pause in force as `triage pause --json` prints it. `work`: one of WORKS. `since`, `until`: UTC with `Z`;
    `until` null: until somebody resumes it."""

    work: str
    since: str
    until: str | None
    who: str
    why: str


def in_force(reading: Reading, now: datetime) -> list[PauseLine]:
    """What is paused now, by work."""
    return [
        PauseLine(work=one.work, since=instant(one.since), until=instant_or_none(one.until), who=one.who, why=one.why)
        for one in reading.switches.pauses(now)
    ]


def pause(store: Store, work: str, until: datetime | None, *, who: str, reason: str) -> None:
    """Pause a work, until an instant or until it is resumed; a later word replaces an earlier one. Who, when, what and
    why go into the audit; running instances heed it at their next batch, sweep or dispatch. Raises WrongSettings."""
    with store.transaction() as tx:
        now = tx.now()
        if until is not None and until <= now:
            raise WrongSettings([f"--until: {instant(until)} is past; triage resume {work} ends a pause"])
        tx.switches.pause(Pause(work, now, until, who, reason))
        tx.audit(who, f"paused {work} {f'until {instant(until)}' if until else 'until it is resumed'}", reason)


def resume(store: Store, work: str, *, who: str, reason: str) -> None:
    """End the pause of a work, and tell the audit. Raises Refused when it is not paused."""
    with store.transaction() as tx:
        now = tx.now()
        if paused(tx.switches, work, now) is None:
            raise Refused([f"{work} is not paused"])
        tx.switches.resume(work, at=now, who=who, why=reason)
        tx.audit(who, f"resumed {work}", reason)


def paused(switches: Switches, work: str, now: datetime) -> Pause | None:
    """The pause of a work that is in force, None when there is none."""
    return next((one for one in switches.pauses(now) if one.work == work), None)


class PauseWatch:
    """Whether a work is paused, as this instance asks before each piece of it. A change is told in the log."""

    def __init__(self, store: Store, work: str, time: TimeSource) -> None:
        """`work`: one of WORKS."""
        self._store, self._work, self._time = store, work, time
        self._seen: Pause | None = None

    def is_on(self) -> bool:
        """Ask the store. Raises StoreAway."""
        with self._store.read() as reading:
            found = paused(reading.switches, self._work, self._time.now())
        if found != self._seen:
            self._seen = found
            self._tell(found)
        return found is not None

    def troubles(self) -> Sequence[str]:
        """That it is paused, by whom, until when and why, as it was last seen; nothing when it is not."""
        found = self._seen
        if found is None:
            return []
        end = f"until {instant(found.until)}" if found.until else "until it is resumed"
        return [f"{self._work} is paused by {found.who} since {instant(found.since)}, {end}: {found.why}"]

    def _tell(self, found: Pause | None) -> None:
        if found is None:
            log.warning("goes on", action="pause.ended", work=self._work)
        else:
            until = instant_or_none(found.until)
            log.warning("paused by an operator", action="pause.began", work=self._work, who=found.who, until=until)
