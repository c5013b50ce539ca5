"""What is erased and deleted, and how far that has come."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from consent_db.schema.base import NUMBER, Utc, metadata, person_ref, record_id

erasures = Table(
    "erasures",
    metadata,
    record_id(),
    person_ref(),
    Column("sealed_reason", LargeBinary),
    Column("with_photos", Boolean(create_constraint=True, name="flag"), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("erased_at", Utc),
    Column("finished_at", Utc),
)
Index(
    "uq_erasures_unfinished_person",
    erasures.c.person,
    unique=True,
    sqlite_where=text("finished_at IS NULL"),
    postgresql_where=text("finished_at IS NULL"),
)

disposals = Table(
    "disposals",
    metadata,
    record_id(),
    Column("kind", String(16), nullable=False),
    Column("photo_id", NUMBER, ForeignKey("photos.id")),
    Column("channel", String(64)),
    Column("person", String(64), ForeignKey("people.ref")),
    Column("kept_since", Utc, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    Column("finished_at", Utc),
    CheckConstraint(
        "kind IN ('originals', 'blocked', 'released', 'references', 'erased')", name="kind"
    ),
    Index(None, "photo_id"),
)
Index(
    "ix_disposals_unfinished",
    disposals.c.id,
    sqlite_where=text("finished_at IS NULL"),
    postgresql_where=text("finished_at IS NULL"),
)
