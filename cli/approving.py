"""photogate review approve, release-vetoed: releasing what is held, in somebody's name."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.acting import acting_as
from cli.cases import the_photo
from cli.deciding import decides_everything, on_own_channels, the_own_part
from cli.held_releases import decision_on, lifting_veto, signing_off
from cli.options import AsJson, By, require_channels, site_of
from cli.output import print_json, say
from cli.rejudging import Wish, rejudge
from cli.review_own import print_own_part
from cli.review_tables import decision_rows, print_verdicts
from consent_db import statements
from consent_db.stored import StoredPhoto
from gate.approvals import veto_lifted
from gate.roles import Act
from gate.values import Verdict

Photo = Annotated[
    str,
    typer.Argument(metavar="PHOTO", help="The name it was dropped with, or its id's beginning."),
]
ChannelName = Annotated[str, typer.Option("--channel", "-c", help="The channel to release it on.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is kept with your name.")]


def approve(
    context: typer.Context,
    photo: Photo,
    channel: ChannelName,
    reason: Why,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Release a held photo on a channel, as it would be released by the rules.

    It never releases what the rules forbid. If it is decided otherwise about any face later, the
    photo is held again.
    """
    site = site_of(context)
    who = acting_as(site, Act.SIGN_OFF, by, channel=channel)
    require_channels(site, [channel])
    chosen = the_own_part(site, who, photo)
    said = signing_off(chosen, [channel], who)
    after = rejudge(site, chosen, Wish.of(who, reason, said))[0]
    if not decides_everything(who):
        print_own_part(on_own_channels(after, who), as_json=as_json)
        return
    _tell(after, channel, as_json=as_json)


def release_vetoed(
    context: typer.Context,
    photo: Photo,
    channel: ChannelName,
    reason: Why,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Release a photo in which a restricted person may be. Two people are needed.

    One of them is the safeguarding lead; neither dropped the photo. The face in question stays
    covered, unless somebody names it as a person who may be shown.
    """
    site = site_of(context)
    who = acting_as(site, Act.RELEASE_VETOED, by)
    require_channels(site, [channel])
    chosen = the_photo(site, photo)
    seen = decision_on(chosen, channel).faces
    said = lifting_veto(chosen, channel, who)
    after = rejudge(site, chosen, Wish.of(who, reason, [said]))[0]
    with site.database.reading() as connection:
        given = statements.approvals_of(connection, chosen.photo)
    if not as_json and not veto_lifted(given, channel, seen):
        say("Recorded. A second person must release it too: the safeguarding lead, if that was "
            "not you, or another lead or administrator.")  # fmt: skip
    _tell(after, channel, as_json=as_json)


def _tell(after: StoredPhoto, channel: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"decisions": decision_rows(after)})
        return
    print_verdicts(after)
    if decision_on(after, channel).verdict is Verdict.REVIEW:
        say("It is decided otherwise now than when you looked, so it is still held. Look again.",
            style="yellow")  # fmt: skip
