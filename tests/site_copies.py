"""A copy of a site to change, with keys of its own.

Destroying a person's key would make that person unreadable on every copy that shares it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.site import Site


def own_copy(root: Path, folder: Path, patch: pytest.MonkeyPatch) -> Site:
    """The site in ``root`` copied into ``folder``; its keys are found as long as ``patch`` is."""
    keys = Site(root).keys_folder
    shutil.copytree(root, folder / "site")
    shutil.copytree(keys, folder / "keys" / keys.name)
    patch.setenv("PHOTOGATE_KEYS", str(folder / "keys"))
    return Site(folder / "site")
