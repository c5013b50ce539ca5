"""Calibrations: thresholds that were found for a reader, with the report; only ever added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, insert, select

from consent_db.numbering import next_ids
from consent_db.schema import audit, calibrations, templates
from consent_db.transaction import Transaction
from gate.values import Calibrated, Thresholds

MADE = "calibration.made"
_TEMPLATES_CHANGE = ("template.saved", "template.destroyed")


def save(
    tx: Transaction,
    reader_version: str,
    found: tuple[float, Thresholds],
    register: int,
    report: Mapping[str, object],
) -> int:
    """Store what was found, in force from now on; returns its number.

    ``found``: the share of strangers asked for (FPIR), and the thresholds. ``register``: the
    revision that it rests on. ``report`` must be plain JSON, with references of people and no
    names. The register's revision rises; its age does not start anew.
    """
    fpir, thresholds = found
    numbers = {**asdict(thresholds), "fpir": fpir}
    (number,) = next_ids(tx, calibrations, 1)
    tx.connection.execute(
        insert(calibrations),
        {
            "id": number,
            "at": tx.now,
            "by": tx.actor,
            "reader_version": reader_version,
            "register": register,
            "report": dict(report),
            **numbers,
        },
    )
    tx.audit(MADE, str(number), {"reader": reader_version, "register": register, **numbers})
    tx.announce()
    return number


def newest(connection: Connection, reader_version: str) -> Calibrated | None:
    """The calibration of this version of the reader that counts, or None."""
    row = _newest(connection, reader_version)
    return None if row is None else _value(row)


def get(connection: Connection, number: int) -> Calibrated | None:
    """The calibration with this number, or None."""
    query = select(calibrations).where(calibrations.c.id == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else _value(row)


def _value(row: Any) -> Calibrated:  # noqa: ANN401
    thresholds = Thresholds(row.show, row.veto, row.margin)
    return Calibrated(row.id, row.at, row.reader_version, row.fpir, thresholds)


def newest_report(connection: Connection, reader_version: str) -> dict[str, Any] | None:
    """The report of the calibration that counts, or None."""
    row = _newest(connection, reader_version)
    return None if row is None else dict(row.report)


def changed_since(connection: Connection, made: Calibrated) -> int:
    """Of how many people this reader's templates were made or destroyed since.

    Raises nothing of its own; without the audit entry of the calibration everybody counts.
    """
    begin = select(func.max(audit.c.sequence)).where(
        audit.c.action == MADE, audit.c.subject == str(made.id)
    )
    sequence = connection.execute(begin).scalar_one_or_none()
    since = select(audit.c.subject, audit.c.details).where(
        audit.c.sequence > (sequence or 0), audit.c.action.in_(_TEMPLATES_CHANGE)
    )
    rows = connection.execute(since)
    return len({row.subject for row in rows if json.loads(row.details)["reader"] == made.reader})


def people_with_template(connection: Connection, reader_version: str) -> int:
    """How many people have a template of this reader."""
    count = select(func.count()).where(templates.c.reader_version == reader_version)
    return int(connection.execute(count).scalar_one())


def _newest(connection: Connection, reader_version: str) -> Any:  # noqa: ANN401
    of_reader = select(calibrations).where(calibrations.c.reader_version == reader_version)
    return connection.execute(of_reader.order_by(calibrations.c.id.desc()).limit(1)).one_or_none()
