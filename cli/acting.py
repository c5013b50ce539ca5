"""Who is at the command line, and whether that person may do what the verb does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn

from sqlalchemy import Connection

from cli.home import kept_login
from cli.site import Site, login_name, now
from consent_db import accounts, sessions, tokens
from consent_db.accounts import Account, folded, subject
from consent_db.tokens import Purpose
from gate.acting import Acting, anybody
from gate.errors import NotAllowed
from gate.roles import Act
from gate.values import ALL_CHANNELS

TOKEN = "PHOTOGATE_TOKEN"  # noqa: S105 - the variable's name
"""The environment variable with a login's secret or a token for commands, for scripts."""


def acting(site: Site, act: Act, by: str = "", *, channel: str = "") -> str:
    """The name that goes into the record for doing this; see ``acting_as``."""
    return acting_as(site, act, by, channel=channel).name


def acting_as(site: Site, act: Act, by: str = "", *, channel: str = "") -> Acting:
    """Who does this, when it is allowed; to be called before anything is done or shown.

    On a site without accounts that is whoever ``by`` names, or the login name of the computer.
    On a site with accounts it is the account that is logged in. Raises NotAllowed when nobody is,
    when ``by`` names somebody else, when no role of the account may do this, or when it does not
    look after ``channel``; the last two are written into the audit log.
    """
    return acting_on(site, act, by, [channel])


def acting_on(site: Site, act: Act, by: str, channels: Sequence[str]) -> Acting:
    """``acting_as`` on each of these channels, or on all of them where none is named."""
    who = identified(site, by)
    if who is None:
        return anybody(by.strip() or login_name())
    for channel in channels or [ALL_CHANNELS]:
        refusal = who.refusal(act, channel)
        if refusal:
            deny(site, who, act, refusal)
    return who


def identified(site: Site, by: str = "") -> Acting | None:
    """Whose account is logged in, whatever it may do; None on a site without accounts.

    Raises NotAllowed when nobody is logged in, or ``by`` names somebody else.
    """
    with site.database.reading() as connection:
        if not accounts.any_made(connection):
            return None
        known = _logged_in(site, connection)
    if known is None:
        raise NotAllowed(
            "This site has accounts, and nobody is logged in here, or no longer: "
            "'photogate login NAME'. Nothing was changed."
        )
    who, is_due = known
    if is_due:
        _note_use(site, who)
    if by.strip() and folded(by) != folded(who.name):
        raise NotAllowed(
            f"You are logged in as {who.name}, so --by can name nobody else. Nothing was changed."
        )
    return who


def _logged_in(site: Site, connection: Connection) -> tuple[Acting, bool] | None:
    """Who is known by the secret that is at hand, and whether it is due to note its use."""
    # A secret in the environment that no longer counts is never replaced by another login.
    secret, moment = os.environ.get(TOKEN, "") or kept_login(site), now()
    if not secret:
        return None
    session = sessions.find(connection, secret, moment)
    if session is not None:
        account = accounts.get(connection, session.account)
        return acting_in(account, session=session.id), session.is_due(moment)
    token = tokens.find(connection, secret, moment)
    if token is None or token.purpose is not Purpose.COMMANDS:
        return None
    account = accounts.get(connection, token.account)
    channels = tokens.channels_of(token, account.channels)
    who = Acting(account.name, account.roles, channels, account.id, token=token.id)
    return who, token.is_due(moment)


def acting_in(account: Account, *, session: int) -> Acting:
    """The account as one who acts in this session."""
    return Acting(account.name, account.roles, account.channels, account.id, session=session)


def _note_use(site: Site, who: Acting) -> None:
    with site.database.transaction(who.name) as tx:
        if who.session is not None:
            sessions.seen(tx, who.session)
        if who.token is not None:
            tokens.used(tx, who.token)


def deny(site: Site, who: Acting, act: Act, refusal: str) -> NoReturn:
    """Write down that an account was refused something, and raise NotAllowed with the sentence."""
    with site.database.transaction(who.name) as tx:
        tx.audit("access.denied", subject(who.account or 0), {"act": act.value})
    raise NotAllowed(refusal)
