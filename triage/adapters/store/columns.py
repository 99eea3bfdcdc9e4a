"""Types of columns that each database keeps in its own way, and how instants are written and read."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

BigKey = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows only in a column of type INTEGER."""


class Instant(TypeDecorator[datetime]):
    """An aware instant: timestamptz in PostgreSQL, fixed-width ISO 8601 text with `Z` in SQLite, which sorts."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """The column type of the dialect."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """What is stored."""
        return value if value is None or dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 # SQLAlchemy's
        """What is read."""
        return to_instant(value)


WITHOUT_OFFSET = len("2026-01-01T00:00:00.000000")


def instant_text(at: datetime) -> str:
    """Fixed width, so that texts sort as instants do."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{utc.isoformat(timespec='microseconds')[:WITHOUT_OFFSET]}Z"


def to_instant(value: Any) -> datetime | None:
    """A stored instant as an aware datetime in UTC."""
    if value is None:
        return None
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)
