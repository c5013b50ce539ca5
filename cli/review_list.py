"""photogate review list: the photos that wait for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli import second_person
from cli.acting import acting_as
from cli.deciding import channels_of, on_own_channels
from cli.held_releases import is_vetoed
from cli.options import AsJson, site_of
from cli.output import print_json, print_table, say
from cli.review_tables import held_row, is_held
from cli.site import Site
from consent_db import stored, waiting
from gate.acting import Acting
from gate.roles import Act
from gate.safe_text import clean

_Row = dict[str, Any]


def list_held(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Every photo in which a face was found.")
    ] = False,
    vetoed: Annotated[
        bool, typer.Option("--vetoed", help="Those that a restriction holds, for two people.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the photos that wait for a person, with the reason."""
    site = site_of(context)
    who = acting_as(site, Act.REVIEW if everything or vetoed else Act.SIGN_OFF)
    if everything:
        rows = _with_faces(site)
    elif vetoed:
        rows = _vetoed(site)
    else:
        rows = _held(site, who)
    if as_json:
        print_json(rows)
        return
    print_table(("Photo", "Event", "Faces", "Held on", "Why"), map(_cells, rows))
    say(f"{len(rows)} photos.")


def _with_faces(site: Site) -> list[_Row]:
    with site.database.reading() as connection:
        return [
            held_row(one, is_held) for one in stored.decisions(connection) if one.judgement.faces
        ]


def _held(site: Site, who: Acting) -> list[_Row]:
    with site.database.reading() as connection:
        shown = stored.in_order(connection, waiting.held(connection, channels_of(who)))
        return [held_row(on_own_channels(photo, who), is_held) for photo in shown]


def _vetoed(site: Site) -> list[_Row]:
    """Each with who released it, by the channels on which a second person is missing."""
    with site.database.reading() as connection:
        shown = stored.in_order(connection, waiting.vetoed(connection))
        return [
            {**held_row(one, is_vetoed), "released_by": second_person.begun(connection, one)}
            for one in shown
        ]


def _cells(row: Mapping[str, Any]) -> list[str]:
    begun: Mapping[str, str] = row.get("released_by", {})
    why = [
        row["why"],
        *(f"{clean(by)} released it on {c}; a second person must, too." for c, by in begun.items()),
    ]
    return [row["photo"], row["event"], str(row["faces"]), ", ".join(row["held"]), " ".join(why)]
