"""What the pages ask of the register and the site; the command line's own functions answer.

Every function may block and may raise PhotogateError. Each screen adds protocols of its own in a
file ``ports_<screen>.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gate.acting import Acting
from gate.roles import Act


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A login that was just made; ``secret`` goes into the browser's cookie and nowhere else."""

    who: Acting
    secret: str


@dataclass(frozen=True, slots=True)
class Login:
    """One place where an account is logged in; instants in UTC."""

    number: int
    on_the_web: bool
    made_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class Accounts(Protocol):
    """Who may come in."""

    def any_made(self) -> bool:
        """Whether the site has accounts; without one only the set-up page exists."""
        ...

    def make_first(self, name: str, password: str) -> None:
        """Make the first account, an administrator's. Raises RegisterError, also if it is not."""
        ...

    def log_in(self, name: str, password: str, code: str) -> LoggedIn:
        """Log in; ``code`` is the one-time code or "". Raises LoginRefused, always alike."""
        ...

    def by_session(self, secret: str) -> Acting | None:
        """Whose login this is, if it counts now; its use is noted."""
        ...

    def by_token(self, secret: str, purpose: str) -> Acting | None:
        """Whose program this is, if its token counts now; its use is noted.

        Raises NotAllowed, which is written into the audit log, when it is for another purpose.
        """
        ...

    def log_out(self, who: Acting) -> None:
        """End the login by which this person came."""
        ...

    def note_refusal(self, who: Acting, act: Act) -> None:
        """Write into the audit log that an account was refused something."""
        ...


class OwnAccount(Protocol):
    """What people do with their own account."""

    def logins(self, who: Acting) -> Sequence[Login]:
        """Where they are logged in, newest first."""
        ...

    def end_login(self, who: Acting, number: int) -> bool:
        """End one login of their own; whether there was one with this number."""
        ...

    def end_other_logins(self, who: Acting) -> int:
        """End all of their logins but the one by which they came; how many there were."""
        ...

    def change_password(self, who: Acting, old: str, new: str) -> None:
        """Change it; ends all logins. Raises LoginRefused for a wrong old one, RegisterError."""
        ...

    def has_code(self, who: Acting) -> bool:
        """Whether a one-time code is asked for besides the password."""
        ...

    def ask_for_code(self, who: Acting, password: str, secret: str, code: str) -> None:
        """From now on ask for codes made of this secret (Base32), of which ``code`` is one.

        Raises LoginRefused for a wrong password, RegisterError for a wrong code.
        """
        ...

    def ask_no_code(self, who: Acting, password: str) -> None:
        """Ask for the password only. Raises LoginRefused for a wrong one."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``level``: ok, warning or problem."""

    what: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Storage:
    """What a part of the site takes on the disk; ``part`` names its texts (``storage.<part>``)."""

    part: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What ``photogate doctor`` found, and when (UTC); None while it looks for the first time.

    ``storage``: what takes how much; ``free``: bytes that are left on the site's disk.
    """

    findings: tuple[Finding, ...] = ()
    at: datetime | None = None
    storage: tuple[Storage, ...] = ()
    free: int = 0

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """What is not as it must be, problems first."""
        found = [one for one in self.findings if one.level != "ok"]
        return tuple(sorted(found, key=lambda one: one.level != "problem"))


class Health(Protocol):
    """Whether everything is as it must be."""

    def report(self) -> HealthReport:
        """The newest report; answers at once, and looks again in the background when it is old."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for this person.

    ``key`` names its texts (``overview.<key>.one``, ``.many``, ``.none``, ``.title``), ``count``
    how many there are, ``route`` and ``query`` the page where it is seen to. ``urgent``: shown in
    red.
    """

    key: str
    count: int
    route: str = ""
    query: str = ""
    urgent: bool = False


class Overview(Protocol):
    """What the first page shows."""

    def waiting(self, who: Acting) -> Sequence[Waiting]:
        """What waits for this person, most urgent first; nothing that their roles may not see."""
        ...
