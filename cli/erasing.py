"""photogate person erase, readmit: forgetting a person for good, and letting one back in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy import Connection

from cli.acting import acting
from cli.options import AsJson, By, Ref, site_of
from cli.output import print_json, say
from cli.settling import follow_up
from cli.site import Site
from consent_db import disposals, erasures, people, places, takedowns
from consent_db.dossier_photos import photos_of
from gate.errors import RegisterError
from gate.person_names import PersonNames
from gate.roles import Act

_SURE = "There is no way back. Type the reference to erase this person"


def erase_person(
    context: typer.Context,
    ref: Ref,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, without a name: it stays on record.")
    ],
    with_photos: Annotated[
        bool,
        typer.Option("--with-photos", help="Also delete photos that show nobody else known."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
    as_json: AsJson = False,
    by: By = "",
) -> None:
    """Erase a person: names, face template and reference photos, for good and in every backup.

    Copies that show them come down; the photos stay, with this person covered like a stranger.
    """
    site = site_of(context)
    who = acting(site, Act.ERASE_PERSON, by)
    before = _counted(site, ref)
    _require_no_name(site, ref, reason)
    if not yes:
        _ask(ref, before, with_photos=with_photos)
    with site.database.transaction(who) as tx:
        erasures.ask(tx, ref, reason, with_photos=with_photos)
    follow_up(site, quiet=as_json)
    with site.database.reading() as connection:
        (*_, done) = erasures.history(connection, ref)
        left = disposals.is_pending(connection, ref)
        pending = len([one for one in takedowns.pending(connection) if one.person == ref])
    if as_json:
        print_json(
            {
                "ref": ref,
                "erased_at": done.erased_at,
                "finished_at": done.finished_at,
                "photos": before.photos,
                "photos_deleted": before.alone if with_photos else 0,
                "takedowns": pending,
                "files_left": left,
            }
        )
        return
    _print(ref, before, pending, with_photos=with_photos)
    if left:
        say("Some files could not be deleted yet; they are unreadable, and tried again.")


def readmit_person(context: typer.Context, ref: Ref, by: By = "") -> None:
    """Let somebody who was erased be added again; no earlier permission counts."""
    site = site_of(context)
    who = acting(site, Act.ERASE_PERSON, by)
    with site.database.transaction(who) as tx:
        erasures.readmit(tx, ref)
    follow_up(site)
    say(f"{ref} may be in the register again, without a name until people are imported.")
    say("Nothing that was agreed before counts; record permissions anew.")


@dataclass(frozen=True, slots=True)
class _Counted:
    """Photos that show the person, those that show nobody else known, and places of copies."""

    photos: int
    alone: int
    places: int


def _counted(site: Site, ref: str) -> _Counted:
    with site.database.reading() as connection:
        people.get(connection, ref)
        alone = len(erasures.photos_of_only(connection, ref))
        return _Counted(_showing(connection, ref), alone, _out(connection, ref))


def _showing(connection: Connection, ref: str) -> int:
    return sum(bool(one.own_boxes) for one in photos_of(connection, ref))


def _out(connection: Connection, ref: str) -> int:
    return len(places.of_person(connection, ref, gone=False))


def _require_no_name(site: Site, ref: str, reason: str) -> None:
    with site.database.reading() as connection:
        person = people.get(connection, ref)
    names = [name for name in (person.given_name, person.family_name) if name]
    if PersonNames(names).found_in(reason):
        raise RegisterError(
            "The reason names the person, and it stays on record: give one without a name. "
            "Nothing was changed."
        )


def _ask(ref: str, before: _Counted, *, with_photos: bool) -> None:
    say(f"{ref} is shown in {_photos(before.photos)}; copies are at {before.places} places.")
    say("The names, the face template and the reference photos are destroyed.")
    if before.alone and with_photos:
        say(f"{_photos(before.alone)} that show nobody else known are deleted, too.")
    elif before.alone:
        say(f"--with-photos also deletes {_photos(before.alone)} that show nobody else known.")
    if str(typer.prompt(_SURE, err=True)).strip() != ref:
        raise RegisterError("That is not the reference. Nothing was changed.")


def _print(ref: str, before: _Counted, pending: int, *, with_photos: bool) -> None:
    say(f"{ref} is erased. Only the reference is left, which leads to nobody here.", style="bold")
    deleted = before.alone if with_photos else 0
    staying = before.photos - deleted
    if deleted:
        say(f"{_photos(deleted)} that showed nobody else known: deleted.")
    if staying > 0:
        say(
            f"{_photos(staying)} of other people, too, are kept; in them this person is a "
            "stranger, and covered."
        )
    if before.alone and not with_photos:
        say(f"{_photos(before.alone)} of these show nobody else known.")
    if pending:
        say(f"{pending} copies must be taken down; 'photogate takedowns' lists them.")
    say("Names that people wrote elsewhere (in names of files, in reasons) are not found by this.")


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"
