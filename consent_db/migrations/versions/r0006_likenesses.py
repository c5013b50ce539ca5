"""Fingerprints of photos, and links between the versions of one photo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)
_EXTENTS = "extent IN ('whole', 'part', 'more')"


def _fingerprints() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_fingerprints_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fingerprints"),
        sa.UniqueConstraint("photo_id", "version", name="uq_fingerprints_photo_id_version"),
        sqlite_autoincrement=True,
    )


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("other_id", _NUMBER, nullable=False),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("extent", sa.String(16), nullable=False),
        sa.Column("mirrored", sa.Boolean(), nullable=False),
        sa.Column("covered", sa.Boolean(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.CheckConstraint(_EXTENTS, name=op.f("ck_links_extent")),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_links_photo_id"),
        sa.ForeignKeyConstraint(["other_id"], ["photos.id"], name="fk_links_other_id"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("photo_id", "other_id", name="uq_links_photo_id_other_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_links_other_id", "links", ["other_id"])


def upgrade() -> None:
    """Add the tables; nothing that is there changes."""
    _fingerprints()
    _links()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite("links", "id")
    else:
        _guard_postgresql("links")


def _guard_sqlite(table: str, key: str) -> None:
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - own names
    for name, when in (
        ("no_update", f"UPDATE ON {table}"),
        ("no_delete", f"DELETE ON {table}"),
        ("no_replace", f"INSERT ON {table} WHEN {taken}"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, "
            f"'rows of {table} are history and are never changed'); END"
        )


def _guard_postgresql(table: str) -> None:
    for name, when, each in (
        ("no_change", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION photogate_refuse()"
        )
