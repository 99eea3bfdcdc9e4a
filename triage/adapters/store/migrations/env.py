"""Alembic's entry: migrations run on the connection that `schema` gives."""

from alembic import context

from triage.adapters.store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
