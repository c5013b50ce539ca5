"""How Alembic reaches the register: over the connection that is handed in, in its transaction."""

from __future__ import annotations

from alembic import context

from consent_db.schema import metadata


def run() -> None:
    """Bring the register up to date."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
