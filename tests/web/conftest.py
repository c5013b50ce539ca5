"""What the console's tests share: sites, consoles in this process and in their own, browsers.

``console``: quick, in this process. ``served`` and ``served_school``: a real server on a site with
accounts, without photos and with the invented school's judged photos; only look at the latter, or
take ``school_copy`` for a server of your own. ``page``: a browser window on ``served``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from cli.site import Site
from gate.demo.school import School
from gate.roles import Role
from tests.account_site import new_site
from tests.drawn_school import invented, judged_school
from tests.site_copies import own_copy
from tests.web.browsers import DESKTOP, Look, chromium, launch, opened
from tests.web.client import Console
from tests.web.people import make_accounts
from tests.web.released import released_console, released_options
from tests.web.review_desk import Desk, desk_on, held_site, photos_of
from tests.web.served import Served, serving


@pytest.fixture
def console(accounts_site: Path, tmp_path: Path) -> Console:
    """A console on a site of your own, with two people, an account for each role and no photos."""
    shutil.copytree(accounts_site, tmp_path / "site")
    return Console(Site(tmp_path / "site"))


@pytest.fixture
def fresh_console(tmp_path: Path) -> Console:
    """A console on a site without accounts."""
    return Console(new_site(tmp_path))


@pytest.fixture(scope="session")
def accounts_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with two people and an account for each role. Copy it."""
    site = new_site(tmp_path_factory.mktemp("accounts"))
    make_accounts(site)
    return site.root


@pytest.fixture(scope="session")
def released_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with six released photos, judged without models. Copy it."""
    return released_console(tmp_path_factory.mktemp("released")).site.root


@pytest.fixture
def released_copy(released_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    """A console on a site of your own with six released photos and an account for each role."""
    return Console(own_copy(released_site, tmp_path, monkeypatch), released_options())


@pytest.fixture(scope="session")
def held_desk_site(accounts_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with two held photos and a vetoed one. Copy it."""
    return held_site(tmp_path_factory.mktemp("held"), accounts_site)


@pytest.fixture
def desk(held_desk_site: Path, tmp_path: Path) -> Desk:
    """A console on a copy of it, whose decisions the test carries out itself."""
    shutil.copytree(held_desk_site, tmp_path / "site")
    return desk_on(tmp_path / "site")


@pytest.fixture
def photos(desk: Desk) -> list[str]:
    """SHA-256 of the desk's photos: two are held, the third is vetoed."""
    return photos_of(desk)


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """The invented school of drawn people."""
    return invented(tmp_path_factory)


@pytest.fixture(scope="session")
def school_site(school: School, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The judged site of the invented school, with an account for each role. Copy it."""
    root = tmp_path_factory.mktemp("school") / "site"
    shutil.copytree(judged_school(school, tmp_path_factory), root)
    make_accounts(Site(root))
    return root


@pytest.fixture(scope="session")
def served_school(school_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on the judged school. Only look at it."""
    folder = tmp_path_factory.mktemp("served-school")
    shutil.copytree(school_site, folder / "site")
    with serving(folder / "site", folder) as server:
        yield server


@pytest.fixture
def school_copy(school_site: Path, tmp_path: Path) -> Iterator[Served]:
    """A server on a copy of the judged school, to change."""
    shutil.copytree(school_site, tmp_path / "school")
    with serving(tmp_path / "school", tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def served(accounts_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on a site with accounts and no photos."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(accounts_site, folder / "site")
    with serving(folder / "site", folder) as server:
        yield server


@pytest.fixture
def served_fresh(tmp_path: Path) -> Iterator[Served]:
    """A server on a site without accounts."""
    site = new_site(tmp_path)
    with serving(site.root, tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser; without it, tests that need it skip."""
    if chromium() is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Look:
    """How ``page`` looks; ``@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=str)``."""
    return getattr(request, "param", DESKTOP)


@pytest.fixture
def page(browser: Browser, served: Served, look: Look) -> Iterator[Page]:
    """A window on ``served``, not logged in."""
    with opened(browser, served.url, look) as window:
        yield window


@pytest.fixture
def page_of(
    browser: Browser, look: Look, request: pytest.FixtureRequest
) -> Iterator[Callable[[Served, Role], Page]]:
    """Opens a window of an account with this role on a server: ``page_of(served, Role.DSL)``."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda server, role: stack.enter_context(
            opened(browser, server.url, look, server.login(role))
        )


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures of pages go; None, and none are taken, unless PHOTOGATE_SHOTS names it."""
    if "PHOTOGATE_SHOTS" not in os.environ:
        return None
    folder = Path(os.environ["PHOTOGATE_SHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder
