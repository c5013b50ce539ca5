"""Who put a file into staging through the console, until it is on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table; nothing that is there changes."""
    op.create_table(
        "uploads",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("original_index", sa.String(64), nullable=False),
        sa.Column("event_index", sa.String(64), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_uploads_original_index", "uploads", ["original_index"])
    op.create_index("ix_uploads_sha256", "uploads", ["sha256"])
