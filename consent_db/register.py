"""The register as the gate sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, select

from consent_db import biometrics, calibrations, consents, people, restrictions, templates
from consent_db.database import Database
from consent_db.schema import register
from gate.errors import RegisterUnreachable
from gate.values import (
    BiometricRecord,
    ConsentRecord,
    Gallery,
    RegisterSnapshot,
    Restriction,
)

Owned = TypeVar("Owned", ConsentRecord, BiometricRecord, Restriction)


class SqlRegister:
    """The people and their permissions, with the templates of one version of the reader.

    ``second_version``: the version of the second reader, whose templates come too; "" for none.
    """

    def __init__(self, database: Database, reader_version: str, second_version: str = "") -> None:
        self._database = database
        self._reader_version = reader_version
        self._second_version = second_version

    def revision(self) -> int:
        """Rises with every change; one small query. Raises RegisterUnreachable."""
        with self._database.reading() as connection:
            return revision(connection)

    def snapshot(self) -> RegisterSnapshot:
        """All that deciding needs, as it is at one moment; records in the order of recording.

        Restrictions that were lifted are left out. Raises RegisterUnreachable.
        """
        with self._database.reading() as connection:
            return replace(
                permissions(connection, self._reader_version),
                gallery=templates.gallery(connection, self._reader_version),
                second=self._second(connection),
            )

    def _second(self, connection: Connection) -> Gallery | None:
        if not self._second_version:
            return None
        return templates.gallery(connection, self._second_version)


def permissions(connection: Connection, reader_version: str) -> RegisterSnapshot:
    """All that deciding needs except for the templates, as one connection sees it."""
    return RegisterSnapshot(
        revision=revision(connection),
        confirmed_at=confirmed_at(connection),
        people={person.ref: person for person in people.everyone(connection)},
        consents=_by_person(consents.everything(connection)),
        biometrics=_by_person(biometrics.everything(connection)),
        restrictions=_by_person(restrictions.standing(connection)),
        gallery=replace(templates.gallery(connection, ""), reader=reader_version),
        calibration=calibrations.newest(connection, reader_version),
    )


def confirmed_at(connection: Connection) -> datetime | None:
    """When the register was last imported or changed (UTC); None: never."""
    at: datetime | None = connection.execute(select(register.c.confirmed_at)).scalar_one()
    return at


def revision(connection: Connection) -> int:
    """The register's revision. Raises RegisterUnreachable when it was never set up."""
    number = connection.execute(select(register.c.revision)).scalar_one_or_none()
    if number is None:
        raise RegisterUnreachable("The register is damaged: it has no revision. Restore a backup.")
    return int(number)


def _by_person(records: Iterable[Owned]) -> dict[str, tuple[Owned, ...]]:
    grouped: dict[str, list[Owned]] = {}
    for record in records:
        grouped.setdefault(record.person, []).append(record)
    return {person: tuple(those) for person, those in grouped.items()}
