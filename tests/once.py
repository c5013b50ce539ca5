"""What is slow to make and only copied or looked at: made once for all processes of a test run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.site_lock import SiteLock

_PATIENCE = 600.0


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder of this process, filled by ``make``.

    Whichever process comes first calls ``make`` with the folder to fill. Each gets a copy of it,
    and the keys of the sites in it.
    """
    shared = of_this_run(factory) / "once" / name
    shared.mkdir(parents=True, exist_ok=True)
    with SiteLock(shared / ".lock", f"maker of {name}", patience=_PATIENCE):
        if not (shared / "done").exists():
            _make(shared, make)
    mine = factory.mktemp(name) / "made"
    shutil.copytree(shared / "made", mine)
    if (shared / "keys").is_dir():
        shutil.copytree(shared / "keys", os.environ["PHOTOGATE_KEYS"], dirs_exist_ok=True)
    return mine


def _make(shared: Path, make: Callable[[Path], object]) -> None:
    # What another process began and did not end is begun anew.
    shutil.rmtree(shared / "made", ignore_errors=True)
    (shared / "made").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHOTOGATE_KEYS", str(shared / "keys"))
        make(shared / "made")
    (shared / "done").touch()


def of_this_run(factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share, and no other run."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
