"""The register: people, what was said about them, their templates, calibrations."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from consent_db.schema.base import STATUS, Utc, metadata, person_ref, record_id

register = Table(
    "register",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    CheckConstraint("id = 1", name="single"),
    Column("revision", BigInteger, nullable=False),
    Column("confirmed_at", Utc),
)

people = Table(
    "people",
    metadata,
    Column("ref", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("sealed_names", LargeBinary),
    Column("year_group", Text),
    Column("left_on", Date),
    Column("changed_at", Utc, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("erased_at", Utc),
    CheckConstraint("kind IN ('pupil', 'staff', 'visitor')", name="kind"),
)

consents = Table(
    "consents",
    metadata,
    record_id(),
    person_ref(),
    Column("channel", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("given_by", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("obtained_on", Date, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("names_online_use", Boolean(create_constraint=True, name="flag"), nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint(STATUS, name="status"),
    Index(None, "person", "channel"),
)

biometrics = Table(
    "biometrics",
    metadata,
    record_id(),
    person_ref(),
    Column("status", String(16), nullable=False),
    Column("given_by", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("obtained_on", Date, nullable=False),
    Column("valid_until", Date),
    Column("recorded_at", Utc, nullable=False),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint(STATUS, name="status"),
    Index(None, "person"),
)

restrictions = Table(
    "restrictions",
    metadata,
    record_id(),
    person_ref(),
    Column("channels", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("sealed_reason", LargeBinary),
    Column("added_at", Utc, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("lifted_at", Utc),
    Column("lifted_by", Text),
    CheckConstraint("channels <> ''", name="channels"),
    Index(None, "person"),
)

templates = Table(
    "templates",
    metadata,
    Column("person", String(64), ForeignKey("people.ref"), primary_key=True),
    Column("reader_version", String(200), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("made_by", Text, nullable=False),
)

template_references = Table(
    "template_references",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("reader_version", String(200), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("quality", Text, nullable=False),
    Column("taken_on", Date),
    Column("vector", LargeBinary),
    ForeignKeyConstraint(
        ["person", "reader_version"],
        ["templates.person", "templates.reader_version"],
        ondelete="CASCADE",
    ),
)

left_out_references = Table(
    "left_out_references",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("reader_version", String(200), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("reason", Text, nullable=False),
    ForeignKeyConstraint(
        ["person", "reader_version"],
        ["templates.person", "templates.reader_version"],
        ondelete="CASCADE",
    ),
)

calibrations = Table(
    "calibrations",
    metadata,
    record_id(),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    Column("reader_version", String(200), nullable=False),
    Column("register", BigInteger, nullable=False),
    Column("fpir", Float(53), nullable=False),
    Column("show", Float(53), nullable=False),
    Column("veto", Float(53), nullable=False),
    Column("margin", Float(53), nullable=False),
    Column("report", JSON, nullable=False),
    Index(None, "reader_version"),
)
