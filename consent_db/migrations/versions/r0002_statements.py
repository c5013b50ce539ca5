"""Calibrations, what people say about faces, and the vectors behind a template."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)
_KINDS = "kind IN ('named', 'not_a_face', 'covered', 'drawn', 'refused')"


def _calibrations() -> None:
    op.create_table(
        "calibrations",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reader_version", sa.String(200), nullable=False),
        sa.Column("register", sa.BigInteger(), nullable=False),
        sa.Column("fpir", sa.Float(53), nullable=False),
        sa.Column("show", sa.Float(53), nullable=False),
        sa.Column("veto", sa.Float(53), nullable=False),
        sa.Column("margin", sa.Float(53), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calibrations"),
    )
    op.create_index("ix_calibrations_reader_version", "calibrations", ["reader_version"])


def _statements() -> None:
    op.create_table(
        "statements",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("box", sa.JSON()),
        sa.Column("person", sa.String(64)),
        sa.Column("channel", sa.String(64)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_statements_kind")),
        sa.ForeignKeyConstraint(["person"], ["people.ref"], name="fk_statements_person"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_statements_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
    )
    op.create_index("ix_statements_photo_id", "statements", ["photo_id"])
    op.create_index("ix_statements_person", "statements", ["person"])
    op.create_table(
        "statements_taken_back",
        sa.Column("statement", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement"], ["statements.id"], name="fk_statements_taken_back_statement"
        ),
        sa.PrimaryKeyConstraint("statement", name="pk_statements_taken_back"),
    )


def upgrade() -> None:
    """Add the tables and columns; nothing that is there changes."""
    _calibrations()
    _statements()
    op.add_column("template_references", sa.Column("vector", sa.LargeBinary()))
    op.add_column("judgements", sa.Column("cause", sa.Text()))
    op.add_column("judgements", sa.Column("second", sa.JSON()))
    for table, key in _APPEND_ONLY:
        if op.get_bind().dialect.name == "sqlite":
            _guard_sqlite(table, key)
        else:
            _guard_postgresql(table)


_APPEND_ONLY = (
    ("calibrations", "id"),
    ("statements", "id"),
    ("statements_taken_back", "statement"),
)


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
