"""The user's own folder: which login belongs to which site. Readable by nobody else."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

from cli.site import Site
from gate import durable
from gate.errors import SiteError

HOME = "PHOTOGATE_HOME"
"""The environment variable that names another folder than the user's own."""
_LONGEST = 200


def folder() -> Path:
    """Where the user's logins are kept."""
    named = os.environ.get(HOME, "")
    return Path(named or platformdirs.user_config_dir("photogate", appauthor=False))


def kept_login(site: Site) -> str:
    """The secret of the user's login on this site; "" when there is none."""
    try:
        with _file(site).open("rb") as file:
            return file.read(_LONGEST).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _unusable(error) from error


def keep_login(site: Site, secret: str) -> None:
    """Keep a login of this site, in place of an earlier one. Raises SiteError."""
    file = _file(site)
    new = file.with_suffix(".new")
    try:
        durable.make_folder(file.parent, mode=durable.PRIVATE_FOLDER)
        new.unlink(missing_ok=True)
        durable.write(new, f"{secret}\n".encode(), mode=durable.PRIVATE_FILE)
        durable.move(new, file)
    except OSError as error:
        raise _unusable(error) from error


def forget_login(site: Site) -> None:
    """Keep no login of this site any more. Raises SiteError."""
    try:
        _file(site).unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(error) from error


def _file(site: Site) -> Path:
    # The address without a password in it: a hash of it could be guessed.
    return folder() / "logins" / hashlib.sha256(site.database.place.encode()).hexdigest()[:32]


def _unusable(error: OSError) -> SiteError:
    return SiteError(
        f"Your login cannot be kept in {folder()} ({error.strerror}). "
        f"Name another folder in {HOME}."
    )
