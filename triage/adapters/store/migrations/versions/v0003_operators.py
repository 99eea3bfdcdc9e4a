"""Operators redrive dead letters, and pause work until somebody resumes it."""

import sqlalchemy as sa
from alembic import op

from triage.adapters.store.columns import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """A dead letter knows what became of it; a pause may have no end of its own."""
    op.add_column("dead_letters", sa.Column("redriven_at", Instant(), nullable=True))
    op.add_column("dead_letters", sa.Column("redriven_by", sa.Text(), nullable=True))
    op.add_column("dead_letters", sa.Column("became", sa.Text(), nullable=True))
    with op.batch_alter_table("switches") as switches:
        switches.alter_column("until", existing_type=Instant(), nullable=True)
