"""Listings of stored cases."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from triage.ports import CaseRow, ClockRow, Reading
from triage.service.case_view import CaseLine, case_line, planned_line, stored_line
from triage.service.release import Shelf
from triage.service.replan import clocks_at

CHUNK = 500


def listed(reading: Reading, shelf: Shelf, now: datetime, cases: Iterator[CaseRow]) -> Iterator[CaseLine]:
    """Cases as people read them, running clocks judged at `now`."""
    for row, clocks in with_clocks(reading, cases):
        yield _line(reading, shelf, row, clocks, now)


def with_clocks(reading: Reading, cases: Iterator[CaseRow]) -> Iterator[tuple[CaseRow, Sequence[ClockRow]]]:
    """Each case with its clock rows, read chunk by chunk."""
    while rows := list(islice(cases, CHUNK)):
        clocks: dict[str, list[ClockRow]] = {}
        for clock in reading.clocks([row.no for row in rows]):
            clocks.setdefault(clock.case, []).append(clock)
        for row in rows:
            yield row, clocks.get(row.id, ())


def _line(reading: Reading, shelf: Shelf, row: CaseRow, clocks: Sequence[ClockRow], now: datetime) -> CaseLine:
    """From the stored rows; a case with a paused clock is planned anew, for what would be due if it were resumed now
    changes by the second."""
    if any(clock.state == "paused" for clock in clocks):
        rules = shelf.rules(reading.rulebooks, [row.document])
        return case_line(row, map(planned_line, clocks_at(row, rules, now)))
    return case_line(row, [stored_line(clock, now) for clock in clocks])
