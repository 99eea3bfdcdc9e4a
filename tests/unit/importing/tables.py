"""A mapping and rows of a table, and the events that they become."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from triage.service.import_history import Importer, Report, Row
from triage.service.mapping import load_mapping

SHANGHAI = "Asia/Shanghai"


class Imported(NamedTuple):
    """`events`: in the order of the lines. `lines`: their bytes."""

    events: list[dict[str, Any]]
    lines: list[bytes]
    report: Report

    @property
    def data(self) -> dict[str, Any]:
        """The only event's data."""
        (event,) = self.events
        found: dict[str, Any] = event["data"]
        return found

    @property
    def rejected(self) -> list[tuple[int, str, str | None]]:
        return [(one.row, one.reason, one.key) for one in self.report.rejected]


def mapping_text(data: Mapping[str, Any] | None = None, *more: Mapping[str, Any], **changes: Any) -> bytes:
    """A mapping file. `data`: of the registration, whose time is the column `opened` at nine; `more`: further
    events; `changes`: of the file's other keys, None leaves one out. JSON is YAML."""
    registered = {
        "type": "complaint.registered",
        "time": {"column": "opened", "at": "09:00"},
        "data": data or {},
    }
    keys = {
        "format": "triage-import/1",
        "source": "/import/desk",
        "zone": SHANGHAI,
        "group_by": "no",
        "events": [registered, *more],
    } | changes
    return json.dumps({key: value for key, value in keys.items() if value is not None}).encode()


def replied(**data: Any) -> dict[str, Any]:
    """The event of a final reply, at the column `closed`, five in the afternoon."""
    return {"type": "complaint.reply_sent", "time": {"column": "closed", "at": "17:00"}, "data": data}


def imported(mapping: bytes, rows: Iterable[Row]) -> Imported:
    """What the rows become under the mapping."""
    importer = Importer(load_mapping(mapping))
    for _ in importer.take(rows):
        pass
    lines = importer.events()
    return Imported([json.loads(line) for line in lines], lines, importer.report)


def a_row(no: Any = "A-1", opened: Any = "2026-03-02", **cells: Any) -> dict[str, Any]:
    """A row of one complaint."""
    return {"no": no, "opened": opened, **cells}


def of_cell(cell: Any, **field: Any) -> Imported:
    """One complaint whose field `value` comes from this cell."""
    return imported(mapping_text({"value": {"column": "cell", **field}}), [a_row(cell=cell)])
