"""Gathering what an incident is about: what was out, the takedowns, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from cli.site import Site
from consent_db import people, places, standings, stored, takedowns
from consent_db.incidents import NoteKind, Record
from consent_db.standings import PastRelease
from gate import incident
from gate.errors import UnknownPerson
from gate.incident import Account, Affected, CopyOut, Incident, Note, Stage
from gate.released import PlaceKind
from gate.released import Takedown as Request
from gate.values import FaceDecision, Judgement, Outcome

_STAGES = {PlaceKind.PULLED: Stage.PULLED, PlaceKind.POSTED: Stage.POSTED}
_MAY_STAY = "It may be shown again, so it may stay."


def document_of(site: Site, record: Record) -> Incident:
    """All that is on record about the photos that ``record`` names, names of people included."""
    with site.database.reading() as connection:
        asked = [one for photo in record.photos for one in takedowns.of_photo(connection, photo)]
        out = {photo: standings.of_photo(connection, photo) for photo in record.photos}
        return Incident(
            number=record.number,
            aware_at=record.aware_at,
            opened_at=record.opened_at,
            opened_by=record.opened_by,
            photos=record.photos,
            copies=tuple(c for photo in out for c in _copies(connection, photo, out[photo])),
            takedowns=tuple(_takedown(one) for one in asked),
            affected=_affected(connection, out, asked),
            notes=tuple(Note(n.at, n.by, n.text) for n in record.notes if n.text),
            account=_account(record),
            commissioner_told_at=_moment(record, NoteKind.COMMISSIONER_TOLD),
            people_told_at=_moment(record, NoteKind.PEOPLE_TOLD),
            closed_at=_moment(record, NoteKind.CLOSED),
            withheld=record.withheld,
        )


def _moment(record: Record, kind: NoteKind) -> datetime | None:
    newest = record.newest(kind)
    return None if newest is None else newest.happened_at or newest.at


def _account(record: Record) -> Account:
    kinds = (
        NoteKind.HAPPENED,
        NoteKind.CAUSE,
        NoteKind.CONSEQUENCES,
        NoteKind.MEASURES,
        NoteKind.CONTACT,
    )
    said = {kind.value: record.newest(kind) for kind in kinds}
    return Account(**{name: note.text for name, note in said.items() if note is not None})


def _copies(connection: Connection, photo: str, out: Sequence[PastRelease]) -> Iterator[CopyOut]:
    """Where copies were, in the order of their release, then of the places they went to."""
    for one in out:
        path = one.release.path
        yield CopyOut(photo, one.release.channel, Stage.READY, path, one.since, one.until)
    for place in places.of_photo(connection, photo):
        where = str(Path(place.where) / place.name) if place.name else place.where
        channel = place.release.channel
        yield CopyOut(photo, channel, _STAGES[place.kind], where, place.at, place.gone_at, place.by)


def _takedown(one: Request) -> incident.Takedown:
    place = one.place
    where = str(Path(place.where) / place.name) if place.name else place.where
    done_at, proof = one.done_at, one.proof or ""
    if one.lapsed_at is not None:
        done_at, proof = one.lapsed_at, _MAY_STAY
    return incident.Takedown(
        one.id, place.photo, place.release.channel, where, one.since, one.due, done_at,
        one.done_by or "", proof,
    )  # fmt: skip


def _affected(
    connection: Connection, out: Mapping[str, Sequence[PastRelease]], asked: Sequence[Request]
) -> tuple[Affected, ...] | None:
    """Whom copies show or showed, who holds a photo back, and whom people named.

    None where faces were found and none of them is anybody's.
    """
    newest = [photo.judgement for photo in stored.stored(connection, out, locked=True).values()]
    refs = {one.person for one in asked if one.person}
    refs |= {ref for one in newest for ref in _people(one)}
    refs |= {ref for copies in out.values() for one in copies for ref in _people(one.judgement)}
    if not refs and any(judgement.faces for judgement in newest):
        return None
    return tuple(_one(connection, ref) for ref in sorted(refs))


def _people(judgement: Judgement) -> set[str]:
    decided = (face for decision in judgement.decisions for face in decision.faces)
    return {face.person for face in decided if face.person and _counts(face)}


def _counts(face: FaceDecision) -> bool:
    return face.outcome in (Outcome.SHOWN, Outcome.VETO) or face.statement is not None


def _one(connection: Connection, ref: str) -> Affected:
    try:
        person = people.get(connection, ref)
    except UnknownPerson:
        return Affected(ref, "pupil")
    return Affected(ref, person.kind, f"{person.given_name} {person.family_name}".strip())
