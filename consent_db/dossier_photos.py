"""The photos in which one person was recognised or named, with what was decided of their face."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from consent_db import statements, stored
from consent_db.schema import judgements, mentions, photos, releases
from consent_db.schema import statements as statements_table
from consent_db.statements import PastStatement
from consent_db.stored import StoredPhoto
from gate.subject import SAME_FACE, doubtful_faces, own_boxes, own_faces
from gate.values import Box, Judgement

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement that mentions the person: its number, when it was made (UTC), its copies.

    ``own`` are the numbers of the faces that are certainly theirs, ``doubtful`` of those that may
    be. ``copies``: when each released one ended (UTC; None: it stands), by channel.
    """

    number: int
    at: datetime
    judgement: Judgement
    own: frozenset[int]
    doubtful: frozenset[int]
    copies: dict[str, datetime | None]


@dataclass(frozen=True, slots=True)
class PhotoOf:
    """A photo in which the person was recognised, named, or only compared with somebody.

    ``judged``: the judgements that mention them, oldest first. ``said``: what people said about
    their face. ``own_boxes``: where it is, in pixels of the upright original, as far as that is
    certain. ``stored`` is how the photo counts now.
    """

    photo: str
    stored: StoredPhoto
    judged: tuple[Judged, ...]
    said: tuple[PastStatement, ...]
    own_boxes: tuple[Box, ...]

    @property
    def is_theirs(self) -> bool:
        """Whether they were ever recognised, named or thought to be in it."""
        return bool(self.said) or any(one.own or one.doubtful for one in self.judged)


def photos_of(connection: Connection, ref: str) -> Iterator[PhotoOf]:
    """Every photo that mentions the person, in the order of arrival, some hundred at a time."""
    numbers = _photo_numbers(connection, ref)
    for start in range(0, len(numbers), _BATCH):
        part = numbers[start : start + _BATCH]
        named = select(photos.c.id, photos.c.sha256).where(photos.c.id.in_(part))
        names = {row.sha256: row.id for row in connection.execute(named.order_by(photos.c.id))}
        known = stored.stored(connection, names)
        for sha256, number in names.items():
            if sha256 in known:
                yield _photo_of(connection, ref, number, known[sha256])


def _photo_numbers(connection: Connection, ref: str) -> list[int]:
    mentioned = select(judgements.c.photo_id).join_from(mentions, judgements)
    named = select(statements_table.c.photo_id).where(statements_table.c.person == ref)
    found = set(connection.execute(mentioned.where(mentions.c.person == ref)).scalars())
    return sorted(found | set(connection.execute(named).scalars()))


def _photo_of(connection: Connection, ref: str, number: int, photo: StoredPhoto) -> PhotoOf:
    query = (
        select(judgements.c.id)
        .join_from(judgements, mentions)
        .where(judgements.c.photo_id == number, mentions.c.person == ref)
        .order_by(judgements.c.id)
    )
    wanted = list(connection.execute(query).scalars())
    copies = _copies(connection, wanted)
    judged = tuple(
        Judged(
            row.id,
            row.at,
            judgement,
            own_faces(judgement, ref),
            doubtful_faces(judgement, ref),
            copies.get(row.id, {}),
        )
        for row, judgement in stored.judgements_with(connection, wanted)
    )
    boxes = [one.judgement.faces[face].box for one in judged for face in one.own]
    said = tuple(
        past
        for past in statements.history(connection, photo.photo)
        if past.statement.person == ref or _is_at(past.statement.box, past, ref, boxes)
    )
    history = [one.judgement for one in judged if one.judgement.faces]
    if photo.judgement.faces and (not judged or judged[-1].judgement != photo.judgement):
        history.append(photo.judgement)
    return PhotoOf(photo.photo, photo, judged, said, own_boxes(history, ref))


def _is_at(box: Box | None, past: PastStatement, ref: str, own: Sequence[Box]) -> bool:
    """Whether it was said about the person's face, without naming somebody else."""
    if box is None or past.statement.person not in (None, ref):
        return False
    return any(box.iou(one) >= SAME_FACE for one in own)


def _copies(
    connection: Connection, numbers: Sequence[int]
) -> dict[int, dict[str, datetime | None]]:
    query = select(releases.c.judgement_id, releases.c.channel, releases.c.ended_at)
    found: dict[int, dict[str, datetime | None]] = {}
    for row in connection.execute(query.where(releases.c.judgement_id.in_(numbers))):
        found.setdefault(row.judgement_id, {})[row.channel] = row.ended_at
    return found
