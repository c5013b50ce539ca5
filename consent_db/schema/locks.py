"""Photos that the safeguarding lead locked, and result pages that have yet to be written anew."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text

from consent_db.schema.base import NUMBER, Utc, metadata, record_id

locks = Table(
    "locks",
    metadata,
    record_id(),
    Column("photo_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("locked", Boolean(create_constraint=True, name="flag"), nullable=False),
    Column("sealed_reason", LargeBinary),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    Index(None, "photo_id"),
)

pages_due = Table(
    "pages_due",
    metadata,
    Column("photo_id", NUMBER, ForeignKey("photos.id"), primary_key=True, autoincrement=False),
    Column("since", Utc, nullable=False),
)
