"""What bad days have in common: a clear sentence, nothing released, nothing lost."""

from __future__ import annotations

from sqlalchemy import update

from cli.site import Site
from consent_db import audit
from consent_db.schema import rejudgings as rejudgings_table
from gate.set_aside import sha256_of
from tests.fake_site import (
    School,
    every_photo_is_as_judged_now,
    nothing_without_permission,
    the_chain_holds,
    the_folder_is_in_step,
)
from tests.integration.killing import LAST_WORDS, command

WITHDRAW = ("consent", "withdraw", "P1", "-c", "website")
TECHNICAL = ("Traceback", "Error(", "sqlalchemy", "(sqlite3", "Errno")


def pull(school: School) -> tuple[str, ...]:
    return ("pull", "-c", "website", "--to", str(school.folder), "--by", "web")


def refused(school: School, *words: str) -> str:
    """What a verb says that cannot do its work: a sentence for a person."""
    assert command(school, *words) == 1
    said = " ".join(LAST_WORDS[0].split())
    assert said
    assert not any(word in said for word in TECHNICAL), said
    return said


def copies(school: School) -> dict[str, str]:
    """Every copy in ``ready/`` and in the folder."""
    places = (school.site.ready, school.folder)
    return {
        str(path): sha256_of(path)
        for place in places
        for path in place.rglob("*.jpg")
        if ".incoming" not in path.parts
    }


def entries(school: School) -> int:
    with school.site.database.reading() as connection:
        return audit.verify(connection)


def goes_on(school: School) -> None:
    """The bad day is over: everything works, and nothing was lost."""
    assert command(school, *WITHDRAW) == 0, LAST_WORDS
    assert command(school, "consent", "grant", "P2", "-c", "website", "--names-online-use") == 0
    nothing_without_permission(school)
    the_chain_holds(school)
    assert command(school, *pull(school)) == 0
    the_folder_is_in_step(school)
    every_photo_is_as_judged_now(school)


def no_waiting(site: Site) -> None:
    """Let those that rest after a failure be tried at once."""
    with site.database.transaction("test") as tx:
        tx.connection.execute(update(rejudgings_table).values(not_before=None))
