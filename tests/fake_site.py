"""A real site whose photos are lists of people: every verb works on it, and no model is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cli.names import register_names
from cli.settling import settle
from cli.setup import make_site
from cli.site import Site, now
from consent_db import audit, places, rejudgings
from consent_db.register import SqlRegister
from consent_db.schema import consents
from gate import manifest
from gate.permission import permission, restriction_on
from gate.publish import Publisher
from gate.set_aside import sha256_of
from gate.values import RegisterSnapshot, day_of
from tests.fake_gate import FakeGate, enter, photo_of, put_into_vault, seen_on

SETTINGS = """
[matching]
thresholds_from = "here"

[channels.website]
online = true

[channels.print]
online = false
"""
PEOPLE = ("P1", "P2", "P3", "P4")
PHOTOS = (("P1",), ("P2",), ("P1", "P2"), ("P3", "P4", ""), ("P1", "P4"), ("P2", "P3", ""))


def fake_gate(site: Site) -> FakeGate:
    """What judges on this site instead of the models."""
    return FakeGate(site.database, site.policy, site.reader_version, now)


def without_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every site judge by ``fake_gate``, also in processes that are forked later."""
    monkeypatch.setattr(Site, "gate", fake_gate)


@dataclass(frozen=True)
class School:
    """A site with everybody's permission and six released photos, and a folder for copies."""

    root: Path

    @cached_property
    def site(self) -> Site:
        return Site(self.root / "site")

    @property
    def folder(self) -> Path:
        return self.root / "web"

    def make(self) -> None:
        site = self.site
        make_site(site, SETTINGS)
        self.folder.mkdir(exist_ok=True)
        with site.database.transaction("setup") as tx:
            enter(tx, PEOPLE, site.reader_version)
        settle(site)
        for number, refs in enumerate(PHOTOS):
            self.drop(number, *refs)

    def drop(self, number: int, *refs: str) -> str:
        """Judge a photo of these people and release it; its id."""
        site, data = self.site, photo_of(number, *refs)
        arrival = put_into_vault(site.root, data)
        judgement = fake_gate(site).judge(arrival.photo, data)
        publisher = Publisher(site.root, site.ledger("watch"), register_names(site))
        publisher.publish(arrival, judgement)
        return arrival.photo


@dataclass(frozen=True)
class Seen:
    """A copy that lies somewhere: for which channel, and who can be seen on it."""

    path: Path
    channel: str
    shown: frozenset[str]


def may_be_shown(snapshot: RegisterSnapshot, site: Site, channel: str, ref: str) -> bool:
    """Whether somebody may be shown on a channel today, by the register alone."""
    chosen = next(one for one in site.policy.channels if one.name == channel)
    today = day_of(now())
    if restriction_on(snapshot.restrictions.get(ref, ()), channel, today) is not None:
        return False
    return permission(snapshot.people[ref], snapshot.consents.get(ref, ()), chosen, today).granted


def ready(site: Site) -> Iterator[Seen]:
    """Every copy that lies in ``ready/``."""
    for path in site.ready.rglob("*"):
        relative = path.relative_to(site.ready)
        if path.is_file() and relative.parts[0] != ".incoming":
            yield Seen(path, relative.parts[0], seen_on(path.read_bytes()))


def listed(folder: Path) -> Mapping[str, str]:
    """The SHA-256 of every copy that a folder's manifest tells of, by its name."""
    found = manifest.read_from(folder)
    return {} if found is None else {one.name: one.sha256 for one in found.manifest.files}


# --- what must hold ------------------------------------------------------------------------------


def nothing_without_permission(school: School) -> None:
    """Every copy in ``ready/`` stands on record, byte for byte, and shows nobody who may not be."""
    site = school.site
    snapshot = SqlRegister(site.database, site.reader_version).snapshot()
    standing = site.ledger("test").releases()
    for one in ready(site):
        name = one.path.relative_to(site.root).as_posix()
        assert standing[name].sha256 == sha256_of(one.path), name
        for ref in one.shown:
            assert may_be_shown(snapshot, site, one.channel, ref), (name, ref)


def nothing_unknown_in_the_folder(school: School) -> None:
    """Every copy in the folder, also an unfinished one, is on record as pulled there."""
    with school.site.database.reading() as connection:
        there = places.in_folder(connection, str(school.folder.resolve()), "website")
    known = {one.release.sha256 for one in there}
    for path in school.folder.rglob("*"):
        if path.is_file() and "manifest" not in path.name and path.stat().st_size:
            whole = _is_whole(path)
            assert not whole or sha256_of(path) in known, path


def _is_whole(path: Path) -> bool:
    try:
        seen_on(path.read_bytes())
    except (json.JSONDecodeError, KeyError):
        return False
    return True


def the_chain_holds(school: School) -> None:
    """The audit log is whole, and tells of every record of what was said."""
    with school.site.database.reading() as connection:
        audit.verify(connection)
        told = [one.action for one in audit.entries(connection)].count("consent.recorded")
        stored = connection.execute(select(func.count()).select_from(consents)).scalar_one()
    assert told == stored


def the_folder_is_in_step(school: School) -> None:
    """After a pull: the folder holds what its manifest tells of, and that is what stands."""
    site = school.site
    here = {
        path.relative_to(school.folder).as_posix(): sha256_of(path)
        for path in school.folder.rglob("*")
        if path.is_file() and "manifest" not in path.name
    }
    assert here == dict(listed(school.folder))
    standing = {
        one.path.removeprefix("ready/website/"): one.sha256
        for one in site.ledger("test").releases().values()
        if one.channel == "website"
    }
    assert here.items() <= standing.items()
    with site.database.reading() as connection:
        there = places.in_folder(connection, str(school.folder.resolve()), "website")
    assert {one.name: one.release.sha256 for one in there} == here
    assert len(there) == len(here)


def every_photo_is_as_judged_now(school: School) -> None:
    """When nothing waits any more: what is released is what judging says, and nothing was lost."""
    site = school.site
    with site.database.reading() as connection:
        assert rejudgings.waiting(connection) == []
    gate = fake_gate(site)
    wanted = set()
    for number, refs in enumerate(PHOTOS):
        data = photo_of(number, *refs)
        photo = put_into_vault(site.root, data).photo
        wanted |= {one.sha256 for one in gate.judge(photo, data).renditions}
    assert {one.sha256 for one in site.ledger("test").releases().values()} == wanted
    assert {sha256_of(one.path) for one in ready(site)} == wanted
