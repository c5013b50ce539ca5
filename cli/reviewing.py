"""photogate review: held photos, and saying who is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.acting import acting_as, acting_on
from cli.approving import approve, release_vetoed
from cli.cases import case_of, people_in
from cli.deciding import decides_everything, on_own_channels, the_own_part
from cli.options import AsJson, By, require_channels, site_of
from cli.output import print_json, print_table
from cli.people import known
from cli.photos import Onlooker, write_picture
from cli.rejudging import Wish, rejudge
from cli.review_faces import (
    covering,
    denying,
    drawing,
    names_of,
    naming,
    once,
    refusing,
    unsaid,
)
from cli.review_list import list_held
from cli.review_own import print_own_part, show_own_part
from cli.review_tables import (
    channel_names,
    decision_rows,
    face_rows,
    print_faces,
    print_history,
    print_verdicts,
)
from cli.site import Site
from cli.viewing import note_people
from consent_db import statements, stored
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.errors import RegisterError
from gate.roles import Act

review_app = typer.Typer(
    no_args_is_help=True,
    help="Held photos: say who is in them. Each word is kept with name and reason, and the photo "
    "is judged again at once.",
)

review_app.command("list")(list_held)

Photo = Annotated[
    str,
    typer.Argument(metavar="PHOTO", help="The name it was dropped with, or its id's beginning."),
]
Why = Annotated[str, typer.Option("--reason", help="Why; it is kept with what you say.")]


@review_app.command()
def show(
    context: typer.Context,
    photo: Photo,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="OUT", help="Write the photo with numbered boxes here."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the faces of a photo by number, and what was said about them."""
    site = site_of(context)
    who = acting_as(site, Act.SIGN_OFF)
    chosen = the_own_part(site, who, photo)
    if not decides_everything(who):
        show_own_part(site, who, chosen, picture, as_json=as_json)
        return
    note_people(site, who, people_in(chosen), "photo")
    if picture is not None:
        write_picture(site, case_of(site, chosen), Onlooker(who, who.role), picture)
    with site.database.reading() as connection:
        history = statements.history(connection, chosen.photo)
    if as_json:
        print_json(
            {"photo": chosen.photo, "decisions": decision_rows(chosen), "statements": history}
        )
        return
    print_verdicts(chosen)
    print_table(("Face", "Box (x, y, width, height)", *channel_names(chosen)), face_rows(chosen))
    print_history(chosen, history)


@review_app.command("name-face")
def name_face(
    context: typer.Context,
    photo: Photo,
    names: Annotated[
        list[str], typer.Argument(metavar="N=REF...", help="Face number and reference: 1=P0012.")
    ],
    reason: Why,
    cover_rest: Annotated[
        bool, typer.Option("--cover-rest", help="Cover every face that nobody spoke about.")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Say who a face is. It is shown only where that person may be shown."""
    site = site_of(context)
    who = acting_as(site, Act.REVIEW, by)
    chosen = the_own_part(site, who, photo)
    pairs = names_of(names)
    snapshot = site.register().snapshot()
    said = naming(chosen, [(number, known(snapshot, ref).ref) for number, ref in pairs])
    if cover_rest:
        said += covering(chosen, unsaid(site, chosen, {number for number, _ in pairs}))
    _act(site, who, chosen, Wish.of(who, reason, said), as_json=as_json)


@review_app.command("not-a-face")
def not_a_face(
    context: typer.Context,
    photo: Photo,
    numbers: Annotated[list[int], typer.Argument(metavar="N...", help="Numbers of faces.")],
    reason: Why,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Say that something is no face. It is no longer covered, unless it is recognised."""
    site = site_of(context)
    who = acting_as(site, Act.REVIEW, by)
    chosen = the_own_part(site, who, photo)
    said = denying(chosen, once(numbers))
    _act(site, who, chosen, Wish.of(who, reason, said), as_json=as_json)


@review_app.command()
def cover(
    context: typer.Context,
    photo: Photo,
    reason: Why,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="[N...]", help="Numbers of faces.")
    ] = None,
    rest: Annotated[
        bool, typer.Option("--rest", help="Every face that nobody spoke about.")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Have faces covered, whoever they are."""
    site = site_of(context)
    who = acting_as(site, Act.SIGN_OFF, by)
    chosen = the_own_part(site, who, photo)
    wanted = once(numbers or [])
    if rest:
        wanted += unsaid(site, chosen, set(wanted))
    if not wanted:
        raise RegisterError("There is no face to cover: name numbers, or --rest. Nothing changed.")
    _act(site, who, chosen, Wish.of(who, reason, covering(chosen, wanted)), as_json=as_json)


@review_app.command("draw-face")
def draw_face(
    context: typer.Context,
    photo: Photo,
    box: Annotated[
        str, typer.Argument(metavar="X,Y,W,H", help="The face, in pixels of the upright photo.")
    ],
    reason: Why,
    person: Annotated[
        str, typer.Option("--person", metavar="REF", help="Who it is [nobody: it is covered].")
    ] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Draw a face that was missed."""
    site = site_of(context)
    who = acting_as(site, Act.REVIEW if person else Act.SIGN_OFF, by)
    chosen = the_own_part(site, who, photo)
    ref = known(site.register().snapshot(), person).ref if person else None
    _act(site, who, chosen, Wish.of(who, reason, [drawing(chosen, box, ref)]), as_json=as_json)


@review_app.command()
def refuse(
    context: typer.Context,
    photo: Photo,
    reason: Why,
    channel: Annotated[
        list[str], typer.Option("--channel", "-c", help="Only this channel [all]; may be repeated.")
    ] = [],  # noqa: B006
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Refuse a photo for good: no copy of it is released there any more."""
    site = site_of(context)
    who = acting_on(site, Act.SIGN_OFF, by, channel)
    require_channels(site, channel)
    chosen = the_own_part(site, who, photo)
    _act(site, who, chosen, Wish.of(who, reason, refusing(channel)), as_json=as_json)


@review_app.command("take-back")
def take_back(
    context: typer.Context,
    numbers: Annotated[
        list[int], typer.Argument(metavar="ID...", help="Statements; 'review show' lists them.")
    ],
    reason: Why,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take back what was said, all about one photo. A refusal is final."""
    site = site_of(context)
    who = acting_as(site, Act.REVIEW, by)
    with site.database.reading() as connection:
        photos = {statements.get(connection, number).photo for number in numbers}
        if len(photos) > 1:
            raise RegisterError("These are about several photos; take back one photo's at a time.")
        chosen = stored.stored(connection, photos).get(photos.pop())
    if chosen is None:
        raise RegisterError("That photo can no longer be decided about. Nothing was changed.")
    _act(site, who, chosen, Wish.of(who, reason, (), tuple(numbers)), as_json=as_json)


review_app.command("approve")(approve)
review_app.command("release-vetoed")(release_vetoed)


def _act(site: Site, who: Acting, photo: StoredPhoto, wish: Wish, *, as_json: bool) -> None:
    after, change = rejudge(site, photo, wish)
    if not decides_everything(who):
        print_own_part(on_own_channels(after, who), as_json=as_json)
        return
    if as_json:
        print_json(
            {"statements": [one.id for one in change.said], "decisions": decision_rows(after)}
        )
        return
    print_verdicts(after)
    print_faces(site, after, change)
