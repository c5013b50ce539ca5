"""Locked photos, result pages to be written anew, and incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UTC = sa.DateTime(timezone=True)
_HISTORY = ("locks", "incidents", "incident_photos", "incident_notes")
_KINDS = (
    "kind IN ('note', 'happened', 'cause', 'consequences', 'measures', 'contact', "
    "'commissioner_told', 'people_told', 'closed')"
)


def upgrade() -> None:
    """Add the tables; nothing that is there changes."""
    _locks()
    _incidents()
    _notes()
    for table in _HISTORY:
        _keep_as_history(table)


def _locks() -> None:
    op.create_table(
        "locks",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary()),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("locked IN (0, 1)", name=op.f("ck_locks_flag")).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_locks_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_locks"),
    )
    op.create_index("ix_locks_photo_id", "locks", ["photo_id"])
    op.create_table(
        "pages_due",
        sa.Column("photo_id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("since", _UTC, nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_pages_due_photo_id"),
        sa.PrimaryKeyConstraint("photo_id", name="pk_pages_due"),
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("aware_at", _UTC, nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_table(
        "incident_photos",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("incident_id", _NUMBER, nullable=False),
        sa.Column("photo_id", _NUMBER, nullable=False),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_photos_incident_id"
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_incident_photos_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_photos"),
        sa.UniqueConstraint(
            "incident_id", "photo_id", name="uq_incident_photos_incident_id_photo_id"
        ),
    )


def _notes() -> None:
    op.create_table(
        "incident_notes",
        sa.Column("id", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("incident_id", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("happened_at", _UTC),
        sa.Column("sealed_text", sa.LargeBinary()),
        sa.Column("at", _UTC, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_incident_notes_kind")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_notes_incident_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incident_notes"),
    )
    op.create_index("ix_incident_notes_incident_id", "incident_notes", ["incident_id"])


def _keep_as_history(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - own names
        guards = (
            ("no_update", f"UPDATE ON {table}"),
            ("no_delete", f"DELETE ON {table}"),
            ("no_replace", f"INSERT ON {table} WHEN {taken}"),
        )
        for name, when in guards:
            op.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, "
                f"'rows of {table} are history and are never changed'); END"
            )
        return
    for name, when, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} FOR EACH {each} "
            "EXECUTE FUNCTION photogate_refuse()"
        )
