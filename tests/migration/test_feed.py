"""A register from before programs could follow channels tells them what was released so far."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import make_url, text

from consent_db import feed
from consent_db.database import Database
from consent_db.feed import Kind
from consent_db.upgrade import configuration
from gate.errors import RegisterError
from tests.registers import StandingClock, raw
from tests.sealers import MadeUpKeys

_PHOTO = "INSERT INTO photos (id, sha256) VALUES (:id, :sha256)"
_JUDGEMENT = """
INSERT INTO judgements (id, photo_id, at, "by", day, width, height, software, policy, engine,
  register, show, veto, margin, faces, matches, detail, seconds)
VALUES (:id, :id, '2026-01-01 00:00:00', 'watch', '2026-01-01', 8, 6, '', '', '', 1, 0.5, 0.3, 0.1,
  '[]', '[]', '', '{}')
"""
_RELEASE = """
INSERT INTO releases (id, judgement_id, channel, path, sha256, width, height, size, ended_at)
VALUES (:id, :id, :channel, :path, :sha256, 8, 6, 5, :ended_at)
"""
ENDED = {1: "2026-03-02 00:00:00", 2: None, 3: "2026-02-02 00:00:00", 4: None}


def older_register(url: str) -> Database:
    if make_url(url).drivername == "sqlite":
        Path(str(make_url(url).database)).touch()
    with raw(url).begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        for number, ended in ENDED.items():
            digest = f"{number:064x}"
            connection.execute(text(_PHOTO), {"id": number, "sha256": digest})
            connection.execute(text(_JUDGEMENT), {"id": number})
            row = {"channel": "print" if number == 4 else "website", "ended_at": ended}
            path = f"ready/website/{number}.jpg"
            connection.execute(text(_RELEASE), row | {"id": number, "path": path, "sha256": digest})
    database = Database(url, StandingClock(), sealer=MadeUpKeys())
    database.migrate()
    return database


def test_what_was_released_so_far_is_told(url: str) -> None:
    with older_register(url).reading() as connection:
        found = feed.events(connection, "website", 0, 100)
        other = feed.events(connection, "print", 0, 100)
        last = feed.newest(connection, "website")
    assert [(one.kind, one.copy.id) for one in found] == [
        (Kind.RELEASED, 2),
        (Kind.REVOKED, 3),
        (Kind.REVOKED, 1),
    ]
    assert [(one.kind, one.copy.id) for one in other] == [(Kind.RELEASED, 4)]
    assert (last.event, last.copy) == (found[-1].number, 2)
    numbers = [one.number for one in (*found, *other)]
    assert len(set(numbers)) == len(numbers)


def test_what_was_told_is_never_changed(url: str) -> None:
    database = older_register(url)
    for change in ("UPDATE release_events SET kind = 'released'", "DELETE FROM release_events"):
        with pytest.raises(RegisterError), database.transaction("somebody") as tx:
            tx.connection.execute(text(change))
