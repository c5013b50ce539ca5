"""photogate takedowns, takedown done: copies that must come down, and the proof that they did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from cli.acting import acting, acting_as, deny
from cli.lives import sees_places
from cli.options import AsJson, By, site_of
from cli.output import british_time, print_json, print_table, say
from cli.site import now
from consent_db import takedowns
from gate.acting import Acting
from gate.english import ENGLISH
from gate.released import PlaceKind, Takedown
from gate.roles import Act, may

_CONCERNS = {"pupil": "a pupil", "staff": "a member of staff", "visitor": "a visitor"}

takedown_app = typer.Typer(no_args_is_help=True, help="Copies that must be taken down.")


def list_takedowns(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are closed.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """List the copies that must be taken down, the most urgent first."""
    site = site_of(context)
    who = acting_as(site, Act.SEE_TAKEDOWNS, by)
    with site.database.reading() as connection:
        known = takedowns.everything(connection) if everything else takedowns.pending(connection)
    found = [one for one in known if concerns_account(who, one)]
    if as_json:
        print_json([_row(one) for one in found])
        return
    today = now()
    print_table(
        ("ID", "Where", "Channel", "About", "Since", "Due", "Done"),
        (tuple(_cells(one, today)) for one in found),
    )
    waiting = sum(one.is_open for one in found)
    late = sum(one.is_open and one.due < today for one in found)
    say(f"{waiting} to take down" + (f", {late} of them overdue." if late else "."))


@takedown_app.command()
def done(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="Its number in the list.")],
    proof: Annotated[
        str, typer.Option("--proof", help="How you know: the address, and when you looked.")
    ],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Record that a copy was taken down."""
    site = site_of(context)
    who = acting_as(site, Act.SEE_TAKEDOWNS, by)
    if not may(who.roles, Act.END_TAKEDOWN):
        deny(site, who, Act.END_TAKEDOWN, who.refusal(Act.END_TAKEDOWN))
    with site.database.reading() as connection:
        channel = takedowns.get(connection, number).place.release.channel
    name = acting(site, Act.END_TAKEDOWN, by, channel=channel)
    with site.database.transaction(name) as tx:
        closed = takedowns.done(tx, number, proof)
    if as_json:
        print_json(_row(closed))
        return
    say(f"Takedown {number} is done: {_where(closed)}.")


def _where(one: Takedown) -> str:
    place = one.place
    if place.is_downloaded:
        return f"{place.where}: {place.name}"
    if place.kind is PlaceKind.PULLED:
        return f"{place.where}: {place.name} (the next pull removes it)"
    return place.where


def _cells(one: Takedown, today: datetime) -> Iterator[object]:
    yield one.id
    yield _where(one)
    yield ENGLISH.channel_title(one.place.release.channel)
    yield concerns(one)
    yield british_time(one.since)
    late = " (overdue)" if one.is_open and one.due < today else ""
    yield f"{british_time(one.due)}{late}"
    if one.done_at is not None:
        yield f"{british_time(one.done_at)}, {one.done_by}"
    else:
        yield "may stay" if one.lapsed_at is not None else ""


def concerns_account(who: Acting, one: Takedown) -> bool:
    """Whether somebody who may see takedowns may see this one: it is on one of their channels."""
    return sees_places(who, one.place.release.channel)


def concerns(one: Takedown) -> str:
    """Whom a takedown is about, without saying who."""
    return _CONCERNS.get(one.person_kind, "the photo")


def _row(one: Takedown) -> dict[str, object]:
    return {
        "id": one.id,
        "place": one.place.id,
        "photo": one.place.photo,
        "copy": one.place.release.sha256,
        "channel": one.place.release.channel,
        "where": one.place.where,
        "name": one.place.name,
        "about": concerns(one),
        "since": one.since,
        "due": one.due,
        "done_at": one.done_at,
        "done_by": one.done_by,
        "proof": one.proof,
        "may_stay_since": one.lapsed_at,
    }
