"""photogate login, logout: by which account somebody acts on a site."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cli.acting import TOKEN
from cli.asking import PasswordStdin, password
from cli.home import forget_login, keep_login, kept_login
from cli.options import site_of
from cli.output import say
from cli.site import Site, now
from consent_db import accounts, sessions
from consent_db.login import authenticate
from consent_db.sessions import LIFETIMES, SessionKind
from gate.errors import NotAllowed


def login(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    password_stdin: PasswordStdin = False,
) -> None:
    """Log in to a site that has accounts. It holds for this user of this computer."""
    site = site_of(context)
    with site.database.reading() as connection:
        if not accounts.any_made(connection):
            raise NotAllowed(
                "This site has no accounts, so there is nothing to log in to. "
                "'photogate account add NAME --role admin' makes the first."
            )
    account = authenticate(site.database, name, password("Password", from_stdin=password_stdin))
    if account.has_totp:
        raise NotAllowed(
            "This account asks for a one-time code as well, which only the web console can take."
        )
    with site.database.transaction(account.name) as tx:
        before = sessions.find(tx.connection, kept_login(site), now())
        if before is not None:
            sessions.end(tx, before.id)
        _, secret = sessions.open_(tx, account.id, SessionKind.CLI)
    keep_login(site, secret)
    life = LIFETIMES[SessionKind.CLI]
    say(f"You are logged in as {account.name}, with the roles {', '.join(sorted(account.roles))}.")
    say(
        f"That ends with 'photogate logout', after {_hours(life.idle.total_seconds())} without a "
        f"command, and in any case after {_hours(life.longest.total_seconds())}."
    )
    if os.environ.get(TOKEN):
        say(f"{TOKEN} is set here, and goes before this login.", style="yellow")


def logout(context: typer.Context) -> None:
    """End the login of this user of this computer."""
    site = site_of(context)
    say("You are logged out." if _ended(site) else "Nobody was logged in here.")


def _ended(site: Site) -> bool:
    secret = kept_login(site)
    with site.database.reading() as connection:
        session = sessions.find(connection, secret, now()) if secret else None
        account = accounts.get(connection, session.account) if session else None
    if session is not None and account is not None:
        with site.database.transaction(account.name) as tx:
            sessions.end(tx, session.id)
    forget_login(site)
    return session is not None


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.0f} hours"
