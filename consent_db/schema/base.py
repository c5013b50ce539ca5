"""What all tables share: names of constraints, instants in UTC, columns that recur."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)

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


NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in this type."""

STATUS = "status IN ('granted', 'refused', 'withdrawn')"


def own_id() -> Column[int]:
    """A number that the database gives."""
    return Column("id", NUMBER, primary_key=True, autoincrement=True)


def record_id() -> Column[int]:
    """A number that is given when the row is written; see ``numbering``."""
    return Column("id", NUMBER, primary_key=True, autoincrement=False)


def person_ref() -> Column[str]:
    """Whose row it is."""
    return Column("person", String(64), ForeignKey("people.ref"), nullable=False)
