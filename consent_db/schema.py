"""The tables of the register and the ledger, as they are after every migration."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from consent_db import triggers

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An instant: stored and returned in UTC, with its time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database keeps it; SQLite keeps no time zone."""
        if value is None:
            return None
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant with its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


_NUMBER = BigInteger().with_variant(Integer, "sqlite")
_STATUS = "status IN ('granted', 'refused', 'withdrawn')"


def _id() -> Column[int]:
    return Column("id", _NUMBER, primary_key=True, autoincrement=True)


def _record() -> Column[int]:
    return Column("id", _NUMBER, primary_key=True, autoincrement=False)


def _person() -> Column[str]:
    return Column("person", String(64), ForeignKey("people.ref"), nullable=False)


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
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("year_group", Text),
    Column("left_on", Date),
    Column("changed_at", Utc, nullable=False),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("kind IN ('pupil', 'staff', 'visitor')", name="kind"),
)

consents = Table(
    "consents",
    metadata,
    _record(),
    _person(),
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
    CheckConstraint(_STATUS, name="status"),
    Index(None, "person", "channel"),
)

biometrics = Table(
    "biometrics",
    metadata,
    _record(),
    _person(),
    Column("status", String(16), nullable=False),
    Column("given_by", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("obtained_on", Date, nullable=False),
    Column("valid_until", Date),
    Column("recorded_at", Utc, nullable=False),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint(_STATUS, name="status"),
    Index(None, "person"),
)

restrictions = Table(
    "restrictions",
    metadata,
    _record(),
    _person(),
    Column("channels", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("reason", Text, nullable=False),
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

photos = Table(
    "photos",
    metadata,
    _id(),
    Column("sha256", String(64), nullable=False, unique=True),
    sqlite_autoincrement=True,
)

drops = Table(
    "drops",
    metadata,
    _id(),
    Column("photo_id", _NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("original", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    Column("duplicate_of", Text),
    UniqueConstraint("original", "photo_id", "modified_ns"),
    Index(None, "photo_id"),
    Index(None, "name"),
    Index(None, "event"),
    sqlite_autoincrement=True,
)

judgements = Table(
    "judgements",
    metadata,
    _id(),
    Column("photo_id", _NUMBER, ForeignKey("photos.id"), nullable=False),
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
    sqlite_autoincrement=True,
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    Column("judgement_id", _NUMBER, ForeignKey("judgements.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("faces", JSON, nullable=False),
    CheckConstraint("verdict IN ('approve', 'blur', 'block', 'review')", name="verdict"),
    UniqueConstraint("judgement_id", "channel"),
    sqlite_autoincrement=True,
)

releases = Table(
    "releases",
    metadata,
    _id(),
    Column("judgement_id", _NUMBER, ForeignKey("judgements.id"), nullable=False),
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
    _record(),
    Column("photo_id", _NUMBER, ForeignKey("photos.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("box", JSON(none_as_null=True)),
    Column("person", String(64), ForeignKey("people.ref")),
    Column("channel", String(64)),
    Column("reason", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    CheckConstraint("kind IN ('named', 'not_a_face', 'covered', 'drawn', 'refused')", name="kind"),
    Index(None, "photo_id"),
    Index(None, "person"),
)

statements_taken_back = Table(
    "statements_taken_back",
    metadata,
    Column(
        "statement", _NUMBER, ForeignKey("statements.id"), primary_key=True, autoincrement=False
    ),
    Column("reason", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
)

calibrations = Table(
    "calibrations",
    metadata,
    _record(),
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

audit = Table(
    "audit",
    metadata,
    Column("sequence", _NUMBER, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    CheckConstraint("id = 1", name="single"),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

triggers.attach(metadata)
