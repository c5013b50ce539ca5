"""photogate posted, where: recording where copies went, and looking it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.acting import acting, acting_as
from cli.cases import find_photos, the_photo
from cli.lives import sees_places
from cli.options import AsJson, By, require_channels, site_of
from cli.output import british_time, complain, print_json, print_table, say
from cli.site import Site
from consent_db import people, places
from consent_db.publications import Posted, record_posted
from consent_db.stored import StoredPhoto
from gate.errors import UnknownPerson
from gate.released import Place, PlaceKind
from gate.roles import Act, may
from gate.set_aside import sha256_of

_KINDS = {PlaceKind.PULLED: "folder", PlaceKind.POSTED: "posted"}


def posted(
    context: typer.Context,
    photo: Annotated[
        str, typer.Argument(metavar="PHOTO", help="A copy's path or name, or the photo's id.")
    ],
    channel: Annotated[str, typer.Option("--channel", "-c", help="The channel it is for.")],
    where: Annotated[
        str,
        typer.Option("--where", help="The page's address, or words: 'prospectus 2026, page 4'."),
    ],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Record where a copy was published, so that it can be taken down when permission ends."""
    site = site_of(context)
    name = acting(site, Act.RECORD_PUBLICATION, by, channel=channel)
    require_channels(site, [channel])
    chosen = _published(site, photo, channel)
    copy = sha256_of(Path(photo)) if Path(photo).is_file() else None
    with site.database.transaction(name) as tx:
        told = Posted(chosen.photo, channel, where, copy)
        number, stands = record_posted(tx, site.consequences, told)
    if as_json:
        print_json({"place": number, "stands": stands})
    else:
        say(f"Recorded as place {number}: {where.strip()}.")
    if not stands:
        complain(
            "This copy may no longer be shown. Take it down again; 'photogate takedowns' lists it."
        )
        raise typer.Exit(1)


def _published(site: Site, text: str, channel: str) -> StoredPhoto:
    """The photo that is meant; also a locked one of which a copy was out on the channel.

    Where that copy is must be known. What is said about it is the same as of any withdrawn copy.
    """
    if not find_photos(site, text):
        hidden = find_photos(site, text, locked=True)
        out = [p for p in hidden if any(one.release.channel == channel for one in p.ended)]
        if len(out) == 1:
            return out[0]
    return the_photo(site, text)


def where(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="REF|PHOTO", help="A person's reference, or a photo.")
    ],
    gone: Annotated[
        bool, typer.Option("--gone", help="Also where copies were and are no longer.")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """List where copies of a photo are, or those that show a person or rest on their permission."""
    site = site_of(context)
    found = _found(site, what, by, gone=gone)
    if as_json:
        print_json([_row(place) for place in found])
        return
    print_table(
        ("Place", "Photo", "Channel", "Since", "By", "Where", "Until"),
        (
            (
                place.id,
                place.photo[:12],
                place.release.channel,
                british_time(place.at),
                place.by,
                _words(place),
                british_time(place.gone_at) if place.gone_at else "",
            )
            for place in found
        ),
    )
    say("1 place." if len(found) == 1 else f"{len(found)} places.")


def _found(site: Site, what: str, by: str, *, gone: bool) -> Sequence[Place]:
    who = acting_as(site, Act.SEE_DECISIONS, by)
    locked = may(who.roles, Act.SEE_LOCKED)
    if may(who.roles, Act.SEE_PEOPLE):
        with site.database.reading() as connection:
            try:
                people.get(connection, what)
            except UnknownPerson:
                pass
            else:
                return places.of_person(connection, what, gone=gone, locked=locked)
    chosen: StoredPhoto = the_photo(site, what, who.role, locked=locked)
    with site.database.reading() as connection:
        found = places.of_photo(connection, chosen.photo, gone=gone)
    seen = (place for place in found if sees_places(who, place.release.channel))
    return [place if who.sight.evidence else replace(place, by="") for place in seen]


def _words(place: Place) -> str:
    return str(Path(place.where) / place.name) if place.name else place.where


def _row(place: Place) -> dict[str, object]:
    return {
        "place": place.id,
        "photo": place.photo,
        "channel": place.release.channel,
        "copy": place.release.sha256,
        "kind": _KINDS[place.kind],
        "where": place.where,
        "name": place.name,
        "since": place.at,
        "by": place.by,
        "until": place.gone_at,
    }
