"""What is told to programs that follow a channel: copies that were released and that ended."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table

from consent_db.schema.base import NUMBER, Utc, metadata, record_id

release_events = Table(
    "release_events",
    metadata,
    record_id(),
    Column("release_id", NUMBER, ForeignKey("releases.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("kind IN ('released', 'revoked')", name="kind"),
    Index(None, "channel", "id"),
)
