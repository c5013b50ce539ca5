"""Everything that the pages are given: the ports, and how this server is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from gate.ports import Clock
from gate.web.ports import Accounts, Health, Overview, OwnAccount
from gate.web.ports_api import Api
from gate.web.ports_audit import Audit
from gate.web.ports_drop import Drop
from gate.web.ports_figures import Figures
from gate.web.ports_imports import Imports
from gate.web.ports_ready import Ready
from gate.web.ports_register import Register
from gate.web.ports_review import Review
from gate.web.ports_why import Why


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Services:
    """The ports behind the pages, one for each subject."""

    accounts: Accounts
    own_account: OwnAccount
    health: Health
    overview: Overview
    figures: Figures
    review: Review
    why: Why
    audit: Audit
    drop: Drop
    ready: Ready
    api: Api
    register: Register
    imports: Imports


@dataclass(frozen=True)
class Options:
    """How the server is reached, and in which time zone it speaks.

    ``hosts``: the names by which it may be asked, without port; ``*.school.example`` stands for
    one more part. ``origin``: the address that browsers see, where a proxy stands in between
    ("https://photos.school.example"); "" where they see this server itself. ``secure``: whether
    browsers come over TLS. ``setup_code``: what the first account's maker must type.
    """

    hosts: frozenset[str]
    zone: tzinfo
    origin: str = ""
    secure: bool = False
    setup_code: str = ""
    clock: Clock = field(default=_now)
