"""photogate account token: tokens with which programs act in the name of an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from cli.acting import TOKEN, acting
from cli.options import AsJson, By, require_channels, site_of
from cli.output import print_json, print_table, say
from cli.site import now
from consent_db import accounts, tokens
from consent_db.tokens import Purpose, Token, Wanted
from gate.roles import Act
from gate.values import ALL_CHANNELS

token_app = typer.Typer(
    no_args_is_help=True, help="Tokens for programs: each for one purpose and certain channels."
)


@token_app.command("make")
def make(
    context: typer.Context,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="Which program it is for.")],
    account: Annotated[
        str, typer.Option("--account", metavar="NAME", help="In whose name the program acts.")
    ],
    purpose: Annotated[
        Purpose,
        typer.Option(
            help="pull: fetch released copies; report: say where they are published; commands: "
            "the command line."
        ),
    ],
    channel: Annotated[
        list[str],
        typer.Option("--channel", "-c", help=f"A channel, or {ALL_CHANNELS}; may be repeated."),
    ],
    days: Annotated[
        int, typer.Option(min=1, max=tokens.LONGEST_LIFE.days, help="How long it counts.")
    ] = 90,
    as_json: AsJson = False,
    by: By = "",
) -> None:
    """Make a token. It is shown this once, and kept nowhere."""
    site = site_of(context)
    who = acting(site, Act.MANAGE_ACCOUNTS, by)
    require_channels(site, [name for name in channel if name != ALL_CHANNELS])
    with site.database.transaction(who) as tx:
        one = accounts.named(tx.connection, account)
        wanted = Wanted(one.id, label, purpose, channel, timedelta(days=days))
        token, secret = tokens.make(tx, wanted)
    if as_json:
        print_json({"id": token.id, "token": secret, "expires_at": token.expires_at})
        return
    say(f"Token {token.id}, which acts as {one.name} until {token.expires_at:%Y-%m-%d}:")
    typer.echo(secret)
    say("It is shown this once. Keep it where only that program can read it.")
    if purpose is Purpose.COMMANDS:
        say(f"At the command line it counts as {TOKEN}.")


@token_app.command("list")
def list_tokens(context: typer.Context, as_json: AsJson = False) -> None:
    """List all tokens, also those that no longer count."""
    site = site_of(context)
    acting(site, Act.MANAGE_ACCOUNTS)
    with site.database.reading() as connection:
        found = tokens.everything(connection)
        names = {one.id: one.name for one in accounts.everyone(connection)}
    if as_json:
        print_json(found)
        return
    print_table(
        ("Id", "For", "Account", "Purpose", "Channels", "Last used", ""),
        (
            (
                token.id,
                token.label,
                names[token.account],
                token.purpose.value,
                ", ".join(sorted(token.channels)),
                f"{token.last_used_at.astimezone():%Y-%m-%d}" if token.last_used_at else "never",
                _state(token),
            )
            for token in found
        ),
    )
    say(f"{sum(token.counts(now()) for token in found)} tokens count.")


@token_app.command("revoke")
def revoke(
    context: typer.Context,
    token: Annotated[int, typer.Argument(metavar="ID", help="'account token list' shows it.")],
    by: By = "",
) -> None:
    """Let a token count no more."""
    site = site_of(context)
    with site.database.transaction(acting(site, Act.MANAGE_ACCOUNTS, by)) as tx:
        tokens.revoke(tx, token)
    say(f"Token {token} no longer counts.")


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return f"revoked on {token.revoked_at:%Y-%m-%d}"
    return f"until {token.expires_at:%Y-%m-%d}" if token.counts(now()) else "expired"
