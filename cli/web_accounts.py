"""Accounts, logins and one's own account, as the web console asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from cli.acting import acting_in
from cli.site import Site, now
from consent_db import accounts, sessions, tokens, totp
from consent_db.accounts import Account, subject
from consent_db.login import authenticate
from consent_db.sessions import SessionKind
from gate.acting import Acting
from gate.errors import LoginRefused, NotAllowed, RegisterChanged, RegisterError
from gate.roles import Act, Role
from gate.web.ports import LoggedIn, Login

_SETUP = "set-up"


class WebAccounts:
    """Implements ``gate.web.ports.Accounts``."""

    def __init__(self, site: Site) -> None:
        self._database = site.database
        self._any_made = False

    def any_made(self) -> bool:
        """Whether the site has accounts; they are never deleted, so "yes" is remembered."""
        if not self._any_made:
            with self._database.reading() as connection:
                self._any_made = accounts.any_made(connection)
        return self._any_made

    def make_first(self, name: str, password: str) -> None:
        """Make the first account, an administrator's."""
        with self._database.transaction(_SETUP) as tx:
            if accounts.any_made(tx.connection):
                raise RegisterChanged("Somebody else made the first account just now: log in.")
            accounts.make(tx, name, password, roles=[Role.ADMIN])

    def log_in(self, name: str, password: str, code: str) -> LoggedIn:
        """Log in with a new session."""
        account = authenticate(self._database, name, password, code)
        try:
            with self._database.transaction(account.name) as tx:
                session, secret = sessions.open_(tx, account.id, SessionKind.WEB)
        except RegisterError as error:
            # Disabled in this very moment: as if it had been before.
            raise LoginRefused("The name or the password is wrong.") from error
        return LoggedIn(acting_in(account, session=session.id), secret)

    def by_session(self, secret: str) -> Acting | None:
        """Whose login on the web this is."""
        moment = now()
        with self._database.reading() as connection:
            session = sessions.find(connection, secret, moment)
            if session is None or session.kind is not SessionKind.WEB:
                return None
            account = accounts.get(connection, session.account)
        if session.is_due(moment):
            with self._database.transaction(account.name) as tx:
                sessions.seen(tx, session.id)
        return acting_in(account, session=session.id)

    def by_token(self, secret: str, purpose: str) -> Acting | None:
        """Whose program this is, on the channels on which its token counts today."""
        moment = now()
        with self._database.reading() as connection:
            token = tokens.find(connection, secret, moment)
            if token is None:
                return None
            account = accounts.get(connection, token.account)
        if token.purpose.value != purpose:
            self._refuse_purpose(account, purpose)
        if token.is_due(moment):
            with self._database.transaction(account.name) as tx:
                tokens.used(tx, token.id)
        channels = tokens.channels_of(token, account.channels)
        return Acting(account.name, account.roles, channels, account.id, token=token.id)

    def _refuse_purpose(self, account: Account, purpose: str) -> NoReturn:
        with self._database.transaction(account.name) as tx:
            tx.audit("access.denied", subject(account.id), {"purpose": purpose})
        raise NotAllowed(
            f"This token is for another purpose; this needs one for '{purpose}'. Nothing was "
            "changed."
        )

    def log_out(self, who: Acting) -> None:
        """End the login by which this person came."""
        if who.session is not None:
            with self._database.transaction(who.name) as tx:
                sessions.end(tx, who.session)

    def note_refusal(self, who: Acting, act: Act) -> None:
        """Write ``access.denied`` into the audit log."""
        with self._database.transaction(who.name) as tx:
            tx.audit("access.denied", subject(who.account or 0), {"act": act.value})


class WebOwnAccount:
    """Implements ``gate.web.ports.OwnAccount``."""

    def __init__(self, site: Site) -> None:
        self._database = site.database

    def logins(self, who: Acting) -> Sequence[Login]:
        """Where they are logged in, newest first."""
        with self._database.reading() as connection:
            found = sessions.of_account(connection, _number(who), now())
        return [
            Login(
                one.id,
                one.kind is SessionKind.WEB,
                one.made_at,
                one.last_seen_at,
                one.expires_at,
            )
            for one in found
        ]

    def end_login(self, who: Acting, number: int) -> bool:
        """End one login, if it is theirs."""
        if number not in {one.number for one in self.logins(who)}:
            return False
        with self._database.transaction(who.name) as tx:
            return sessions.end(tx, number)

    def end_other_logins(self, who: Acting) -> int:
        """End all their logins but this one."""
        others = [one.number for one in self.logins(who) if one.number != who.session]
        with self._database.transaction(who.name) as tx:
            return sum(sessions.end(tx, number) for number in others)

    def change_password(self, who: Acting, old: str, new: str) -> None:
        """Change it, for whoever knows the old one."""
        account = self._proven(who, old)
        with self._database.transaction(who.name) as tx:
            accounts.set_password(tx, account.id, new)

    def has_code(self, who: Acting) -> bool:
        """Whether a one-time code is asked for."""
        with self._database.reading() as connection:
            return accounts.get(connection, _number(who)).has_totp

    def ask_for_code(self, who: Acting, password: str, secret: str, code: str) -> None:
        """Ask for codes from now on."""
        account = self._proven(who, password)
        with self._database.transaction(who.name) as tx:
            totp.ask_for(tx, account.id, secret, code)

    def ask_no_code(self, who: Acting, password: str) -> None:
        """Ask for none any more."""
        account = self._proven(who, password)
        with self._database.transaction(who.name) as tx:
            totp.ask_no_more(tx, account.id)

    def _proven(self, who: Acting, password: str) -> Account:
        return authenticate(self._database, who.name, password)


def _number(who: Acting) -> int:
    assert who.account is not None, "only accounts come to the console"  # noqa: S101
    return who.account
