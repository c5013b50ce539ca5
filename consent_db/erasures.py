"""Erasing a person: asked for first, then done as one change, then finished where copies are out.

The reference stays, so that history and audit log keep their meaning; it leads to nobody here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, delete, insert, select, update

from consent_db import biometrics, consents, disposals, people, restrictions, stored, templates
from consent_db.disposals import Disposed
from consent_db.numbering import next_ids
from consent_db.schema import erasures, judgements, mentions, photos, places, releases
from consent_db.sealed import open_text
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.ports import KeyKind
from gate.subject import own_faces
from gate.values import BiometricRecord, ConsentRecord, ConsentStatus, Judgement, day_of, voice

Record = TypeVar("Record", ConsentRecord, BiometricRecord)

METHOD = "erasure"
"""How permissions ended that end because somebody is erased."""

_KEY = "erasures"
_CONTEXT = "erasures.sealed_reason"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Erasure:
    """A request to erase a person, and how far it has come; instants in UTC.

    ``with_photos``: originals in which nobody else was recognised go, too. ``erased_at``: when
    the register forgot them; ``finished_at``: when no copy was left that had to come down.
    """

    id: int
    person: str
    reason: str
    with_photos: bool
    asked_at: datetime
    asked_by: str
    erased_at: datetime | None
    finished_at: datetime | None


def ask(tx: Transaction, ref: str, reason: str, *, with_photos: bool = False) -> int:
    """Note that a person is to be erased; from then on it will be done, whatever happens.

    Raises UnknownPerson, and RegisterError without a reason, or while they are on the restricted
    list. The reason stays on record, so that it must not name anybody.
    """
    people.require(tx.connection, {ref})
    text = reason.strip().encode("utf-8", "backslashreplace").decode()
    if not text or len(text) > _LONGEST:
        raise RegisterError(
            f"Say why with --reason, without a name, in at most {_LONGEST} letters. Nothing was "
            "changed."
        )
    if ref in restricted(tx.connection, day_of(tx.now)):
        raise RegisterError(
            f"{ref} is on the restricted list, which keeps back photos that may show them. Once "
            "erased, they can no longer be recognised in any. The safeguarding lead takes them "
            "off the list first. Nothing was changed."
        )
    if is_asked(tx.connection, ref):
        raise RegisterError(f"{ref} is being erased already. Nothing was changed.")
    (number,) = next_ids(tx, erasures, 1)
    sealed = tx.seal(KeyKind.SECRET, _KEY, text, context=_CONTEXT)
    row = {"id": number, "person": ref, "sealed_reason": sealed, "with_photos": with_photos}
    tx.connection.execute(insert(erasures), {**row, "asked_at": tx.now, "asked_by": tx.actor})
    tx.audit("person.erasure_asked", ref, {"erasure": number, "with_photos": with_photos})
    return number


def restricted(connection: Connection, today: date) -> frozenset[str]:
    """Everybody on the restricted list today or later, who is not erased before that ends."""
    return frozenset(
        one.person
        for one in restrictions.standing(connection)
        if one.valid_until is None or one.valid_until >= today
    )


def is_asked(connection: Connection, ref: str) -> bool:
    """Whether somebody is to be erased and is still there."""
    query = select(erasures.c.id).where(erasures.c.person == ref, erasures.c.erased_at.is_(None))
    return connection.execute(query.limit(1)).first() is not None


def unfinished(connection: Connection) -> Sequence[Erasure]:
    """Those under way, oldest first; one small query when there are none."""
    query = select(erasures).where(erasures.c.finished_at.is_(None)).order_by(erasures.c.id)
    return [_value(connection, row) for row in connection.execute(query).all()]


def history(connection: Connection, ref: str) -> Sequence[Erasure]:
    """Every time that this person was erased, oldest first."""
    query = select(erasures).where(erasures.c.person == ref).order_by(erasures.c.id)
    return [_value(connection, row) for row in connection.execute(query).all()]


def erase(tx: Transaction, one: Erasure) -> None:
    """Have the register forget a person: permissions end, templates, names and keys are gone.

    What that means for copies follows in the same change. Does nothing when it was done before.
    """
    same = erasures.c.id == one.id
    done = tx.connection.execute(select(erasures.c.erased_at).where(same)).scalar_one()
    if done is not None:
        return
    tx.audit("person.erased", one.person, {"erasure": one.id})
    alone = photos_of_only(tx.connection, one.person) if one.with_photos else []
    _withdraw(tx, one.person)
    templates.destroy(tx, one.person)
    people.erase(tx, one.person)
    # Also where no template was left: their files must not stay either.
    disposals.begin(tx, Disposed("references", since=one.asked_at, person=one.person))
    for photo in alone:
        disposals.begin(tx, Disposed("erased", one.asked_at, photo, person=one.person))
    tx.connection.execute(update(erasures).where(same).values(erased_at=tx.now))


def can_finish(connection: Connection, one: Erasure) -> bool:
    """Whether ``finish`` has anything to do for a person that was erased."""
    if one.erased_at is None:
        return False
    removable = connection.execute(_removable(one.person).limit(1)).first()
    return removable is not None or not _is_left(connection, one.person)


def finish(tx: Transaction, one: Erasure) -> bool:
    """Forget which photos mentioned the person, but not while a copy is still out somewhere.

    Returns whether nothing is left to do.
    """
    gone = delete(mentions).where(
        mentions.c.person == one.person,
        mentions.c.judgement_id.in_(_removable(one.person)),
    )
    tx.connection.execute(gone)
    if _is_left(tx.connection, one.person):
        return False
    tx.connection.execute(
        update(erasures).where(erasures.c.id == one.id).values(finished_at=tx.now)
    )
    tx.audit("person.erasure_finished", one.person, {"erasure": one.id})
    return True


def readmit(tx: Transaction, ref: str) -> None:
    """Let somebody who was erased be in the register again; no earlier permission counts then.

    Raises UnknownPerson, and RegisterError when they were not erased, or not everything is gone.
    """
    if disposals.is_pending(tx.connection, ref):
        raise RegisterError(
            f"Not everything of {ref} has been deleted yet; see 'photogate doctor'. Nothing was "
            "changed."
        )
    people.readmit(tx, ref)
    open_ = erasures.c.person == ref, erasures.c.finished_at.is_(None)
    tx.connection.execute(update(erasures).where(*open_).values(finished_at=tx.now))


def photos_of_only(connection: Connection, ref: str) -> list[str]:
    """The photos (SHA-256) in which this person was recognised or named, and nobody else."""
    mentioned = select(judgements.c.photo_id).join_from(mentions, judgements)
    numbers = mentioned.where(mentions.c.person == ref)
    query = select(photos.c.sha256).where(photos.c.id.in_(numbers)).order_by(photos.c.id)
    wanted = list(connection.execute(query).scalars())
    found = stored.in_order(connection, wanted)
    return [one.photo for one in found if _recognised(one.judgement) == {ref}]


def _recognised(judgement: Judgement) -> set[str]:
    """Everybody who was taken for somebody in the photo, or named; at least perhaps in it."""
    decided = {face.person for one in judgement.decisions for face in one.faces}
    matched = {
        candidate.person
        for match in judgement.matches
        for candidate in match.candidates
        if candidate.score >= judgement.thresholds.show
    }
    people_in = {ref for ref in decided | matched if ref is not None}
    return people_in if all(own_faces(judgement, ref) for ref in people_in) else set()


def _withdraw(tx: Transaction, ref: str) -> None:
    """End every permission, so that none counts again should the person come back one day."""
    today = day_of(tx.now)
    said = [past.record for past in consents.history(tx.connection, ref)]
    by_channel = sorted({record.channel for record in said})
    ends = [
        replace(_ended(record, today), valid_from=today)
        for channel in by_channel
        for record in _granted(one for one in said if one.channel == channel)
    ]
    consents.record_all(tx, ends)
    faces = [past.record for past in biometrics.history(tx.connection, ref)]
    biometrics.record_all(tx, [_ended(record, today) for record in _granted(faces)])


def _granted(records: Iterable[Record]) -> list[Record]:
    """The newest word of everybody who agrees."""
    newest = {
        voice(one.given_by): one for one in sorted(records, key=lambda r: (r.obtained_on, r.id))
    }
    return [one for one in newest.values() if one.status is ConsentStatus.GRANTED]


def _ended(record: Record, today: date) -> Record:
    return replace(
        record,
        status=ConsentStatus.WITHDRAWN,
        method=METHOD,
        obtained_on=max(today, record.obtained_on),
        valid_until=None,
    )


def _removable(ref: str) -> Select[int]:
    """The judgements that mention the person and of which no copy is anywhere."""
    out = (
        select(releases.c.judgement_id)
        .join(places, places.c.release_id == releases.c.id)
        .where(places.c.gone_at.is_(None))
    )
    mentioning = select(mentions.c.judgement_id).where(mentions.c.person == ref)
    return mentioning.where(mentions.c.judgement_id.not_in(out))


def _is_left(connection: Connection, ref: str) -> bool:
    mentioned = select(mentions.c.judgement_id).where(mentions.c.person == ref).limit(1)
    return connection.execute(mentioned).first() is not None or disposals.is_pending(
        connection, ref
    )


def _value(connection: Connection, row: Any) -> Erasure:  # noqa: ANN401
    reason = open_text(connection, KeyKind.SECRET, _KEY, row.sealed_reason, context=_CONTEXT)
    return Erasure(
        row.id, row.person, reason, row.with_photos, row.asked_at, row.asked_by,
        row.erased_at, row.finished_at,
    )  # fmt: skip
