"""Where the keys of a site are, and how a new site gets its own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import platformdirs

from consent_db.keys import SqlKeyStore
from gate.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, move, write
from gate.errors import KeysUnusable, SiteError
from gate.sealing import KeyedSealer, first_check
from gate.settings import KeySettings
from gate.site_key import source_of
from gate.site_lock import SiteLock

ENVIRONMENT = "PHOTOGATE_KEYS"
"""A folder for the keys of this computer's sites; it outweighs the settings."""

ID_FILE = "register/site.id"
STORE_FILE = "keys.sqlite3"
_PATIENCE = 30.0


def keys_folder(root: Path, settings: KeySettings) -> Path:
    """The folder of the keys of the site in ``root``; one that is new or old is given an id first.

    Raises KeysUnusable or SiteError.
    """
    return _folder(root, settings, _site_id(root, settings))


def open_sealer(root: Path, settings: KeySettings) -> KeyedSealer:
    """The sealer of the site in ``root``. Raises KeysUnusable or SiteError."""
    site = _site_id(root, settings)
    folder = _folder(root, settings, site)
    store = SqlKeyStore(folder / STORE_FILE, site)
    return KeyedSealer(store, source_of(settings.source, folder, site), folder / "rotate.lock")


def key_store(root: Path, settings: KeySettings) -> SqlKeyStore:
    """The store of the site's keys, for counting them."""
    site = _site_id(root, settings)
    return SqlKeyStore(_folder(root, settings, site) / STORE_FILE, site)


def require_outside(root: Path, settings: KeySettings) -> None:
    """Raises SiteError when the keys of a new site would lie inside of it."""
    if _base(root, settings).is_relative_to(root.resolve()):
        raise SiteError(
            f"The keys would be kept in {_base(root, settings)}, inside the site, so that every "
            f"copy of the site would hold them. Name another folder in {ENVIRONMENT}. Nothing was "
            "changed."
        )


def _folder(root: Path, settings: KeySettings, site: str) -> Path:
    return _base(root, settings) / site


def _base(root: Path, settings: KeySettings) -> Path:
    given = os.environ.get(ENVIRONMENT) or settings.folder
    base = root / given if given else platformdirs.user_config_path("photogate", appauthor=False)
    return base.resolve()


def _site_id(root: Path, settings: KeySettings) -> str:
    """The site's id; a site without one, so without any keys, gets both."""
    path = root / ID_FILE
    known = _read(path)
    if known:
        return known
    try:
        make_folder(path.parent, mode=PRIVATE_FOLDER)
        with SiteLock(path.with_name(".site.lock"), "start", patience=_PATIENCE):
            return _read(path) or _make(root, settings)
    except OSError as error:
        raise KeysUnusable(f"The keys of this site cannot be made ({error.strerror}).") from error


def _make(root: Path, settings: KeySettings) -> str:
    site = secrets.token_hex(8)
    folder = _folder(root, settings, site)
    make_folder(folder, mode=PRIVATE_FOLDER)
    source = source_of(settings.source, folder, site)
    SqlKeyStore(folder / STORE_FILE, site).create(first_check(source.make()))
    # Last: a site with an id is known to have keys, and is never given new ones.
    path = root / ID_FILE
    temporary = path.with_name("site.id.new")
    write(temporary, f"{site}\n".encode(), mode=PRIVATE_FILE)
    move(temporary, path)
    return site


def _read(path: Path) -> str:
    try:
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise KeysUnusable(f"{path}, which says whose keys to use, cannot be read.") from error
    if not text or not all(letter in "0123456789abcdef" for letter in text):
        raise KeysUnusable(f"{path}, which says whose keys to use, is damaged. Restore it.")
    return text
