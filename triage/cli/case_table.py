"""The list of cases as people read it: what is late is red, what is due within a day yellow, what is met green."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from triage.codec.instants import read_instant
from triage.service.case_view import CaseLine, ClockLine
from triage.service.explain_view import said_state
from triage.wording.dates import said_span
from triage.wording.text import Text, as_is, say

SOON = timedelta(days=1)
WIDE, MIDDLE = 120, 80
"""Columns of a terminal from which on a table has all its columns, and from which on it is a table at all."""

LATE, NEAR, DONE, STILL = "red", "yellow", "green", "dim"


class Reader(msgspec.Struct, frozen=True):
    """Whom it is shown to: the language, and the instant that times are told from."""

    language: str
    now: datetime

    def said(self, text: Text) -> str:
        """In the reader's language."""
        return text.said(self.language)


def show_cases(console: Console, lines: Iterable[CaseLine], reader: Reader) -> int:
    """A row a case, or in a narrow terminal some lines a case; gives how many there were."""
    narrow = console.is_terminal and console.width < MIDDLE
    shown = list(lines)
    if narrow:
        for line in shown:
            console.print(_block(line, reader), soft_wrap=False)
    elif shown:
        console.print(_table(shown, reader, everything=console.width >= WIDE))
    return len(shown)


def _table(lines: Iterable[CaseLine], reader: Reader, *, everything: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    heads = [say("case"), say("status"), say("priority"), say("department"), say("owner")]
    for head in heads:
        table.add_column(reader.said(head), no_wrap=True, overflow="ellipsis")
    if everything:
        table.add_column(reader.said(say("received (UTC)")), no_wrap=True)
    table.add_column(reader.said(say("due (UTC)")), no_wrap=True)
    if everything:
        table.add_column(reader.said(say("clocks")))
    for line in lines:
        due = deadline(line.clocks)
        cells = [line.case, line.status, _shown(line.priority), _shown(line.department), _owner(line)]
        received = [minute(line.received_at)] if everything else []
        clocks = [clock_words(line.clocks, reader)] if everything else []
        table.add_row(*cells, *received, told_due(due, reader), *clocks)
    return table


def _block(line: CaseLine, reader: Reader) -> Styled:
    """`C-1  urgent  registered`, below it who has it, and what is due when."""
    head = Styled.assemble((line.case, "bold"), f"  {_shown(line.priority)}  {line.status}\n")
    who = f"  {_shown(line.department)}, {_owner(line)}\n"
    return head + Styled(who) + Styled("  ") + told_due(deadline(line.clocks), reader)


def deadline(clocks: Sequence[ClockLine]) -> ClockLine | None:
    """The running clock that is due first: the case's headline deadline."""
    running = [clock for clock in clocks if clock.state == "running" and clock.due_at is not None]
    return min(running, key=lambda clock: clock.due_at or "", default=None)


def told_due(clock: ClockLine | None, reader: Reader) -> Styled:
    """`2026-03-17 23:59  in 2 days 9 h`, in the colour of its urgency."""
    if clock is None or clock.due_at is None:
        return Styled("-", STILL)
    told = f"{minute(clock.due_at)}  {reader.said(from_now(clock.due_at, reader.now))}"
    return Styled(told, urgency(clock, reader.now))


def from_now(at: str, now: datetime) -> Text:
    """`in 2 days 9 h`, or `3 h 5 min ago`."""
    seconds = int((_instant(at) - now).total_seconds())
    span = said_span(seconds)
    return say("in {span}", span=span) if seconds >= 0 else say("{span} ago", span=span)


def urgency(clock: ClockLine, now: datetime) -> str:
    """The colour: late, due within a day, met in time, paused; none else."""
    if clock.breached:
        return LATE
    if clock.state == "running" and clock.due_at is not None and _instant(clock.due_at) - now <= SOON:
        return NEAR
    return {"stopped": DONE, "paused": STILL}.get(clock.state, "")


def clock_words(clocks: Sequence[ClockLine], reader: Reader) -> Styled:
    """An open clock a line; ended ones are counted."""
    running = [clock for clock in clocks if _open(clock)]
    told = [Styled(f"{one.clock} {reader.said(said_state(one))}", urgency(one, reader.now)) for one in running]
    return Styled("\n").join([*told, *_ended(clocks, reader)])


def _ended(clocks: Sequence[ClockLine], reader: Reader) -> Iterator[Styled]:
    counted = Counter(said_state(clock) for clock in clocks if not _open(clock))
    if counted:
        told = tuple(say("{number} {how}", number=number, how=state) for state, number in counted.items())
        yield Styled(reader.said(as_is(told)), STILL)


def _open(clock: ClockLine) -> bool:
    return clock.ended_at is None


def _owner(line: CaseLine) -> str:
    return line.owner.name if line.owner else "-"


def _shown(value: str | None) -> str:
    return "-" if value is None else value


def minute(instant: str | None) -> str:
    """`2026-03-02T02:00:00Z` as `2026-03-02 02:00`: the column's head says UTC."""
    return "-" if instant is None else instant.replace("T", " ")[:16]


def _instant(text: str) -> datetime:
    found = read_instant(text)
    assert found is not None, "our own lines hold instants"
    return found
