"""photogate account: who may use this site, with which roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from cli.account_tokens import token_app
from cli.acting import acting, acting_as, identified
from cli.asking import PasswordStdin, new_password, password
from cli.options import AsJson, By, require_channels, site_of
from cli.output import print_json, print_table, say
from cli.site import Site, login_name, now
from consent_db import accounts, sessions, totp
from consent_db.accounts import Ended, folded
from consent_db.login import authenticate
from gate.errors import RegisterChanged, RegisterError
from gate.roles import Act, Role
from gate.values import ALL_CHANNELS

account_app = typer.Typer(
    no_args_is_help=True,
    help="Accounts of this site. As long as there is none, everybody at this computer may do all.",
)
account_app.add_typer(token_app, name="token")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]
Roles = Annotated[list[Role], typer.Option("--role", help="A role; repeat it for several.")]
Channels = Annotated[
    list[str],
    typer.Option(
        "--channel",
        "-c",
        help="A channel that it looks after, or all; may be repeated.",
    ),
]


@account_app.command("add")
def add(
    context: typer.Context,
    name: Name,
    role: Roles,
    channel: Channels = [],  # noqa: B006
    password_stdin: PasswordStdin = False,
    by: By = "",
) -> None:
    """Make an account. The first must have the role admin; from then on everybody logs in."""
    site = site_of(context)
    with site.database.reading() as connection:
        is_first = not accounts.any_made(connection)
    who = by.strip() or login_name() if is_first else acting(site, Act.MANAGE_ACCOUNTS, by)
    _require_channels(site, channel)
    secret = new_password(from_stdin=password_stdin)
    with site.database.transaction(who) as tx:
        if is_first and accounts.any_made(tx.connection):
            raise RegisterChanged("Somebody else made the first account just now: log in.")
        made = accounts.make(tx, name, secret, roles=role, channels=channel)
    say(f"There is an account {made.name} now, with the roles {', '.join(sorted(made.roles))}.")
    if is_first:
        say("From now on everybody who uses this site logs in: 'photogate login NAME'.")
        say("Make a second one with the role admin soon, for the day when this password is lost.")


@account_app.command("list")
def list_accounts(context: typer.Context, as_json: AsJson = False) -> None:
    """List all accounts with their roles and channels."""
    site = site_of(context)
    acting(site, Act.MANAGE_ACCOUNTS)
    with site.database.reading() as connection:
        found = accounts.everyone(connection)
    if as_json:
        print_json(found)
        return
    print_table(
        ("Name", "Roles", "Channels", "Made on", ""),
        (
            (
                one.name,
                ", ".join(sorted(one.roles)),
                ", ".join(sorted(one.channels)),
                f"{one.made_at.astimezone():%Y-%m-%d}",
                "" if one.enabled else "disabled",
            )
            for one in found
        ),
    )
    say(f"{len(found)} accounts.")


@account_app.command("change")
def change(
    context: typer.Context,
    name: Name,
    role: Roles = [],  # noqa: B006
    channel: Channels = [],  # noqa: B006
    by: By = "",
) -> None:
    """Give an account other roles or channels, in place of those it has. It counts at once."""
    site = site_of(context)
    who = acting(site, Act.MANAGE_ACCOUNTS, by)
    _require_channels(site, channel)
    if not role and not channel:
        raise RegisterError("Name the roles or channels that it is to have. Nothing was changed.")
    with site.database.transaction(who) as tx:
        one = accounts.named(tx.connection, name)
        after = accounts.change(tx, one.id, roles=role or None, channels=channel or None)
    served = f" and looks after {', '.join(sorted(after.channels))}" if after.channels else ""
    say(f"{after.name} has the roles {', '.join(sorted(after.roles))}{served}.")


@account_app.command("password")
def set_password(
    context: typer.Context, name: Name, password_stdin: PasswordStdin = False, by: By = ""
) -> None:
    """Set a new password: your own, for which the old one is asked, or as an admin another's."""
    site = site_of(context)
    who, is_own = _manager_or_self(site, name, by)
    if is_own:
        authenticate(site.database, name, password("Old password", from_stdin=password_stdin))
    secret = new_password(from_stdin=password_stdin)
    with site.database.transaction(who) as tx:
        one = accounts.named(tx.connection, name)
        ended = accounts.set_password(tx, one.id, secret)
    say(f"{one.name} has a new password. {_ended(ended)}")


@account_app.command("disable")
def disable(context: typer.Context, name: Name, by: By = "") -> None:
    """Let an account in no more; what it did stays on record under its name."""
    site = site_of(context)
    who = acting(site, Act.MANAGE_ACCOUNTS, by)
    with site.database.transaction(who) as tx:
        one = accounts.named(tx.connection, name)
        ended = accounts.disable(tx, one.id)
    say(f"{one.name} can no longer log in. {_ended(ended)}")


@account_app.command("enable")
def enable(context: typer.Context, name: Name, by: By = "") -> None:
    """Let a disabled account in again."""
    site = site_of(context)
    who = acting(site, Act.MANAGE_ACCOUNTS, by)
    with site.database.transaction(who) as tx:
        one = accounts.enable(tx, accounts.named(tx.connection, name).id)
    say(f"{one.name} can log in again, with the password from before.")


@account_app.command("no-code")
def ask_no_code(context: typer.Context, name: Name, by: By = "") -> None:
    """Ask an account for its password only, when the phone that shows its codes is lost."""
    site = site_of(context)
    who = acting(site, Act.MANAGE_ACCOUNTS, by)
    with site.database.transaction(who) as tx:
        one = accounts.named(tx.connection, name)
        if one.has_totp:
            totp.ask_no_more(tx, one.id)
    asked = "is no longer" if one.has_totp else "was not"
    say(f"{one.name} {asked} asked for one-time codes.")


@account_app.command("sessions")
def list_sessions(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """List where an account is logged in: your own, or as an admin another's."""
    site = site_of(context)
    _manager_or_self(site, name)
    with site.database.reading() as connection:
        one = accounts.named(connection, name)
        found = sessions.of_account(connection, one.id, now())
    if as_json:
        print_json(found)
        return
    print_table(
        ("Where", "Since", "Last used"),
        (
            (
                {"cli": "command line", "web": "web console"}[session.kind],
                f"{session.made_at.astimezone():%Y-%m-%d %H:%M}",
                f"{session.last_seen_at.astimezone():%Y-%m-%d %H:%M}",
            )
            for session in found
        ),
    )
    say(f"{one.name} is logged in {len(found)} times.")


@account_app.command("end-sessions")
def end_sessions(context: typer.Context, name: Name, by: By = "") -> None:
    """Log an account out everywhere: your own, or as an admin another's."""
    site = site_of(context)
    who, _ = _manager_or_self(site, name, by)
    with site.database.transaction(who) as tx:
        one = accounts.named(tx.connection, name)
        ended = sessions.end_all(tx, one.id)
    say(f"{one.name} was logged out {ended} times.")


def _manager_or_self(site: Site, name: str, by: str = "") -> tuple[str, bool]:
    """Who acts, and whether on their own account; for another's it takes an administrator."""
    who = identified(site, by)
    if who is not None and folded(name) == folded(who.name):
        return who.name, True
    return acting_as(site, Act.MANAGE_ACCOUNTS, by).name, False


def _require_channels(site: Site, channels: Sequence[str]) -> None:
    require_channels(site, [name for name in channels if name != ALL_CHANNELS])


def _ended(ended: Ended) -> str:
    return f"It was logged out {ended.sessions} times, and {ended.tokens} tokens were revoked."
