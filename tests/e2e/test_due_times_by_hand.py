"""Due times of a table that was counted by hand, through the whole service: calendars of the shipped rules and two that
open in the hours in which summer time begins and ends."""

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.e2e.clock_desk import RULEBOOK, event, instant, write_rules
from tests.e2e.desks import Desk, FilesDesk
from tests.e2e.records import of_type
from tests.e2e.workers import ROOT, query
from tests.services.faketime import starting_at

SHIPPED = {
    "calendars/cn.yaml": ROOT / "rules" / "calendars" / "cn.yaml",
    "calendars/england-and-wales.yaml": ROOT / "rules" / "packs" / "gb" / "calendars" / "england-and-wales.yaml",
}
TITLE = re.compile("title: {.*}")
"""The shipped ones have titles in three languages, the table's folder has one."""

LONDON = """\
calendar:
  id: {id}
  title: {{en: A calendar}}
  zone: Europe/London
  week: {{{week}}}
  known_until: 2027-12-31
"""
POLICY = """\
  - id: row-{row}
    title: {{en: Row {row} of the table}}
    source: {{title: A table counted by hand, grade: internal}}
    applies_when: {{row: "{row}"}}
    calendar: {calendar}
    clocks:
      - {{id: clock, start: complaint.registered, stop: complaint.reply_sent, deliver: any_time, limit: {limit}}}
    examples:
      - events:
          - {{type: complaint.registered, time: 2026-03-02 10:00}}
          - {{type: complaint.reply_sent, time: 2026-03-02 10:00}}
        expect: {{clock: {{breached: false}}}}
      - events: [{{type: complaint.registered, time: 2026-03-02 10:00}}]
        until: 2026-06-30 10:00
        expect: {{clock: {{breached: true}}}}
"""
NOW = datetime(2026, 12, 31, 4, 0, tzinfo=UTC)
"""After the last complaint of the table, before the first deadline of the next year."""

Row = dict[str, str]


def table() -> list[Row]:
    with Path(__file__).with_name("due_times.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def london(name: str, hours: str) -> bytes:
    """A calendar that opens at these hours every day."""
    week = ", ".join(f'{day}: ["{hours}"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    return LONDON.format(id=name, week=week).encode()


def rules(rows: list[Row]) -> dict[str, bytes]:
    """A policy for each row, attached by the label of the complaint."""
    policies = "".join(POLICY.format(row=number, **row) for number, row in enumerate(rows))
    fact = "{name: row, title: {en: Row}, type: text, from: labels.row}"
    return {
        "rulebook.yaml": RULEBOOK.replace("calendar: plain", "calendar: cn").encode(),
        "facts.yaml": f"facts: [{fact}]\n".encode(),
        "calendars/nights.yaml": london("nights", "00:00-08:00"),
        "calendars/bakers.yaml": london("bakers", "01:30-05:00"),
        "sla/table.yaml": f"policies:\n{policies}".encode(),
        **{name: TITLE.sub("title: {en: A calendar}", path.read_text()).encode() for name, path in SHIPPED.items()},
    }


def published(calendar: bytes) -> bytes:
    """The calendar of China once the next year is published: 1 to 3 January are closed."""
    text = calendar.decode().replace("  open:\n", "    - {from: 2027-01-01, to: 2027-01-03, name: 元旦}\n  open:\n", 1)
    return text.replace("known_until: 2026-12-31", "known_until: 2027-12-31").encode()


def run(desk: Desk, at: datetime) -> None:
    """The daemon over everything that is there, as if it were that time."""
    desk.settings |= starting_at(at)
    with desk.run("--once") as worker:
        assert worker.finish() == 0, worker.output()


def due_times(desk: Desk) -> list[tuple[datetime, bool]]:
    """What is stored, in the order of the table."""
    found = query(desk.url, "SELECT c.id, k.due_at, k.provisional FROM clocks k JOIN cases c ON c.no = k.case_no")
    return [(instant(due), bool(provisional)) for _, due, provisional in sorted(found)]


def test_due_times_are_those_counted_by_hand_and_provisional_ones_are_counted_again(tmp_path: Path) -> None:
    """Hours and days over the gap and the repeated hour of London, make-up Saturdays of China, and past the last known
    year: stored to the second, marked provisional where the year is not published, and right once it is."""
    rows = table()
    assert len(rows) >= 40
    desk, files = FilesDesk(tmp_path), rules(rows)
    write_rules(tmp_path, files)
    desk.settings["TRIAGE_RULES__DIR"] = str(tmp_path / "rules")
    received = [datetime.fromisoformat(row["received"]) for row in rows]
    labelled = enumerate(received)
    desk.send(event(f"R-{number:02}", "registered", at, labels={"row": str(number)}) for number, at in labelled)
    run(desk, NOW)
    by_hand = [(datetime.fromisoformat(row["due"]), row["provisional"] == "yes") for row in rows]
    for row, found, expected in zip(rows, due_times(desk), by_hand, strict=True):
        assert found == expected, row

    write_rules(tmp_path, files | {"calendars/cn.yaml": published(files["calendars/cn.yaml"])})
    run(desk, NOW + timedelta(hours=1))
    for row, found in zip(rows, due_times(desk), strict=True):
        assert found == (datetime.fromisoformat(row["published"] or row["due"]), False), row
    moved = [
        one for one in of_type(desk.published("decisions"), "deadline_set") if one["data"]["because"] == "calendar"
    ]
    assert len(moved) == sum(bool(row["published"]) for row in rows) > 0
