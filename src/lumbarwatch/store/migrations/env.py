"""Run by alembic: the connection is handed in, no ini file and no logging set-up of its own."""

from alembic import context

from lumbarwatch.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite can't alter a table in place
)
context.run_migrations()
