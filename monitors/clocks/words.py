"""Words about clocks in a case's events: pauses, resumptions and extensions, and what they need to count."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from monitors.clocks.clock import Refusal
from monitors.clocks.local_time import cut
from monitors.clocks.policy import ClockPolicy, Need
from triage.domain import event as ev
from triage.domain.case import Case
from triage.domain.event import Event

Words = dict[str, list[tuple[int, Event]]]
"""Full name of a clock to the words that concern it, with their places among the events."""

_WORDS = frozenset({ev.PAUSED, ev.RESUMED, ev.EXTENDED})
_SPACES = re.compile(r"\s+")

_GIVEN_BY = {
    Need.REASON: "reason",
    Need.COMPLAINANT_INFORMED: "complainant_informed_at",
    Need.COMPLAINANT_AGREED: "agreed_by_complainant",
}
"""Need to the field of the event's data that brings it."""


def words_of(case: Case, clocks: Mapping[str, ClockPolicy], until: datetime) -> tuple[Words, list[Refusal]]:
    """Whom each word concerns, and those that concern nobody. `clocks`: every clock of the case, by full name.

    A short name means the one clock that has it; a pause that names none concerns those that allow its reason.
    """
    found: Words = {}
    refusals: list[Refusal] = []
    for place, event in enumerate(case.events):
        if event.type not in _WORDS or event.time > until:
            continue
        names, unknown = _concerned(event, clocks)
        for name in names:
            found.setdefault(name, []).append((place, event))
        refusals += [_refused(event, written) for written in unknown]
        if event.type == ev.PAUSED and not names and not unknown:
            kind_key = (event.source, event.id)
            refusals.append(Refusal("pause", kind_key, cut(event.time), None, None, (Need.REASON.value,)))
    return found, refusals


def _concerned(event: Event, clocks: Mapping[str, ClockPolicy]) -> tuple[list[str], list[str | None]]:
    """Full names, and what was written but means no clock or several."""
    data = event.data
    written: Sequence[str | None] = [data.get("clock")] if event.type == ev.EXTENDED else data.get("clocks") or ()
    if written:
        meant = {one: _meant(one, clocks) for one in written}
        return [*dict.fromkeys(name for name in meant.values() if name)], [one for one in meant if not meant[one]]
    reason = data.get("reason")
    if event.type == ev.RESUMED and reason is None:
        return [name for name, clock in clocks.items() if clock.pauses], []
    return [name for name, clock in clocks.items() if any(rule.reason == reason for rule in clock.pauses)], []


def _meant(written: str | None, clocks: Collection[str]) -> str | None:
    if written in clocks:
        return written
    found = [name for name in clocks if name.rpartition("/")[2] == written]
    return found[0] if len(found) == 1 else None


def _refused(event: Event, written: str | None) -> Refusal:
    kind = "extension" if event.type == ev.EXTENDED else "pause"
    return Refusal(kind, (event.source, event.id), cut(event.time), written, event.data.get("to"), ("clock",))


def missing_needs(needs: Sequence[Need], event: Event, approver: str | None = None) -> tuple[str, ...]:
    """The needs that the event does not bring. `approver`: the role that has to approve, None for nobody."""
    missing = [need.value for need in needs if not event.data.get(_GIVEN_BY[need])]
    if approver is not None and (event.data.get("approver") or {}).get("role") != approver:
        missing.append("approver")
    return tuple(missing)


def same_limit(one: str, other: str) -> bool:
    """Whether two texts name the same limit: `30 calendar days`, `30  Calendar days`, `1 week`."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text.strip()).lower().removesuffix("s")
