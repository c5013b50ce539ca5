"""Accounts, the logins of people, the tokens of programs, and how often logging in failed."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from consent_db.schema.base import NUMBER, Utc, metadata, own_id, record_id

accounts = Table(
    "accounts",
    metadata,
    record_id(),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),
    Column("roles", JSON, nullable=False),
    Column("channels", JSON, nullable=False),
    Column("password", Text, nullable=False),
    Column("totp", LargeBinary),
    Column("made_at", Utc, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("disabled_at", Utc),
    Column("disabled_by", Text),
)

sessions = Table(
    "sessions",
    metadata,
    own_id(),
    Column("token", String(64), nullable=False, unique=True),
    Column("account", NUMBER, ForeignKey("accounts.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("ended_at", Utc),
    CheckConstraint("kind IN ('cli', 'web')", name="kind"),
    Index(None, "account"),
    sqlite_autoincrement=True,
)

api_tokens = Table(
    "api_tokens",
    metadata,
    record_id(),
    Column("token", String(64), nullable=False, unique=True),
    Column("account", NUMBER, ForeignKey("accounts.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("channels", JSON, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("last_used_at", Utc),
    Column("revoked_at", Utc),
    Column("revoked_by", Text),
    Index(None, "account"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("failed", Integer, nullable=False),
    Column("failed_at", Utc),
    Column("told_at", Utc),
)
