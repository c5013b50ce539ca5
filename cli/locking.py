"""photogate lock, unlock, locked: photos that are evidence, or that nobody may copy or see."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.acting import acting, acting_as
from cli.cases import the_photo
from cli.options import AsJson, By, site_of
from cli.output import british_time, print_json, print_table, say
from cli.pages import are_due
from cli.settling import follow_up, settle
from cli.site import Site
from cli.viewing import note_list
from consent_db import locking, locks, places, stored
from consent_db.locking import Locked
from consent_db.locks import PastLock
from gate.roles import Act

Photo = Annotated[
    str,
    typer.Argument(metavar="PHOTO", help="The name it was dropped with, or its id's beginning."),
]
Why = Annotated[
    str, typer.Option("--reason", help="Why; only the safeguarding lead can read it later.")
]


def lock(
    context: typer.Context, photo: Photo, reason: Why, by: By = "", as_json: AsJson = False
) -> None:
    """Lock a photo: evidence, or what must not be copied or seen.

    Its copies are withdrawn and must be taken down. No copy or picture of it is made any more, and
    nobody but the safeguarding lead sees that it exists. The photo itself stays, sealed.
    """
    site = site_of(context)
    name = acting(site, Act.LOCK, by)
    sha256 = the_photo(site, photo, locked=True).photo
    with site.database.transaction(name) as tx:
        done = locking.lock(tx, sha256, reason, site.consequences.takedown_within)
    settle(site)
    if as_json:
        print_json(_locked_row(sha256, done))
    else:
        _tell(sha256, done)
    if are_due(site):
        say(
            "A result page still names it, because another program has the page open. Close it: "
            "the next command writes the page anew.",
            style="bold red",
        )


def unlock(
    context: typer.Context, photo: Photo, reason: Why, by: By = "", as_json: AsJson = False
) -> None:
    """Unlock a photo: it is judged again, and released by the ordinary rules."""
    site = site_of(context)
    name = acting(site, Act.LOCK, by)
    sha256 = the_photo(site, photo, locked=True).photo
    with site.database.transaction(name) as tx:
        locking.unlock(tx, sha256, reason)
    follow_up(site, quiet=as_json)
    if as_json:
        print_json({"photo": sha256, "locked": False})
    else:
        say(f"Photo {sha256[:12]} is no longer locked.")


def locked(context: typer.Context, by: By = "", as_json: AsJson = False) -> None:
    """List the locked photos, the newest first."""
    site = site_of(context)
    who = acting_as(site, Act.SEE_LOCKED, by)
    with site.database.reading() as connection:
        found = locks.standing(connection)
    note_list(site, who, "locked", len(found))
    rows = [_row(site, one) for one in found]
    if as_json:
        print_json(rows)
        return
    headers = ("photo", "dropped_as", "since", "by", "reason", "places")
    print_table(
        ("Photo", "Dropped as", "Locked on", "By", "Why", "Places still out"),
        ([_cell(row, header) for header in headers] for row in rows),
    )
    say("1 photo is locked." if len(rows) == 1 else f"{len(rows)} photos are locked.")


def _row(site: Site, one: PastLock) -> dict[str, object]:
    with site.database.reading() as connection:
        out = places.of_photo(connection, one.photo, gone=False)
        photo = stored.stored(connection, [one.photo], locked=True)[one.photo]
    return {
        "photo": one.photo,
        "dropped_as": photo.drops[0].arrival.original,
        "since": one.at,
        "by": one.by,
        "reason": one.reason,
        "places": len(out),
    }


def _cell(row: dict[str, object], header: str) -> object:
    value = row[header]
    if header == "photo":
        return str(value)[:12]
    return british_time(value) if header == "since" else value  # type: ignore[arg-type]


def _locked_row(photo: str, done: Locked) -> dict[str, object]:
    return {
        "photo": photo,
        "locked": True,
        "withdrawn": [copy.path for copy in done.ended],
        "places": [place.id for place in done.places],
    }


def _tell(photo: str, done: Locked) -> None:
    say(f"Photo {photo[:12]} is locked. Nobody but the safeguarding lead sees that it exists.")
    if done.ended:
        say(_many(len(done.ended), "copy was", "copies were") + " withdrawn.")
    if done.places:
        out = _many(len(done.places), "copy is", "copies are")
        say(f"{out} still out and must be taken down: 'photogate takedowns'.", style="bold red")


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
