"""The one table of who may open which route; a route that is not in it does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gate.acting import Acting
from gate.limits import Limits
from gate.roles import Act, may
from gate.web.ports_imports import MOST_BYTES

FORM_BYTES = 100_000
"""The largest body that is read where the table says nothing else."""
FILE_BYTES = 2_000_000_000
"""The largest body with photos; the site's settings allow less for each."""


PHOTO_BYTES = Limits().max_bytes + FORM_BYTES
"""The largest body with one photo in it."""


class Who(StrEnum):
    """Who may come at all."""

    FILE = "file"
    PUBLIC = "public"
    SETUP = "setup"
    ANY_ACCOUNT = "any_account"
    ACTS = "acts"
    TOKEN = "token"  # noqa: S105 - a word of the table


@dataclass(frozen=True, slots=True)
class Entry:
    """Who may open a route.

    ``acts``: any of them suffices. ``channel``: the path parameter that names the channel about
    which it is. ``own_channels``: the route is about all channels that the account serves, and
    its service leaves out the others. ``purpose``: what a program's token must be for.
    ``most_bytes``: the largest body that is read.
    """

    who: Who
    acts: tuple[Act, ...] = ()
    channel: str = ""
    own_channels: bool = False
    purpose: str = ""
    most_bytes: int = FORM_BYTES


_FILE = Entry(Who.FILE)
_PUBLIC = Entry(Who.PUBLIC)
_SETUP = Entry(Who.SETUP)
_ANY_ACCOUNT = Entry(Who.ANY_ACCOUNT)


def allowed(
    *acts: Act, channel: str = "", own_channels: bool = False, most_bytes: int = FORM_BYTES
) -> Entry:
    """For accounts of which a role may do any of these."""
    return Entry(Who.ACTS, acts, channel, own_channels, most_bytes=most_bytes)


def program(purpose: str, act: Act, *, channel: str = "", own_channels: bool = False) -> Entry:
    """For programs whose token is for this purpose, where its account may do this."""
    return Entry(Who.TOKEN, (act,), channel, own_channels, purpose)


_IMPORTS = (
    Act.CHANGE_PEOPLE,
    Act.CHANGE_CONSENTS,
    Act.CHANGE_BIOMETRICS,
    Act.CHANGE_RESTRICTIONS,
)
"""Each allows one kind of file; which, the service looks at."""
_IMPORTING = allowed(*_IMPORTS)
_IMPORTING_FILE = allowed(*_IMPORTS, most_bytes=MOST_BYTES + FORM_BYTES)
_REGISTER = allowed(Act.SEE_PEOPLE, Act.CHANGE_PEOPLE)
_REVIEWING = allowed(Act.SIGN_OFF, Act.RELEASE_VETOED)

ACCESS: Mapping[str, Entry] = MappingProxyType(
    {
        # Files of the pages themselves
        "static": _FILE,
        # Coming in
        "set_up": _SETUP,
        "make_first_account": _SETUP,
        "login": _PUBLIC,
        "log_in": _PUBLIC,
        "log_out": _ANY_ACCOUNT,
        # One's own account
        "own_account": _ANY_ACCOUNT,
        "change_password": _ANY_ACCOUNT,
        "end_login": _ANY_ACCOUNT,
        "end_other_logins": _ANY_ACCOUNT,
        "code": _ANY_ACCOUNT,
        "ask_for_code": _ANY_ACCOUNT,
        "ask_no_code": _ANY_ACCOUNT,
        # Overview and health
        "overview": _ANY_ACCOUNT,
        "health": allowed(Act.MANAGE_SITE),
        # Drop
        "drop": allowed(Act.DROP),
        "drop_event": allowed(Act.DROP),
        "drop_news": allowed(Act.DROP),
        "drop_known": allowed(Act.DROP),
        "drop_file": allowed(Act.DROP, most_bytes=FILE_BYTES),
        "drop_files": allowed(Act.DROP, most_bytes=FILE_BYTES),
        "drop_copy": allowed(Act.DROP),
        "drop_small_copy": allowed(Act.DROP),
        "drop_download": allowed(Act.DROP),
        # Review
        "review": _REVIEWING,
        "review_photo": _REVIEWING,
        "review_picture": _REVIEWING,
        "review_face": _REVIEWING,
        "review_likeness": allowed(Act.REVIEW),
        "review_say": _REVIEWING,
        "review_undo": _REVIEWING,
        "review_jobs": _REVIEWING,
        "review_people": allowed(Act.REVIEW),
        # Why
        "why": allowed(Act.SEE_DECISIONS),
        "why_search": allowed(Act.SEE_DECISIONS),
        "why_copy": allowed(Act.SEE_DECISIONS, most_bytes=PHOTO_BYTES),
        "why_photo": allowed(Act.SEE_DECISIONS),
        "why_picture": allowed(Act.SEE_ORIGINAL),
        # Ready
        "ready": allowed(Act.PULL, own_channels=True),
        "ready_channel": allowed(Act.PULL, channel="channel"),
        "ready_copy": allowed(Act.PULL, channel="channel"),
        "ready_small_copy": allowed(Act.PULL, channel="channel"),
        "ready_download": allowed(Act.PULL, channel="channel"),
        "ready_bundle": allowed(Act.PULL, channel="channel"),
        "ready_posted": allowed(Act.RECORD_PUBLICATION, channel="channel"),
        "ready_taken_down": allowed(Act.END_TAKEDOWN, channel="channel"),
        # Takedowns
        "takedowns": allowed(Act.SEE_TAKEDOWNS, own_channels=True),
        # Register
        "register": _REGISTER,
        "register_search": allowed(Act.SEE_PEOPLE),
        "register_person": allowed(Act.SEE_PEOPLE),
        "register_reference": allowed(Act.CHANGE_BIOMETRICS, Act.REVIEW),
        "register_consent": allowed(Act.CHANGE_CONSENTS),
        "register_biometric": allowed(Act.CHANGE_BIOMETRICS),
        "register_expiring": allowed(Act.SEE_PEOPLE),
        "register_restrictions": allowed(Act.SEE_RESTRICTIONS),
        "register_restrict": allowed(Act.CHANGE_RESTRICTIONS),
        "register_lift": allowed(Act.CHANGE_RESTRICTIONS),
        "register_look_through": allowed(Act.SEE_RESTRICTIONS),
        "imports": _IMPORTING,
        "imports_look": _IMPORTING_FILE,
        "imports_plan": _IMPORTING,
        "imports_take": _IMPORTING,
        "imports_forget": _IMPORTING,
        # Audit
        "audit": allowed(Act.SEE_AUDIT),
        "audit_search": allowed(Act.SEE_AUDIT),
        "audit_verify": allowed(Act.SEE_AUDIT),
        "audit_export": allowed(Act.SEE_AUDIT),
        "audit_checkpoint": allowed(Act.SEE_AUDIT),
        # Programs
        "api_description": _FILE,
        "api_channels": program("pull", Act.PULL, own_channels=True),
        "api_items": program("pull", Act.PULL, channel="channel"),
        "api_item": program("pull", Act.PULL, channel="channel"),
        "api_file": program("pull", Act.PULL, channel="channel"),
        "api_file_headers": program("pull", Act.PULL, channel="channel"),
        "api_changes": program("pull", Act.PULL, channel="channel"),
        "api_posted": program("report", Act.RECORD_PUBLICATION, channel="channel"),
        "api_takedowns": program("report", Act.SEE_TAKEDOWNS, channel="channel"),
        "api_taken_down": program("report", Act.END_TAKEDOWN, own_channels=True),
        "feed_atom": program("pull", Act.PULL, channel="channel"),
        "feed_json": program("pull", Act.PULL, channel="channel"),
    }
)


def refusal(entry: Entry, who: Acting | None, parameters: Mapping[str, object]) -> str:
    """Why this account may not open the route, as a sentence; "" when it may.

    ``parameters`` are those of the path. Nobody (None) may open what is for accounts.
    """
    if entry.who in (Who.FILE, Who.PUBLIC, Who.SETUP):
        return ""
    if who is None:
        return "Log in first."
    if (who.token is not None) is not (entry.who is Who.TOKEN):
        return "This is not for programs." if who.token is not None else "This is for programs."
    if entry.who is Who.ANY_ACCOUNT:
        return ""
    # Nothing suffices where nothing is named.
    found = [_refusal(entry, who, act, parameters) for act in entry.acts] or ["Nobody may do this."]
    return "" if "" in found else found[0]


def opens(route: str, who: Acting | None) -> bool:
    """Whether this account may open the route on some channel: for links to it."""
    entry = ACCESS.get(route)
    if entry is None:
        return False
    if entry.channel and who is not None:
        return any(not refusal(entry, who, {entry.channel: name}) for name in who.channels or {""})
    return not refusal(entry, who, {})


def _refusal(entry: Entry, who: Acting, act: Act, parameters: Mapping[str, object]) -> str:
    if entry.own_channels and may(who.roles, act) and who.channels:
        # Not "all channels": those that are served, whichever they are.
        return who.refusal(act, min(who.channels))
    return who.refusal(act, str(parameters.get(entry.channel, "")) if entry.channel else "")
