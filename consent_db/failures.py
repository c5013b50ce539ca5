"""What the database's errors mean to the person at the keyboard; mapped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from gate.errors import PhotogateError, RegisterError, RegisterUnreachable

_MEANINGS = (
    ("locked", "is busy: another program has not let go of it in time. Try again in a moment"),
    (
        "lock timeout",
        "is busy: another program has not let go of it in time. Try again in a moment",
    ),
    ("unable to open", "cannot be opened. Check that the file is there and belongs to you"),
    ("readonly", "cannot be written. Check who owns its file and folder"),
    ("disk is full", "cannot be written because the disk is full. Make room and try again"),
    ("malformed", "is damaged. Restore it from a backup"),
    ("not a database", "is damaged or not a register. Restore it from a backup"),
    ("no such table", "was not set up by this version. Run 'photogate doctor'"),
    ("no such column", "was not set up by this version. Run 'photogate doctor'"),
    ("does not exist", "was not set up by this version. Run 'photogate doctor'"),
)


@contextmanager
def mapped(place: str) -> Iterator[None]:
    """Turn errors of SQLAlchemy, the drivers and Alembic into RegisterError or RegisterUnreachable.

    ``place`` names the register without any password. The cause is kept.
    """
    try:
        yield
    except (SQLAlchemyError, CommandError) as error:
        raise translated(error, place) from error


def translated(error: SQLAlchemyError | CommandError, place: str) -> PhotogateError:
    """The error in words; what breaks a rule of the tables is a RegisterError."""
    if isinstance(error, CommandError):
        return RegisterUnreachable(
            f"The register {place} was made by a newer version of photogate. Update photogate."
        )
    if isinstance(error, IntegrityError):
        return RegisterError(
            f"The register {place} refuses this change: it would contradict or rewrite what is "
            "recorded. Nothing was stored."
        )
    said = str(getattr(error, "orig", None) or error)
    for part, meaning in _MEANINGS:
        if part in said:
            return RegisterUnreachable(f"The register {place} {meaning}.")
    first = said.strip().splitlines()[0] if said.strip() else type(error).__name__
    return RegisterUnreachable(f"The register {place} does not answer: {first.rstrip('.')}.")
