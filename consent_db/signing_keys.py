"""The site's public keys: each is put into the audit log when it is made, and stays there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from consent_db.database import Database
from consent_db.schema import audit
from consent_db.transaction import Transaction
from gate.errors import AuditBroken

MADE = "signing_key.made"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key in its printable form, its fingerprint, and since when it is on record (UTC)."""

    fingerprint: str
    public_key: str
    at: datetime


def known(connection: Connection) -> tuple[SigningKey, ...]:
    """Every key that this site ever signed with, oldest first.

    The fingerprint of the first is the site's id. Raises AuditBroken when one was changed so
    that it cannot be read.
    """
    names = ("sequence", "subject", "details", "at")
    query = select(*(audit.c[name] for name in names)).where(audit.c.action == MADE)
    return tuple(_key(row) for row in connection.execute(query.order_by(audit.c.sequence)))


def record(tx: Transaction, fingerprint: str, public_key: str) -> None:
    """Put a key on record, before the first signature with it is given away."""
    tx.audit(MADE, fingerprint, {"public_key": public_key})


def make_known(database: Database, actor: str, fingerprint: str, public_key: str) -> str:
    """Put a key on record unless it is; returns the site's id. Raises RegisterUnreachable."""
    with database.reading() as connection:
        keys = known(connection)
    if all(key.public_key != public_key for key in keys):
        with database.transaction(actor) as tx:
            # Somebody else may have done so between the two looks.
            keys = known(tx.connection)
            if all(key.public_key != public_key for key in keys):
                record(tx, fingerprint, public_key)
    return keys[0].fingerprint if keys else fingerprint


def _key(row: Any) -> SigningKey:  # noqa: ANN401
    try:
        public_key = str(json.loads(row.details)["public_key"])
        return SigningKey(row.subject, public_key, datetime.fromisoformat(row.at))
    except (ValueError, TypeError, KeyError) as error:
        raise AuditBroken(
            f"Entry {row.sequence} of the audit log, a signing key, was changed. Run 'photogate "
            "audit verify'.",
            row.sequence,
        ) from error
