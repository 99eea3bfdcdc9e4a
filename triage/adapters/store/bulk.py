"""Many rows in one statement, the fastest way of each database.

PostgreSQL takes all rows as one JSON parameter (`json_to_recordset`); SQLite takes the driver's `executemany`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from triage.adapters.store.columns import Instant, instant_text

Row = Mapping[str, Any]


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Row], *, update_on: Collection[str] = ()) -> None:
    """Insert rows, which all have the same columns. `update_on`: the key on whose conflict a row is updated."""
    if not rows:
        return
    columns = list(rows[0])
    conflict = _on_conflict(columns, update_on)
    if connection.dialect.name == "postgresql":
        names = ", ".join(map(_quoted, columns))
        source = f"SELECT {names} FROM {_recordset(table, columns)}"
        statement = f"INSERT INTO {table.name} ({names}) {source} {conflict}"
        connection.exec_driver_sql(statement, (_as_json(rows),))
    else:
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({', '.join(map(_quoted, columns))}) VALUES ({marks}) {conflict}"
        connection.exec_driver_sql(statement, _plain_rows(table, columns, rows))


def update(connection: sa.Connection, table: sa.Table, key: str, rows: Sequence[Row]) -> None:
    """Update rows by one key column; the other columns of each row are set."""
    if not rows:
        return
    columns = [name for name in rows[0] if name != key]
    if connection.dialect.name == "postgresql":
        sets = ", ".join(f"{_quoted(name)} = x.{_quoted(name)}" for name in columns)
        source = _recordset(table, [key, *columns])
        statement = f"UPDATE {table.name} SET {sets} FROM {source} WHERE {table.name}.{_quoted(key)} = x.{_quoted(key)}"
        connection.exec_driver_sql(statement, (_as_json(rows),))
    else:
        sets = ", ".join(f"{_quoted(name)} = ?" for name in columns)
        statement = f"UPDATE {table.name} SET {sets} WHERE {_quoted(key)} = ?"
        values = [(*(_plain(row[name]) for name in columns), row[key]) for row in rows]
        connection.exec_driver_sql(statement, values)


def among(connection: sa.Connection, column: str, parameter: str) -> str:
    """SQL that holds when the text column is one of the JSON list bound to the parameter."""
    if connection.dialect.name == "postgresql":
        return f"{column} IN (SELECT json_array_elements_text(CAST(:{parameter} AS json)))"
    return f"{column} IN (SELECT value FROM json_each(:{parameter}))"


def among_numbers(connection: sa.Connection, column: str, parameter: str) -> str:
    """The same for a column of whole numbers."""
    if connection.dialect.name == "postgresql":
        return f"{column} IN (SELECT CAST(json_array_elements_text(CAST(:{parameter} AS json)) AS bigint))"
    return f"{column} IN (SELECT value FROM json_each(:{parameter}))"


def as_list(values: Collection[Any]) -> str:
    """The JSON list for `among`."""
    return msgspec.json.encode(sorted(values)).decode()


def _on_conflict(columns: Sequence[str], update_on: Collection[str]) -> str:
    if not update_on:
        return ""
    sets = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in columns if name not in update_on)
    return f"ON CONFLICT ({', '.join(map(_quoted, update_on))}) DO UPDATE SET {sets}"


def _recordset(table: sa.Table, columns: Sequence[str]) -> str:
    typed = ", ".join(f"{_quoted(name)} {_postgres_type(table.c[name])}" for name in columns)
    return f"json_to_recordset(%s::json) AS x({typed})"


def _postgres_type(column: sa.Column[Any]) -> str:
    if isinstance(column.type, Instant):
        return "timestamptz"
    if isinstance(column.type, sa.Boolean):
        return "boolean"
    return "bigint" if isinstance(column.type, sa.Integer) else "text"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _plain(value: Any) -> Any:
    return instant_text(value) if isinstance(value, datetime) else value


def _plain_rows(table: sa.Table, columns: Sequence[str], rows: Sequence[Row]) -> list[Sequence[Any]]:
    instants = [place for place, name in enumerate(columns) if isinstance(table.c[name].type, Instant)]
    found: list[Sequence[Any]] = []
    for row in rows:
        values = list(row.values())
        for place in instants:
            if values[place] is not None:
                values[place] = instant_text(values[place])
        found.append(tuple(values))
    return found


def _as_json(rows: Sequence[Row]) -> str:
    return msgspec.json.encode(rows).decode()
