"""A site with an account for each role, and the command line as each of them uses it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from cli.app import app
from cli.setup import make_site
from cli.site import Site
from consent_db import accounts, audit, people, sessions
from consent_db.audit import Entry
from consent_db.sessions import SessionKind
from gate.errors import PhotogateError
from gate.roles import OF_CHANNELS, Role
from tests.registers import person

SECRET = "heron waits by the weir"  # noqa: S105
OTHER = "seven swans over the mill"


@dataclass(frozen=True)
class Keyboard:
    """Types commands on one site; ``token`` is whose login is used ("": the kept one)."""

    site: Site
    token: str = ""

    def __call__(self, *words: str, stdin: str = "") -> Result:
        """What came of a command; a mistake is in ``exception``."""
        env = {"PHOTOGATE_TOKEN": self.token or None, "COLUMNS": "300"}
        return CliRunner().invoke(
            app, ["--site", str(self.site.root), *words], input=stdin, env=env
        )

    def said(self, *words: str, stdin: str = "") -> str:
        """The output of a command that must work, on one line."""
        result = self(*words, stdin=stdin)
        assert result.exit_code == 0, (words, result.output, result.exception)
        return " ".join(result.output.split())

    def refused(self, *words: str, stdin: str = "") -> PhotogateError:
        """Why a command did not work."""
        result = self(*words, stdin=stdin)
        assert isinstance(result.exception, PhotogateError), (words, result.output)
        return result.exception

    def log(self) -> list[Entry]:
        """The audit log, which must be whole."""
        with self.site.database.reading() as connection:
            audit.verify(connection)
            return list(audit.entries(connection))


def new_site(folder: Path) -> Site:
    """A site with two people and no account."""
    site = Site(folder / "site")
    make_site(site)
    with site.database.transaction("setup") as tx:
        people.add_or_change_all(tx, [person("P1"), person("P2")])
    return site


def with_account(site: Site, role: Role) -> Keyboard:
    """The keyboard of a new account with this role, which is logged in; the first is an admin's."""
    channels = ["website"] if role in OF_CHANNELS else []
    with site.database.transaction("setup") as tx:
        made = accounts.make(tx, f"{role} account", SECRET, roles=[role], channels=channels)
        _, secret = sessions.open_(tx, made.id, SessionKind.CLI)
    return Keyboard(site, secret)


def everybody(site: Site) -> dict[Role, Keyboard]:
    """An account for each role."""
    order = [Role.ADMIN, *(role for role in Role if role is not Role.ADMIN)]
    return {role: with_account(site, role) for role in order}
