"""The numbers of new records: without gaps, and known before they are stored."""

from __future__ import annotations

from sqlalchemy import Table, func, select

from consent_db.transaction import Transaction


def next_ids(tx: Transaction, table: Table, count: int) -> range:
    """Ids for so many new rows of a table from which nothing is ever removed.

    Nobody else can take them: a transaction is the only writer while it lasts.
    """
    last = tx.connection.execute(select(func.max(table.c.id))).scalar_one()
    first = (last or 0) + 1
    return range(first, first + count)
