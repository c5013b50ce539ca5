"""Accounts for the console's tests: one for each role, by name, each with a login."""

from __future__ import annotations

from cli.site import Site
from consent_db import accounts, sessions
from consent_db.sessions import SessionKind
from gate.roles import OF_CHANNELS, Role

PASSWORD = "heron waits by the weir"  # noqa: S105
NAMES = {
    Role.COMMS: "Carys Morgan",
    Role.WEBSITE: "Wyn Hughes",
    Role.SOCIAL: "Sam Okafor",
    Role.REVIEWER: "Rhian Bowen",
    Role.AUDITOR: "Anita Price",
    Role.DSL: "Dilys Rees",
    Role.DPL: "Dafydd Lewis",
    Role.ADMIN: "Ada Evans",
}
CHANNELS = {Role.WEBSITE: "website", Role.SOCIAL: "social", Role.REVIEWER: "website"}


def make_accounts(site: Site) -> None:
    """An account for each role, the administrator's first."""
    for role in (Role.ADMIN, *(one for one in Role if one is not Role.ADMIN)):
        served = [CHANNELS[role]] if role in OF_CHANNELS else []
        with site.database.transaction("setup") as tx:
            accounts.make(tx, NAMES[role], PASSWORD, roles=[role], channels=served)


def log_in(site: Site, role: Role) -> str:
    """The secret of a new login on the web."""
    with site.database.transaction("setup") as tx:
        account = accounts.named(tx.connection, NAMES[role])
        return sessions.open_(tx, account.id, SessionKind.WEB)[1]
