"""The second reading of clocks: who hears of what, and when.

Written from the contract alone; of the service only the domain's case and events are imported. Where the contract is
silent, a comment names the reading that was chosen.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from tests.unit.clocks.reference_counting import Office
from tests.unit.clocks.reference_life import PAUSED, REOPENED, RESUMED, Life
from tests.unit.clocks.reference_sheet import (
    REGISTERED,
    Account,
    Moments,
    Priorities,
    Reference,
    Refused,
    Sheet,
    Told,
    cut,
    missing_needs,
)
from triage.domain.case import Case
from triage.domain.event import DEFAULTS, Event

EXTENDED, LINKED = "complaint.extension_granted", "complaint.linked"

Word = tuple[Event, str]
"""A pause, a resumption or an extension, and the clock that it names."""


def tell(sheets: Sequence[Sheet], office: Office, case: Case, priorities: Priorities, now: datetime) -> Account:
    """All clocks of a case at an instant. The sheets come in an order in which none refers to a later one."""
    seen = [event for event in case.events if event.time <= now]
    words, refusals = hear_words(sheets, seen)
    moments: dict[str, Moments] = {}
    cycles: dict[str, Sequence[Told]] = {}
    for sheet in sheets:
        life = Life(sheet, office, priorities)
        for at, _, _, happen in sorted(happenings(life, case, seen, words, moments, now), key=lambda one: one[:3]):
            life.advance(at)
            happen(at)
        life.look(cut(now))
        cycles[sheet.name] = life.told(cut(now))
        moments[sheet.name] = life.moments
        refusals += life.refusals
    return Account(cycles, refusals)


# Words: who is meant, and whether everything is there.


def hear_words(sheets: Sequence[Sheet], events: Sequence[Event]) -> tuple[list[Word], list[Refused]]:
    """Each word with the clock that it is for, and the refused ones."""
    words: list[Word] = []
    refused: list[Refused] = []
    for event in events:
        if event.type == PAUSED:
            _hear_pause(event, sheets, words, refused)
        elif event.type == RESUMED:
            meant = _meant(event.data.get("clocks") or [one.name for one in sheets], sheets)
            words += [(event, sheet.name) for _, sheet in meant if sheet]
            unknown = [name for name, sheet in meant if not sheet]
            refused += [Refused("pause", (event.source, event.id), name, None, ("clock",)) for name in unknown]
        elif event.type == EXTENDED:
            sheet = _named(event.data.get("clock"), sheets)
            if sheet:
                words.append((event, sheet.name))
            else:
                name, to = event.data.get("clock"), event.data.get("to")
                refused.append(Refused("extension", (event.source, event.id), name, to, ("clock",)))
    return words, refused


def _hear_pause(event: Event, sheets: Sequence[Sheet], words: list[Word], refused: list[Refused]) -> None:
    reason, key = event.data.get("reason") or "", (event.source, event.id)
    names = event.data.get("clocks") or [one.name for one in sheets if reason in one.pauses]
    if not names:
        refused.append(Refused("pause", key, None, None, ("reason",)))
    for name, sheet in _meant(names, sheets):
        if sheet is None:
            refused.append(Refused("pause", key, name, None, ("clock",)))
            continue
        missing = missing_needs(sheet.pauses[reason], event.data) if reason in sheet.pauses else ("reason",)
        if missing:
            refused.append(Refused("pause", key, sheet.name, None, missing))
        else:
            words.append((event, sheet.name))


def _meant(names: Sequence[str], sheets: Sequence[Sheet]) -> list[tuple[str, Sheet | None]]:
    """Each clock once, though it may be named twice; and the names that mean none or several."""
    meant = [(name, _named(name, sheets)) for name in names]
    return list({sheet.name if sheet else name: (name, sheet) for name, sheet in meant}.values())


def _named(name: str | None, sheets: Sequence[Sheet]) -> Sheet | None:
    """The full name, or a short one that only one clock has."""
    full = [sheet for sheet in sheets if sheet.name == name]
    short = [sheet for sheet in sheets if sheet.name.split("/")[1] == name]
    found = full or short
    return found[0] if len(found) == 1 else None


# What happens to a clock, in which second and, within a second, in which order.

Happening = tuple[datetime, int, int, Callable[[datetime], None]]
START, STOP, RESET, CANCEL, MERGE, RESTART, DETACH, WORD, REOPENING, LOOK = range(10)


def happenings(
    life: "Life",
    case: Case,
    events: Sequence[Event],
    words: Sequence[Word],
    moments: Mapping[str, Moments],
    now: datetime,
) -> list[Happening]:
    """Everything that this clock hears of."""
    sheet = life.sheet
    found: list[Happening] = [(cut(at), LOOK, 0, life.look) for at, _ in life.priorities if at <= now]
    found += [(at, START, 0, life.start) for at in _starts(sheet, case, events, moments, now)]
    kinds = ((STOP, sheet.stop, life.stop), (RESET, sheet.reset, life.reset), (CANCEL, sheet.cancel, life.cancel))
    for kind, references, happen in (*kinds, (RESTART, sheet.restart, life.restart)):
        found += [(at, kind, 0, happen) for at in _times(references, events, moments)]
    for event in events:
        if event.type == LINKED and event.data.get("relation") == "duplicate":
            found.append((cut(event.time), MERGE, 0, life.merge))
        if event.type == REOPENED:
            found.append((cut(event.time), REOPENING, 0, life.reopen))
    mine = [event for event, name in words if name == sheet.name]
    for number, event in enumerate(mine):
        found.append((cut(event.time), WORD, number, life.word(event)))
    if sheet.detached_at:
        found.append((cut(sheet.detached_at), DETACH, 0, life.detach))
    return found


def _starts(
    sheet: Sheet, case: Case, events: Sequence[Event], moments: Mapping[str, Moments], now: datetime
) -> list[datetime]:
    """A registration counts from the receipt; without one the receipt stands at the earliest event."""
    others = [one for one in sheet.start if one.get("on") != REGISTERED]
    is_received = len(others) < len(sheet.start) and case.received_at <= now
    return _times(others, events, moments) + [cut(case.received_at)] * is_received


def _times(references: Sequence[Reference], events: Sequence[Event], moments: Mapping[str, Moments]) -> list[datetime]:
    found = []
    for one in references:
        if "clock" in one:
            found += [at for at, reached in moments.get(one["clock"], []) if reached == one["is"]]
        else:
            found += [cut(event.time) for event in _of_type(one["on"], events) if _is_meant(one, event)]
    return found


def _of_type(kind: str, events: Sequence[Event]) -> list[Event]:
    """A second registration changes nothing."""
    found = [event for event in events if event.type == kind]
    return found[:1] if kind == REGISTERED else found


def _is_meant(reference: Reference, event: Event) -> bool:
    data = DEFAULTS.get(event.type, {}) | {name: value for name, value in event.data.items() if value is not None}
    return all(data.get(name) == value for name, value in reference.get("when", {}).items())
