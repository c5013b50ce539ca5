"""Somebody who acts: by which name, with which roles, and what that allows."""

from __future__ import annotations

from dataclasses import dataclass

from gate.roles import (
    Act,
    Role,
    Sight,
    entitled,
    farthest_seeing,
    may,
    only_on_own_channels,
    sight_of,
)
from gate.safe_text import clean
from gate.values import ALL_CHANNELS

TITLES = {
    Role.COMMS: "comms admin",
    Role.WEBSITE: "website administrator",
    Role.SOCIAL: "social-channel operator",
    Role.REVIEWER: "reviewer of a channel",
    Role.AUDITOR: "auditor",
    Role.DSL: "safeguarding lead",
    Role.DPL: "data protection lead",
    Role.ADMIN: "administrator of this system",
}
"""What people call the roles."""

_NEEDS_A_CHANNEL = frozenset({Act.PULL, Act.RECORD_PUBLICATION, Act.END_TAKEDOWN})
_NOT_BY_A_TOKEN = frozenset({Act.MANAGE_ACCOUNTS, Act.MANAGE_KEYS, Act.RELEASE_VETOED})


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something.

    ``account`` is the account's number; None where the site has no accounts and everybody at the
    keyboard may do everything. ``token`` is the number of the program's token, ``session`` that of
    the login by which somebody is known.
    """

    name: str
    roles: frozenset[str]
    channels: frozenset[str]
    account: int | None
    session: int | None = None
    token: int | None = None

    @property
    def role(self) -> Role:
        """The role that sees most; where none is known here, the one that sees least of all."""
        return farthest_seeing(self.roles) or Role.SOCIAL

    @property
    def sight(self) -> Sight:
        """What all the roles together may see."""
        return sight_of(self.role)

    def serves(self, channel: str) -> bool:
        """Whether the account looks after this channel."""
        return ALL_CHANNELS in self.channels or channel in self.channels

    def refusal(self, act: Act, channel: str = "") -> str:
        """Why this may not be done, as a sentence; "" when it may.

        Those who look after channels, and the tokens of programs, are held to their own: what is
        done on a channel must name it, and an empty ``channel`` stands for all of them there.
        """
        if not may(self.roles, act):
            return self._wrong_role(act)
        if self.token is not None and act in _NOT_BY_A_TOKEN:
            return "A program's token cannot do this: log in. Nothing was changed."
        wanted = channel or (ALL_CHANNELS if act in _NEEDS_A_CHANNEL else "")
        bound = self.token is not None or only_on_own_channels(self.roles, act)
        if wanted and bound and not self.serves(wanted):
            return self._wrong_channel(channel)
        return ""

    def _wrong_role(self, act: Act) -> str:
        roles = ", ".join(f"{role} ({TITLES[role]})" for role in entitled(act))
        return (
            f"The account {clean(self.name)} may not do this. Accounts with one of these roles "
            f"may: {roles}. Nothing was changed."
        )

    def _wrong_channel(self, channel: str) -> str:
        served = ", ".join(sorted(self.channels)) or "no channel"
        asked = f"not {clean(channel)}" if channel else "not all channels"
        return f"The account {clean(self.name)} looks after {served}, {asked}. Nothing was changed."


def anybody(name: str) -> Acting:
    """Whoever is at the keyboard of a site without accounts: everything is allowed."""
    return Acting(name, frozenset(Role), frozenset({ALL_CHANNELS}), None)
