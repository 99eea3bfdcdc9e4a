"""Listings by department, priority, status and owner, and in the order of deadlines, by index."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    """Thousands of clocks are due in the same second, the last of a day: their order needs the case's number."""
    op.create_index("ix_cases_desk", "cases", ["department", "priority", "status", "owner", "no"])
    op.drop_index("ix_clocks_running_due_at", table_name="clocks")
    op.create_index(
        "ix_clocks_running_due_at",
        "clocks",
        ["due_at", "case_no"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
