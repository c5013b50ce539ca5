"""photogate pull: a folder of approved copies, kept in step with today's permissions."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated

import typer

from cli.acting import acting
from cli.names import register_names
from cli.options import AsJson, By, require_channels, site_of
from cli.output import print_json, say
from cli.settling import removed_ended
from cli.site import Site, now
from consent_db import places
from consent_db.pulls import SqlPull
from consent_db.register import confirmed_at
from gate import manifest
from gate.errors import DocumentRefused, SiteError
from gate.manifest import Manifest, SignedManifest
from gate.publish import Publisher
from gate.pull import pull
from gate.pulled import Pulled, Surroundings
from gate.released import Wanted
from gate.roles import Act
from gate.site_lock import SiteLock
from gate.verifying import Signature, signature_of

_PATIENCE = 600.0
"""Seconds to wait for another pull into the same folder."""


def pull_copies(
    context: typer.Context,
    channel: Annotated[
        str, typer.Option("--channel", "-c", help="The channel that the copies are for.")
    ],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to keep in step.")],
    emptied: Annotated[
        bool, typer.Option("--emptied", help="You emptied the folder yourself; fill it anew.")
    ] = False,
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
    done = pull_into(site, channel, to, name, emptied=emptied)
    if as_json:
        print_json(
            {
                "taken": done.taken,
                "removed": done.removed,
                "kept": done.kept,
                "changed": done.changed,
                "in_the_way": done.in_the_way,
                "spoilt": done.spoilt,
                "left_out": done.left_out,
            }
        )
    else:
        _tell(channel, to, done)
    if done.changed or done.in_the_way or done.spoilt or done.left_out:
        raise typer.Exit(1)


def pull_into(site: Site, channel: str, to: Path, by: str, *, emptied: bool = False) -> Pulled:
    """Bring a folder in step and write its manifest. Raises SiteError when it cannot be used."""
    folder = _folder(site, to)
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    lock = SiteLock(site.vault / f".pull-{name}.lock", "pull", patience=_PATIENCE)
    with lock:
        earlier = _ours(site, folder, channel)
        ledger = SqlPull(
            site.database, site.consequences, by, (channel, str(folder), f"ready/{channel}")
        )
        if earlier is None:
            _begin(folder, ledger, emptied=emptied)
            _write(site, folder, manifest.build([], channel, by, now(), site.id))
        publisher = Publisher(site.root, site.ledger(by), register_names(site))
        around = Surroundings(_listed(site, earlier), publisher.finish, may_add(site))
        done = pull(site.root, folder, ledger, around)
        entries = [entry_of(one) for one in done.here]
        _write(site, folder, manifest.build(entries, channel, by, done.at, site.id))
    removed_ended(site)
    return done


def _write(site: Site, folder: Path, listed: Manifest) -> None:
    manifest.write(folder, manifest.to_bytes(listed, site.signer))


def _begin(folder: Path, ledger: SqlPull, *, emptied: bool) -> None:
    """Look at a folder that has no manifest. Raises SiteError when it should have one.

    Where a network share is not connected, an empty folder is found in its place.
    """
    held = ledger.held()
    if not held or any(os.path.lexists(folder / one.name) for one in held):
        return
    if emptied:
        ledger.give_back(held, "Somebody emptied the folder.")
        return
    raise SiteError(
        f"{folder} is empty, but {len(held)} copies were pulled into it. Is its network share or "
        "disk connected? If you emptied it yourself, pull with --emptied; nothing was copied."
    )


def _listed(site: Site, earlier: SignedManifest | None) -> list[tuple[str, str]]:
    """What the folder's manifest tells of, if nobody but the site wrote it."""
    if earlier is None or signature_of(earlier, site.public_keys) is not Signature.GOOD:
        return []
    return [(entry.name, entry.sha256) for entry in earlier.manifest.files]


def may_add(site: Site) -> bool:
    """Whether the register is current enough to hand out copies by it."""
    with site.database.reading() as connection:
        confirmed = confirmed_at(connection)
    return site.policy.is_current(confirmed, now())


def entry_of(one: Wanted) -> manifest.Entry:
    """A copy as the manifest lists it."""
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


def _ours(site: Site, folder: Path, channel: str) -> SignedManifest | None:
    """The folder's manifest, if it has one.

    Raises SiteError when the folder is kept for another channel or by another site.
    """
    try:
        earlier = manifest.read_from(folder)
    except DocumentRefused as error:
        raise SiteError(
            f"{folder / manifest.FILE_NAME} was changed: {error} Delete that file if this is the "
            "right folder, then pull again; nothing was copied."
        ) from error
    with site.database.reading() as connection:
        kept_for = set(places.channels_in(connection, str(folder))) - {channel}
    if earlier is not None and earlier.manifest.site != site.id:
        kept_for = {""}
    elif earlier is not None:
        kept_for |= {earlier.manifest.channel} - {channel}
    if kept_for:
        named = ", ".join(sorted(kept_for))
        whose = f"the channel {named}" if named else "another site"
        raise SiteError(
            f"{folder} holds copies for {whose}. Choose another folder; nothing was copied."
        )
    return earlier


def _tell(channel: str, to: Path, done: Pulled) -> None:
    say(
        f"{to} is in step with {channel}: {len(done.taken)} new, {len(done.removed)} removed, "
        f"{done.kept} kept."
    )
    if done.left_out:
        say(
            f"{done.left_out} more could not be added: the register was not confirmed for too long "
            "or this computer's clock is behind it. 'photogate doctor' says more.",
            style="bold red",
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
