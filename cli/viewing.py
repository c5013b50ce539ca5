"""Noting who looked at what: a person's record, an original. Before it is shown, not after.

Only on a site with accounts, because elsewhere nobody is known by name. The log holds references
and SHA-256 only.
"""

from __future__ import annotations

from collections.abc import Iterable

from cli.site import Site
from gate.acting import Acting


def note_people(site: Site, who: Acting, refs: Iterable[str], part: str) -> None:
    """Note that ``who`` looks at the records of these people; ``part`` says at what of them."""
    wanted = sorted(set(refs))
    if who.account is None or not wanted:
        return
    with site.database.transaction(who.name) as tx:
        for ref in wanted:
            tx.audit("person.viewed", ref, {"part": part})


def note_list(site: Site, who: Acting, what: str, count: int | None = None) -> None:
    """Note that ``who`` looks at a whole list: of how many, where that is known before."""
    if who.account is None:
        return
    with site.database.transaction(who.name) as tx:
        tx.audit("person.viewed", what, {} if count is None else {"count": count})


def note_original(site: Site, who: Acting, photo: str) -> None:
    """Note that ``who`` looks at the original with this SHA-256."""
    if who.account is None:
        return
    with site.database.transaction(who.name) as tx:
        tx.audit("original.viewed", photo, {})
