"""The secret that a site signs with: a file of its own in the vault, made once."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from gate.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, move, write
from gate.errors import SiteError
from gate.signing import SEED_BYTES
from gate.site_lock import SiteLock

FILE_NAME = ".signing.key"
_PATIENCE = 60.0


def signing_seed(vault: Path) -> bytes:
    """The site's secret of 32 bytes. Raises SiteError when it is damaged or cannot be made."""
    path = vault / FILE_NAME
    try:
        seed = _read(path)
        if seed is None:
            seed = _made(path)
    except OSError as error:
        raise SiteError(
            f"The signing key {path} cannot be read or made ({error.strerror}). Check that this "
            "account may write there."
        ) from error
    if len(seed) != SEED_BYTES:
        raise SiteError(
            f"The signing key {path} is damaged. Restore it from a backup; without one, move it "
            "away, and a new key is made: hand its public half out again."
        )
    return seed


def _read(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return None


def _made(path: Path) -> bytes:
    make_folder(path.parent, mode=PRIVATE_FOLDER)
    lock = path.with_name(".signing.lock")
    with SiteLock(lock, "maker of the signing key", patience=_PATIENCE):
        # Another process may have made it while this one waited.
        seed = _read(path)
        if seed is None:
            seed = secrets.token_bytes(SEED_BYTES)
            temporary = path.with_suffix(".new")
            write(temporary, seed, mode=PRIVATE_FILE)
            move(temporary, path)
    return seed
