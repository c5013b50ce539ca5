"""The day and the rules that were in force last: nothing may rest on earlier ones."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select, update

from consent_db.schema import sweeps
from consent_db.transaction import Transaction
from gate.errors import ClockBehind, SiteError
from gate.values import day_of

CLOCK_CORRECTED = "clock.corrected"


def swept_until(connection: Connection) -> date | None:
    """The day for which everything was looked at last; None: never."""
    day: date | None = connection.execute(select(sweeps.c.day)).scalar_one()
    return day


def basis(rules: str, calibration: int) -> str:
    """What the rules in force are called, with the calibration that counts (0: none)."""
    return f"{rules}/{calibration}"


def parts(basis: str) -> tuple[str, int]:
    """The rules and the number of the calibration in what ``basis`` made; ("", 0) of ""."""
    rules, _, calibration = basis.rpartition("/")
    return rules, int(calibration or 0)


def require_current(tx: Transaction, rules: str | None) -> None:
    """Refuse to store what rests on a day or on rules that are over.

    ``rules``: those that it rests on; None: they are not compared. Raises ClockBehind, or SiteError
    when the settings changed since this program read them.
    """
    day, last = tx.connection.execute(select(sweeps.c.day, sweeps.c.basis)).one()
    if day is not None and day_of(tx.now) < day:
        raise behind(day_of(tx.now), day)
    if rules is not None and last and parts(last)[0] != rules:
        raise SiteError(
            "The settings were changed after this was started, so it goes by old ones. Stop it and "
            "start it again. Nothing was released."
        )


def behind(today: date, day: date) -> ClockBehind:
    """The refusal to work on a day that lies before one that was here."""
    return ClockBehind(
        f"This computer's clock says {today:%d/%m/%Y}, but {day:%d/%m/%Y} has been here already. "
        "Permissions that have ended would count again: set the clock right. Nothing was released. "
        "If it was wrong before and is right now, say so: 'photogate doctor --clock-is-right'."
    )


def trust(tx: Transaction) -> date | None:
    """Take the clock for right though it was ahead before; the day it showed then, if it was.

    Everything is looked at again as for a new site.
    """
    day, today = swept_until(tx.connection), day_of(tx.now)
    if day is None or day <= today:
        return None
    tx.connection.execute(update(sweeps).values(day=today, basis=""))
    tx.audit(CLOCK_CORRECTED, today.isoformat(), {"before": day.isoformat()})
    return day
