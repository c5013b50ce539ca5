"""photogate keys: where the keys are, whether they fit, replacing the site key."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import typer

from cli.acting import acting
from cli.options import AsJson, By, site_of
from cli.output import print_json, say
from cli.progress import steps
from cli.site import Site
from cli.site_keys import key_store
from gate.roles import Act
from gate.site_key import ENVIRONMENT, NEXT

keys_app = typer.Typer(
    no_args_is_help=True, help="The keys that names, faces and originals are encrypted with."
)
_KINDS = {
    "person": "people (names, reasons)",
    "template": "people's face templates and reference photos",
    "photo": "photos (originals, file names, reasons)",
    "secret": "secrets of the site",
}


@keys_app.command()
def status(context: typer.Context, as_json: AsJson = False, by: By = "") -> None:
    """Say where the keys are, whether they fit, and what is not encrypted yet."""
    site = site_of(context)
    acting(site, Act.MANAGE_KEYS, by)
    site.sealer.require_fitting()
    counts = key_store(site.root, site.settings.keys).count()
    plain = len(site.originals.unprotected())
    if as_json:
        listed = {
            kind: {"keys": there, "destroyed": gone} for kind, (there, gone) in counts.items()
        }
        print_json(
            {
                "folder": str(site.keys_folder),
                "source": site.settings.keys.source,
                "keys": listed,
                "originals_unprotected": plain,
            }
        )
        return
    say(f"The site key fits. The keys are in {site.keys_folder}.")
    for kind, (there, gone) in counts.items():
        say(f"  {there} of {_KINDS.get(kind, kind)}" + (f"; {gone} destroyed" if gone else ""))
    if plain:
        say(f"{_plain_originals(plain)}.", style="yellow")


@keys_app.command()
def rotate(context: typer.Context, by: By = "") -> None:
    """Replace the site key. Whoever has a copy of the old one can then open nothing new with it.

    What is encrypted stays as it is: only the keys in the key store are wrapped anew. Make a new
    copy of the keys afterwards.
    """
    site = site_of(context)
    who = acting(site, Act.MANAGE_KEYS, by)
    # Before: a register that does not answer must not leave a change without its entry.
    with site.database.transaction(who) as transaction:
        transaction.audit("keys.rotated", "site", {})
        count = site.sealer.rotate()
    say(f"The site key was replaced; {count} keys are wrapped with the new one.")
    if site.settings.keys.source == "environment":
        say(f"From now on give the new key as {ENVIRONMENT}, and no {NEXT}.")
    else:
        say("Copy the keys again, in the place of their earlier copy.")


@keys_app.command()
def protect(context: typer.Context, by: By = "") -> None:
    """Encrypt the originals that lie in the vault as they were dropped, from earlier versions.

    It can be stopped and started again at any moment.
    """
    site = site_of(context)
    who = acting(site, Act.MANAGE_KEYS, by)
    site.names_key()
    plain = site.originals.unprotected()
    for photo in steps(plain, "Encrypting originals"):
        site.originals.protect(photo)
    if plain:
        with site.database.transaction(who) as transaction:
            transaction.audit("originals.protected", "site", {"count": len(plain)})
    say(f"{len(plain)} originals were encrypted. None is left open.")


def key_findings(site: Site) -> Iterator[tuple[str, str]]:
    """What the doctor has to say of the keys: level and text. Raises KeysUnusable, SiteError."""
    site.sealer.require_fitting()
    folder = site.keys_folder
    if folder.is_relative_to(site.root.resolve()):
        yield (
            "problem",
            f"the keys are in {folder}, inside the site: every copy of the site holds them, and "
            "whoever has it can read everything. Move that folder elsewhere, and name the new one "
            "under [keys]",
        )
    readable = [path.name for path in sorted(folder.iterdir()) if _open_to_others(path)]
    if readable:
        names = ", ".join(readable)
        yield (
            "problem",
            f"other accounts can read {names} in {folder}; run: chmod -R go= '{folder}'",
        )
    plain = len(site.originals.unprotected())
    if plain:
        yield "warning", _plain_originals(plain)
    yield (
        "ok",
        f"the site key fits; the keys are in {folder}. Open by purpose: staging, ready, results",
    )


def _plain_originals(count: int) -> str:
    return f"{count} originals are not encrypted; run 'photogate keys protect'"


def _open_to_others(path: Path) -> bool:
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
