"""Where copies are: what was pulled, and what people say they posted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, insert, select, true, update

from consent_db.locks import is_open
from consent_db.numbering import next_ids
from consent_db.schema import judgements, mentions, photos, places, releases, takedowns
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.ports import Release
from gate.released import Place, PlaceKind, Wanted

_Row: TypeAlias = Any
_RELEASE = ("channel", "path", "sha256", "width", "height", "size")
_COLUMNS: tuple[Any, ...] = (
    *places.c,
    photos.c.sha256.label("photo"),
    *(releases.c[name].label(f"of_{name}") for name in _RELEASE),
)
_LONGEST = 2_000
_BATCH = 500


def add(tx: Transaction, release_id: int, kind: PlaceKind, where: str, name: str = "") -> int:
    """Record that the copy of this release went somewhere; returns the place's number.

    Raises RegisterError when it is not said where.
    """
    place = where.strip().encode("utf-8", "backslashreplace").decode()
    if not place or len(place) > _LONGEST:
        raise RegisterError(
            f"Say where the copy is, in at most {_LONGEST:,} letters. Nothing was stored."
        )
    (number,) = next_ids(tx, places, 1)
    row = {"id": number, "release_id": release_id, "kind": kind.value, "place": place}
    told = {"name": name, "at": tx.now, "by": tx.actor}
    tx.connection.execute(insert(places), {**row, **told})
    copy = select(releases.c.sha256, releases.c.channel).where(releases.c.id == release_id)
    sha256, channel = tx.connection.execute(copy).one()
    details = {"place": number, "kind": kind.value, "channel": channel}
    tx.audit(f"copy.{kind.value}", sha256, details)
    return number


def add_pulled(tx: Transaction, channel: str, folder: str, wanted: Sequence[Wanted]) -> None:
    """Record that these copies for a channel were pulled into a folder."""
    ids = next_ids(tx, places, len(wanted))
    told = {"kind": PlaceKind.PULLED.value, "place": folder, "at": tx.now, "by": tx.actor}
    rows = [
        {"id": number, "release_id": one.release, "name": one.name, **told}
        for number, one in zip(ids, wanted, strict=True)
    ]
    if rows:
        tx.connection.execute(insert(places), rows)
    for number, one in zip(ids, wanted, strict=True):
        details = {"place": number, "kind": PlaceKind.PULLED.value, "channel": channel}
        tx.audit("copy.pulled", one.sha256, details)


def end(tx: Transaction, numbers: Collection[int]) -> None:
    """Record that copies are no longer at these places."""
    for number in sorted(numbers):
        gone = update(places).where(places.c.id == number, places.c.gone_at.is_(None))
        ended = tx.connection.execute(gone.values(gone_at=tx.now, gone_by=tx.actor))
        if ended.rowcount:
            tx.audit("copy.gone", str(number), {"place": number})


def get(connection: Connection, number: int) -> Place:
    """The place with this number. Raises RegisterError."""
    found = _select(connection, places.c.id == number)
    if not found:
        raise RegisterError(f"There is no place with the number {number}.")
    return found[0]


def with_numbers(connection: Connection, numbers: Collection[int]) -> Sequence[Place]:
    """The places with these numbers, some hundred at a time."""
    wanted = sorted(numbers)
    parts = (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))
    return [place for part in parts for place in _select(connection, places.c.id.in_(part))]


def releases_of(connection: Connection, numbers: Collection[int]) -> dict[int, int]:
    """The number of the release that lies at each of these places."""
    found: dict[int, int] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _BATCH):
        part = places.c.id.in_(wanted[start : start + _BATCH])
        rows = connection.execute(select(places.c.id, places.c.release_id).where(part))
        found.update({row.id: row.release_id for row in rows})
    return found


def of_photo(connection: Connection, photo: str, *, gone: bool = True) -> Sequence[Place]:
    """Where copies of the photo with this SHA-256 are; also where they were, unless not wanted."""
    return _select(connection, photos.c.sha256 == photo, _present(gone=gone))


def numbers_of(photo: str) -> Select[Any]:
    """A query for the numbers of all places where copies of this photo are or were."""
    query = select(places.c.id).join_from(places, releases).join(judgements).join(photos)
    return query.where(photos.c.sha256 == photo)


def of_person(
    connection: Connection, ref: str, *, gone: bool = True, locked: bool = False
) -> Sequence[Place]:
    """Where copies are that rest on this person's permissions or in which they may be seen.

    Copies of locked photos only for those who may know that they exist.
    """
    about = select(mentions.c.judgement_id).where(mentions.c.person == ref)
    shown = is_open(photos.c.id, locked=locked)
    return _select(connection, judgements.c.id.in_(about), shown, _present(gone=gone))


def unasked(connection: Connection) -> Sequence[Place]:
    """Where copies are that nobody is asked to take down."""
    asked = select(takedowns.c.place_id).where(
        takedowns.c.done_at.is_(None), takedowns.c.lapsed_at.is_(None)
    )
    return _select(connection, _present(gone=False), places.c.id.not_in(asked))


def in_folder(connection: Connection, folder: str, channel: str) -> Sequence[Place]:
    """What was pulled for a channel into this folder and is still there."""
    return _select(
        connection,
        places.c.kind == PlaceKind.PULLED.value,
        places.c.place == folder,
        releases.c.channel == channel,
        _present(gone=False),
    )


def pulled_into(connection: Connection, folder: str, numbers: Collection[int]) -> dict[int, int]:
    """Which of these releases were pulled into a folder and are there: the place's number each."""
    found: dict[int, int] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _BATCH):
        rows = connection.execute(
            select(places.c.release_id, places.c.id).where(
                places.c.release_id.in_(wanted[start : start + _BATCH]),
                places.c.kind == PlaceKind.PULLED.value,
                places.c.place == folder,
                _present(gone=False),
            )
        )
        found.update({row.release_id: row.id for row in rows})
    return found


def channels_in(connection: Connection, folder: str) -> list[str]:
    """The channels for which copies were pulled into this folder and are still there."""
    query = select(releases.c.channel).distinct().join_from(places, releases)
    pulled = places.c.kind == PlaceKind.PULLED.value, places.c.place == folder
    return sorted(connection.execute(query.where(*pulled, _present(gone=False))).scalars())


def of_releases(connection: Connection, numbers: Collection[int]) -> dict[int, list[Place]]:
    """Where copies of these releases, of which there are few, are now: by the release's number."""
    grouped: dict[int, list[Place]] = {}
    for row in connection.execute(_query(places.c.release_id.in_(numbers), _present(gone=False))):
        grouped.setdefault(row.release_id, []).append(value(row))
    return grouped


def of_judgements(connection: Connection, numbers: Collection[int]) -> dict[int, list[Place]]:
    """Where copies of these judgements' releases are now, by the judgement's number."""
    grouped: dict[int, list[Place]] = {number: [] for number in numbers}
    query = _query(judgements.c.id.in_(numbers), _present(gone=False))
    query = query.add_columns(judgements.c.id.label("judgement"))
    for row in connection.execute(query):
        grouped[row.judgement].append(value(row))
    return grouped


def judgements_of(connection: Connection, photo: str) -> list[int]:
    """The judgements of a photo of which copies are somewhere now."""
    query = (
        select(judgements.c.id)
        .distinct()
        .join_from(places, releases)
        .join(judgements)
        .join(photos)
        .where(photos.c.sha256 == photo, _present(gone=False))
    )
    return sorted(connection.execute(query).scalars())


def _present(*, gone: bool) -> ColumnElement[bool]:
    return true() if gone else places.c.gone_at.is_(None)


def _select(connection: Connection, *conditions: ColumnElement[bool]) -> list[Place]:
    return [value(row) for row in connection.execute(_query(*conditions))]


def _query(*conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401
    query = select(*_COLUMNS).join_from(places, releases).join(judgements).join(photos)
    return query.where(*conditions).order_by(places.c.id)


def value(row: _Row) -> Place:
    """The place in a row of a query over ``places`` with its release and photo."""
    release = Release(*(getattr(row, f"of_{name}") for name in _RELEASE))
    kind = PlaceKind(row.kind)
    return Place(
        row.id, row.photo, release, kind, row.place, row.name, row.at, row.by,
        row.gone_at, row.gone_by,
    )  # fmt: skip
