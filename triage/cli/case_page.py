"""One case as people read it: where it stands, its clocks, its timeline."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from triage.cli.case_table import Reader, deadline, from_now, minute, told_due, urgency
from triage.domain.event import Person
from triage.service.case_view import CaseLine, ClockLine, TimelineLine
from triage.service.explain_view import said_state
from triage.wording.dates import said_span
from triage.wording.events import EVENTS
from triage.wording.text import Text, as_is, say

STRUCK_OUT = "strike dim"


def show_case(console: Console, line: CaseLine, timeline: Iterable[TimelineLine], reader: Reader) -> None:
    """The whole page."""
    console.print(_head(line, reader))
    console.print()
    console.print(_clock_table(line.clocks, reader))
    console.print()
    console.print(_timeline_table(timeline, reader))


def _head(line: CaseLine, reader: Reader) -> Table:
    head = Table.grid(padding=(0, 2))
    head.add_column(style="bold", no_wrap=True)
    head.add_column()
    received = f"{minute(line.received_at)} UTC, {reader.said(from_now(line.received_at, reader.now))}"
    rows = {
        say("case"): line.case,
        say("status"): line.status,
        say("priority"): line.priority,
        say("department"): line.department,
        say("team"): line.team,
        say("handler"): line.handler,
        say("owner"): _person(line.owner),
        say("received"): received,
        say("due (UTC)"): told_due(deadline(line.clocks), reader),
        say("fallback"): reader.said(say("yes") if line.fallback else say("no")),
        say("tags"): ", ".join(line.tags) or None,
    }
    for word, value in rows.items():
        head.add_row(reader.said(word), value or "-")
    return head


def _person(owner: Person | None) -> str | None:
    """With the id, by which listings are filtered, where it is another than the name."""
    if owner is None:
        return None
    if owner.name in (None, owner.id):
        return owner.id
    return f"{owner.name} ({owner.id})"


def _clock_table(clocks: Iterable[ClockLine], reader: Reader) -> Table:
    heads = (say("clock"), say("state"), say("started (UTC)"), say("due (UTC)"), say("ended (UTC)"), say("late by"))
    table = _table(reader, *heads)
    for clock in clocks:
        late = "-" if clock.late_by_seconds is None else reader.said(said_span(clock.late_by_seconds))
        due = minute(clock.due_at)
        if clock.state == "running" and clock.due_at is not None and not clock.breached:
            due = f"{due}  {reader.said(from_now(clock.due_at, reader.now))}"
        cells = (
            clock.clock,
            reader.said(said_state(clock)),
            minute(clock.started_at),
            due,
            minute(clock.ended_at),
            late,
        )
        table.add_row(*cells, style=urgency(clock, reader.now))
    return table


def _timeline_table(timeline: Iterable[TimelineLine], reader: Reader) -> Table:
    """What was voided is struck out, and said to be where no line can be drawn through it."""
    table = _table(reader, say("time (UTC)"), say("what"), say("decision"))
    for row in timeline:
        decision = row.decision["outcome"] if row.decision else None
        said = f"{decision['priority']}, {decision['department']}" if decision else ""
        style = STRUCK_OUT if row.voided else ""
        table.add_row(Styled(minute(row.time), style), Styled(reader.said(_what(row)), style), said)
    return table


def _what(row: TimelineLine) -> Text:
    name = EVENTS.get(row.type, as_is(row.type.removeprefix("complaint.")))
    if row.voided:
        return say("{event}, voided", event=name)
    return say("{event}, backdated", event=name) if row.backdated else name


def _table(reader: Reader, *heads: Text) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(reader.said(head))
    return table
