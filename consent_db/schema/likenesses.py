"""Which photos are versions of each other: their fingerprints, and the links that were found."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from consent_db.schema.base import NUMBER, Utc, metadata, own_id

fingerprints = Table(
    "fingerprints",
    metadata,
    own_id(),
    Column("photo_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("bits", LargeBinary, nullable=False),
    UniqueConstraint("photo_id", "version"),
    sqlite_autoincrement=True,
)

links = Table(
    "links",
    metadata,
    own_id(),
    Column("photo_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("other_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("score", Float(53), nullable=False),
    Column("extent", String(16), nullable=False),
    Column("mirrored", Boolean, nullable=False),
    Column("covered", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("extent IN ('whole', 'part', 'more')", name="extent"),
    UniqueConstraint("photo_id", "other_id"),
    Index(None, "other_id"),
    sqlite_autoincrement=True,
)
