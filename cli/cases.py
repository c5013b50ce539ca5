"""Gathering what is known of a photo, to explain it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection

from cli.site import Site
from consent_db import (
    approvals,
    consents,
    likenesses,
    locks,
    people,
    restrictions,
    statements,
    stored,
)
from consent_db.approvals import PastApproval
from consent_db.locks import PastLock
from consent_db.statements import PastStatement
from consent_db.stored import StoredPhoto
from gate.approvals import ApprovalKind
from gate.case import Case, Copy, Dropped, Spoken
from gate.errors import SiteError, UnknownPerson
from gate.explain import may_see_original
from gate.roles import Role
from gate.values import Person


def find_photos(site: Site, text: str, *, locked: bool = False) -> list[StoredPhoto]:
    """The photos meant by an id's beginning, an original's name, or the path of any copy.

    Locked ones only with ``locked``, for those who may know that they exist.
    """
    words = [text]
    path = Path(text)
    if path.is_file():
        words.append(hashlib.sha256(path.read_bytes()).hexdigest())
        root = site.root.resolve()
        if path.resolve().is_relative_to(root):
            words.append(path.resolve().relative_to(root).as_posix())
    with site.database.reading() as connection:
        found = {p.photo: p for w in words for p in stored.find(connection, w, locked=locked)}
    return list(found.values())


def the_photo(
    site: Site, text: str, role: Role = Role.ADMIN, *, locked: bool = False
) -> StoredPhoto:
    """The one photo that is meant. Raises SiteError when there is none, or several.

    The error names originals only to a role that may see them. Without ``locked``, a locked photo
    is one that there is not.
    """
    found = find_photos(site, text, locked=locked)
    return the_one_of(found, text, named=may_see_original(role))


def the_one_of(found: Sequence[StoredPhoto], text: str, *, named: bool) -> StoredPhoto:
    """The one of these that ``text`` means. Raises SiteError when there is none, or several.

    With ``named`` the error names originals.
    """
    if not found:
        raise SiteError(
            f"No photo of this site is called {text}. Name the file as it was dropped, the "
            "beginning of its id (four characters or more), or the path of a copy."
        )
    if len(found) > 1:
        names = [p.drops[0].arrival.original if named else "" for p in found]
        pairs = list(zip(found, names, strict=True))[:20]
        lines = [f"  {p.photo[:12]}  {name}".rstrip() for p, name in pairs]
        raise SiteError(
            f"{len(found)} photos may be meant by {text}; say which by its id:\n" + "\n".join(lines)
        )
    return found[0]


def people_in(photo: StoredPhoto) -> set[str]:
    """References of everybody whom the decisions of a photo speak of."""
    decided = [face for decision in photo.judgement.decisions for face in decision.faces]
    refs = {face.person for face in decided if face.person}
    return refs | {face.runner_up.person for face in decided if face.runner_up}


def lock_of(site: Site, photo: str) -> PastLock | None:
    """The lock of a photo that was shown to somebody who may know of it; None without one."""
    with site.database.reading() as connection:
        if not locks.holds(connection, photo):
            return None
        return locks.history(connection, photo)[0]


def case_of(site: Site, photo: StoredPhoto) -> Case:
    """The photo with everything that its decisions rest on."""
    refs = people_in(photo)
    with site.database.reading() as connection:
        spoken = statements.history(connection, photo.photo)
        given = approvals.history(connection, photo.photo)
        kin = tuple(one.link for one in likenesses.links_of(connection, photo.photo))
        barred = likenesses.barred(connection, photo.photo, kin)
        said = [r.record for ref in refs for r in consents.history(connection, ref)]
        held = [r.restriction for ref in refs for r in restrictions.history(connection, ref)]
        known = {ref: person for ref in refs if (person := _person(connection, ref)) is not None}
    return Case(
        photo.judgement,
        photo.judged_at.astimezone(),
        photo.judged_by,
        tuple(Dropped(drop.arrival.original, drop.at.astimezone()) for drop in photo.drops),
        tuple(_copies(photo)),
        {record.id: record for record in said},
        {restriction.id: restriction for restriction in held},
        known,
        {past.statement.id: _spoken(past) for past in spoken},
        {past.statement.channel: _spoken(past) for past in spoken if past.statement.channel},
        _given(given, ApprovalKind.SIGN_OFF),
        _given(given, ApprovalKind.VETO),
        kin,
        barred,
    )


def _given(given: Sequence[PastApproval], kind: ApprovalKind) -> dict[str, tuple[Spoken, ...]]:
    """Who gave approvals of this kind, by channel."""
    grouped: dict[str, tuple[Spoken, ...]] = {}
    for past in given:
        if past.approval.kind is kind:
            before = grouped.get(past.approval.channel, ())
            spoken = Spoken(past.approval.by, past.at.astimezone())
            grouped[past.approval.channel] = (*before, spoken)
    return grouped


def _spoken(past: PastStatement) -> Spoken:
    return Spoken(past.by, past.at.astimezone())


def _copies(photo: StoredPhoto) -> Iterator[Copy]:
    """The copies that stand, then those that are withdrawn and not at the same place again."""
    standing = {release.path for release in photo.releases}
    yield from (Copy(release.channel, release.path) for release in photo.releases)
    ended = {one.release.path: one for one in photo.ended if one.release.path not in standing}
    for path, one in ended.items():
        yield Copy(one.release.channel, path, one.at.astimezone())


def _person(connection: Connection, ref: str) -> Person | None:
    try:
        return people.get(connection, ref)
    except UnknownPerson:
        return None
