"""Alembic's entry: runs the revisions on the connection that `schema.migrate` hands over, in one transaction."""

from alembic import context

from services.tracker.record.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
