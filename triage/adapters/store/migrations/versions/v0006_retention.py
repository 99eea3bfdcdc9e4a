"""Cases tell since when their personal data are gone; PostgreSQL keeps no samples of what people wrote."""

import sqlalchemy as sa
from alembic import op

from triage.adapters.store.columns import Instant

revision = "0006"
down_revision = "0005"

WRITTEN_BY_PEOPLE = (
    ("cases", "document", "text"),
    ("timeline", "body", "text"),
    ("timeline", "decision", "text"),
    ("outbox", "payload", "text"),
    ("outbox", "headers", "text"),
    ("dead_letters", "value", "bytea"),
    ("dead_letters", "headers", "text"),
    ("dead_letters", "detail", "text"),
)


def upgrade() -> None:
    """PostgreSQL's statistics hold values of the rows, which an erasure would not reach. Nothing plans by those of
    these columns. To name a column's type, though it stays the same, drops what was sampled so far."""
    op.add_column("cases", sa.Column("erased_at", Instant(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for table, column, kind in WRITTEN_BY_PEOPLE:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
