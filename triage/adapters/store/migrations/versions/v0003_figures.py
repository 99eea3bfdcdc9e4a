"""Indexes for the figures over the store: open cases and due times are counted without a look at the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

OPEN = sa.text("status NOT IN ('closed', 'merged', 'withdrawn')")
COUNTED = sa.text("state = 'running' AND against_us")


def upgrade() -> None:
    """One more index on cases; one on clocks in the place of a narrower one."""
    op.create_index(
        "ix_cases_open",
        "cases",
        ["department", "priority", "received_at", "status"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_clocks_counted",
        "clocks",
        ["due_at", "clock", "case_no", "state", "against_us"],
        sqlite_where=sa.text("state = 'running' AND against_us = 1"),
        postgresql_where=COUNTED,
    )
    op.drop_index("ix_clocks_running_due_at", table_name="clocks")
