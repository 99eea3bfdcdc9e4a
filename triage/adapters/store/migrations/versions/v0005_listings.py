"""Listings by department, priority, status and owner; listings and figures in the order of deadlines."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    """All that listings and figures ask, by index alone."""
    op.create_index("ix_cases_desk", "cases", ["department", "priority", "status", "owner", "no"])
    op.drop_index("ix_clocks_running_due_at", table_name="clocks")
    op.create_index(
        "ix_clocks_running_due_at",
        "clocks",
        ["due_at", "case_no", "clock", "against_us", "state"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
