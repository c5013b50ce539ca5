"""After release: where copies are, what must come down, what is to be judged again."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from consent_db.schema.base import NUMBER, Utc, metadata, record_id

mentions = Table(
    "mentions",
    metadata,
    Column("person", String(64), primary_key=True),
    Column(
        "judgement_id", NUMBER, ForeignKey("judgements.id"), primary_key=True, autoincrement=False
    ),
    Index(None, "judgement_id"),
)

places = Table(
    "places",
    metadata,
    record_id(),
    Column("release_id", NUMBER, ForeignKey("releases.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("place", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    Column("gone_at", Utc),
    Column("gone_by", Text),
    CheckConstraint("kind IN ('pulled', 'posted')", name="kind"),
    Index(None, "release_id"),
)

takedowns = Table(
    "takedowns",
    metadata,
    record_id(),
    Column("place_id", NUMBER, ForeignKey("places.id"), nullable=False),
    Column("since", Utc, nullable=False),
    Column("due", Utc, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("person", String(64)),
    Column("done_at", Utc),
    Column("done_by", Text),
    Column("sealed_proof", LargeBinary),
    Column("lapsed_at", Utc),
    Index(None, "person"),
)
Index(
    "uq_takedowns_open_place",
    takedowns.c.place_id,
    unique=True,
    sqlite_where=text("done_at IS NULL AND lapsed_at IS NULL"),
    postgresql_where=text("done_at IS NULL AND lapsed_at IS NULL"),
)

rejudgings = Table(
    "rejudgings",
    metadata,
    Column("photo_id", NUMBER, ForeignKey("photos.id"), primary_key=True, autoincrement=False),
    Column("since", Utc, nullable=False),
    Column("cause", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", Utc),
    Column("trouble", Text, nullable=False),
)

removals = Table(
    "removals",
    metadata,
    Column("path", Text, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("since", Utc, nullable=False),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    CheckConstraint("id = 1", name="single"),
    Column("day", Date),
    Column("basis", Text, nullable=False),
)
