"""Gathering the life of a photo for its time line."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from cli.site import Site
from consent_db import approvals, disposals, lives, locks, places, standings, statements, takedowns
from gate.acting import Acting
from gate.life import Happened, Moment, told
from gate.released import PlaceKind
from gate.roles import Act, may, only_on_own_channels


def life_of(site: Site, photo: str, who: Acting) -> tuple[Moment, ...]:
    """What happened to the photo with this SHA-256, as far as this person may know, oldest first.

    Whether it may be shown to them at all was asked before.
    """
    with site.database.reading() as connection:
        moments = [
            *_of_photo(connection, photo),
            *_said(connection, photo),
            *_of_copies(connection, photo),
            *_of_places(connection, photo),
        ]
        if may(who.roles, Act.SEE_LOCKED):
            moments += _locks(connection, photo)
    return told(moments, who.sight, lambda channel: sees_places(who, channel))


def sees_places(who: Acting, channel: str) -> bool:
    """Whether they may know where copies for this channel went."""
    if not may(who.roles, Act.SEE_TAKEDOWNS):
        return False
    return not only_on_own_channels(who.roles, Act.SEE_TAKEDOWNS) or who.serves(channel)


def _of_photo(connection: Connection, photo: str) -> Iterator[Moment]:
    for number, drop in enumerate(lives.dropped(connection, photo)):
        what = Happened.DROPPED_AGAIN if number else Happened.DROPPED
        yield Moment(drop.at, what, drop.by)
    for number, judged in enumerate(lives.judged(connection, photo)):
        what = Happened.JUDGED_AGAIN if number else Happened.JUDGED
        yield Moment(judged.at, what, judged.by)
    deleted = disposals.original_deleted_on(connection, photo)
    if deleted is not None:
        yield Moment(deleted, Happened.ORIGINAL_DELETED)


def _said(connection: Connection, photo: str) -> Iterator[Moment]:
    for past in statements.history(connection, photo):
        channel = past.statement.channel or ""
        yield Moment(past.at, Happened(past.statement.kind.value), past.by, channel)
        if past.taken_back_at is not None:
            back = past.taken_back_by or ""
            yield Moment(past.taken_back_at, Happened.TAKEN_BACK, back, channel)
    for given in approvals.history(connection, photo):
        one = given.approval
        yield Moment(given.at, Happened(one.kind.value), one.by, one.channel)


def _of_copies(connection: Connection, photo: str) -> Iterator[Moment]:
    for copy in standings.of_photo(connection, photo):
        channel = copy.release.channel
        yield Moment(copy.since, Happened.RELEASED, channel=channel)
        if copy.until is not None:
            yield Moment(copy.until, Happened.WITHDRAWN, channel=channel)


def _of_places(connection: Connection, photo: str) -> Iterator[Moment]:
    for one in places.of_photo(connection, photo):
        channel = one.release.channel
        what = Happened.PULLED if one.kind is PlaceKind.PULLED else Happened.POSTED
        yield Moment(one.at, what, one.by, channel, one.where)
        if one.gone_at is not None:
            yield Moment(one.gone_at, Happened.GONE, one.gone_by or "", channel, one.where)
    for asked in takedowns.of_photo(connection, photo):
        channel, where = asked.place.release.channel, asked.place.where
        yield Moment(asked.since, Happened.TAKEDOWN, "", channel, where, asked.due)
        if asked.done_at is not None:
            by = asked.done_by or ""
            yield Moment(asked.done_at, Happened.TAKEN_DOWN, by, channel, where)
        if asked.lapsed_at is not None:
            yield Moment(asked.lapsed_at, Happened.LAPSED, "", channel, where)


def _locks(connection: Connection, photo: str) -> Iterator[Moment]:
    for one in locks.history(connection, photo):
        yield Moment(one.at, Happened.LOCKED if one.locked else Happened.UNLOCKED, one.by)
