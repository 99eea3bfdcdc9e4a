"""Open cases are counted by an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

OPEN = sa.text("status NOT IN ('closed', 'merged', 'withdrawn')")


def upgrade() -> None:
    """One more index on cases."""
    op.create_index(
        "ix_cases_open",
        "cases",
        ["department", "priority", "received_at", "status"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
