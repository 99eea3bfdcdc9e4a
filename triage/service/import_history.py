"""Tables of old complaints → the same events that live systems send. PURE; nothing is lost silently."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from triage.service.mapping import Cell, EventFrom, FieldFrom, Unusable, field_values, is_empty, text_of, to_instant
from triage.service.mapping import Mapping as MappingFile

Row = Mapping[str, Cell]


class Rejected(msgspec.Struct, frozen=True):
    """A row that did not become part of a complaint. `row`: its number in the table, the header being row 1."""

    row: int
    reason: str
    key: str | None = None


class Report(msgspec.Struct):
    """What became of a table. `unmapped`: field to cell texts that no value map knows, with how often. `conflicts`:
    field to how many complaints had rows with different values for it (the first one was taken)."""

    rows: int = 0
    complaints: int = 0
    events: int = 0
    rejected: list[Rejected] = msgspec.field(default_factory=list)
    unmapped: dict[str, Counter[str]] = msgspec.field(default_factory=dict)
    conflicts: Counter[str] = msgspec.field(default_factory=Counter)


WITHOUT_COLUMN = "cells without a column"
"""Name under which a table gives the cells of a row that lie behind its last column."""


class Importer:
    """Groups rows into complaints and writes their events."""

    def __init__(self, mapping: MappingFile) -> None:
        self._mapping = mapping
        self._groups: dict[str, list[tuple[int, Row]]] = {}
        self.report = Report()

    def take(self, rows: Iterable[Row]) -> Iterator[int]:
        """Read rows; yields the number of rows read, for a progress bar."""
        for number, row in enumerate(rows, start=2):
            if not row:
                continue  # a blank line of a text file; it has a number all the same
            self.report.rows += 1
            key = row.get(self._mapping.group_by)
            if WITHOUT_COLUMN in row:
                self._reject(number, "more cells than the header has names: is a comma not quoted?", None)
            elif is_empty(key):
                self._reject(number, f"{self._mapping.group_by} is empty", None)
            else:
                self._groups.setdefault(text_of(key), []).append((number, row))
            yield self.report.rows

    def events(self) -> list[bytes]:
        """Every event as one line of JSON, in the order of time."""
        timed: list[tuple[Any, int, bytes]] = []
        for key, rows in self._groups.items():
            events = self._complaint(key, rows)
            self.report.complaints += bool(events)
            timed += [(event["time"], number, msgspec.json.encode(event)) for number, event in enumerate(events)]
        timed.sort(key=lambda one: (one[0], one[1]))
        self.report.events = len(timed)
        return [line for _, _, line in timed]

    def _complaint(self, key: str, rows: list[tuple[int, Row]]) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        for index, wanted in enumerate(self._mapping.events):
            try:
                event = self._event(key, index, wanted, rows)
            except Unusable as error:
                for number, _ in rows:
                    self._reject(number, str(error), key)
                return []
            if event is not None:
                events.append(event)
            elif index == 0:
                for number, _ in rows:
                    self._reject(number, f"{wanted.time.column} is empty", key)
                return []
        return events

    def _event(self, key: str, index: int, wanted: EventFrom, rows: list[tuple[int, Row]]) -> dict[str, Any] | None:
        times = [row.get(wanted.time.column) for _, row in rows]
        stated = [cell for cell in times if not is_empty(cell)]
        if not stated:
            return None
        if len(set(stated)) > 1:
            self.report.conflicts[wanted.time.column] += 1
        data: dict[str, Any] = {}
        for name, field in wanted.data.items():
            value = self._field(name, field, rows)
            if value is not None:
                _put(data, name, value)
        return {
            "specversion": "1.0",
            "id": f"{key}:{index}",
            "source": self._mapping.source,
            "type": wanted.type,
            "subject": key,
            "time": to_instant(stated[0], wanted.time, self._mapping),
            "data": data,
        }

    def _field(self, name: str, field: FieldFrom, rows: list[tuple[int, Row]]) -> Any:
        if field.column is None:
            return field.value
        found: list[Any] = []
        for _, row in rows:
            cell = row.get(field.column)
            self._note_unmapped(name, field, cell)
            found += [value for value in field_values(field, cell, self._mapping) if value not in found]
        if not found:
            return None
        if field.list:
            return found
        if len(found) > 1:
            self.report.conflicts[name] += 1
        return found[0]

    def _note_unmapped(self, name: str, field: FieldFrom, cell: Cell) -> None:
        if field.values is None or field.otherwise is not None or is_empty(cell):
            return
        parts = text_of(cell).split(field.split) if field.split else [text_of(cell)]
        for part in parts:
            if part.strip() and part.strip() not in field.values:
                self.report.unmapped.setdefault(name, Counter())[part.strip()] += 1

    def _reject(self, number: int, reason: str, key: str | None) -> None:
        self.report.rejected.append(Rejected(number, reason, key))


def _put(data: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    for part in parents:
        data = data.setdefault(part, {})
    data[last] = value
