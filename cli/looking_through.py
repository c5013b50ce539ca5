"""Photos to look through for a restricted person whom nobody can recognise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.acting import acting
from cli.options import AsJson, By, Ref, site_of
from cli.output import print_json, print_table, say
from cli.site import Site, now
from consent_db import people
from consent_db.lookthrough import OutPhoto, of_year_group
from gate.roles import Act

_DAYS = ["%Y-%m-%d", "%d/%m/%Y"]
_SCHOOL_YEAR = timedelta(days=365)


def look_through(
    context: typer.Context,
    ref: Ref,
    since: Annotated[
        datetime | None,
        typer.Option(formats=_DAYS, metavar="DAY", help="Photos dropped since [a year ago]."),
    ] = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """List released photos that may show somebody who cannot be recognised.

    Those of events with somebody of the same year group. A person has to look at them.
    """
    site = site_of(context)
    acting(site, Act.SEE_RESTRICTIONS, by)
    with site.database.reading() as connection:
        people.get(connection, ref)
    found = _photos(site, ref, since)
    if as_json:
        print_json(found)
        return
    print_table(
        ("Photo", "Event", "Out on"),
        ((one.photo[:12], one.event, ", ".join(one.channels)) for one in found),
    )
    say(f"{len(found)} photos to look through. 'photogate review refuse PHOTO' takes one back.")


def mention_unrecognisable(site: Site, ref: str) -> None:
    """Say that nobody can recognise a restricted person, and how much there is to look through."""
    say(
        f"{ref} has no face template, so photos of them cannot be recognised and blocked. As an "
        "unknown person they are covered on every photo, but somebody may have been taken for "
        "another person, or may be known by hair and clothes.",
        style="yellow",
    )
    many = len(_photos(site, ref, None))
    if many:
        say(
            f"Please look through {many} released photos of their year group and its events: "
            f"'photogate restrict look-through {ref}' lists them.",
            style="yellow",
        )


def _photos(site: Site, ref: str, since: datetime | None) -> list[OutPhoto]:
    begin = since.astimezone(UTC) if since else now() - _SCHOOL_YEAR
    with site.database.reading() as connection:
        return list(of_year_group(connection, ref, begin))
