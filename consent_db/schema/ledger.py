"""The ledger: photos, their drops, judgements, decisions, copies, and what people said."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from consent_db.schema.base import NUMBER, Utc, metadata, own_id, record_id

photos = Table(
    "photos",
    metadata,
    own_id(),
    Column("sha256", String(64), nullable=False, unique=True),
    sqlite_autoincrement=True,
)

drops = Table(
    "drops",
    metadata,
    own_id(),
    Column("photo_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("sealed_names", LargeBinary),
    Column("original_index", String(64), nullable=False),
    Column("name_index", String(64), nullable=False),
    Column("event_index", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    UniqueConstraint("original_index", "photo_id", "modified_ns"),
    Index(None, "photo_id"),
    Index(None, "name_index"),
    Index(None, "event_index"),
    sqlite_autoincrement=True,
)

judgements = Table(
    "judgements",
    metadata,
    own_id(),
    Column("photo_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("software", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("register", BigInteger, nullable=False),
    Column("show", Float(53), nullable=False),
    Column("veto", Float(53), nullable=False),
    Column("margin", Float(53), nullable=False),
    Column("faces", JSON, nullable=False),
    Column("matches", JSON, nullable=False),
    Column("search", JSON(none_as_null=True)),
    Column("detail", Text, nullable=False),
    Column("seconds", JSON, nullable=False),
    Column("cause", Text),
    Column("second", JSON(none_as_null=True)),
    Index(None, "photo_id"),
    Index(None, "day"),
    sqlite_autoincrement=True,
)

decisions = Table(
    "decisions",
    metadata,
    own_id(),
    Column("judgement_id", NUMBER, ForeignKey("judgements.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("faces", JSON, nullable=False),
    CheckConstraint("verdict IN ('approve', 'blur', 'block', 'review')", name="verdict"),
    UniqueConstraint("judgement_id", "channel"),
    Index(None, "verdict", "reason", "judgement_id"),
    sqlite_autoincrement=True,
)

releases = Table(
    "releases",
    metadata,
    own_id(),
    Column("judgement_id", NUMBER, ForeignKey("judgements.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("ended_at", Utc),
    UniqueConstraint("judgement_id", "channel"),
    Index(None, "sha256"),
    Index(None, "path"),
    sqlite_autoincrement=True,
)
Index(
    "uq_releases_current_path",
    releases.c.path,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

statements = Table(
    "statements",
    metadata,
    record_id(),
    Column("photo_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("box", JSON(none_as_null=True)),
    Column("person", String(64), ForeignKey("people.ref")),
    Column("channel", String(64)),
    Column("sealed_reason", LargeBinary),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    CheckConstraint("kind IN ('named', 'not_a_face', 'covered', 'drawn', 'refused')", name="kind"),
    Index(None, "photo_id"),
    Index(None, "person"),
)

statements_taken_back = Table(
    "statements_taken_back",
    metadata,
    Column("statement", NUMBER, ForeignKey("statements.id"), primary_key=True, autoincrement=False),
    Column("sealed_reason", LargeBinary),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    record_id(),
    Column("photo_id", NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("seen", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("sealed_reason", LargeBinary),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    CheckConstraint("kind IN ('sign_off', 'veto')", name="kind"),
    Index(None, "photo_id"),
)
