"""What a change would do to released copies, told before anybody makes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from consent_db.resting import load, mentioning, out_before
from consent_db.schema import releases, takedowns, templates
from gate.released import Stand, Standings, was_compared
from gate.values import CLOCKS_DIFFER, Judgement, RegisterSnapshot

_BATCH = 200


@dataclass(frozen=True)
class Foreseen:
    """By channel: how many copies would leave ``ready/``, how many published ones must come down.

    Of the latter only those that nobody is asked to take down yet. ``by_face``: how many copies
    that lie there now rest on a face template of the person, and leave with it.
    """

    copies: Mapping[str, int]
    takedowns: Mapping[str, int]
    by_face: Mapping[str, int]

    @property
    def all_copies(self) -> int:
        """How many copies would leave, on all channels together."""
        return sum(self.copies.values())

    @property
    def all_takedowns(self) -> int:
        """How many published copies must come down, on all channels together."""
        return sum(self.takedowns.values())


@dataclass(frozen=True)
class Supposed:
    """A register as it might be on a day.

    ``late``: copies of photos that were judged before (UTC) leave until those are looked at again,
    because somebody restricted could not be recognised then; None: none.
    """

    snapshot: RegisterSnapshot
    on: date
    late: datetime | None = None


def foresee(connection: Connection, standings: Standings, ref: str, supposed: Supposed) -> Foreseen:
    """What would become of the copies that rest on this person, were the register like that."""
    copies: Counter[str] = Counter()
    fallen: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    wanted = set(mentioning(connection, [ref]))
    if supposed.late is not None:
        wanted |= set(out_before(connection, supposed.late))
    numbers = sorted(wanted)
    for start in range(0, len(numbers), _BATCH):
        part = load(connection, numbers[start : start + _BATCH])
        ready = _ready(connection, [one.number for one in part if one.newest])
        asked = _asked(connection, [place.id for one in part for place in one.out])
        for one in part:
            found = standings(one.judgement, one.said, supposed.snapshot, supposed.on)
            stand = {channel: standing.stand for channel, standing in found.items()}
            doubted = supposed.late is not None and one.at < supposed.late
            copies.update(
                channel
                for channel in ready.get(one.number, ())
                if doubted or stand.get(channel) is not Stand.STANDS
            )
            shown = _compared(one.judgement, ref)
            compared.update(channel for channel in ready.get(one.number, ()) if channel in shown)
            fallen.update(
                place.release.channel
                for place in one.out
                if place.id not in asked
                and stand.get(place.release.channel, Stand.FALLS) is Stand.FALLS
            )
    return Foreseen(copies, fallen, compared)


NOTHING = Foreseen({}, {}, {})


def _compared(judgement: Judgement, ref: str) -> set[str]:
    """The channels on which this person is shown because their face was compared."""
    return {
        decision.channel
        for decision in judgement.decisions
        if any(face.person == ref and was_compared(face) for face in decision.faces)
    }


def recognisable_since(connection: Connection, ref: str) -> datetime | None:
    """From when on (UTC) this person was surely recognised where they were; None: never."""
    made = select(func.max(templates.c.made_at)).where(templates.c.person == ref)
    last: datetime | None = connection.execute(made).scalar_one_or_none()
    return None if last is None else last + CLOCKS_DIFFER


def _ready(connection: Connection, numbers: Collection[int]) -> dict[int, list[str]]:
    """The channels of the copies that stand, by the judgement's number."""
    query = select(releases.c.judgement_id, releases.c.channel)
    stand = releases.c.judgement_id.in_(numbers), releases.c.ended_at.is_(None)
    found: dict[int, list[str]] = {}
    for row in connection.execute(query.where(*stand)):
        found.setdefault(row.judgement_id, []).append(row.channel)
    return found


def _asked(connection: Connection, places: Collection[int]) -> set[int]:
    """Those of these places whose copies somebody is asked to take down."""
    pending = takedowns.c.done_at.is_(None), takedowns.c.lapsed_at.is_(None)
    query = select(takedowns.c.place_id).where(takedowns.c.place_id.in_(places), *pending)
    return set(connection.execute(query).scalars())
