"""Which reference photos were left out of a template, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the table; nothing that is there changes."""
    op.create_table(
        "left_out_references",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("reader_version", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person", "reader_version"],
            ["templates.person", "templates.reader_version"],
            name="fk_left_out_references_person_reader_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "person", "reader_version", "sha256", name="pk_left_out_references"
        ),
    )
