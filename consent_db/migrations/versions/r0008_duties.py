"""What is erased and deleted, and how far that has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)
_UNFINISHED = sa.text("finished_at IS NULL")


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary()),
        sa.Column(
            "with_photos",
            sa.Boolean(create_constraint=True, name=op.f("ck_erasures_flag")),
            nullable=False,
        ),
        sa.Column("asked_at", _UTC, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("erased_at", _UTC),
        sa.Column("finished_at", _UTC),
        sa.ForeignKeyConstraint(["person"], ["people.ref"], name="fk_erasures_person"),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index(
        "uq_erasures_unfinished_person",
        "erasures",
        ["person"],
        unique=True,
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )


def _disposals() -> None:
    op.create_table(
        "disposals",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("photo_id", _NUMBER),
        sa.Column("channel", sa.String(64)),
        sa.Column("person", sa.String(64)),
        sa.Column("kept_since", _UTC, nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("finished_at", _UTC),
        sa.CheckConstraint(
            "kind IN ('originals', 'blocked', 'released', 'references', 'erased')",
            name=op.f("ck_disposals_kind"),
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_disposals_photo_id"),
        sa.ForeignKeyConstraint(["person"], ["people.ref"], name="fk_disposals_person"),
        sa.PrimaryKeyConstraint("id", name="pk_disposals"),
    )
    op.create_index("ix_disposals_photo_id", "disposals", ["photo_id"])
    op.create_index(
        "ix_disposals_unfinished",
        "disposals",
        ["id"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )


def upgrade() -> None:
    """Make the tables, and room for when somebody was erased."""
    op.add_column("people", sa.Column("erased_at", _UTC))
    _erasures()
    _disposals()
