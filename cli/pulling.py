"""photogate pull: a folder of approved copies, kept in step with today's permissions."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from cli.acting import acting
from cli.options import AsJson, By, require_channels, site_of
from cli.output import print_json, say
from cli.settling import settle
from cli.site import Site, now
from consent_db.pulls import SqlPull
from gate import manifest
from gate.errors import DocumentRefused, SiteError
from gate.pull import Pulled, pull
from gate.released import Wanted
from gate.roles import Act
from gate.site_lock import SiteLock

_PATIENCE = 600.0
"""Seconds to wait for another pull into the same folder."""


def pull_copies(
    context: typer.Context,
    channel: Annotated[
        str, typer.Option("--channel", "-c", help="The channel that the copies are for.")
    ],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to keep in step.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Bring a folder in step with what may be published on a channel now.

    New copies are added and those that may no longer be shown are removed. Other files there are
    left alone. A signed list of the copies lies beside them: 'photogate verify DIR' reads it.
    """
    site = site_of(context)
    name = acting(site, Act.PULL, by, channel=channel)
    require_channels(site, [channel])
    done = pull_into(site, channel, to, name)
    if as_json:
        print_json(
            {
                "taken": done.taken,
                "removed": done.removed,
                "kept": done.kept,
                "changed": done.changed,
                "in_the_way": done.in_the_way,
                "spoilt": done.spoilt,
            }
        )
    else:
        _tell(channel, to, done)
    if done.changed or done.in_the_way or done.spoilt:
        raise typer.Exit(1)


def pull_into(site: Site, channel: str, to: Path, by: str) -> Pulled:
    """Bring a folder in step and write its manifest. Raises SiteError when it cannot be used."""
    folder = _folder(site, to)
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    lock = SiteLock(site.vault / f".pull-{name}.lock", "pull", patience=_PATIENCE)
    with lock:
        _require_ours(site, folder, channel)
        ledger = SqlPull(
            site.database, site.consequences, by, (channel, str(folder), f"ready/{channel}")
        )
        done = pull(site.root, folder, ledger)
        entries = [_entry(one) for one in done.here]
        listed = manifest.build(entries, channel, by, now(), site.id)
        manifest.write(folder, manifest.to_bytes(listed, site.signer))
    settle(site)
    return done


def _entry(one: Wanted) -> manifest.Entry:
    return manifest.Entry(
        one.name, one.sha256, one.size, one.width, one.height, one.release, one.approved_at
    )


def _folder(site: Site, to: Path) -> Path:
    if not to.is_dir():
        raise SiteError(
            f"{to} is not a folder that can be used. Make it, or connect its network share; "
            "nothing was copied."
        )
    folder = to.resolve()
    if folder.is_relative_to(site.root.resolve()) or site.root.resolve().is_relative_to(folder):
        raise SiteError(
            f"{to} is part of the site itself, or holds it. Choose a folder of your own; nothing "
            "was copied."
        )
    return folder


def _require_ours(site: Site, folder: Path, channel: str) -> None:
    """Raises SiteError when the folder is kept for another channel or by another site."""
    try:
        earlier = manifest.read_from(folder)
    except DocumentRefused as error:
        raise SiteError(
            f"{folder / manifest.FILE_NAME} was changed: {error} Delete that file if this is the "
            "right folder, then pull again; nothing was copied."
        ) from error
    if earlier is None:
        return
    held = earlier.manifest
    if held.site != site.id or held.channel != channel:
        whose = f"the channel {held.channel}" if held.site == site.id else "another site"
        raise SiteError(
            f"{folder} holds copies for {whose}. Choose another folder; nothing was copied."
        )


def _tell(channel: str, to: Path, done: Pulled) -> None:
    say(
        f"{to} is in step with {channel}: {len(done.taken)} new, {len(done.removed)} removed, "
        f"{done.kept} kept."
    )
    _list("Removed, because they may no longer be shown; take them down where you used them:",
          done.removed)  # fmt: skip
    _list("Changed by hand since they were pulled, so they were left alone. They are not the "
          "approved copies:", done.changed)  # fmt: skip
    _list("Not copied, because another file has the name:", done.in_the_way)
    _list("Not copied, because the file in the site is missing or was changed by hand; the photo "
          "is judged again:", done.spoilt)  # fmt: skip


def _list(heading: str, names: tuple[str, ...]) -> None:
    if names:
        say(heading, style="yellow")
        for name in names:
            say(f"  {name}")
