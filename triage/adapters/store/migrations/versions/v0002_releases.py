"""Revisions are proposed, decided and retired, each by somebody's word; a shadow is counted."""

import sqlalchemy as sa
from alembic import op

from triage.adapters.store.columns import Instant

revision = "0002"
down_revision = "0001"

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """States instead of one flag; what was activated so far becomes the beginning of the history."""
    op.create_table(
        "rulebook_changes",
        sa.Column("no", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_rulebook_changes")),
    )
    op.create_table(
        "shadow_tallies",
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("against", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("tally", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "against", "instance", name=op.f("pk_shadow_tallies")),
    )
    op.add_column("rulebooks", sa.Column("state", sa.Text(), server_default="retired", nullable=False))
    op.add_column("rulebooks", sa.Column("shadow_run", sa.BigInteger(), nullable=True))
    op.execute("UPDATE rulebooks SET state = 'active' WHERE is_active")
    op.execute(
        "INSERT INTO rulebook_changes (revision, what, at, who, why) "
        "SELECT revision, 'activated', activated_at, \"by\", 'activation: auto' FROM rulebooks ORDER BY activated_at"
    )
    with op.batch_alter_table("rulebooks") as rulebooks:
        rulebooks.alter_column("state", server_default=None)
        rulebooks.drop_column("is_active")
        rulebooks.drop_column("activated_at")
        rulebooks.drop_column("by")
    op.create_index(
        "ix_rulebooks_active",
        "rulebooks",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
