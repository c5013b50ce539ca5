"""Files that an account put into staging through the console, until they are on record."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from consent_db.schema.base import Utc, metadata, own_id

uploads = Table(
    "uploads",
    metadata,
    own_id(),
    Column("sha256", String(64), nullable=False),
    Column("original_index", String(64), nullable=False),
    Column("event_index", String(64), nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    Index(None, "original_index"),
    Index(None, "sha256"),
    sqlite_autoincrement=True,
)
