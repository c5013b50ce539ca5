"""Looking at all copies that are out when a day has begun, or the rules have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select, update

from consent_db import days, stored
from consent_db.aftermath import Consequences
from consent_db.calibrations import newest
from consent_db.database import Database
from consent_db.recording import add_mentions
from consent_db.schema import (
    biometrics,
    consents,
    judgements,
    people,
    restrictions,
    sweeps,
)
from consent_db.transaction import Transaction
from gate.values import Thresholds

_BATCH = 200
DAY_BEGAN = "day.began"
RULES_CHANGED = "rules.changed"


def sweep(
    database: Database, consequences: Consequences, today: date, rules: str, actor: str
) -> bool:
    """End what no longer stands on this day, by these rules; whether there was anything to do.

    ``rules`` names the content of the rules in force. Costs one small query when nothing changed.
    Raises ClockBehind when the day lies before one that was swept, because ended permissions would
    count again.
    """
    with database.reading() as connection:
        calibration = newest(connection, consequences.reader_version)
        day, basis = connection.execute(select(sweeps.c.day, sweeps.c.basis)).one()
    now = days.basis(rules, calibration.id if calibration else 0)
    if (day, basis) == (today, now):
        return False
    if day is not None and today < day:
        raise days.behind(today, day)
    if basis == "":
        _note_mentions(database, actor)
    if basis != now:
        before = _thresholds_before(database, consequences, basis, rules)
        _look_at_everything(database, consequences, actor, before)
    _begin_day(database, consequences, (day, today), now, actor)
    return True


def _thresholds_before(
    database: Database, consequences: Consequences, basis: str, rules: str
) -> Thresholds | None:
    """The thresholds by which everything was looked at last, if only a calibration has changed."""
    last, calibration = days.parts(basis)
    if last != rules:
        return None
    with database.reading() as connection:
        return consequences.thresholds_by(connection, calibration)


def _look_at_everything(
    database: Database, consequences: Consequences, actor: str, before: Thresholds | None
) -> None:
    last = 0
    while True:
        with database.transaction(actor) as tx:
            tx.why = RULES_CHANGED
            last = consequences.follow_all(tx, last, _BATCH, before)
        if not last:
            return


def _note_mentions(database: Database, actor: str) -> None:
    """Note whom judgements mention that were stored before this was noted."""
    last = 0
    while True:
        with database.transaction(actor) as tx:
            after = select(judgements.c.id).where(judgements.c.id > last)
            query = after.order_by(judgements.c.id).limit(_BATCH)
            numbers = list(tx.connection.execute(query).scalars())
            for row, judgement in stored.judgements_with(tx.connection, numbers):
                add_mentions(tx, row.id, judgement)
        if not numbers:
            return
        last = numbers[-1]


def _begin_day(
    database: Database,
    consequences: Consequences,
    days: tuple[date | None, date],
    basis: str,
    actor: str,
) -> None:
    before, today = days
    with database.transaction(actor) as tx:
        tx.why = DAY_BEGAN
        if before is not None and before != today:
            changed = set(_changed_between(tx.connection, before, today))
            if changed:
                tx.audit(DAY_BEGAN, today.isoformat(), {"people": len(changed)})
                consequences.follow_people(tx, changed)
        _mark(tx, today, basis)


def _mark(tx: Transaction, day: date, basis: str) -> None:
    tx.connection.execute(update(sweeps).values(day=day, basis=basis))


def _changed_between(connection: Connection, before: date, today: date) -> Iterator[str]:
    """People for whom something began or ended by itself after one day and until the other."""
    begins = (
        (consents.c.person, consents.c.valid_from),
        (consents.c.person, consents.c.obtained_on),
        (biometrics.c.person, biometrics.c.obtained_on),
        (restrictions.c.person, restrictions.c.valid_from),
        (people.c.ref, people.c.left_on),
    )
    for person, day in begins:
        query = select(person).distinct().where(day > before, day <= today)
        yield from connection.execute(query).scalars()
    ends = (
        (consents.c.person, consents.c.valid_until),
        (biometrics.c.person, biometrics.c.valid_until),
        (restrictions.c.person, restrictions.c.valid_until),
    )
    for person, last in ends:
        query = select(person).distinct().where(last >= before, last < today)
        yield from connection.execute(query).scalars()
