"""photogate init: a new site."""

from __future__ import annotations

import json
import os
from pathlib import Path

import typer

from cli.options import unsettled_site_of
from cli.output import say
from cli.site import Site, embedded_url, now
from cli.site_keys import ENVIRONMENT, open_sealer, require_outside
from consent_db.database import Database
from gate import settings as settings_file
from gate.errors import SiteError
from gate.site_key import EnvironmentKey

_PRIVATE = ("vault", "register")
_OPEN = ("staging", "ready", "results")


def init(context: typer.Context) -> None:
    """Make a new site: settings, register, and the folders for photos.

    Nothing that exists is overwritten.
    """
    site = unsettled_site_of(context)
    make_site(site, _settings_text())
    say(f"A new site is ready in {site.root}.")
    say(
        f"Names, faces and originals are encrypted. The keys are in {site.keys_folder}: keep a "
        "copy of that folder in a safe place, apart from every copy of the site. Without it "
        "nobody can read the site any more."
    )
    say(f"Look through {site.root / settings_file.FILE_NAME}, then import your people:")
    say("  photogate import people people.csv")


def _settings_text() -> str:
    """The settings of a new site; they name the folder of the keys that was chosen for it."""
    text = settings_file.default_text()
    chosen = os.environ.get(ENVIRONMENT)
    if not chosen:
        return text
    return text.replace('folder = "" ', f"folder = {json.dumps(str(Path(chosen).resolve()))} ", 1)


def make_site(site: Site, settings_text: str = "") -> None:
    """Make the folders, settings and register of a site. Raises SiteError where one is already."""
    taken = [site.root / name for name in (settings_file.FILE_NAME, *_PRIVATE, *_OPEN)]
    for path in taken:
        if path.exists() or path.is_symlink():
            raise SiteError(
                f"{path} exists already; nothing was changed. Choose another folder with --site."
            )
    text = settings_text or settings_file.default_text()
    settings = settings_file.parse(text)
    require_outside(site.root, settings.keys)
    if settings.keys.source == "environment":
        # Whether it is there, before anything is made.
        EnvironmentKey().load()
    try:
        site.root.mkdir(parents=True, exist_ok=True)
        for name in _PRIVATE:
            (site.root / name).mkdir(mode=0o700)
        for name in _OPEN:
            (site.root / name).mkdir()
        for channel in settings.channels:
            (site.ready / channel).mkdir()
        sealer = open_sealer(site.root, settings.keys)
        Database(embedded_url(site.root), now, sealer=sealer).migrate()
        # Last, because with it the folder counts as a site.
        (site.root / settings_file.FILE_NAME).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SiteError(f"The site could not be made in {site.root}: {error}.") from error
