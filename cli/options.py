"""Options and arguments that several verbs share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from cli.settling import settled
from cli.site import Site
from gate.errors import SettingsError

_SETTLED = "photogate.settled"

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")]
By = Annotated[
    str,
    typer.Option("--by", metavar="NAME", help="Who does this, for the record [you]."),
]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The person's reference, such as P0012.")]


def site_of(context: typer.Context) -> Site:
    """The site that the whole command is about, after what is out was brought in line with today.

    Files that cannot be deleted are told of and stop nobody from recording a withdrawal; no verb
    hands them out. Raises RegisterUnreachable when the register or the clock are not as needed.
    """
    site = unsettled_site_of(context)
    if not context.meta.get(_SETTLED):
        context.meta[_SETTLED] = True
        settled(site)
    return site


def unsettled_site_of(context: typer.Context) -> Site:
    """The site that the command is about, as it is: for what must work when all else fails."""
    site = context.find_object(Site)
    assert site is not None, "the callback of the app sets the site"  # noqa: S101
    return site


def require_channels(site: Site, names: Iterable[str]) -> None:
    """Raises SettingsError unless the site has a channel of each of these names."""
    unknown = sorted(set(names) - set(site.settings.channels))
    if unknown:
        raise SettingsError(
            f"There is no channel called {', '.join(unknown)}; this site has "
            f"{', '.join(site.settings.channels)}. Nothing was changed."
        )
