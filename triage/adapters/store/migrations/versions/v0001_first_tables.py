"""First tables."""

from alembic import op

from triage.adapters.store.tables import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table and index."""
    METADATA.create_all(op.get_bind())
