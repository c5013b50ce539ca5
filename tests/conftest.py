"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from typer.main import get_command

from cli import FOR_WORKERS
from tests.cheap_passwords import cheap_passwords, costly_passwords
from tests.once import of_this_run

__all__ = ["cheap_passwords", "costly_passwords"]

PROJECT = Path(__file__).resolve().parents[1]

# As in the product's own processes; those that tests start inherit it.
for name, value in FOR_WORKERS.items():
    os.environ.setdefault(name, value)
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
)
# A process that compiles all modules anew takes longer to start than to do most verbs.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples each time: what one change breaks is not found in the next.
settings.register_profile("steady", derandomize=True)
settings.register_profile("seeking", derandomize=False)
settings.load_profile(os.environ.get("PHOTOGATE_EXAMPLES", "steady"))


@pytest.fixture(scope="session", autouse=True)
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The keys of all sites that tests make; never the folder of whoever runs them."""
    folder = tmp_path_factory.mktemp("keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHOTOGATE_KEYS", str(folder))
        for name in ("PHOTOGATE_SITE_KEY", "PHOTOGATE_SITE_KEY_NEW"):
            patch.delenv(name, raising=False)
        yield folder


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Several tests run at once; the threads of a picture would be in their way."""
    import cv2

    cv2.setNumThreads(1)


@pytest.fixture(scope="session", autouse=True)
def networks_of_sites(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the networks of a site answered is remembered in this run."""
    from tests.remembered import FOLDER, remember

    if "PHOTOGATE_ASK_ANEW" not in os.environ:
        folder = of_this_run(tmp_path_factory) / "remembered"
        folder.mkdir(exist_ok=True)
        os.environ[FOLDER] = str(folder)
        remember()


@pytest.fixture(scope="session", autouse=True)
def quick_registers() -> Iterator[None]:
    """New registers in this process are made without the steps in between."""
    from tests.quick_register import quickly

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("consent_db.database.upgrade", quickly)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_command_line() -> Iterator[None]:
    """Typer's runner puts the command line together for each command, which takes the longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", cache(get_command))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The measuring data beside the project (PHOTOGATE_SHARED names another place)."""
    folder = Path(os.environ.get("PHOTOGATE_SHARED", PROJECT.parent / "shared"))
    if not (folder / "school" / "truth.csv").is_file():
        pytest.skip("the measuring data is not beside the project")
    return folder


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests wait for disks, browsers and services, too."""
    return (os.cpu_count() or 1) + 1


_FIRST = ("test_measuring_data.py", "test_main_job.py")
_FOLDERS = ("web", "e2e", "integration", "contract", "migration", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where files take longest comes first, so that no process ends long after the others.

    Before all, those that take very long, and that make what others would wait for.
    """

    folders = [PROJECT / "tests" / name for name in _FOLDERS]

    def order(item: pytest.Item) -> tuple[bool, int]:
        if item.path.name in _FIRST:
            return False, _FIRST.index(item.path.name)
        own = [number for number, one in enumerate(folders) if one in item.path.parents]
        return True, own[0] if own else len(folders)

    items.sort(key=order)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where PHOTOGATE_NO_SKIPS is set, as in CI, a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PHOTOGATE_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
