"""A decision table as its readers see it."""

import msgspec

from triage.rulebook.model import Position, Table
from triage.rulebook.schema import ROW


class ShownRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row. `row`: its name in reasons. `rule`: the id under which it fires. `cells`: by header, as written."""

    table: str
    row: str
    rule: str
    at: Position
    cells: dict[str, str]


def shown_rows(table: Table) -> list[ShownRow]:
    """The rows in the order of the file."""
    return [
        ShownRow(
            table=table.id,
            row=row.name,
            rule=row.rule,
            at=row.at,
            cells={column: cell for column, cell in _pairs(table, row.cells) if column not in ("", ROW)},
        )
        for row in table.rows
    ]


def _pairs(table: Table, cells: tuple[str, ...]) -> list[tuple[str, str]]:
    padded = [*cells, *[""] * (len(table.columns) - len(cells))]
    return [*zip(table.columns, padded, strict=False)]
