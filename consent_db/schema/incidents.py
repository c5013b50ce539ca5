"""Incidents: possible data breaches, the photos in question, and what people wrote down."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from consent_db.schema.base import NUMBER, Utc, metadata, record_id

incidents = Table(
    "incidents",
    metadata,
    record_id(),
    Column("aware_at", Utc, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
)

incident_photos = Table(
    "incident_photos",
    metadata,
    record_id(),
    Column("incident_id", NUMBER, ForeignKey("incidents.id"), nullable=False),
    Column("photo_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    UniqueConstraint("incident_id", "photo_id"),
)

incident_notes = Table(
    "incident_notes",
    metadata,
    record_id(),
    Column("incident_id", NUMBER, ForeignKey("incidents.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("happened_at", Utc),
    Column("sealed_text", LargeBinary),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    CheckConstraint(
        "kind IN ('note', 'happened', 'cause', 'consequences', 'measures', 'contact', "
        "'commissioner_told', 'people_told', 'closed')",
        name="kind",
    ),
    Index(None, "incident_id"),
)
